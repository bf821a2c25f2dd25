import type { LogIndex } from './entry.ts';
import type { ConfirmedRead } from './message.ts';
import type { ReadRefusal } from './proposal.ts';

/** `deposed`: this member led when it was asked and does not any more. Then nothing is known about the read. */
export type ReadLoss = ReadRefusal | 'deposed';

/** `current`: the machine shows everything that was committed when the read was asked for. */
export type ReadResult =
  | { readonly type: 'current'; readonly index: LogIndex }
  | { readonly type: 'lost'; readonly reason: ReadLoss };

export type ReadDone = (result: ReadResult) => void;

interface AppliedWait {
  readonly index: LogIndex;
  readonly done: ReadDone;
}

/**
 * Reads on their way: first they wait for a quorum to confirm that this member leads, then for the machine to have applied
 * the index that was committed when they were asked for (thesis §6.4). A confirmed read is good whoever leads by then.
 * Each is answered exactly once. The core bounds how many wait for the quorum, `confirmedMax` how many wait for the machine.
 */
export class ReadWaiters {
  readonly #confirmedMax: number;
  readonly #asked = new Map<number, ReadDone>();
  #confirmed: AppliedWait[] = [];

  constructor(confirmedMax: number) {
    this.#confirmedMax = confirmedMax;
  }

  get count(): number {
    return this.#asked.size + this.#confirmed.length;
  }

  /** The core gave the read the number `id`. */
  asked(id: number, done: ReadDone): void {
    this.#asked.set(id, done);
  }

  /** A quorum confirmed these reads. */
  confirmed(reads: readonly ConfirmedRead[]): void {
    for (const { id, index } of reads) {
      const done = this.#asked.get(id);
      if (done === undefined) continue;
      this.#asked.delete(id);
      if (this.#confirmed.length < this.#confirmedMax) this.#confirmed.push({ index, done });
      else done({ type: 'lost', reason: 'too-many-reads' });
    }
  }

  /** The leadership ended before a quorum confirmed these reads. */
  lost(ids: readonly number[]): void {
    for (const id of ids) {
      const done = this.#asked.get(id);
      this.#asked.delete(id);
      done?.({ type: 'lost', reason: 'deposed' });
    }
  }

  /** The machine has applied everything up to `appliedIndex`. */
  applied(appliedIndex: LogIndex): void {
    if (this.#confirmed.length === 0) return;
    const waiting = this.#confirmed;
    // A reader may ask for its next read within the answer.
    this.#confirmed = waiting.filter(({ index }) => index > appliedIndex);
    for (const { index, done } of waiting) if (index <= appliedIndex) done({ type: 'current', index });
  }

  /** The driver stops. */
  end(): void {
    const waiting = [...this.#asked.values(), ...this.#confirmed.map(({ done }) => done)];
    this.#asked.clear();
    this.#confirmed = [];
    for (const done of waiting) done({ type: 'lost', reason: 'stopped' });
  }
}
