import type { Writable } from 'node:stream';

interface Screen extends Writable {
  readonly isTTY?: boolean;
}

/**
 * A block of lines at the foot of the terminal that is rewritten in place, with ordinary lines scrolling above it. On
 * anything that is not a terminal the block is printed only when it has changed, and at most once per `quietMs`.
 */
export class LiveScreen {
  readonly #output: Screen;
  readonly #quietMs: number;
  #shown: readonly string[] = [];
  #printedAt = 0;

  constructor(output: Screen, quietMs: number = 10_000) {
    this.#output = output;
    this.#quietMs = quietMs;
  }

  /** Prints lines above the block, for good. */
  log(...lines: string[]): void {
    const block = this.#shown;
    this.#erase();
    this.#output.write(lines.map((line) => `${line}\n`).join(''));
    if (this.#output.isTTY === true) this.#draw(block);
  }

  /** Replaces the block. */
  update(lines: readonly string[], now: number = Date.now()): void {
    if (lines.join('\n') === this.#shown.join('\n')) return;
    if (this.#output.isTTY !== true) {
      if (now - this.#printedAt < this.#quietMs) return;
      this.#printedAt = now;
    }
    this.#erase();
    this.#draw(lines);
  }

  #draw(lines: readonly string[]): void {
    this.#shown = lines;
    if (lines.length > 0) this.#output.write(`${lines.join('\n')}\n`);
  }

  #erase(): void {
    if (this.#output.isTTY === true && this.#shown.length > 0) {
      this.#output.write(`\u001b[${this.#shown.length}A\u001b[0J`);
    }
    this.#shown = [];
  }
}
