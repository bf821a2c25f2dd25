const SAMPLE_MS = 250;

export interface MemoryPeak {
  readonly heapMB: number;
  readonly rssMB: number;
  readonly arrayBuffersMB: number;
}

/** Heap and resident memory of this process, sampled while a part runs. */
export class MemoryWatch {
  #heap = 0;
  #rss = 0;
  #arrayBuffers = 0;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    this.#sample();
  }

  stop(): MemoryPeak {
    this.#sample();
    clearInterval(this.#timer);
    return { heapMB: this.#heap / 1e6, rssMB: this.#rss / 1e6, arrayBuffersMB: this.#arrayBuffers / 1e6 };
  }

  #sample(): void {
    const { heapUsed, rss, arrayBuffers } = process.memoryUsage();
    this.#heap = Math.max(this.#heap, heapUsed);
    this.#rss = Math.max(this.#rss, rss);
    this.#arrayBuffers = Math.max(this.#arrayBuffers, arrayBuffers);
  }
}
