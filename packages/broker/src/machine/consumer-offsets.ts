import { ledgermq } from '#generated/command.js';
import { nameWithinLimits } from './attributes.ts';
import { machineLimits } from './machine-limits.ts';
import { readInt64 } from './proto-int64.ts';
import { rowPrefix, type StateChangeList } from './state-row.ts';

/** The next queue offset that `group` will consume from this queue. */
export interface ConsumerOffset {
  readonly group: string;
  readonly topic: string;
  readonly queueId: number;
  readonly offset: number;
}

export type OffsetChange = 'changed' | 'unchanged' | 'invalid' | 'limit-exceeded';

type QueueOffsets = Map<number, number>;

/** Committed consumer offsets of the group. Changed by the machine only; everybody else reads. */
export class ConsumerOffsetTable {
  readonly #groups = new Map<string, Map<string, QueueOffsets>>();
  /** Group to topics whose row must be written or removed. */
  readonly #dirty = new Map<string, Set<string>>();
  #rowCount = 0;

  get(group: string, topic: string, queueId: number): number | undefined {
    return this.#groups.get(group)?.get(topic)?.get(queueId);
  }

  /** Every offset held, in the order of first commit. */
  *all(): IterableIterator<ConsumerOffset> {
    for (const [group, topics] of this.#groups) {
      for (const [topic, offsets] of topics) {
        for (const [queueId, offset] of offsets) yield { group, topic, queueId, offset };
      }
    }
  }

  /** Topics of which the group has committed an offset. */
  topicsOf(group: string): string[] {
    return [...(this.#groups.get(group)?.keys() ?? [])];
  }

  /** Pairs of group and topic. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /**
   * Stores an offset. Offsets only grow, because commits of one consumer may overtake each other on the way and a
   * smaller one would deliver messages twice; `force` is an administrator's reset and may go back.
   */
  commit(commit: ConsumerOffset, force: boolean): OffsetChange {
    const { group, topic, queueId, offset } = commit;
    if (!isValid(commit)) return 'invalid';
    let topics = this.#groups.get(group);
    let offsets = topics?.get(topic);
    if (offsets === undefined) {
      if (this.#rowCount >= machineLimits.offsetRowsMax) return 'limit-exceeded';
      if (topics === undefined) {
        topics = new Map();
        this.#groups.set(group, topics);
      }
      offsets = new Map();
      topics.set(topic, offsets);
      this.#rowCount += 1;
    }
    const old = offsets.get(queueId);
    if (old === offset || (old !== undefined && old > offset && !force)) return 'unchanged';
    offsets.set(queueId, offset);
    this.#markDirty(group, topic);
    return 'changed';
  }

  deleteTopic(topic: string): void {
    for (const [group, topics] of this.#groups) {
      if (topics.delete(topic)) this.#removed(group, topic, topics);
    }
  }

  deleteGroup(group: string): void {
    const topics = this.#groups.get(group);
    for (const topic of [...(topics?.keys() ?? [])]) {
      topics?.delete(topic);
      if (topics !== undefined) this.#removed(group, topic, topics);
    }
  }

  takeChanges(changes: StateChangeList): void {
    for (const [group, topics] of this.#dirty) {
      for (const topic of topics) {
        const offsets = this.#groups.get(group)?.get(topic);
        const key = rowKey(group, topic);
        if (offsets === undefined) {
          changes.delete(key);
        } else {
          changes.put(key, encodeRow(group, topic, offsets));
        }
      }
    }
    this.#dirty.clear();
  }

  /** Forgets everything, before the rows of a snapshot are restored. */
  reset(): void {
    this.#groups.clear();
    this.#dirty.clear();
    this.#rowCount = 0;
  }

  restoreRow(value: Uint8Array): void {
    const row = ledgermq.machine.OffsetRow.decode(value);
    const group = row.group ?? '';
    const topics = this.#groups.get(group) ?? new Map<string, QueueOffsets>();
    const offsets: QueueOffsets = new Map();
    (row.queueIds ?? []).forEach((queueId, position) => {
      offsets.set(queueId, readInt64(row.offsets?.[position]));
    });
    topics.set(row.topic ?? '', offsets);
    this.#groups.set(group, topics);
    this.#rowCount += 1;
  }

  #removed(group: string, topic: string, topics: ReadonlyMap<string, QueueOffsets>): void {
    this.#rowCount -= 1;
    if (topics.size === 0) this.#groups.delete(group);
    this.#markDirty(group, topic);
  }

  #markDirty(group: string, topic: string): void {
    const topics = this.#dirty.get(group);
    if (topics === undefined) {
      this.#dirty.set(group, new Set([topic]));
    } else {
      topics.add(topic);
    }
  }
}

function isValid(commit: ConsumerOffset): boolean {
  return (
    commit.offset >= 0 &&
    commit.queueId < machineLimits.topicQueuesMax &&
    nameWithinLimits(commit.group) &&
    nameWithinLimits(commit.topic)
  );
}

/** The length of the group makes the key unambiguous whatever characters the names hold. */
function rowKey(group: string, topic: string): string {
  return `${rowPrefix.consumerOffset}${group.length}/${group}/${topic}`;
}

function encodeRow(group: string, topic: string, offsets: QueueOffsets): Uint8Array {
  return ledgermq.machine.OffsetRow.encode({
    group,
    topic,
    queueIds: [...offsets.keys()],
    offsets: [...offsets.values()],
  }).finish();
}
