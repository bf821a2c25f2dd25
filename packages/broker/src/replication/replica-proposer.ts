import type { Clock } from '@ledgermq/raft';
import type { TopicConfig } from '@ledgermq/protocol';
import type { ConfigurationProposer, MessageProposer, OffsetProposer, RecordWriter } from '../group-port.ts';
import { normalizeAttributes } from '../machine/attributes.ts';
import { defaultSubscriptionGroup } from '../machine/subscription-groups.ts';
import type { CommandSettled, SendSettled, SendsSettled } from './outcome.ts';
import type { Proposer } from './proposer.ts';

/** What the network face asks for, in terms of records and commands. */
export class ReplicaProposer implements MessageProposer, ConfigurationProposer, OffsetProposer {
  readonly #proposer: Proposer;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(proposer: Proposer, clock: Pick<Clock, 'now'>) {
    this.#proposer = proposer;
    this.#clock = clock;
  }

  appendMessage(record: RecordWriter, settle: SendSettled): void {
    this.#proposer.appendMessage(record.size, (target, at) => record.write(target, at), settle);
  }

  appendMessages(records: readonly RecordWriter[], settle: SendsSettled): void {
    const write = (target: Buffer, at: number, position: number): number => {
      const record = records[position];
      if (record === undefined) throw new RangeError(`there is no record ${position}`);
      return record.write(target, at);
    };
    this.#proposer.appendMessages(
      records.map((record) => record.size),
      write,
      settle,
    );
  }

  putTopic(topic: TopicConfig, autoCreate: boolean, settle: CommandSettled): void {
    const config = { ...topic, attributes: normalizeAttributes(topic.attributes) };
    this.#proposer.appendCommand(
      { type: 'putTopic', topic: config, autoCreate, timestamp: this.#clock.now() },
      settle,
    );
  }

  createSubscriptionGroup(group: string, settle: CommandSettled): void {
    const config = defaultSubscriptionGroup(group);
    this.#proposer.appendCommand(
      { type: 'putSubscriptionGroup', group: config, autoCreate: true, timestamp: this.#clock.now() },
      settle,
    );
  }

  commitOffset(group: string, topic: string, queueId: number, offset: number, settle: CommandSettled): void {
    const commits = [{ group, topic, queueId, offset }];
    this.#proposer.appendCommand({ type: 'commitOffsets', commits, force: false }, settle);
  }
}
