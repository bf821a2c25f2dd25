import type { BrokerMachine, GroupReplica } from '@ledgermq/broker';
import { decodeProperties } from '@ledgermq/protocol';
import { QueueUnits, type QueueIndex } from '@ledgermq/store';
import { QueueRecords, queuesOf } from './final-logs.ts';
import { rebuildState, type RebuiltState } from './rebuilt-state.ts';
import type { Reporter } from './reporter.ts';

interface Inspected {
  readonly id: string;
  readonly replica: GroupReplica | null;
}

/** What a replica is compared with. */
type Reference = Pick<RebuiltState, 'machine' | 'derived'>;

/**
 * - equal-state: what a replica holds of topics, groups, offsets and settings is what the log makes of an empty machine.
 * - index-intact: so are its queue index and its table of ids.
 *
 * When every log has lost its beginning to retention, the replicas are compared with each other.
 */
export async function checkEqualStates(
  group: string,
  members: readonly Inspected[],
  reporter: Reporter,
  records: QueueRecords = new QueueRecords(),
): Promise<void> {
  const running = members.flatMap(({ id, replica }) => (replica === null ? [] : [{ id, replica }]));
  const whole = running.find(({ replica }) => replica.inspect().log.firstIndex() === 1);
  const source = (whole ?? running[0])?.replica.inspect();
  if (source === undefined) return;
  const index = source.machineIndex();
  const rebuilt = whole === undefined ? null : await rebuildState(source.log, index);
  for (const { id, replica } of running) {
    // Those who have not come to the same entry are told of by the check of convergence.
    if (replica.inspect().machineIndex() !== index) continue;
    compareWith(rebuilt ?? source, replica, records, (checker, what) => {
      reporter.report(checker, `${group}: ${id} ${what}`);
    });
  }
  await rebuilt?.close();
}

function compareWith(
  reference: Reference,
  replica: GroupReplica,
  records: QueueRecords,
  fail: (checker: string, what: string) => void,
): void {
  const { machine, derived } = replica.inspect();
  const difference = firstLineDifference(describeMachine(machine), describeMachine(reference.machine));
  if (difference !== null) fail('equal-state', `holds ${difference.own}; the log makes ${difference.other}`);
  for (const { number, topicName, queueId } of queuesOf(replica)) {
    const place = compareQueue(number, derived.queueIndex, reference.derived.queueIndex);
    if (place !== null) fail('index-intact', `has queue ${topicName}/${queueId} unlike the log: ${place}`);
  }
  const key = firstKeyDifference(replica, reference, records);
  if (key !== null) fail('index-intact', `knows the id ${key} unlike the log`);
}

/** Everything that machines of equal state have alike, a line each. */
export function describeMachine(machine: BrokerMachine): string[] {
  const lines = [
    `bootstrapped ${machine.bootstrapped}, settings ${JSON.stringify(machine.settings)}`,
    `${machine.queueCount} queues, next topic ${machine.topics.nextNumber}`,
    `versions ${JSON.stringify(machine.topics.dataVersion)} ${JSON.stringify(machine.groups.dataVersion)}`,
  ];
  for (const config of machine.topics.all()) {
    const topic = machine.topics.topic(config.topicName);
    const queues = [...(topic?.queues.all() ?? [])].map(({ queueId, number }) => `${queueId}:${number}`);
    lines.push(`topic ${topic?.number ?? -1} ${stableJson(config)} queues ${queues.join(' ')}`);
  }
  for (const config of machine.groups.all()) lines.push(`group ${stableJson(config)}`);
  for (const { group, topic, queueId, offset } of machine.offsets.all())
    lines.push(`offset of ${group} in ${topic}/${queueId}: ${offset}`);
  return lines.sort();
}

function stableJson(value: object): string {
  return JSON.stringify(
    Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)),
    (_key, item: unknown) => (item instanceof Map ? [...(item as Map<unknown, unknown>)] : item),
  );
}

function firstLineDifference(
  own: readonly string[],
  other: readonly string[],
): { readonly own: string; readonly other: string } | null {
  const at = own.findIndex((line, place) => line !== other[place]);
  if (at < 0 && own.length === other.length) return null;
  const place = at < 0 ? own.length : at;
  return { own: own[place] ?? 'nothing more', other: other[place] ?? 'nothing more' };
}

const UNITS_PER_READ = 256;

/** Where two indexes of one queue differ first, as far back as both reach; null if they do not. */
export function compareQueue(number: number, own: QueueIndex, other: QueueIndex): string | null {
  const next = own.nextOffset(number);
  if (next !== other.nextOffset(number)) return `it ends at ${next}, not ${other.nextOffset(number)}`;
  const mine = new QueueUnits(UNITS_PER_READ);
  const theirs = new QueueUnits(UNITS_PER_READ);
  for (let offset = Math.max(own.minOffset(number), other.minOffset(number)); offset < next;) {
    const count = own.read(number, offset, UNITS_PER_READ, mine);
    if (count === 0 || other.read(number, offset, count, theirs) !== count)
      return `offset ${offset} cannot be read`;
    for (let at = 0; at < count; at += 1) {
      const same =
        mine.addresses[at] === theirs.addresses[at] &&
        mine.sizes[at] === theirs.sizes[at] &&
        mine.tagsCodes[at] === theirs.tagsCodes[at] &&
        mine.storeTimestamps[at] === theirs.storeTimestamps[at];
      if (!same) return `offset ${offset + at} points elsewhere`;
    }
    offset += count;
  }
  return null;
}

/** The first id of a stored message that the replica and the rebuilt table do not know alike. */
function firstKeyDifference(replica: GroupReplica, rebuilt: Reference, records: QueueRecords): string | null {
  const { machine, derived } = replica.inspect();
  if (derived.uniqKeys.size !== rebuilt.derived.uniqKeys.size)
    return `(${derived.uniqKeys.size} ids, not ${rebuilt.derived.uniqKeys.size})`;
  for (const { topicName, queueId } of queuesOf(replica)) {
    const topic = machine.topics.topic(topicName)?.number ?? -1;
    for (const { properties } of records.of(replica, topicName, queueId)) {
      const key = decodeProperties(properties).get('UNIQ_KEY');
      if (key === undefined) continue;
      const bytes = Buffer.from(key);
      const own = derived.uniqKeys.find(topic, bytes, 0, bytes.length);
      const other = rebuilt.derived.uniqKeys.find(topic, bytes, 0, bytes.length);
      if (own < 0 !== other < 0) return key;
      if (own >= 0 && derived.uniqKeys.address(own) !== rebuilt.derived.uniqKeys.address(other)) return key;
    }
  }
  return null;
}
