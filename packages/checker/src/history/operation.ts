import { CheckerError } from '../errors.ts';
import { requireOrder } from './ndjson.ts';
import type { HistoryRecord, ProcessId } from './record.ts';

/** What became of an operation: `fail` certainly did not take effect, `info` may have or may yet. */
export type Outcome = 'ok' | 'fail' | 'info';

/**
 * An invocation and its completion. An operation A came before B in real time when `A.returned < B.invoked`; an
 * operation of unknown outcome never returns.
 */
export interface Operation {
  /** Index of the record of the invocation: the name of the operation. */
  readonly invoked: number;
  /** Index of the record of the completion; Infinity when the outcome is unknown. */
  readonly returned: number;
  /** The same two moments in nanoseconds. */
  readonly invokedAt: number;
  readonly returnedAt: number;
  readonly process: ProcessId;
  readonly f: string;
  readonly outcome: Outcome;
  /** The value of the invocation. */
  readonly input: unknown;
  /** The value of the completion; null unless the outcome is `ok`. */
  readonly output: unknown;
  readonly error: readonly string[];
  readonly node: string | null;
  readonly term: number | null;
}

/**
 * Pairs the records of the clients, in the order of invocation. An invocation without a completion has an unknown
 * outcome. Records of named processes are left out.
 *
 * @throws CheckerError HISTORY_ORDER_INVALID, HISTORY_PAIRING_INVALID
 */
export function pairOperations(records: readonly HistoryRecord[]): Operation[] {
  const operations: Operation[] = [];
  const open = new Map<number, { readonly invoke: HistoryRecord; readonly position: number }>();
  const retired = new Set<number>();
  let last: HistoryRecord | null = null;
  for (const record of records) {
    requireOrder(last, record);
    last = record;
    const { process, type } = record;
    if (typeof process === 'string') continue;
    const pending = open.get(process);
    if (type === 'invoke') {
      if (pending !== undefined)
        throw mispaired(record, `invokes before its operation ${pending.invoke.index} has completed`);
      if (retired.has(process)) throw mispaired(record, 'is used again after an unknown outcome');
      open.set(process, { invoke: record, position: operations.length });
      // Holds the place, and is what remains when no completion comes.
      operations.push(operationOf(record, null));
    } else {
      if (pending === undefined) throw mispaired(record, 'completes what it has not invoked');
      if (pending.invoke.f !== record.f)
        throw mispaired(record, 'completes another function than it invoked');
      operations[pending.position] = operationOf(pending.invoke, record);
      open.delete(process);
      if (type === 'info') retired.add(process);
    }
  }
  return operations;
}

function operationOf(invoke: HistoryRecord, completion: HistoryRecord | null): Operation {
  const outcome = completion === null || completion.type === 'invoke' ? 'info' : completion.type;
  const returned = completion === null || outcome === 'info' ? null : completion;
  return {
    invoked: invoke.index,
    returned: returned?.index ?? Infinity,
    invokedAt: invoke.time,
    returnedAt: returned?.time ?? Infinity,
    process: invoke.process,
    f: invoke.f,
    outcome,
    input: invoke.value,
    output: outcome === 'ok' ? (completion?.value ?? null) : null,
    error: completion?.error ?? [],
    node: completion?.node ?? invoke.node ?? null,
    term: completion?.term ?? invoke.term ?? null,
  };
}

function mispaired(record: HistoryRecord, what: string): CheckerError {
  return new CheckerError(
    'HISTORY_PAIRING_INVALID',
    `record ${record.index}: process ${record.process} ${what}`,
    { at: record.index },
  );
}

/** An operation on one line, for people. */
export function describeOperation(operation: Operation): string {
  const { invoked, returned, process, f, input, output, outcome, node, term, error } = operation;
  const place = `${node === null ? '' : ` by ${node}`}${term === null ? '' : ` in term ${term}`}`;
  const result =
    outcome === 'ok' ? ` -> ${shortJson(output)}` : ` -> ${outcome} ${error.join(' ')}`.trimEnd();
  const until = returned === Infinity ? '' : `${returned}`;
  return `[${invoked}..${until}] process ${process} ${f} ${shortJson(input)}${result}${place}`;
}

const TEXT_LENGTH_MAX = 200;

function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
}
