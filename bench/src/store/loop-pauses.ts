import { setImmediate } from 'node:timers';

/** Turns of the event loop shorter than this are not kept. */
const KEPT_MS = 5;

export interface Pause {
  readonly ms: number;
  /** Processor time of the process within it: much less than `ms` means that the machine had no processor to give. */
  readonly cpuMs: number;
  /** What of it the system took for this process: writes, and pages of memory that it had to find. */
  readonly systemMs: number;
  /** performance.now() at its end. */
  readonly at: number;
}

/** Watches how long single turns of the event loop last. Keeps the loop spinning. */
export class LoopPauses {
  readonly #kept: Pause[] = [];
  #turns = 0;
  #last: number = performance.now();
  #lastCpu: NodeJS.CpuUsage = process.cpuUsage();
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
    const cpu = process.cpuUsage();
    const ms = now - this.#last;
    if (ms >= KEPT_MS) {
      const systemMs = (cpu.system - this.#lastCpu.system) / 1000;
      const userMs = (cpu.user - this.#lastCpu.user) / 1000;
      this.#kept.push({ ms, cpuMs: userMs + systemMs, systemMs, at: now });
    }
    this.#turns += 1;
    this.#last = now;
    this.#lastCpu = cpu;
    setImmediate(() => this.#turn());
  }
}
