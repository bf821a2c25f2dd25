import type { Process } from './process.ts';

/** Something that will happen. */
export interface ScheduledEvent {
  /** Virtual milliseconds since the run began. */
  at: number;
  /** Order among events of one moment. */
  sequence: number;
  /** Whose code runs; null for the world's own. */
  readonly process: Process | null;
  readonly kind: string;
  /** Null once it ran or was cancelled. */
  run: (() => void) | null;
  /** Called instead of `run` when the process has ended before. */
  readonly orphaned: (() => void) | null;
}

/** A binary heap of events by moment, then by order of scheduling. */
export class EventHeap {
  readonly #events: ScheduledEvent[] = [];

  get size(): number {
    return this.#events.length;
  }

  peek(): ScheduledEvent | null {
    return this.#events[0] ?? null;
  }

  push(event: ScheduledEvent): void {
    const events = this.#events;
    let at = events.length;
    events.push(event);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = events[parentAt] as ScheduledEvent;
      if (!before(event, parent)) break;
      events[at] = parent;
      at = parentAt;
    }
    events[at] = event;
  }

  pop(): ScheduledEvent | null {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined) return null;
    if (events.length > 0) this.#sink(last);
    return first;
  }

  #sink(event: ScheduledEvent): void {
    const events = this.#events;
    const size = events.length;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= size) break;
      const right = childAt + 1;
      if (right < size && before(events[right] as ScheduledEvent, events[childAt] as ScheduledEvent)) {
        childAt = right;
      }
      const child = events[childAt] as ScheduledEvent;
      if (!before(child, event)) break;
      events[at] = child;
      at = childAt;
    }
    events[at] = event;
  }
}

function before(left: ScheduledEvent, right: ScheduledEvent): boolean {
  return left.at === right.at ? left.sequence < right.sequence : left.at < right.at;
}
