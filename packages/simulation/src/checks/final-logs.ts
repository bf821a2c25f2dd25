import type { GroupReplica } from '@ledgermq/broker';
import type { FinalLog, PlacedId } from '@ledgermq/checker';
import { readRecords, type MessageRecord } from '@ledgermq/protocol';
import { idOfText } from '../workload/message-text.ts';

interface Inspected {
  readonly id: string;
  readonly group: string;
  readonly replica: GroupReplica | null;
}

/** Topics of retries and dead letters. */
const INTERNAL_PREFIX = '%';
const READ_LIMITS = { countMax: 512, bytesMax: 4 << 20, matches: null };

/** What the replicas serve of their queues when nothing changes any more: each queue is read once. */
export class QueueRecords {
  readonly #read: Map<GroupReplica, Map<string, readonly MessageRecord[]>> = new Map();

  of(replica: GroupReplica, topic: string, queueId: number): readonly MessageRecord[] {
    let queues = this.#read.get(replica);
    if (queues === undefined) this.#read.set(replica, (queues = new Map<string, readonly MessageRecord[]>()));
    const name = `${topic}/${queueId}`;
    let records = queues.get(name);
    if (records === undefined) queues.set(name, (records = recordsOf(replica, topic, queueId)));
    return records;
  }
}

/** What a replica would serve of every queue, if it were the master: the final logs of a history. */
export function queueContents(
  { id, group, replica }: Inspected,
  read: QueueRecords = new QueueRecords(),
): FinalLog[] {
  if (replica === null) return [];
  const logs: FinalLog[] = [];
  for (const { topicName, queueId } of queuesOf(replica)) {
    // Into topics of its own a broker puts messages again that were sent elsewhere.
    if (topicName.startsWith(INTERNAL_PREFIX)) continue;
    const entries = read.of(replica, topicName, queueId).map((record): PlacedId => {
      return [record.queueOffset, idOfText(record.body) ?? `unreadable record ${record.physicalOffset}`];
    });
    // Retention takes records away before the index forgets them.
    const logStart = entries[0]?.[0] ?? replica.queues.bounds(topicName, queueId)?.maxOffset ?? 0;
    logs.push({ node: id, queue: `${group}/${topicName}/${queueId}`, logStart, entries });
  }
  return logs;
}

/** Every queue of a replica that has ever received a message. */
export function* queuesOf(replica: GroupReplica): IterableIterator<{
  readonly topicName: string;
  readonly queueId: number;
  readonly number: number;
}> {
  const { machine } = replica.inspect();
  for (const { topicName } of machine.topics.all()) {
    yield* machine.topics.topic(topicName)?.queues.all() ?? [];
  }
}

function recordsOf(replica: GroupReplica, topic: string, queueId: number): MessageRecord[] {
  const bounds = replica.queues.bounds(topic, queueId);
  const records: MessageRecord[] = [];
  for (let offset = bounds?.minOffset ?? 0; offset < (bounds?.maxOffset ?? 0);) {
    const read = replica.queues.read(topic, queueId, offset, READ_LIMITS);
    if (read.type === 'cold') {
      // Nothing goes on here for which a read of the disk would be waited: one message, the slow way.
      const [record] = readRecords(replica.records.readRecord(read.addresses[0] ?? -1) ?? Buffer.alloc(0));
      if (record === undefined) break;
      records.push(record);
      offset = record.queueOffset + 1;
      continue;
    }
    if (read.type === 'found') {
      const body = Buffer.alloc(read.bytes);
      read.copyTo(body, 0);
      records.push(...readRecords(body));
    }
    if (read.nextBeginOffset <= offset) break;
    offset = read.nextBeginOffset;
  }
  return records;
}
