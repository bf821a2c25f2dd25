import {
  MessageProperty,
  RequestCode,
  ResponseCode,
  createOffsetMsgId,
  decodeProperties,
  encodeProperties,
  readInt,
  readLong,
  readOptionalInt,
  readRecord,
  readText,
  recordSize,
  writeRecord,
} from '@ledgermq/protocol';
import type { ExtFields, HostAddress, MessageRecord, RecordSpec, RemotingCommand } from '@ledgermq/protocol';
import type { Clock, Random } from '@ledgermq/raft';
import type { Exchange } from '../exchange.ts';
import { answerCommand, guarded, refusalAnswer } from '../failure.ts';
import { RETRY_TOPIC_PREFIX } from '../group-port.ts';
import type {
  ConfigurationProposer,
  MessageProposer,
  RecordReader,
  SubscriptionGroupsPort,
  SubscriptionGroupView,
} from '../group-port.ts';
import type { TopicCreation } from '../topic-creation.ts';
import { masterProposes } from './route.ts';
import type { Retry, Route } from './route.ts';
import { answerNotStored } from './send-message.ts';
import { deadLetterTarget } from './send-target.ts';
import type { SendTargetFound } from './send-target.ts';

/** The fields of the request that this broker uses. */
interface SendBackHeader {
  /** Byte address of the message in the log. */
  readonly offset: number;
  readonly group: string;
  /** Negative sends the message to the dead letters. */
  readonly delayLevel: number;
  readonly maxReconsumeTimes: number | null;
}

export interface SendBackPorts {
  readonly records: RecordReader;
  readonly groups: SubscriptionGroupsPort;
  readonly topics: TopicCreation;
  readonly proposer: MessageProposer & ConfigurationProposer;
  readonly clock: Clock;
  readonly random: Random;
}

export interface SendBackOptions {
  readonly storeHost: HostAddress;
  readonly autoCreateSubscriptionGroup: boolean;
}

/**
 * CONSUMER_SEND_MSG_BACK (36): a consumer could not process a message and wants it later. It is stored anew in the
 * group's retry topic, with one attempt more on its count, or among the dead letters when the attempts are used up.
 *
 * The wait between attempts is not kept: this broker delivers the retry at once, whatever delay level is asked for.
 */
export function sendBackRoutes(ports: SendBackPorts, options: SendBackOptions): [number, Route][] {
  return [
    [
      RequestCode.CONSUMER_SEND_MSG_BACK,
      masterProposes(
        (command, exchange, retry) => {
          sendBack(ports, options, command, exchange, retry);
        },
        { repeatable: false },
      ),
    ],
  ];
}

function sendBack(
  ports: SendBackPorts,
  options: SendBackOptions,
  command: RemotingCommand,
  exchange: Exchange,
  retry: Retry,
): void {
  const header = readSendBackHeader(command.extFields);
  const group = ports.groups.get(header.group);
  if (group !== undefined) {
    store(ports, options, header, group, exchange, retry);
  } else if (options.autoCreateSubscriptionGroup) {
    ports.proposer.createSubscriptionGroup(header.group, (outcome) => {
      answerCommand(exchange, outcome, retry, () => {
        const created = ports.groups.get(header.group);
        if (created === undefined) {
          refuseGroup(header.group, exchange);
        } else {
          store(ports, options, header, created, exchange, retry);
        }
      });
    });
  } else {
    refuseGroup(header.group, exchange);
  }
}

function store(
  ports: SendBackPorts,
  options: SendBackOptions,
  header: SendBackHeader,
  group: SubscriptionGroupView,
  exchange: Exchange,
  retry: Retry,
): void {
  if (group.retryQueueNums <= 0) {
    exchange.respond(ResponseCode.SUCCESS);
    return;
  }
  const bytes = header.offset < 0 ? null : ports.records.readRecord(header.offset);
  if (bytes === null) {
    exchange.respond(ResponseCode.SYSTEM_ERROR, {
      remark: `look message by offset failed, ${header.offset}`,
    });
    return;
  }
  const original = readRecord(bytes, 0);
  const target = retryTarget(ports, header, group, original);
  if (target.type === 'refused') {
    exchange.respond(target.refusal.code, { remark: target.refusal.remark });
    return;
  }
  const spec = retryRecord(original, target, options.storeHost, ports.clock.now());
  ports.proposer.appendMessage(
    { size: recordSize(spec), write: (buffer, at) => writeRecord(buffer, at, spec) },
    (outcome) => {
      guarded(exchange, () => {
        if (outcome.type === 'stored') {
          exchange.respond(ResponseCode.SUCCESS);
        } else {
          answerNotStored(outcome, exchange, retry);
        }
      });
    },
  );
}

function retryTarget(
  ports: SendBackPorts,
  header: SendBackHeader,
  group: SubscriptionGroupView,
  original: MessageRecord,
): SendTargetFound {
  const attemptsMax = header.maxReconsumeTimes ?? group.retryMaxTimes;
  if (original.reconsumeTimes >= attemptsMax || header.delayLevel < 0) {
    return deadLetterTarget(ports.topics, group.groupName);
  }
  const topic = `${RETRY_TOPIC_PREFIX}${group.groupName}`;
  const found = ports.topics.ensure(topic, group.retryQueueNums);
  return found.type === 'known'
    ? { type: 'target', topic, queueId: ports.random.nextInt(found.topic.writeQueueNums) }
    : { type: 'refused', refusal: refusalAnswer('overloaded') };
}

/** The message again: same content and birth, its first topic and first id kept among the properties. */
function retryRecord(
  original: MessageRecord,
  target: { readonly topic: string; readonly queueId: number },
  storeHost: HostAddress,
  storeTimestamp: number,
): RecordSpec {
  const properties = decodeProperties(original.properties);
  if (!properties.has(MessageProperty.RETRY_TOPIC)) {
    properties.set(MessageProperty.RETRY_TOPIC, original.topic);
  }
  if (!properties.has(MessageProperty.ORIGIN_MESSAGE_ID)) {
    const { host, port } = original.storeHost;
    const id = createOffsetMsgId(host, port, original.physicalOffset);
    properties.set(MessageProperty.ORIGIN_MESSAGE_ID, id);
  }
  properties.set(MessageProperty.WAIT_STORE_MSG_OK, 'false');
  properties.delete(MessageProperty.DELAY_TIME_LEVEL);
  return {
    topic: target.topic,
    queueId: target.queueId,
    flag: original.flag,
    sysFlag: original.sysFlag,
    bornTimestamp: original.bornTimestamp,
    bornHost: original.bornHost,
    storeTimestamp,
    storeHost,
    reconsumeTimes: original.reconsumeTimes + 1,
    preparedTransactionOffset: 0,
    queueOffset: 0,
    physicalOffset: 0,
    body: original.body,
    properties: encodeProperties(properties),
  };
}

function readSendBackHeader(ext: ExtFields): SendBackHeader {
  return {
    offset: readLong(ext, 'offset'),
    group: readText(ext, 'group'),
    delayLevel: readInt(ext, 'delayLevel'),
    maxReconsumeTimes: readOptionalInt(ext, 'maxReconsumeTimes'),
  };
}

function refuseGroup(group: string, exchange: Exchange): void {
  exchange.respond(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, {
    remark: `subscription group not exist, ${group}`,
  });
}
