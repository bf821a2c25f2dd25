import { CheckerError } from '../errors.ts';
import type { Operation } from '../history/operation.ts';
import { isCount } from '../history/record.ts';
import { parsePlacedIds, type FinalLog, type PlacedId } from './final-log.ts';

/** A producer that promises that its messages lie in the order of their sequence numbers. */
export interface Sequence {
  readonly producer: string;
  readonly seq: number;
}

/**
 * `send`: invoked with `[queue, id, null]`, answered with `[queue, id, offset]`. The id is the message's own (its
 * UNIQ_KEY): a client that repeats a send under one id invokes it again. A fourth item `{producer, seq}` claims order.
 */
export interface SendOperation {
  readonly operation: Operation;
  readonly id: string;
  /** -1 unless acknowledged. */
  readonly offset: number;
  readonly sequence: Sequence | null;
}

/**
 * Answered reads of a queue.
 *
 * - `pull`: `{queue, from}` -> `{queue, from, entries, highWatermark?, next?, strong?}`: everything from an offset on.
 * - `poll`: `{queue}` -> `{queue, entries}`: what a consumer gets next, by its own position.
 * - `max-offset`: `{queue}` -> `{queue, offset, strong?}`: the end of the queue.
 * - `seek`: `{queue}`: the consumer's position is no longer what its last poll says.
 *
 * `highWatermark` and `offset` are exclusive ends: the offset that the next message gets. A read is strong, that is it
 * must know all that was acknowledged before, unless it says `strong: false`.
 */
export interface ReadOperation {
  readonly operation: Operation;
  readonly kind: 'pull' | 'poll' | 'max-offset' | 'seek';
  /** -1 unless the reader asked for an offset. */
  readonly from: number;
  readonly entries: readonly PlacedId[];
  /** Exclusive end of the queue as told; -1 when it was not. */
  readonly end: number;
  /** Where the reader was told to go on; -1 when it was not. */
  readonly next: number;
  readonly strong: boolean;
}

/** All that happened to one queue, in the order of invocation. */
export interface QueueHistory {
  readonly queue: string;
  readonly sends: readonly SendOperation[];
  /** Reads that were answered. */
  readonly reads: readonly ReadOperation[];
  /** One per replica that takes part. */
  readonly finalLogs: readonly FinalLog[];
}

interface GrowingQueue extends QueueHistory {
  readonly sends: SendOperation[];
  readonly reads: ReadOperation[];
  readonly finalLogs: FinalLog[];
}

/**
 * Sorts operations and final logs by queue. A replica that told of some queue took part, so what it does not tell of
 * another queue counts as empty.
 *
 * @throws CheckerError OPERATION_INVALID
 */
export function splitByQueue(
  operations: readonly Operation[],
  finalLogs: readonly FinalLog[],
): QueueHistory[] {
  const queues = new Map<string, GrowingQueue>();
  const queueOf = (queue: string): GrowingQueue => {
    let found = queues.get(queue);
    if (found === undefined) {
      found = { queue, sends: [], reads: [], finalLogs: [] };
      queues.set(queue, found);
    }
    return found;
  };
  for (const operation of operations) {
    const parsed = parseQueueOperation(operation);
    if (parsed === null) continue;
    if (parsed.send !== undefined) queueOf(parsed.queue).sends.push(parsed.send);
    else if (operation.outcome === 'ok') queueOf(parsed.queue).reads.push(parsed.read);
  }
  for (const log of finalLogs) queueOf(log.queue).finalLogs.push(log);
  const nodes = [...new Set(finalLogs.map((log) => log.node))].sort();
  for (const { queue, finalLogs: known } of queues.values()) {
    for (const node of nodes) {
      if (!known.some((log) => log.node === node)) known.push({ node, queue, logStart: 0, entries: [] });
    }
  }
  return [...queues.values()].sort((a, b) => (a.queue < b.queue ? -1 : 1));
}

type ParsedOperation =
  | { readonly queue: string; readonly send: SendOperation; readonly read?: undefined }
  | { readonly queue: string; readonly send?: undefined; readonly read: ReadOperation };

/**
 * A send or read with the queue it concerns; null for everything else.
 *
 * @throws CheckerError OPERATION_INVALID
 */
export function parseQueueOperation(operation: Operation): ParsedOperation | null {
  if (operation.f === 'send') return parseSend(operation);
  return isRead(operation.f) ? parseRead(operation, operation.f) : null;
}

function isRead(f: string): f is ReadOperation['kind'] {
  return f === 'pull' || f === 'poll' || f === 'max-offset' || f === 'seek';
}

function parseSend(operation: Operation): { readonly queue: string; readonly send: SendOperation } {
  const [queue, id, , claimed] = asArray(operation.input, operation);
  if (typeof queue !== 'string' || typeof id !== 'string') throw invalid(operation, '[queue, id, null]');
  let offset = -1;
  if (operation.outcome === 'ok') {
    const [answeredQueue, answeredId, answered] = asArray(operation.output, operation);
    if (answeredQueue !== queue || answeredId !== id || !isCount(answered))
      throw invalid(operation, '[queue, id, offset] of the same queue and id');
    offset = answered;
  }
  return { queue, send: { operation, id, offset, sequence: parseSequence(claimed, operation) } };
}

function parseSequence(value: unknown, operation: Operation): Sequence | null {
  if (value === undefined || value === null) return null;
  const { producer, seq } = value as Record<string, unknown>;
  if (typeof producer === 'string' && isCount(seq)) return { producer, seq };
  throw invalid(operation, 'a fourth item {producer, seq}');
}

function parseRead(
  operation: Operation,
  kind: ReadOperation['kind'],
): { readonly queue: string; readonly read: ReadOperation } {
  const asked = asObject(operation.input, operation);
  const { queue, from } = asked;
  if (typeof queue !== 'string' || (kind === 'pull' && !isCount(from)))
    throw invalid(operation, kind === 'pull' ? '{queue, from}' : '{queue}');
  const answer = operation.outcome === 'ok' && kind !== 'seek' ? asObject(operation.output, operation) : {};
  const told = kind === 'max-offset' ? answer['offset'] : answer['highWatermark'];
  if (operation.outcome === 'ok' && kind === 'max-offset' && !isCount(told))
    throw invalid(operation, '{queue, offset}');
  return {
    queue,
    read: {
      operation,
      kind,
      from: kind === 'pull' && isCount(from) ? from : -1,
      entries: answer['entries'] === undefined ? [] : parsePlacedIds(answer['entries'], operation.invoked),
      end: offsetOrNone(told, operation),
      next: offsetOrNone(answer['next'], operation),
      strong: kind !== 'poll' && kind !== 'seek' && answer['strong'] !== false,
    },
  };
}

function offsetOrNone(value: unknown, operation: Operation): number {
  if (value === undefined || value === null) return -1;
  if (isCount(value)) return value;
  throw invalid(operation, 'offsets that are whole numbers from 0');
}

function asArray(value: unknown, operation: Operation): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(operation, 'a list');
}

function asObject(value: unknown, operation: Operation): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalid(operation, 'an object');
}

function invalid(operation: Operation, form: string): CheckerError {
  const { f, invoked } = operation;
  return new CheckerError('OPERATION_INVALID', `operation ${invoked}: the value of ${f} must be ${form}`, {
    at: invoked,
  });
}
