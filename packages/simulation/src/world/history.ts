/** What happened to an operation: asked, done, certainly not done, or unknown for ever. */
export type HistoryType = 'invoke' | 'ok' | 'fail' | 'info';

/** One line of a history, in the form of Jepsen; the form of the checker's records. */
export interface HistoryEvent {
  readonly index: number;
  /** Virtual nanoseconds since the run began. */
  readonly time: number;
  /** A process has one operation at a time; after an unknown outcome it goes on under a new number. */
  readonly process: number | string;
  readonly type: HistoryType;
  readonly f: string;
  readonly value: unknown;
  readonly error?: readonly string[];
  readonly node?: string;
  readonly term?: number;
}

export interface HistoryPorts {
  /** Virtual milliseconds since the run began. */
  now(): number;
  /** Gets every line as it is recorded. */
  onEvent(event: HistoryEvent): void;
}

const NS_PER_MS = 1_000_000;

/** Records what the clients of a run see, in the order in which they see it. */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #ports: HistoryPorts;
  /** Processes without an open operation. */
  readonly #idle: number[] = [];
  #processes = 0;
  #open = 0;

  constructor(ports: HistoryPorts) {
    this.#ports = ports;
  }

  /** Operations that were invoked and have no outcome yet. */
  get open(): number {
    return this.#open;
  }

  /** Begins an operation of a process that has none. */
  invoke(f: string, value: unknown): OpenOperation {
    const process = this.#idle.pop() ?? this.#processes++;
    this.#open += 1;
    this.#add({ process, type: 'invoke', f, value });
    return new OpenOperation((type, result, error, term) => {
      this.#open -= 1;
      this.#add({
        process,
        type,
        f,
        value: type === 'ok' ? result : value,
        ...(error === null ? {} : { error: [error] }),
        ...(term === null ? {} : { term }),
      });
      if (type !== 'info') this.#idle.push(process);
    });
  }

  /** Something that is no operation of a client. */
  mark(process: string, f: string, value: unknown): void {
    this.#add({ process, type: 'info', f, value });
  }

  #add(event: Omit<HistoryEvent, 'index' | 'time'>): void {
    const time = Math.round(this.#ports.now() * NS_PER_MS);
    const recorded = { index: this.events.length, time, ...event };
    this.events.push(recorded);
    this.#ports.onEvent(recorded);
  }
}

type Settle = (
  type: 'ok' | 'fail' | 'info',
  value: unknown,
  error: string | null,
  term: number | null,
) => void;

/** An operation that has begun; it is settled once. */
export class OpenOperation {
  #settle: Settle | null;

  constructor(settle: Settle) {
    this.#settle = settle;
  }

  /** It took effect, with this result; `term` of the master that answered, where it is known. */
  ok(value: unknown, term: number | null = null): void {
    this.#take()('ok', value, null, term);
  }

  /** It certainly did not take effect and never will. */
  fail(error: string): void {
    this.#take()('fail', null, error, null);
  }

  /** Nobody knows. */
  info(error: string): void {
    this.#take()('info', null, error, null);
  }

  #take(): Settle {
    const settle = this.#settle;
    if (settle === null) throw new Error('an operation is settled once');
    this.#settle = null;
    return settle;
  }
}
