const WORD_BITS = 16;
const FULL_WORD = 0xffff;

/**
 * A set of small numbers as bits, with an exact text of its content for memoisation. Numbers are taken nearly in order,
 * so the text begins at the first word that is not full and ends at the last that is not empty.
 */
export class PlacedSet {
  readonly #words: Uint16Array;
  #firstOpen = 0;
  #end = 0;

  constructor(size: number) {
    this.#words = new Uint16Array(Math.ceil(size / WORD_BITS) + 1);
  }

  add(bit: number): void {
    const word = Math.floor(bit / WORD_BITS);
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (bit % WORD_BITS));
    if (word >= this.#end) this.#end = word + 1;
    while (this.#words[this.#firstOpen] === FULL_WORD) this.#firstOpen += 1;
  }

  delete(bit: number): void {
    const word = Math.floor(bit / WORD_BITS);
    this.#words[word] = (this.#words[word] ?? 0) & ~(1 << (bit % WORD_BITS));
    if (word < this.#firstOpen) this.#firstOpen = word;
    while (this.#end > 0 && this.#words[this.#end - 1] === 0) this.#end -= 1;
  }

  /** Equal for equal sets only. */
  key(): string {
    const end = Math.max(this.#end, this.#firstOpen);
    let text = `${this.#firstOpen}:`;
    for (let word = this.#firstOpen; word < end; word++) text += String.fromCharCode(this.#words[word] ?? 0);
    return text;
  }
}
