import { ENTRY_HEADER_BYTES, type Entry } from '@ledgermq/raft';
import type { Command } from '../../src/machine/command.ts';
import { RECORDS_AT } from '../../src/machine/entry-body.ts';
import { RecordFate } from '../../src/machine/record-outcomes.ts';
import { recordOf, type TestMessage } from './entry-chain.ts';
import type { Fate } from './machine-world.ts';

interface ModelTopic {
  queues: number;
  deduplicated: boolean;
  readonly next: Map<number, number>;
  readonly seen: Map<string, Fate>;
}

/** What the machine should do with messages and topics, said in as few words as possible. */
export class ModelMachine {
  readonly #topics = new Map<string, ModelTopic>();
  #deduplicates = true;

  apply(entry: Entry, messages: readonly TestMessage[], commands: readonly Command[]): Fate[] {
    for (const command of commands) this.#command(command);
    let address = entry.address + ENTRY_HEADER_BYTES + RECORDS_AT;
    return messages.map((message) => {
      const fate = this.#message(message, address);
      address += recordOf(message).length;
      return fate;
    });
  }

  /** Messages of all queues. */
  get count(): number {
    let count = 0;
    for (const { next } of this.#topics.values()) for (const stored of next.values()) count += stored;
    return count;
  }

  #command(command: Command): void {
    switch (command.type) {
      case 'putTopic': {
        const { topicName, readQueueNums, writeQueueNums, attributes } = command.topic;
        const old = this.#topics.get(topicName);
        if (old !== undefined && command.autoCreate) return;
        this.#topics.set(topicName, {
          queues: Math.max(readQueueNums, writeQueueNums),
          deduplicated: !topicName.startsWith('%') && attributes['deduplication'] !== 'false',
          next: old?.next ?? new Map<number, number>(),
          seen: old?.seen ?? new Map<string, Fate>(),
        });
        return;
      }
      case 'deleteTopic':
        this.#topics.delete(command.topicName);
        return;
      case 'putSettings':
        this.#deduplicates = command.settings.enableSendDeduplication;
        return;
      case 'putSubscriptionGroup':
      case 'deleteSubscriptionGroup':
      case 'commitOffsets':
      case 'bootstrap':
        return;
    }
  }

  #message(message: TestMessage, address: number): Fate {
    const { topic: name, queueId = 0, uniqKey, properties } = message;
    const topic = this.#topics.get(name);
    if (topic === undefined || queueId >= topic.queues) {
      return { fate: RecordFate.TOPIC_MISSING, queueId, queueOffset: 0, physicalOffset: address };
    }
    const queueOffset = topic.next.get(queueId) ?? 0;
    const stored = { fate: RecordFate.STORED, queueId, queueOffset, physicalOffset: address };
    const keyed = uniqKey !== undefined && this.#deduplicates && topic.deduplicated;
    if (keyed && properties?.['DEDUP'] !== 'false') {
      const first = topic.seen.get(uniqKey);
      if (first !== undefined) return { ...first, fate: RecordFate.DUPLICATE };
      topic.seen.set(uniqKey, stored);
    }
    topic.next.set(queueId, queueOffset + 1);
    return stored;
  }
}
