import { Buffer } from 'node:buffer';
import {
  DEFAULT_REGION,
  PROPERTIES_BYTES_MAX,
  ResponseCode,
  createOffsetMsgId,
  decodeBatch,
  decodeSendHeader,
  encodeSendResponseHeader,
  recordSize,
  sendResponseTemplate,
  writeRecord,
} from '@ledgermq/protocol';
import type { HostAddress, RecordSpec, RemotingCommand, SendHeader } from '@ledgermq/protocol';
import type { Clock } from '@ledgermq/raft';
import type { BirthPlaces } from '../birth-places.ts';
import type { Exchange } from '../exchange.ts';
import { guarded, refusalAnswer, unknownOutcomeRemark } from '../failure.ts';
import { RETRY_TOPIC_PREFIX } from '../group-port.ts';
import type { MessageProposer, RecordWriter } from '../group-port.ts';
import type { Refused, SendOutcome } from '../replication/outcome.ts';
import type { TopicCreation } from '../topic-creation.ts';
import type { Retry } from './route.ts';
import { findSendTarget } from './send-target.ts';
import type { SendTarget, SendTargetPorts } from './send-target.ts';
import type { StoredProperties } from './stored-properties.ts';

export interface SendPorts extends SendTargetPorts {
  readonly proposer: MessageProposer;
  readonly topics: TopicCreation;
  readonly properties: StoredProperties;
  readonly birthPlaces: BirthPlaces;
  readonly clock: Clock;
}

export interface SendOptions {
  /** Where clients reach this replica; part of every message id. */
  readonly storeHost: HostAddress;
  readonly brokerPermission: number;
  /** Bytes of one message's body. */
  readonly maxMessageSize: number;
  /** Messages of one batch. */
  readonly batchMessagesMax: number;
}

type Stored = Extract<SendOutcome, { type: 'stored' }>;

/** SEND_MESSAGE (10), SEND_MESSAGE_V2 (310) and SEND_BATCH_MESSAGE (320). */
export class SendMessageHandler {
  readonly #ports: SendPorts;
  readonly #options: SendOptions;

  constructor(ports: SendPorts, options: SendOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  handle(command: RemotingCommand, exchange: Exchange, retry: Retry): void {
    this.send(decodeSendHeader(command.code, command.extFields), command.body, exchange, retry);
  }

  /** Stores what a send with an already decoded header brings; `body` is copied before this returns. */
  send(header: SendHeader, body: Buffer, exchange: Exchange, retry: Retry): void {
    const found = findSendTarget(
      this.#ports,
      this.#options.brokerPermission,
      header,
      exchange.identity.version,
    );
    if (found.type === 'refused') {
      exchange.respond(found.refusal.code, { remark: found.refusal.remark });
    } else if (header.batch) {
      this.#sendBatch(header, body, found, exchange, retry);
    } else {
      this.#sendOne(header, body, found, exchange, retry);
    }
  }

  #sendOne(header: SendHeader, body: Buffer, target: SendTarget, exchange: Exchange, retry: Retry): void {
    const completed = this.#ports.properties.completeText(header.properties);
    const { properties, uniqKey } = completed;
    if (!this.#sizesAllowed(body.length, Buffer.byteLength(properties), exchange)) {
      return;
    }
    const record = this.#recordOf(this.#specOf(header, target, body, properties, exchange));
    this.#ports.proposer.appendMessage(record, (outcome) => {
      this.#settleOne(outcome, target, uniqKey, exchange, retry);
    });
  }

  #settleOne(
    outcome: SendOutcome,
    target: SendTarget,
    uniqKey: string,
    exchange: Exchange,
    retry: Retry,
  ): void {
    guarded(exchange, () => {
      if (outcome.type !== 'stored') {
        answerNotStored(outcome, exchange, retry);
      } else if (this.#ports.topics.isCreating(target.topic)) {
        this.#whenAnnounced(target, exchange, () => {
          this.#answerOne(outcome, uniqKey, exchange);
        });
      } else {
        this.#answerOne(outcome, uniqKey, exchange);
      }
    });
  }

  #sendBatch(header: SendHeader, body: Buffer, target: SendTarget, exchange: Exchange, retry: Retry): void {
    if (target.topic !== header.topic || header.topic.startsWith(RETRY_TOPIC_PREFIX)) {
      exchange.respond(ResponseCode.MESSAGE_ILLEGAL, {
        remark: 'batch request does not support retry group',
      });
      return;
    }
    if (body.length > this.#options.maxMessageSize) {
      this.#sizesAllowed(body.length, 0, exchange);
      return;
    }
    const items = decodeBatch(body);
    if (items.length === 0 || items.length > this.#options.batchMessagesMax) {
      exchange.respond(ResponseCode.MESSAGE_ILLEGAL, {
        remark: `a batch of ${items.length} messages; 1 to ${this.#options.batchMessagesMax} are allowed`,
      });
      return;
    }
    const records: RecordWriter[] = [];
    for (const item of items) {
      const { properties } = this.#ports.properties.completeBytes(item.properties);
      if (!this.#sizesAllowed(item.body.length, properties.length, exchange)) {
        return;
      }
      const spec = this.#specOf(header, target, item.body, properties, exchange);
      records.push(this.#recordOf({ ...spec, flag: item.flag }));
    }
    this.#ports.proposer.appendMessages(records, (outcomes) => {
      guarded(exchange, () => {
        const failed = worstOf(outcomes);
        if (failed !== null) {
          answerNotStored(failed, exchange, retry);
          return;
        }
        this.#whenAnnounced(target, exchange, () => {
          this.#answerBatch(outcomes.filter(isStored), exchange);
        });
      });
    });
  }

  #whenAnnounced(target: SendTarget, exchange: Exchange, answer: () => void): void {
    this.#ports.topics.whenAnnounced(target.topic, () => {
      guarded(exchange, answer);
    });
  }

  /** Answers 13 and returns false when a part is larger than allowed. */
  #sizesAllowed(bodyBytes: number, propertiesBytes: number, exchange: Exchange): boolean {
    if (bodyBytes > this.#options.maxMessageSize) {
      exchange.respond(ResponseCode.MESSAGE_ILLEGAL, {
        remark: `the message body size ${bodyBytes} is over the maximum of ${this.#options.maxMessageSize}`,
      });
      return false;
    }
    if (propertiesBytes > PROPERTIES_BYTES_MAX) {
      exchange.respond(ResponseCode.MESSAGE_ILLEGAL, {
        remark: `the message properties size ${propertiesBytes} is over the maximum of ${PROPERTIES_BYTES_MAX}`,
      });
      return false;
    }
    return true;
  }

  #specOf(
    header: SendHeader,
    target: SendTarget,
    body: Buffer,
    properties: string | Buffer,
    exchange: Exchange,
  ): RecordSpec {
    return {
      topic: target.topic,
      queueId: target.queueId,
      flag: header.flag,
      sysFlag: header.sysFlag,
      bornTimestamp: header.bornTimestamp,
      bornHost: this.#ports.birthPlaces.of(exchange),
      storeTimestamp: this.#ports.clock.now(),
      storeHost: this.#options.storeHost,
      reconsumeTimes: header.reconsumeTimes,
      preparedTransactionOffset: 0,
      queueOffset: 0,
      physicalOffset: 0,
      body,
      properties,
    };
  }

  #recordOf(spec: RecordSpec): RecordWriter {
    return { size: recordSize(spec), write: (target, at) => writeRecord(target, at, spec) };
  }

  #answerOne(stored: Stored, uniqKey: string, exchange: Exchange): void {
    exchange.respondFrame(() =>
      sendResponseTemplate(exchange.identity, {
        msgId: this.#messageId(stored),
        queueId: stored.queueId,
        queueOffset: stored.queueOffset,
        transactionId: uniqKey,
      }),
    );
  }

  #answerBatch(stored: readonly Stored[], exchange: Exchange): void {
    const first = stored[0];
    if (first === undefined) {
      return;
    }
    // A batch sent again may find some of its messages stored by the first attempt, at other offsets.
    const consecutive = stored.every((one, i) => one.queueOffset === first.queueOffset + i);
    exchange.respond(ResponseCode.SUCCESS, {
      extFields: encodeSendResponseHeader({
        msgId: stored.map((one) => this.#messageId(one)).join(','),
        queueId: first.queueId,
        queueOffset: first.queueOffset,
        transactionId: null,
        batchUniqId: null,
        recallHandle: null,
        msgRegion: DEFAULT_REGION,
        traceOn: true,
        queueOffsets: consecutive ? null : stored.map((one) => one.queueOffset),
      }),
    });
  }

  #messageId(stored: Stored): string {
    const { host, port } = this.#options.storeHost;
    return createOffsetMsgId(host, port, stored.physicalOffset);
  }
}

/** What a producer is told when its message was refused or nobody knows. */
export function answerNotStored(
  outcome: Exclude<SendOutcome, { type: 'stored' }>,
  exchange: Exchange,
  retry: Retry,
): void {
  if (outcome.type === 'unknown') {
    exchange.respond(ResponseCode.SYSTEM_ERROR, { remark: unknownOutcomeRemark(outcome.reason) });
  } else if (outcome.reason === 'not-leader') {
    retry();
  } else {
    const { code, remark } = refusalAnswer(outcome.reason);
    exchange.respond(code, { remark });
  }
}

function isStored(outcome: SendOutcome): outcome is Stored {
  return outcome.type === 'stored';
}

/**
 * The outcome that decides for a batch that was not stored whole. One unknown makes all of it unknown; so does a batch
 * of which a part is stored and a part is not, which the one entry of a batch excludes.
 */
function worstOf(
  outcomes: readonly SendOutcome[],
): Refused | Extract<SendOutcome, { type: 'unknown' }> | null {
  const unknown = outcomes.find((outcome) => outcome.type === 'unknown');
  const refused = outcomes.find((outcome) => outcome.type === 'refused');
  if (unknown !== undefined || refused === undefined) {
    return unknown ?? null;
  }
  return outcomes.some(isStored) ? { type: 'unknown', reason: 'the batch is stored in part' } : refused;
}
