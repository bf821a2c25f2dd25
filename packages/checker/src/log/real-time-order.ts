import type { Operation } from '../history/operation.ts';
import type { AnomalyList, AnomalyType } from './anomaly.ts';
import type { Message } from './message.ts';
import type { ReadOperation } from './queue-history.ts';

/**
 * A moment in the life of the queue that an operation proves. The queue grows by one message at a time, so the append
 * at offset o has position 2o + 1, and a read that found the end at e has position 2e: after all appends below e and
 * before all others.
 */
interface Moment {
  readonly position: number;
  readonly operation: Operation;
  readonly message: Message | null;
  readonly read: ReadOperation | null;
}

/**
 * Real-time order of appends and reads. Positions are a total order, so there is a legal order of all operations if
 * and only if none has a smaller position than one that had returned before it was invoked (two reads of one end have
 * the same, and may come in any order). One pass over the operations by invocation, with the greatest position that
 * had returned by then, finds every operation that is too low.
 */
export function checkRealTimeOrder(
  messages: Iterable<Message>,
  reads: readonly ReadOperation[],
  knownEnd: number,
  anomalies: AnomalyList,
): void {
  const returned: Moment[] = [];
  const invoked: Moment[] = [];
  for (const message of messages) addMessage(message, returned, invoked);
  for (const read of reads) addRead(read, knownEnd, returned, invoked, anomalies);
  // A message that was sent several times begins with the first send and is certainly there with the first answer.
  returned.sort((a, b) => returnOf(a) - returnOf(b));
  invoked.sort((a, b) => a.operation.invoked - b.operation.invoked);
  let next = 0;
  let highest: Moment | null = null;
  let highestSend: Moment | null = null;
  for (const later of invoked) {
    for (;;) {
      const earlier = returned[next];
      if (earlier === undefined || returnOf(earlier) >= later.operation.invoked) break;
      if (highest === null || earlier.position > highest.position) highest = earlier;
      if (earlier.message !== null && (highestSend === null || earlier.position > highestSend.position))
        highestSend = earlier;
      next += 1;
    }
    // An acknowledgement that was forgotten is the plainer proof.
    if (highestSend !== null && highestSend.position > later.position) report(highestSend, later, anomalies);
    else if (highest !== null && highest.position > later.position) report(highest, later, anomalies);
  }
}

function addMessage(message: Message, returned: Moment[], invoked: Moment[]): void {
  const { offset, firstEffective, firstAcknowledged, heldBy } = message;
  // What no replica holds and nobody acknowledged did not happen.
  if (offset === -1 || firstEffective === null || (heldBy === 0 && firstAcknowledged === null)) return;
  const position = 2 * offset + 1;
  invoked.push({ position, operation: firstEffective, message, read: null });
  if (firstAcknowledged !== null)
    returned.push({ position, operation: firstAcknowledged, message, read: null });
}

function addRead(
  read: ReadOperation,
  knownEnd: number,
  returned: Moment[],
  invoked: Moment[],
  anomalies: AnomalyList,
): void {
  const { operation, entries, end, strong } = read;
  if (end > knownEnd) {
    // Left out of the comparison: one such read would make every later one look stale.
    anomalies.add(
      'future-watermark',
      () => `a read told the end ${end}, and nobody knows a message beyond offset ${knownEnd - 1}`,
      [operation],
    );
    return;
  }
  const seen = Math.max(end, (entries.at(-1)?.[0] ?? -1) + 1);
  if (seen > 0) returned.push({ position: 2 * seen, operation, message: null, read });
  if (strong && end !== -1) invoked.push({ position: 2 * end, operation, message: null, read });
}

function returnOf({ operation }: Moment): number {
  return operation.returned;
}

function report(earlier: Moment, later: Moment, anomalies: AnomalyList): void {
  const operations = [earlier.operation, later.operation];
  const [before, after] = [describe(earlier), describe(later)];
  anomalies.add(typeOf(earlier, later), () => `${before}, and after that ${after}`, operations);
}

function typeOf(earlier: Moment, later: Moment): AnomalyType {
  if (earlier.read === null) return later.read === null ? 'real-time-order' : 'stale-read';
  if (later.message === null) return 'watermark-regression';
  const { entries } = earlier.read;
  const [first] = entries[0] ?? [Infinity];
  const [last] = entries.at(-1) ?? [-Infinity];
  return later.message.offset >= first && later.message.offset <= last ? 'future-read' : 'future-watermark';
}

function describe({ message, read }: Moment): string {
  if (message !== null) return `the send of ${message.id} at offset ${message.offset}`;
  return `a read that ${read?.end === -1 ? 'returned messages up to' : 'told'} the end ${read?.end === -1 ? (read.entries.at(-1)?.[0] ?? -1) + 1 : (read?.end ?? -1)}`;
}
