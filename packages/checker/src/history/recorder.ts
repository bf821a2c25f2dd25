import { CheckerError } from '../errors.ts';
import type { FinalLog } from '../log/final-log.ts';
import { finalLogValues } from '../log/final-log.ts';
import type { HistoryRecord, ProcessId, RecordType } from './record.ts';

export interface RecorderOptions {
  /** Monotonic nanoseconds; only differences count. */
  readonly clock: () => number;
  /** Gets each record as it is made, for a history that is written while it grows. */
  readonly onRecord?: (record: HistoryRecord) => void;
  /** False when `onRecord` is enough: `records` stays empty. */
  readonly keep?: boolean;
  readonly recordsMax?: number;
}

/** What is known with the answer: the node that gave it and, if known, the term of its mastership. */
export interface AnswerPlace {
  readonly node?: string;
  readonly term?: number;
}

const RECORDS_MAX = 20_000_000;

/**
 * Records what clients do, in the order in which they see it. One recorder serves all clients of one program, whose
 * order is therefore exact; histories of several programs are joined by `mergeHistories`.
 */
export class HistoryRecorder {
  readonly #options: RecorderOptions;
  readonly #records: HistoryRecord[] = [];
  readonly #startedAt: number;
  /** Processes without an operation, for callers that do not care which one they are. */
  readonly #idle: RecordedProcess[] = [];
  #recordCount = 0;
  #lastTime = 0;
  #nextProcess = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#startedAt = options.clock();
  }

  /** What was recorded so far; a view that grows. */
  get records(): readonly HistoryRecord[] {
    return this.#records;
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** A client that does one thing at a time. */
  process(): RecordedProcess {
    return new RecordedProcess(
      () => this.#nextProcess++,
      (process, type, f, value, detail) => this.#record(process, type, f, value, detail),
    );
  }

  /** Begins an operation as any process that is idle. */
  invoke(f: string, value: unknown, place: AnswerPlace = {}): OpenOperation {
    const process = this.#idle.pop() ?? this.process();
    return process.invoke(f, value, place, () => this.#idle.push(process));
  }

  /** Records what is not an operation of a client: a fault, a moment, a fact. */
  mark(process: string, f: string, value: unknown, place: AnswerPlace = {}): void {
    this.#record(process, 'info', f, value, place);
  }

  /** Records what a replica holds at the end, in as many lines as it takes. */
  finalLog(log: FinalLog): void {
    for (const value of finalLogValues(log)) this.mark('checker', 'final-log', value, { node: log.node });
  }

  #record(
    process: ProcessId,
    type: RecordType,
    f: string,
    value: unknown,
    detail: AnswerPlace & { readonly error?: readonly string[] },
  ): void {
    if (this.#recordCount >= (this.#options.recordsMax ?? RECORDS_MAX))
      throw new CheckerError('HISTORY_TOO_LONG', `more than ${this.#recordCount} records`);
    const { error, node, term } = detail;
    this.#lastTime = Math.max(this.#lastTime, Math.round(this.#options.clock() - this.#startedAt));
    const record: HistoryRecord = {
      index: this.#recordCount++,
      time: this.#lastTime,
      process,
      type,
      f,
      value: value ?? null,
      ...(error === undefined ? {} : { error }),
      ...(node === undefined ? {} : { node }),
      ...(term === undefined ? {} : { term }),
    };
    if (this.#options.keep !== false) this.#records.push(record);
    this.#options.onRecord?.(record);
  }
}

type Write = (
  process: ProcessId,
  type: RecordType,
  f: string,
  value: unknown,
  detail: AnswerPlace & { readonly error?: readonly string[] },
) => void;

/** A client of the system under test. After an unknown outcome it goes on under a new id. */
export class RecordedProcess {
  readonly #newId: () => number;
  readonly #write: Write;
  #id: number | null = null;
  #busy = false;

  constructor(newId: () => number, write: Write) {
    this.#newId = newId;
    this.#write = write;
  }

  /** @throws CheckerError PROCESS_BUSY while the last operation is open. */
  invoke(f: string, value: unknown, place: AnswerPlace = {}, settled?: () => void): OpenOperation {
    if (this.#busy) throw new CheckerError('PROCESS_BUSY', `process ${this.#id ?? -1} has an open operation`);
    const id = (this.#id ??= this.#newId());
    this.#busy = true;
    this.#write(id, 'invoke', f, value, place);
    return new OpenOperation((type, result, detail) => {
      this.#write(id, type, f, type === 'ok' ? result : value, detail);
      this.#busy = false;
      if (type === 'info') this.#id = null;
      settled?.();
    });
  }
}

type Settle = (
  type: 'ok' | 'fail' | 'info',
  value: unknown,
  detail: AnswerPlace & { readonly error?: readonly string[] },
) => void;

/** An operation that has begun; completed exactly once, or left open when nobody will ever know. */
export class OpenOperation {
  #settle: Settle | null;

  constructor(settle: Settle) {
    this.#settle = settle;
  }

  /** It took effect, with this result. */
  ok(value: unknown, place: AnswerPlace = {}): void {
    this.#take()('ok', value, place);
  }

  /** It certainly did not take effect and never will. */
  fail(error: readonly string[], place: AnswerPlace = {}): void {
    this.#take()('fail', null, { ...place, error });
  }

  /** Nobody knows. */
  info(error: readonly string[], place: AnswerPlace = {}): void {
    this.#take()('info', null, { ...place, error });
  }

  /** @throws CheckerError OPERATION_SETTLED */
  #take(): Settle {
    const settle = this.#settle;
    if (settle === null) throw new CheckerError('OPERATION_SETTLED', 'an operation completes once');
    this.#settle = null;
    return settle;
  }
}
