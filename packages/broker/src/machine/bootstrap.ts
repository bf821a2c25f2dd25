import { plainTopic } from '@ledgermq/protocol';
import type { Command, MachineSettings } from './command.ts';
import type { BrokerMachine } from './machine.ts';
import { defaultSubscriptionGroup } from './subscription-groups.ts';
import { SystemTopic } from './system-topics.ts';

/** What the first leader of a group puts into its first command; its configuration, by RocketMQ's names. */
export interface BootstrapOptions {
  readonly brokerClusterName: string;
  readonly brokerName: string;
  readonly autoCreateTopicEnable: boolean;
  readonly defaultTopicQueueNums: number;
  readonly settings: MachineSettings;
}

const READ_WRITE = 6;
const READ_WRITE_INHERIT = 7;
const SCHEDULE_QUEUES = 18;
const CLUSTER_TOPIC_QUEUES = 16;
/**
 * RocketMQ registers 1024 queues, which cost every name server and client more than the benchmark topic is worth.
 */
const BENCHMARK_QUEUES = 8;

/** Groups that RocketMQ has built in. */
const BUILT_IN_GROUPS = [
  'TOOLS_CONSUMER',
  'FILTERSRV_CONSUMER',
  'SELF_TEST_C_GROUP',
  'CID_ONS-HTTP-PROXY',
  'CID_ONSAPI_PULL',
  'CID_ONSAPI_PERMISSION',
  'CID_ONSAPI_OWNER',
  'CID_RMQ_SYS_TRANS',
] as const;

/**
 * The topics and groups that a broker has from the start, as one command. All of it is carried
 * in the command, so that a leader of another version or configuration does not matter to the replicas.
 *
 * @param timestamp milliseconds, clock of the leader.
 */
export function bootstrapCommand(options: BootstrapOptions, timestamp: number): Command {
  const { brokerClusterName, brokerName } = options;
  const topics = [
    plainTopic(SystemTopic.SELF_TEST, 1, READ_WRITE),
    plainTopic(SystemTopic.BENCHMARK, BENCHMARK_QUEUES, READ_WRITE),
    plainTopic(SystemTopic.OFFSET_MOVED_EVENT, 1, READ_WRITE),
    plainTopic(SystemTopic.SCHEDULE, SCHEDULE_QUEUES, READ_WRITE),
    plainTopic(SystemTopic.HALF, 1, READ_WRITE),
    plainTopic(SystemTopic.OP_HALF, 1, READ_WRITE),
    plainTopic(SystemTopic.CHECK_MAX_TIME, 1, READ_WRITE),
    plainTopic(brokerClusterName, CLUSTER_TOPIC_QUEUES, READ_WRITE_INHERIT),
    plainTopic(brokerName, 1, READ_WRITE_INHERIT),
    plainTopic(`${brokerClusterName}_REPLY_TOPIC`, 1, READ_WRITE),
  ];
  if (options.autoCreateTopicEnable) {
    topics.unshift(
      plainTopic(SystemTopic.AUTO_CREATE_KEY, options.defaultTopicQueueNums, READ_WRITE_INHERIT),
    );
  }
  return {
    type: 'bootstrap',
    timestamp,
    topics,
    groups: BUILT_IN_GROUPS.map(defaultSubscriptionGroup),
    settings: options.settings,
  };
}

/**
 * With what a new master prepares the state: the first master of a group gives it its system topics, every later one makes
 * its settings those of the group. Null if there is nothing to do.
 */
export function firstCommand(
  { bootstrapped, settings }: Pick<BrokerMachine, 'bootstrapped' | 'settings'>,
  options: BootstrapOptions,
  timestamp: number,
): Command | null {
  if (!bootstrapped) return bootstrapCommand(options, timestamp);
  if (settings.enableSendDeduplication === options.settings.enableSendDeduplication) return null;
  return { type: 'putSettings', settings: options.settings };
}
