import { CheckerError } from '../errors.ts';

/** How an operation begins and how it may end: `fail` certainly did not happen, of `info` nobody knows. */
export type RecordType = 'invoke' | 'ok' | 'fail' | 'info';

/** A client is a number that is never used again after an unknown outcome; everything else that acts has a name. */
export type ProcessId = number | string;

/**
 * One line of a history, in the form of Jepsen's histories (github.com/jepsen-io/history), so that its tools can read
 * the same file. Records of a client come in pairs; those of a named process (faults, final logs, marks) stand alone
 * and have the type `info`.
 */
export interface HistoryRecord {
  /** Position in the history; grows from line to line. Its order is the order of real time. */
  readonly index: number;
  /** Nanoseconds on one monotonic clock; never falls from line to line. */
  readonly time: number;
  readonly process: ProcessId;
  readonly type: RecordType;
  /** The function, for example `send`. */
  readonly f: string;
  readonly value: unknown;
  /** Why it failed or is unknown. */
  readonly error?: readonly string[];
  /** The node that answered, or that a fault struck. */
  readonly node?: string;
  /** Term of the mastership that answered, where it is known. */
  readonly term?: number;
}

const RECORD_TYPES: ReadonlySet<unknown> = new Set<RecordType>(['invoke', 'ok', 'fail', 'info']);

/**
 * Narrows a parsed line to a record. Fields that are not known are left behind.
 *
 * @throws CheckerError HISTORY_RECORD_INVALID naming the field; `line` is told with it.
 */
export function parseRecord(parsed: unknown, line: number): HistoryRecord {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw invalid('is no object', line);
  const { index, time, process, type, f, value, error, node, term } = parsed as Record<string, unknown>;
  if (!isCount(index)) throw invalid('has no index that is a whole number from 0', line);
  if (!isCount(time)) throw invalid('has no time in whole nanoseconds from 0', line);
  if (typeof process !== 'string' && !isCount(process)) throw invalid('has no process', line);
  if (!RECORD_TYPES.has(type)) throw invalid('has a type other than invoke, ok, fail and info', line);
  if (typeof f !== 'string' || f === '') throw invalid('has no f', line);
  if (typeof process === 'string' && type !== 'info')
    throw invalid('has a named process and is not info', line);
  if (error !== undefined && !isTexts(error)) throw invalid('has an error that is no list of texts', line);
  if (node !== undefined && typeof node !== 'string') throw invalid('has a node that is no text', line);
  if (term !== undefined && !isCount(term)) throw invalid('has a term that is no whole number', line);
  return {
    index,
    time,
    process,
    type: type as RecordType,
    f,
    value: value ?? null,
    ...(error === undefined ? {} : { error }),
    ...(node === undefined ? {} : { node }),
    ...(term === undefined ? {} : { term }),
  };
}

/** A whole number from 0 that a double holds exactly. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function invalid(what: string, line: number): CheckerError {
  return new CheckerError('HISTORY_RECORD_INVALID', `record ${line} of the history ${what}`, { at: line });
}
