import { Buffer } from 'node:buffer';
import {
  decodeProperties,
  patchOffsets,
  plainTopic,
  readRecord,
  recordTotalSize,
  tagsCode,
} from '@ledgermq/protocol';
import type { TopicConfig } from '@ledgermq/protocol';
import { configurationOf, type RaftStatus } from '@ledgermq/raft';
import type {
  ConsumerOffsetsPort,
  GroupPort,
  KeyLookup,
  KeyLookupResult,
  KeyReader,
  Leadership,
  LeadershipPort,
  LogRange,
  QueueBounds,
  QueueRead,
  QueueReader,
  ReadLimits,
  RecordReader,
  RecordWriter,
  SubscriptionGroupsPort,
  SubscriptionGroupView,
  TimeReader,
  TopicsPort,
} from '../src/group-port.ts';
import type {
  CommandOutcome,
  CommandSettled,
  SendOutcome,
  SendSettled,
  SendsSettled,
} from '../src/replication/outcome.ts';
import type { WorkProgress } from '../src/replication/progress-watch.ts';

interface MemoryQueue {
  minOffset: number;
  readonly records: Buffer[];
}

export type ArrivalListener = (topic: string, queueId: number, maxOffset: number, tagsCode: number) => void;

/**
 * A replica of a group in memory. As master it stores at once, unless `holdProposals` is set: then a test decides when
 * and how each proposal ends.
 */
export class MemoryGroup implements GroupPort {
  readonly brokerName = 'broker-a';
  readonly memberId = 'n1';
  readonly topicTable: Map<string, TopicConfig> = new Map();
  readonly groupTable: Map<string, SubscriptionGroupView> = new Map();
  readonly offsetTable: Map<string, number> = new Map();
  readonly queueTable: Map<string, MemoryQueue> = new Map();
  readonly proposals: string[] = [];
  /** Proposals whose end the test has not decided yet. */
  readonly held: (() => void)[] = [];
  holdProposals = false;
  /** When set, every proposal ends like this. */
  outcome: Extract<CommandOutcome, { type: 'refused' | 'unknown' }> | null = null;
  leadershipNow: Leadership = { leading: true, leader: 'n1', term: 1 };
  /** Null: reads are confirmed at once by what `leadershipNow` and `current` say; otherwise they wait here. */
  confirmations: ((confirmed: boolean) => void)[] | null = null;
  current = true;
  onArrival: ArrivalListener = () => undefined;
  #version = 0;
  #end = 0;

  readonly topics: { -readonly [Part in keyof TopicsPort]: TopicsPort[Part] } = {
    get: (topic: string): TopicConfig | undefined => this.topicTable.get(topic),
    all: (): Iterable<TopicConfig> => this.topicTable.values(),
    dataVersion: { stateVersion: 0, timestamp: 0, counter: 0 },
  };
  readonly groups: SubscriptionGroupsPort = {
    get: (group: string): SubscriptionGroupView | undefined => this.groupTable.get(group),
  };
  readonly offsets: ConsumerOffsetsPort = {
    get: (group: string, topic: string, queueId: number): number | undefined =>
      this.offsetTable.get(`${group}|${topic}|${queueId}`),
    topicsOf: (group: string): string[] => {
      const keys = [...this.offsetTable.keys()].map((key) => key.split('|'));
      return [...new Set(keys.filter(([name]) => name === group).map(([, topic = '']) => topic))];
    },
  };
  readonly queues: QueueReader & TimeReader = {
    bounds: (topic: string, queueId: number): QueueBounds | null => this.#bounds(topic, queueId),
    read: (topic: string, queueId: number, from: number, limits: ReadLimits): QueueRead =>
      this.#read(topic, queueId, from, limits),
    fetch: (addresses: readonly number[], done: (error: Error | null) => void): void => {
      this.fetches.push({ addresses, done });
    },
    findOffsetByTime: (topic: string, queueId: number, timestamp: number): number => {
      const queue = this.#queue(topic, queueId);
      const found = queue.records.findIndex((record) => readRecord(record, 0).storeTimestamp >= timestamp);
      return found < 0 ? queue.records.length : found;
    },
    storeTimestampAt: (topic: string, queueId: number, offset: number): number | null => {
      const record = this.#queue(topic, queueId).records[offset];
      return record === undefined ? null : readRecord(record, 0).storeTimestamp;
    },
  };
  /** Bytes of log that nobody can read yet. */
  behindBytes = 0;
  longWorkNow: readonly WorkProgress[] = [];
  readonly records: RecordReader = {
    readRecord: (physicalOffset: number): Buffer | null => {
      for (const { records } of this.queueTable.values()) {
        const found = records.find((record) => readRecord(record, 0).physicalOffset === physicalOffset);
        if (found !== undefined) {
          return found;
        }
      }
      return null;
    },
  };
  /** Messages from this queue offset on are in memory; a test says so. */
  warmFrom = 0;
  /** Messages from this queue offset on are in the tail of the log; a test says so. */
  tailFrom = 0;
  readonly fetches: {
    readonly addresses: readonly number[];
    readonly done: (error: Error | null) => void;
  }[] = [];
  /** What was asked for, and what is found: a test says so. */
  readonly lookups: KeyLookup[] = [];
  lookupResult: KeyLookupResult | null = { records: [], lastTimestamp: 0, lastPhysicalOffset: 0 };
  readonly keys: KeyReader = {
    findByKey: (lookup: KeyLookup, done: (found: KeyLookupResult | null) => void): void => {
      this.lookups.push(lookup);
      done(this.lookupResult);
    },
  };
  readonly proposer: GroupPort['proposer'] = {
    appendMessage: (record: RecordWriter, settle: SendSettled): void => {
      const bytes = written(record);
      this.#propose('message', (failed) => {
        settle(failed ?? this.store(bytes));
      });
    },
    appendMessages: (records: readonly RecordWriter[], settle: SendsSettled): void => {
      const all = records.map(written);
      this.#propose('messages', (failed) => {
        settle(all.map((bytes) => failed ?? this.store(bytes)));
      });
    },
    putTopic: (topic: TopicConfig, autoCreate: boolean, settle: CommandSettled): void => {
      this.#command(`putTopic ${topic.topicName}`, settle, () => {
        if (!autoCreate || !this.topicTable.has(topic.topicName)) {
          this.#putTopic(topic);
        }
      });
    },
    createSubscriptionGroup: (group: string, settle: CommandSettled): void => {
      this.#command(`createSubscriptionGroup ${group}`, settle, () => {
        this.groupTable.set(group, subscriptionGroup(group));
      });
    },
    commitOffset: (
      group: string,
      topic: string,
      queueId: number,
      offset: number,
      settle: CommandSettled,
    ): void => {
      this.#command(`commitOffset ${group} ${topic} ${queueId} ${offset}`, settle, () => {
        this.offsetTable.set(`${group}|${topic}|${queueId}`, offset);
      });
    },
  };
  readonly leadership: LeadershipPort = {
    current: (): Leadership => this.leadershipNow,
    readsAreCurrent: (): boolean => this.leadershipNow.leading && this.current,
    confirm: (done): void => {
      if (this.confirmations === null) done(this.leadershipNow.leading && this.current);
      else this.confirmations.push(done);
    },
  };

  get version(): number {
    return this.#version;
  }

  status(): RaftStatus {
    const { leading, leader, term } = this.leadershipNow;
    return {
      id: this.memberId,
      role: leading ? 'leader' : 'follower',
      term,
      leader,
      commitIndex: 5,
      appliedIndex: 5,
      lastIndex: 7,
      progress: leading ? { n2: { match: 4, next: 5, state: 'replicate', learner: false } } : {},
      leaseValid: leading,
      configuration: configurationOf([this.memberId, 'n2']),
      standing: 'full',
      transferTarget: null,
      pendingReads: 0,
    };
  }

  traffic(): { messagesPut: number; messagesGot: number } {
    const messagesPut = [...this.queueTable.values()].reduce((sum, { records }) => sum + records.length, 0);
    return { messagesPut, messagesGot: 0 };
  }

  logRange(): LogRange {
    return { start: 0, end: this.#end, appliedEnd: this.#end - this.behindBytes };
  }

  longWork(): readonly WorkProgress[] {
    return this.longWorkNow;
  }

  addTopic(topicName: string, queues = 4, perm = 6): void {
    this.#putTopic(plainTopic(topicName, queues, perm));
  }

  addGroup(name: string, change: Partial<SubscriptionGroupView> = {}): void {
    this.groupTable.set(name, { ...subscriptionGroup(name), ...change });
  }

  /** Removes messages from the front of a queue, as retention does. */
  expire(topic: string, queueId: number, minOffset: number): void {
    this.#queue(topic, queueId).minOffset = minOffset;
  }

  /** Stores one encoded record as if it had been proposed and applied. */
  store(record: Buffer): SendOutcome {
    const bytes = Buffer.from(record);
    const { topic, queueId, properties } = readRecord(bytes, 0);
    const queue = this.#queue(topic, queueId);
    const physicalOffset = this.#end;
    const queueOffset = queue.records.length;
    patchOffsets(bytes, 0, queueOffset, physicalOffset);
    queue.records.push(bytes);
    this.#end += recordTotalSize(bytes, 0);
    const code = tagsCode(decodeProperties(properties).get('TAGS'));
    this.onArrival(topic, queueId, queue.records.length, code);
    return { type: 'stored', queueId, queueOffset, physicalOffset, duplicate: false };
  }

  #command(name: string, settle: CommandSettled, apply: () => void): void {
    this.#propose(name, (failed) => {
      if (failed === null) {
        apply();
        settle({ type: 'applied', changed: true });
      } else {
        settle(failed);
      }
    });
  }

  #propose(
    name: string,
    end: (failed: Extract<CommandOutcome, { type: 'refused' | 'unknown' }> | null) => void,
  ): void {
    this.proposals.push(name);
    const finish = (): void => {
      end(this.outcome);
    };
    if (this.holdProposals) {
      this.held.push(finish);
    } else {
      finish();
    }
  }

  #queue(topic: string, queueId: number): MemoryQueue {
    const key = `${topic}|${queueId}`;
    let queue = this.queueTable.get(key);
    if (queue === undefined) {
      queue = { minOffset: 0, records: [] };
      this.queueTable.set(key, queue);
    }
    return queue;
  }

  #putTopic(topic: TopicConfig): void {
    this.topicTable.set(topic.topicName, topic);
    this.#version += 1;
    this.topics.dataVersion = { stateVersion: 0, timestamp: 0, counter: this.#version };
  }

  #bounds(topic: string, queueId: number): QueueBounds | null {
    const queue = this.queueTable.get(`${topic}|${queueId}`);
    return queue === undefined ? null : { minOffset: queue.minOffset, maxOffset: queue.records.length };
  }

  #read(topic: string, queueId: number, from: number, limits: ReadLimits): QueueRead {
    const { records } = this.#queue(topic, queueId);
    const found: Buffer[] = [];
    let next = from;
    for (; next < records.length && found.length < limits.countMax; next += 1) {
      const record = records[next];
      if (record === undefined) {
        break;
      }
      const code = tagsCode(decodeProperties(readRecord(record, 0).properties).get('TAGS'));
      if (limits.matches === null || limits.matches(code)) {
        if (next < this.warmFrom) {
          return { type: 'cold', bytes: record.length, addresses: [readRecord(record, 0).physicalOffset] };
        }
        found.push(record);
      }
    }
    return found.length === 0
      ? { type: 'none-matched', nextBeginOffset: next }
      : {
          type: 'found',
          bytes: found.reduce((sum, { length }) => sum + length, 0),
          coldBytes: from < this.tailFrom ? (found[0]?.length ?? 0) : 0,
          count: found.length,
          nextBeginOffset: next,
          copyTo: (target, at) => {
            target.set(Buffer.concat(found), at);
          },
        };
  }
}

function subscriptionGroup(groupName: string): SubscriptionGroupView {
  return {
    groupName,
    consumeEnable: true,
    consumeBroadcastEnable: true,
    retryQueueNums: 1,
    retryMaxTimes: 16,
    notifyConsumerIdsChangedEnable: true,
  };
}

function written(record: RecordWriter): Buffer {
  const buffer = Buffer.alloc(record.size);
  return buffer.subarray(0, record.write(buffer, 0));
}
