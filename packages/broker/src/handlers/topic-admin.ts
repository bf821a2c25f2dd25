import {
  RequestCode,
  ResponseCode,
  dataVersionToJson,
  decodeCreateTopicHeader,
  encodeJavaJson,
  readText,
  topicConfigToJson,
  validateTopic,
} from '@ledgermq/protocol';
import type { RemotingCommand, TopicConfig } from '@ledgermq/protocol';
import type { Exchange } from '../exchange.ts';
import { answerCommand, guarded } from '../failure.ts';
import type { ConfigurationProposer, TopicsPort } from '../group-port.ts';
import type { TopicAnnouncer } from '../topic-creation.ts';
import { masterProposes, masterReads } from './route.ts';
import type { Retry, Route } from './route.ts';

export interface TopicAdminPorts {
  readonly topics: TopicsPort;
  readonly proposer: ConfigurationProposer;
  readonly announcer: TopicAnnouncer;
}

/** RocketMQ's own bound; more queues than this in one topic cost every client more than they bring. */
const QUEUE_NUMS_MAX = 65_535;

/** Topics that belong to the broker and keep the shape it gave them. */
const SYSTEM_TOPICS: ReadonlySet<string> = new Set([
  'TBW102',
  'SCHEDULE_TOPIC_XXXX',
  'BenchmarkTest',
  'RMQ_SYS_TRANS_HALF_TOPIC',
  'RMQ_SYS_TRACE_TOPIC',
  'RMQ_SYS_TRANS_OP_HALF_TOPIC',
  'TRANS_CHECK_MAX_TIME_TOPIC',
  'SELF_TEST_TOPIC',
  'OFFSET_MOVED_EVENT',
  'CHECKPOINT_TOPIC',
]);
const SYSTEM_TOPIC_PREFIX = 'rmq_sys_';

/** Creating and changing topics (17), and reading their configuration (351, 21). */
export function topicAdminRoutes(ports: TopicAdminPorts): [number, Route][] {
  return [
    [
      RequestCode.UPDATE_AND_CREATE_TOPIC,
      masterProposes(
        (command, exchange, retry) => {
          putTopic(ports, command, exchange, retry);
        },
        { repeatable: true },
      ),
    ],
    [
      RequestCode.GET_TOPIC_CONFIG,
      masterReads((command, exchange) => {
        const name = readText(command.extFields, 'topic');
        const topic = ports.topics.get(name);
        if (topic === undefined) {
          exchange.respond(ResponseCode.TOPIC_NOT_EXIST, {
            remark: `No topic in this broker. topic: ${name}`,
          });
        } else {
          exchange.respond(ResponseCode.SUCCESS, { body: encodeJavaJson(topicConfigToJson(topic)) });
        }
      }),
    ],
    [
      RequestCode.GET_ALL_TOPIC_CONFIG,
      masterReads((_command, exchange) => {
        exchange.respond(ResponseCode.SUCCESS, { body: encodeTopicTable(ports.topics) });
      }),
    ],
  ];
}

function putTopic(ports: TopicAdminPorts, command: RemotingCommand, exchange: Exchange, retry: Retry): void {
  const header = decodeCreateTopicHeader(command.extFields);
  const fault = faultOf(header);
  if (fault !== null) {
    exchange.respond(ResponseCode.INVALID_PARAMETER, { remark: fault });
    return;
  }
  const known = ports.topics.get(header.topic);
  const topic: TopicConfig = {
    topicName: header.topic,
    readQueueNums: header.readQueueNums,
    writeQueueNums: header.writeQueueNums,
    perm: header.perm,
    topicFilterType: header.topicFilterType === 'MULTI_TAG' ? 'MULTI_TAG' : 'SINGLE_TAG',
    topicSysFlag: header.topicSysFlag ?? 0,
    order: header.order,
    attributes: changedAttributes(known?.attributes ?? {}, header.attributes),
  };
  ports.proposer.putTopic(topic, false, (outcome) => {
    answerCommand(exchange, outcome, retry, () => {
      ports.announcer.announce(() => {
        guarded(exchange, () => {
          exchange.respond(ResponseCode.SUCCESS);
        });
      });
    });
  });
}

function faultOf(header: {
  readonly topic: string;
  readonly readQueueNums: number;
  readonly writeQueueNums: number;
  readonly perm: number;
}): string | null {
  const { topic, readQueueNums, writeQueueNums, perm } = header;
  try {
    validateTopic(topic);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (SYSTEM_TOPICS.has(topic) || topic.startsWith(SYSTEM_TOPIC_PREFIX)) {
    return `The topic[${topic}] is conflict with system topic.`;
  }
  if (
    Math.min(readQueueNums, writeQueueNums) < 0 ||
    Math.max(readQueueNums, writeQueueNums) > QUEUE_NUMS_MAX
  ) {
    return `the queue numbers of topic[${topic}] must be from 0 to ${QUEUE_NUMS_MAX}`;
  }
  return perm < 0 || perm > 7 ? `the perm[${perm}] of topic[${topic}] must be from 0 to 7` : null;
}

/** RocketMQ's notation: `+name=value` sets an attribute, `-name` removes it, items separated by commas. */
function changedAttributes(
  attributes: Readonly<Record<string, string>>,
  changes: string | null,
): Record<string, string> {
  const changed = new Map(Object.entries(attributes));
  for (const item of (changes ?? '').split(',')) {
    const [name = '', ...value] = item.slice(1).split('=');
    if (item.startsWith('+') && name !== '') {
      changed.set(name, value.join('='));
    } else if (item.startsWith('-')) {
      changed.delete(name);
    }
  }
  return Object.fromEntries(changed);
}

function encodeTopicTable(topics: TopicsPort): Buffer {
  const topicConfigTable = Object.fromEntries(
    [...topics.all()].map((topic) => [topic.topicName, topicConfigToJson(topic)]),
  );
  return encodeJavaJson({ dataVersion: dataVersionToJson(topics.dataVersion), topicConfigTable });
}
