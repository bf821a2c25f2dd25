import { ledgermq } from '#generated/command.js';
import { BrokerError } from '../errors.ts';
import type { ConsumerOffset } from './consumer-offsets.ts';
import { readInt64, toNumber } from './proto-int64.ts';
import { readSubscriptionGroup, type SubscriptionGroupConfig } from './subscription-groups.ts';
import { readTopicConfig, type TopicConfig } from './topics.ts';

/**
 * Rules by which this program applies entries. An entry of a later version ends the process: to guess its meaning
 * would make this replica differ from the others.
 */
export const MACHINE_VERSION = 1;

/** What the leader's configuration decides and every replica must obey alike. */
export interface MachineSettings {
  /** A second send of an id stored lately is answered with the first position. */
  readonly enableSendDeduplication: boolean;
}

/** `timestamp` is in milliseconds by the clock of the leader. */
export type Command =
  | {
      readonly type: 'putTopic';
      readonly topic: TopicConfig;
      /** Creation on first use: changes nothing when the topic exists. */
      readonly autoCreate: boolean;
      readonly timestamp: number;
    }
  | { readonly type: 'deleteTopic'; readonly topicName: string; readonly timestamp: number }
  | {
      readonly type: 'putSubscriptionGroup';
      readonly group: SubscriptionGroupConfig;
      readonly autoCreate: boolean;
      readonly timestamp: number;
    }
  | {
      readonly type: 'deleteSubscriptionGroup';
      readonly groupName: string;
      /** Removes the consumer offsets of the group too. */
      readonly cleanOffset: boolean;
      readonly timestamp: number;
    }
  | {
      readonly type: 'commitOffsets';
      readonly commits: readonly ConsumerOffset[];
      /** An administrator's reset: stored even when smaller than the offset held. */
      readonly force: boolean;
    }
  | { readonly type: 'putSettings'; readonly settings: MachineSettings }
  | {
      /** First command of the first leader; ignored when one was applied before. */
      readonly type: 'bootstrap';
      readonly timestamp: number;
      readonly topics: readonly TopicConfig[];
      readonly groups: readonly SubscriptionGroupConfig[];
      readonly settings: MachineSettings;
    };

/**
 * The protobuf tail of an entry body. Tails may be laid end to end: protobuf reads them as one batch with all the
 * commands in their order.
 */
export function encodeCommandBatch(commands: readonly Command[]): Uint8Array {
  return ledgermq.machine.CommandBatch.encode({
    version: MACHINE_VERSION,
    commands: commands.map(toProto),
  }).finish();
}

/**
 * @throws BrokerError ENTRY_INVALID when the bytes are no batch, or one of a later version.
 */
export function decodeCommandBatch(bytes: Uint8Array): Command[] {
  const batch = decodeProto(bytes);
  const version = batch.version ?? 0;
  if (version < 1 || version > MACHINE_VERSION) {
    throw new BrokerError(
      'ENTRY_INVALID',
      `commands of version ${version}; this program knows versions 1 to ${MACHINE_VERSION}`,
    );
  }
  return (batch.commands ?? []).map(fromProto);
}

function decodeProto(bytes: Uint8Array): ledgermq.machine.CommandBatch.$Properties {
  try {
    return ledgermq.machine.CommandBatch.decode(bytes);
  } catch (error) {
    throw new BrokerError('ENTRY_INVALID', 'the command part of an entry is not protobuf', { cause: error });
  }
}

function toProto(command: Command): ledgermq.machine.Command.$Properties {
  switch (command.type) {
    case 'putTopic':
      return { putTopic: command };
    case 'deleteTopic':
      return { deleteTopic: command };
    case 'putSubscriptionGroup':
      return { putSubscriptionGroup: command };
    case 'deleteSubscriptionGroup':
      return { deleteSubscriptionGroup: command };
    case 'commitOffsets':
      return { commitOffsets: { commits: [...command.commits], force: command.force } };
    case 'putSettings':
      return { putSettings: command };
    case 'bootstrap':
      return {
        bootstrap: {
          timestamp: command.timestamp,
          topics: [...command.topics],
          groups: [...command.groups],
          settings: command.settings,
        },
      };
  }
}

function fromProto(proto: ledgermq.machine.Command.$Properties): Command {
  const { putTopic, deleteTopic, putSubscriptionGroup, deleteSubscriptionGroup, commitOffsets } = proto;
  if (commitOffsets) return readCommitOffsets(commitOffsets);
  if (putTopic) {
    return {
      type: 'putTopic',
      topic: readTopicConfig(putTopic.topic),
      autoCreate: putTopic.autoCreate ?? false,
      timestamp: readInt64(putTopic.timestamp),
    };
  }
  if (deleteTopic) {
    return {
      type: 'deleteTopic',
      topicName: deleteTopic.topicName ?? '',
      timestamp: readInt64(deleteTopic.timestamp),
    };
  }
  if (putSubscriptionGroup) {
    return {
      type: 'putSubscriptionGroup',
      group: readSubscriptionGroup(putSubscriptionGroup.group),
      autoCreate: putSubscriptionGroup.autoCreate ?? false,
      timestamp: readInt64(putSubscriptionGroup.timestamp),
    };
  }
  if (deleteSubscriptionGroup) {
    return {
      type: 'deleteSubscriptionGroup',
      groupName: deleteSubscriptionGroup.groupName ?? '',
      cleanOffset: deleteSubscriptionGroup.cleanOffset ?? false,
      timestamp: readInt64(deleteSubscriptionGroup.timestamp),
    };
  }
  return readMachineCommand(proto);
}

function readMachineCommand(proto: ledgermq.machine.Command.$Properties): Command {
  const { putSettings, bootstrap } = proto;
  if (putSettings) {
    return { type: 'putSettings', settings: readSettings(putSettings.settings) };
  }
  if (bootstrap) {
    return {
      type: 'bootstrap',
      timestamp: readInt64(bootstrap.timestamp),
      topics: (bootstrap.topics ?? []).map(readTopicConfig),
      groups: (bootstrap.groups ?? []).map(readSubscriptionGroup),
      settings: readSettings(bootstrap.settings),
    };
  }
  throw new BrokerError('ENTRY_INVALID', 'an entry holds a command that this program does not know');
}

function readCommitOffsets(proto: ledgermq.machine.CommitOffsets.$Properties): Command {
  return {
    type: 'commitOffsets',
    commits: (proto.commits ?? []).map((commit) => ({
      group: commit.group ?? '',
      topic: commit.topic ?? '',
      queueId: commit.queueId ?? 0,
      offset: readOffset(commit.offset),
    })),
    force: proto.force ?? false,
  };
}

/** A client chose this number: what cannot be counted with becomes -1, which every replica refuses as invalid. */
function readOffset(value: ledgermq.machine.OffsetCommit.$Properties['offset']): number {
  const offset = toNumber(value);
  return Number.isSafeInteger(offset) ? offset : -1;
}

export function readSettings(
  proto: ledgermq.machine.Settings.$Properties | null | undefined,
): MachineSettings {
  return { enableSendDeduplication: proto?.enableSendDeduplication ?? false };
}
