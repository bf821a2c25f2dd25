export interface LatencySummary {
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly count: number;
}

/** Samples kept at most; beyond that every new sample replaces one at random (reservoir sampling). */
const SAMPLES_MAX = 200_000;

/** Collects durations in ms and tells their percentiles. */
export class Latencies {
  readonly #samples: number[] = [];
  #count = 0;
  #max = 0;

  add(ms: number): void {
    this.#count++;
    if (ms > this.#max) this.#max = ms;
    if (this.#samples.length < SAMPLES_MAX) {
      this.#samples.push(ms);
      return;
    }
    const at = Math.floor(Math.random() * this.#count);
    if (at < SAMPLES_MAX) this.#samples[at] = ms;
  }

  summary(): LatencySummary {
    const sorted = Float64Array.from(this.#samples).sort();
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), maxMs: this.#max, count: this.#count };
  }
}
