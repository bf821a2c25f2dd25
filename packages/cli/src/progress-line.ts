import type { StorePart } from '@ledgermq/broker';

/** On a terminal a line is written over and over; elsewhere each is one more line. */
const EVERY_MS = { terminal: 500, lines: 5_000 };
const MEGABYTE = 1024 * 1024;

/** Where it is shown; standard output is such. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Percent of a part that is being verified, and how fast the bytes of the log are read. */
export class ProgressLine {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  #shownAt: number;
  #shown = false;
  #part: StorePart | null = null;
  #begunAt = 0;

  constructor(output: ProgressOutput, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#shownAt = now();
  }

  show(part: StorePart, done: number, total: number): void {
    const now = this.#now();
    if (part !== this.#part) this.#begunAt = now;
    this.#part = part;
    const isTerminal = this.#output.isTTY === true;
    if (now - this.#shownAt < (isTerminal ? EVERY_MS.terminal : EVERY_MS.lines)) return;
    this.#shownAt = now;
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    const perSecond = done / MEGABYTE / Math.max(0.001, (now - this.#begunAt) / 1000);
    const speed = part === 'log' ? `, ${perSecond.toFixed(0)} MB/s` : '';
    const text = `  ${part} ${percent} %${speed}`;
    this.#shown = isTerminal;
    this.#output.write(isTerminal ? `\r${text}\u001b[K` : `${text}\n`);
  }

  /** Leaves no part of a line on a terminal. */
  clear(): void {
    if (this.#shown) this.#output.write('\r\u001b[K');
    this.#shown = false;
  }
}
