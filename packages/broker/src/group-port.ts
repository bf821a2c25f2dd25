import type { Buffer } from 'node:buffer';
import type { DataVersion, TopicConfig } from '@ledgermq/protocol';
import type { RaftStatus } from '@ledgermq/raft';
import type { CommandSettled, SendSettled, SendsSettled } from './replication/outcome.ts';
import type { WorkProgress } from './replication/progress-watch.ts';

/**
 * The replica of a broker group as the network face sees it: small ports, so that a handler is given only what it
 * uses and a test can stand in for a whole Raft group.
 */

export interface TopicsPort {
  get(topic: string): TopicConfig | undefined;
  all(): Iterable<TopicConfig>;
  /** Grows with every change of the table, which makes another object of it; equal on all replicas at the same applied index. */
  readonly dataVersion: DataVersion;
}

/** Configuration of one consumer group. */
export interface SubscriptionGroupView {
  readonly groupName: string;
  readonly consumeEnable: boolean;
  readonly consumeBroadcastEnable: boolean;
  readonly retryQueueNums: number;
  readonly retryMaxTimes: number;
  readonly notifyConsumerIdsChangedEnable: boolean;
}

export interface SubscriptionGroupsPort {
  get(group: string): SubscriptionGroupView | undefined;
}

export interface ConsumerOffsetsPort {
  /** The next queue offset that the group will consume, or undefined when it never committed one. */
  get(group: string, topic: string, queueId: number): number | undefined;
  /** Topics of which the group has committed an offset. */
  topicsOf(group: string): readonly string[];
}

/** First and next queue offset of one queue. */
export interface QueueBounds {
  readonly minOffset: number;
  readonly maxOffset: number;
}

export interface ReadLimits {
  readonly countMax: number;
  readonly bytesMax: number;
  /** Judges the low 32 bits of a message's tag hash, as a signed number; null accepts all messages. */
  readonly matches: ((tagsCode: number) => boolean) | null;
}

export type QueueRead =
  | {
      readonly type: 'found';
      /** Size of all the records. */
      readonly bytes: number;
      /** How much of it is older than the tail of the log, which is always in memory. */
      readonly coldBytes: number;
      readonly count: number;
      readonly nextBeginOffset: number;
      /** Writes the records into `target` from `at` on. Only in the turn of the event loop in which they were found. */
      copyTo(target: Buffer, at: number): void;
    }
  | {
      /** The first message is not in memory: to be fetched, and read again then. */
      readonly type: 'cold';
      /** What the answer will take. */
      readonly bytes: number;
      /** Places in the log, the first message's first. */
      readonly addresses: readonly number[];
    }
  | { readonly type: 'none-matched'; readonly nextBeginOffset: number }
  | { readonly type: 'gone'; readonly nextBeginOffset: number };

export interface QueueReader {
  /** Null for a queue that never received a message. */
  bounds(topic: string, queueId: number): QueueBounds | null;
  /** Reads from `fromOffset`, which must lie inside the bounds, as far as the messages are in memory. */
  read(topic: string, queueId: number, fromOffset: number, limits: ReadLimits): QueueRead;
  /**
   * Brings what is cold into memory. `done` is called once, perhaps at once; then what lies at the address that came last
   * is in memory, unless the log has moved on.
   */
  fetch(addresses: readonly number[], done: (error: Error | null) => void): void;
}

export interface TimeReader {
  /** Queue offset of the message stored at `timestamp`, clamped to the bounds of the queue. */
  findOffsetByTime(topic: string, queueId: number, timestamp: number, boundary: 'LOWER' | 'UPPER'): number;
  /** Store time of the message at an offset, ms; null when the queue does not hold it. */
  storeTimestampAt(topic: string, queueId: number, offset: number): number | null;
}

export interface RecordReader {
  /** The whole stored record at this byte address of the log, its offset fields filled in; null when none starts there. */
  readRecord(physicalOffset: number): Buffer | null;
}

/** Which messages of a topic to look up by key. */
export interface KeyLookup {
  readonly topic: string;
  /** A UNIQ_KEY, or one of the words of KEYS. */
  readonly key: string;
  readonly uniqKeyOnly: boolean;
  /** Store times in milliseconds, both included. */
  readonly begin: number;
  readonly end: number;
  readonly countMax: number;
  /** The first message is given whatever its size. */
  readonly bytesMax: number;
}

export interface KeyLookupResult {
  /** The newest messages found, whole records, in the order of the log. */
  readonly records: readonly Buffer[];
  /** Store time and log address of the message that was indexed last. */
  readonly lastTimestamp: number;
  readonly lastPhysicalOffset: number;
}

export interface KeyReader {
  /**
   * Calls `done` once: with null while there is no index to look in, at once when the index has all that was applied, and
   * some turns of the event loop later when it has not.
   */
  findByKey(lookup: KeyLookup, done: (found: KeyLookupResult | null) => void): void;
}

/** One record that encodes itself into the entry being gathered. */
export interface RecordWriter {
  readonly size: number;
  write(target: Buffer, at: number): number;
}

/** `settle` is called exactly once, possibly before the call returns. */
export interface MessageProposer {
  appendMessage(record: RecordWriter, settle: SendSettled): void;
  /** All records stay together in one entry; one outcome per record in the same order. */
  appendMessages(records: readonly RecordWriter[], settle: SendsSettled): void;
}

/** Replicated changes of configuration. Each is ordered before messages proposed later in the same turn. */
export interface ConfigurationProposer {
  /** `autoCreate`: creation on first use, which changes nothing when the topic exists by then. */
  putTopic(topic: TopicConfig, autoCreate: boolean, settle: CommandSettled): void;
  /** Creates a group with RocketMQ's defaults unless it exists. */
  createSubscriptionGroup(group: string, settle: CommandSettled): void;
}

export interface OffsetProposer {
  commitOffset(group: string, topic: string, queueId: number, offset: number, settle: CommandSettled): void;
}

/** Who leads the group, as this replica knows it now. */
export interface Leadership {
  /** This replica is the master and proposes. */
  readonly leading: boolean;
  /** Member id of the master; null while none is known. */
  readonly leader: string | null;
  readonly term: number;
}

export interface LeadershipPort {
  current(): Leadership;
  /**
   * This replica leads, has applied everything committed before its term, and a quorum confirmed it lately. Good enough
   * to serve what is committed; not to say that there is no more.
   */
  readsAreCurrent(): boolean;
  /**
   * Calls `done` once: with true when everything that was acknowledged to anyone before this call is applied here, because
   * a quorum confirmed this leadership after the call (ReadIndex, thesis §6.4); with false when this replica does not
   * lead, or no longer.
   */
  confirm(done: (confirmed: boolean) => void): void;
}

/** Byte addresses of a log. */
export interface LogRange {
  readonly start: number;
  readonly end: number;
  /** Consumers see what lies before it. */
  readonly appliedEnd: number;
}

/** One replica of a broker group with all its ports. */
export interface GroupPort {
  readonly brokerName: string;
  readonly memberId: string;
  readonly topics: TopicsPort;
  readonly groups: SubscriptionGroupsPort;
  readonly offsets: ConsumerOffsetsPort;
  readonly queues: QueueReader & TimeReader;
  readonly records: RecordReader;
  readonly keys: KeyReader;
  readonly proposer: MessageProposer & ConfigurationProposer & OffsetProposer;
  readonly leadership: LeadershipPort;
  status(): RaftStatus;
  /** Messages stored and served since the start. */
  traffic(): { readonly messagesPut: number; readonly messagesGot: number };
  /** Byte addresses of the log held here. */
  logRange(): LogRange;
  /** What takes long and goes on now, as of the last look. */
  longWork(): readonly WorkProgress[];
}

export const RETRY_TOPIC_PREFIX = '%RETRY%';
export const DLQ_TOPIC_PREFIX = '%DLQ%';
