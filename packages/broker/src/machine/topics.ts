import { ledgermq } from '#generated/command.js';
import type { TopicFilterType } from '@ledgermq/protocol';
import {
  attributesWithinLimits,
  equalAttributes,
  nameWithinLimits,
  normalizeAttributes,
  type Attributes,
} from './attributes.ts';
import { initialDataVersion, nextDataVersion, type DataVersion } from './data-version.ts';
import { machineLimits } from './machine-limits.ts';
import { TopicQueues } from './queues.ts';
import { rowPrefix, type StateChangeList } from './state-row.ts';
import { isDeduplicatedTopic } from './system-topics.ts';

/** RocketMQ's TopicConfig. Permission bits: 4 read, 2 write, 1 inherit. */
export interface TopicConfig {
  readonly topicName: string;
  readonly readQueueNums: number;
  readonly writeQueueNums: number;
  readonly perm: number;
  /** Only clients interpret it. */
  readonly topicFilterType: TopicFilterType;
  readonly topicSysFlag: number;
  readonly order: boolean;
  readonly attributes: Attributes;
}

/** A topic as the machine knows it: its configuration and what belongs to this incarnation of it. */
export interface Topic {
  readonly config: TopicConfig;
  /** UTF-8 name, as it stands in records. */
  readonly nameBytes: Buffer;
  /** Dense number; a topic deleted and created anew gets a new one, and so forgets the ids stored before. */
  readonly number: number;
  /** Queue ids below this exist: the greater of read and write queues. */
  readonly queueCount: number;
  /** False for topics in which one id may rightly be stored twice. */
  readonly deduplicated: boolean;
  readonly queues: TopicQueues;
}

export type TopicChange = 'changed' | 'unchanged' | 'invalid' | 'limit-exceeded';

/** All topics of the group. Changed by the machine only; everybody else reads. */
export class TopicTable {
  readonly #byName = new Map<string, Topic>();
  readonly #dirty = new Set<string>();
  #dataVersion: DataVersion = initialDataVersion;
  #nextNumber = 0;

  get(name: string): TopicConfig | undefined {
    return this.#byName.get(name)?.config;
  }

  *all(): IterableIterator<TopicConfig> {
    for (const topic of this.#byName.values()) yield topic.config;
  }

  get size(): number {
    return this.#byName.size;
  }

  get dataVersion(): DataVersion {
    return this.#dataVersion;
  }

  /** Number that the next topic created will get. */
  get nextNumber(): number {
    return this.#nextNumber;
  }

  topic(name: string): Topic | undefined {
    return this.#byName.get(name);
  }

  put(config: TopicConfig, autoCreate: boolean, timestamp: number): TopicChange {
    if (!isValidTopic(config)) return 'invalid';
    const old = this.#byName.get(config.topicName);
    if (old !== undefined && (autoCreate || equalTopics(old.config, config))) return 'unchanged';
    if (old === undefined && this.#byName.size >= machineLimits.topicsMax) return 'limit-exceeded';
    const number = old?.number ?? this.#nextNumber++;
    const queues = old?.queues ?? new TopicQueues(config.topicName);
    this.#set(config, number, queues);
    this.#dataVersion = nextDataVersion(this.#dataVersion, timestamp);
    this.#dirty.add(config.topicName);
    return 'changed';
  }

  /** Returns the topic removed, so that the caller can give up what hangs on it. */
  delete(name: string, timestamp: number): Topic | null {
    const topic = this.#byName.get(name);
    if (topic === undefined) return null;
    this.#byName.delete(name);
    this.#dataVersion = nextDataVersion(this.#dataVersion, timestamp);
    this.#dirty.add(name);
    return topic;
  }

  /** A queue of this topic got its number. */
  markDirty(topic: Topic): void {
    this.#dirty.add(topic.config.topicName);
  }

  takeChanges(changes: StateChangeList): void {
    for (const name of this.#dirty) {
      const topic = this.#byName.get(name);
      const key = rowPrefix.topic + name;
      if (topic === undefined) {
        changes.delete(key);
      } else {
        changes.put(key, encodeTopicRow(topic));
      }
    }
    this.#dirty.clear();
  }

  /** Forgets everything, before the rows of a snapshot are restored. */
  reset(): void {
    this.#byName.clear();
    this.#dirty.clear();
    this.#dataVersion = initialDataVersion;
    this.#nextNumber = 0;
  }

  restore(version: DataVersion, nextNumber: number): void {
    this.#dataVersion = version;
    this.#nextNumber = nextNumber;
  }

  restoreRow(value: Uint8Array): void {
    const row = ledgermq.machine.TopicRow.decode(value);
    const config = readTopicConfig(row.config);
    this.#set(config, row.number ?? 0, TopicQueues.fromRow(config.topicName, row.queueNumbers ?? []));
  }

  #set(config: TopicConfig, number: number, queues: TopicQueues): void {
    this.#byName.set(config.topicName, {
      config,
      nameBytes: Buffer.from(config.topicName),
      number,
      queueCount: Math.max(config.readQueueNums, config.writeQueueNums),
      deduplicated: isDeduplicatedTopic(config.topicName, config.attributes),
      queues,
    });
  }
}

function encodeTopicRow(topic: Topic): Uint8Array {
  return ledgermq.machine.TopicRow.encode({
    config: topic.config,
    number: topic.number,
    queueNumbers: topic.queues.toRow(),
  }).finish();
}

/** Fills the defaults that protobuf leaves out. */
export function readTopicConfig(
  proto: ledgermq.machine.TopicConfig.$Properties | null | undefined,
): TopicConfig {
  return {
    topicName: proto?.topicName ?? '',
    readQueueNums: proto?.readQueueNums ?? 0,
    writeQueueNums: proto?.writeQueueNums ?? 0,
    perm: proto?.perm ?? 0,
    topicFilterType: proto?.topicFilterType === 'MULTI_TAG' ? 'MULTI_TAG' : 'SINGLE_TAG',
    topicSysFlag: proto?.topicSysFlag ?? 0,
    order: proto?.order ?? false,
    attributes: normalizeAttributes(proto?.attributes),
  };
}

function isValidTopic(config: TopicConfig): boolean {
  const { readQueueNums, writeQueueNums, attributes } = config;
  return (
    nameWithinLimits(config.topicName) &&
    Math.max(readQueueNums, writeQueueNums) <= machineLimits.topicQueuesMax &&
    attributesWithinLimits(attributes)
  );
}

function equalTopics(a: TopicConfig, b: TopicConfig): boolean {
  return (
    a.readQueueNums === b.readQueueNums &&
    a.writeQueueNums === b.writeQueueNums &&
    a.perm === b.perm &&
    a.topicFilterType === b.topicFilterType &&
    a.topicSysFlag === b.topicSysFlag &&
    a.order === b.order &&
    equalAttributes(a.attributes, b.attributes)
  );
}
