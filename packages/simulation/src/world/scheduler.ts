import { EventHeap, type ScheduledEvent } from './event-heap.ts';
import type { Process } from './process.ts';
import { TraceHash } from './trace-hash.ts';

/** Macrotasks asked of the event loop at once: one per event, but the loop goes round less often. */
const BATCH = 256;

export interface SchedulerEvents {
  /** After each event and everything that its promises set off, before the next one. */
  onStep(process: Process): void;
  /** Code of a process threw; a real process would end. */
  onThrown(process: Process | null, error: unknown): void;
}

/**
 * The only source of order in a run. Events happen one by one by their moment, then by the order in which they were
 * scheduled; each is a macrotask of its own, so that all promises it settles are followed up before the next one.
 */
export class Scheduler {
  readonly trace: TraceHash = new TraceHash();
  readonly #events: SchedulerEvents;
  readonly #heap = new EventHeap();
  /** What waits for paused processes, in order. */
  readonly #held: Map<Process, ScheduledEvent[]> = new Map();
  #now = 0;
  #sequence = 0;
  #executed = 0;
  #current: Process | null = null;
  #running = false;

  constructor(events: SchedulerEvents) {
    this.#events = events;
  }

  /** Virtual milliseconds since the run began, fractional. */
  get now(): number {
    return this.#now;
  }

  /** Events that happened. */
  get executed(): number {
    return this.#executed;
  }

  /** Whose event runs now, or ran last. */
  get current(): Process | null {
    return this.#current;
  }

  /**
   * Lets `run` happen in so many virtual milliseconds. `orphaned` is called in its place when the process has ended by
   * then: what the kernel does with what is meant for nobody.
   */
  after(
    ms: number,
    process: Process | null,
    kind: string,
    run: () => void,
    orphaned: (() => void) | null = null,
  ): ScheduledEvent {
    const event = {
      at: this.#now + Math.max(0, ms),
      sequence: this.#sequence++,
      process,
      kind,
      run,
      orphaned,
    };
    this.#heap.push(event);
    return event;
  }

  cancel(event: ScheduledEvent): void {
    event.run = null;
  }

  /** What waited for a paused process happens now, in its old order. */
  resume(process: Process): void {
    process.setPaused(false);
    this.#release(process);
  }

  /** Nothing waits for this process any more. */
  ended(process: Process): void {
    this.#release(process);
  }

  /** Runs until this moment, or until `enough` holds between two events. Resolves with whether it held. */
  run(untilMs: number, enough: () => boolean = () => false): Promise<boolean> {
    if (this.#running) throw new Error('the scheduler runs already');
    this.#running = true;
    return new Promise((resolve, reject) => {
      let left = 0;
      let done = false;
      const finish = (reached: boolean): void => {
        done = true;
        this.#running = false;
        if (!reached) this.#now = Math.max(this.#now, untilMs);
        resolve(reached);
      };
      const step = (): void => {
        left -= 1;
        if (done) return;
        try {
          this.#afterStep();
          if (enough()) finish(true);
          else if (!this.#step(untilMs)) finish(false);
        } catch (error) {
          done = true;
          this.#running = false;
          reject(error instanceof Error ? error : new Error(String(error)));
        }
        if (left === 0 && !done) ask();
      };
      const ask = (): void => {
        left = BATCH;
        for (let at = 0; at < BATCH; at += 1) setImmediate(step);
      };
      ask();
    });
  }

  #afterStep(): void {
    const process = this.#current;
    if (process === null) return;
    this.#current = null;
    this.#events.onStep(process);
  }

  /** Lets the next event happen; false when there is none before that moment. */
  #step(untilMs: number): boolean {
    for (;;) {
      const event = this.#heap.peek();
      if (event === null || event.at > untilMs) return false;
      this.#heap.pop();
      const { process, run, orphaned } = event;
      if (run === null) continue;
      this.#now = Math.max(this.#now, event.at);
      if (process?.ended === true) {
        event.run = null;
        orphaned?.();
        continue;
      }
      if (process?.paused === true) {
        this.#hold(process, event);
        continue;
      }
      event.run = null;
      this.#executed += 1;
      this.trace.number(event.at);
      this.trace.name(event.kind);
      if (process !== null) this.trace.name(process.host);
      this.#current = process;
      try {
        run();
      } catch (error) {
        this.#events.onThrown(process, error);
      }
      return true;
    }
  }

  #hold(process: Process, event: ScheduledEvent): void {
    const held = this.#held.get(process);
    if (held === undefined) this.#held.set(process, [event]);
    else held.push(event);
  }

  #release(process: Process): void {
    const held = this.#held.get(process) ?? [];
    this.#held.delete(process);
    for (const event of held) {
      if (event.run === null) continue;
      event.at = this.#now;
      event.sequence = this.#sequence++;
      this.#heap.push(event);
    }
  }
}
