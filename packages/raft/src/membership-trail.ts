/**
 * Indexes of the membership entries of a log that are not applied yet, ascending. There are rarely more than two,
 * since a leader makes a change only when it has applied the one before.
 */
export class MembershipTrail {
  #indexes: number[] = [];

  /** Whether there is none. */
  get empty(): boolean {
    return this.#indexes.length === 0;
  }

  /**
   * The highest index that the log itself proves to be committed, 0 for none: whoever proposed a change had
   * applied every change before it.
   */
  get provenIndex(): number {
    return this.#indexes.at(-2) ?? 0;
  }

  /** Whether there is one at or before `index`. */
  upTo(index: number): boolean {
    const first = this.#indexes[0];
    return first !== undefined && first <= index;
  }

  add(index: number): void {
    this.#indexes.push(index);
  }

  /** The log was cut behind `index`. */
  cutBehind(index: number): void {
    while (this.#indexes.length > 0 && (this.#indexes.at(-1) as number) > index) this.#indexes.pop();
  }

  appliedTo(index: number): void {
    while (this.upTo(index)) this.#indexes.shift();
  }
}
