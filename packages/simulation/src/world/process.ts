/** One life of one program: what belongs to it happens only while it lives and is not paused. */
export class Process {
  /** The machine it runs on. */
  readonly host: string;
  /** Counts the lives of this program on its machine, from 1. */
  readonly life: number;
  #ended = false;
  #paused = false;
  readonly #onEnd: (() => void)[] = [];

  constructor(host: string, life: number) {
    this.host = host;
    this.life = life;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Stops the time of this process; what would happen waits. The scheduler must be told of the resumption. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
  }

  /** Calls `fn` when this life ends; at once when it has. */
  onEnd(fn: () => void): void {
    if (this.#ended) fn();
    else this.#onEnd.push(fn);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#paused = false;
    for (const fn of this.#onEnd.splice(0)) fn();
  }
}
