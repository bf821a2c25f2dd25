import { setImmediate } from 'node:timers';

/** Turns of the event loop shorter than this are not kept. */
const KEPT_MS = 5;

export interface Pause {
  readonly ms: number;
  /** Processor time of the process within it: much less than `ms` means that the machine had no processor to give. */
  readonly cpuMs: number;
  /** performance.now() at its end. */
  readonly at: number;
}

/** Watches how long single turns of the event loop last. Keeps the loop spinning. */
export class LoopPauses {
  readonly #kept: Pause[] = [];
  #turns = 0;
  #last: number = performance.now();
  #lastCpu: number = cpuMs();
  #stopped = false;

  start(): void {
    setImmediate(() => this.#turn());
  }

  stop(): void {
    this.#stopped = true;
  }

  get turns(): number {
    return this.#turns;
  }

  /** Pauses so far, the longest first. */
  longest(count: number): Pause[] {
    return [...this.#kept].sort((one, other) => other.ms - one.ms).slice(0, count);
  }

  countAbove(ms: number): number {
    return this.#kept.filter((pause) => pause.ms > ms).length;
  }

  #turn(): void {
    if (this.#stopped) return;
    const now = performance.now();
    const cpu = cpuMs();
    const ms = now - this.#last;
    if (ms >= KEPT_MS) this.#kept.push({ ms, cpuMs: cpu - this.#lastCpu, at: now });
    this.#turns += 1;
    this.#last = now;
    this.#lastCpu = cpu;
    setImmediate(() => this.#turn());
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
