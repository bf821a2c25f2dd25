/** One line that is written again and again on a terminal; where there is no terminal, a line now and then. */
export class StatusLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #everyMs: number;
  #shownAt = performance.now();
  #shown = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#everyMs = stream.isTTY ? 200 : 15_000;
  }

  show(text: string): void {
    const now = performance.now();
    if (now - this.#shownAt < this.#everyMs) return;
    this.#shownAt = now;
    this.#shown = true;
    this.#stream.write(this.#stream.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
  }

  clear(): void {
    if (this.#shown && this.#stream.isTTY) this.#stream.write('\r\u001b[K');
    this.#shown = false;
  }
}
