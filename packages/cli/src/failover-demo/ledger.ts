/**
 * What was sent, acknowledged and received, message by message. Every message carries a number; the ledger knows for
 * each whether its send was acknowledged and how often it arrived, and where the broker says it lies.
 */
export class Ledger {
  #sent = 0;
  #failed = 0;
  readonly #acknowledged: Map<number, string> = new Map();
  /** Places (queue and offset) under which each number was received. */
  readonly #received: Map<number, string[]> = new Map();

  nextNumber(): number {
    return ++this.#sent;
  }

  acknowledge(number: number, place: string): void {
    this.#acknowledged.set(number, place);
  }

  fail(): void {
    this.#failed++;
  }

  /**
   * A message came to the consumer. The same place again is a redelivery, which at-least-once consumption allows (a
   * consumer's last offset commit may not have been made yet when a master dies); another place is a duplicate: the
   * same send is stored twice.
   */
  receive(number: number, place: string): void {
    const places = this.#received.get(number);
    if (places === undefined) this.#received.set(number, [place]);
    else places.push(place);
  }

  /** Acknowledged messages that have not arrived (yet). */
  missing(): number {
    let count = 0;
    for (const number of this.#acknowledged.keys()) if (!this.#received.has(number)) count++;
    return count;
  }

  summary(): LedgerSummary {
    let duplicated = 0;
    let redelivered = 0;
    let misplaced = 0;
    for (const [number, places] of this.#received) {
      const distinct = new Set(places);
      if (distinct.size > 1) duplicated++;
      redelivered += places.length - distinct.size;
      const acknowledgedAt = this.#acknowledged.get(number);
      if (acknowledgedAt !== undefined && !distinct.has(acknowledgedAt)) misplaced++;
    }
    return {
      sent: this.#sent,
      acknowledged: this.#acknowledged.size,
      failed: this.#failed,
      received: this.#received.size,
      redelivered,
      duplicated,
      misplaced,
      lost: this.missing(),
    };
  }
}

export interface LedgerSummary {
  readonly sent: number;
  readonly acknowledged: number;
  /** Sends whose caller saw an error. */
  readonly failed: number;
  /** Different messages received. */
  readonly received: number;
  /** The same stored message delivered again. */
  readonly redelivered: number;
  /** Messages stored at more than one place. */
  readonly duplicated: number;
  /** Messages received only at another place than their acknowledgement named. */
  readonly misplaced: number;
  /** Acknowledged and never received. */
  readonly lost: number;
}
