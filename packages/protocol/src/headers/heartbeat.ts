import {
  asJsonObject,
  jsonArray,
  jsonBoolean,
  jsonInteger,
  jsonText,
  jsonTextOrNull,
} from '../json-field.ts';
import { parseFastjson } from '../java-json.ts';
import type { JsonValue } from '../java-json.ts';
import { encodeJavaJson } from '../java-json-writer.ts';
import { subscriptionFromJson, subscriptionToJson } from '../subscription.ts';
import type { SubscriptionData } from '../subscription.ts';

export type ConsumeType = 'CONSUME_ACTIVELY' | 'CONSUME_PASSIVELY' | 'CONSUME_POP';
export type MessageModel = 'BROADCASTING' | 'CLUSTERING';

/** One consumer group of a client. */
export interface ConsumerData {
  readonly groupName: string;
  readonly consumeType: ConsumeType;
  readonly messageModel: MessageModel;
  /** `CONSUME_FROM_LAST_OFFSET` and its kin; obeyed by the client, only shown by the broker. */
  readonly consumeFromWhere: string;
  readonly subscriptionDataSet: readonly SubscriptionData[];
  readonly unitMode: boolean;
}

/** The body of HEART_BEAT (34); its header has no fields. */
export interface HeartbeatData {
  readonly clientID: string;
  readonly producerDataSet: readonly { readonly groupName: string }[];
  readonly consumerDataSet: readonly ConsumerData[];
  readonly heartbeatFingerprint: number;
  /** The subscriptions were left out because they have not changed since the last heartbeat. */
  readonly withoutSub: boolean;
}

export function encodeHeartbeat(heartbeat: HeartbeatData): Buffer {
  return encodeJavaJson({
    clientID: heartbeat.clientID,
    consumerDataSet: heartbeat.consumerDataSet.map((consumer) => ({
      consumeFromWhere: consumer.consumeFromWhere,
      consumeType: consumer.consumeType,
      groupName: consumer.groupName,
      messageModel: consumer.messageModel,
      subscriptionDataSet: consumer.subscriptionDataSet.map(subscriptionToJson),
      unitMode: consumer.unitMode,
    })),
    heartbeatFingerprint: heartbeat.heartbeatFingerprint,
    producerDataSet: heartbeat.producerDataSet.map((producer) => ({ groupName: producer.groupName })),
    withoutSub: heartbeat.withoutSub,
  });
}

/** Throws JSON_INVALID when the body cannot be read or lacks the client id or a group name. */
export function decodeHeartbeat(body: Buffer): HeartbeatData {
  const object = asJsonObject(parseFastjson(body), 'HeartbeatData');
  return {
    clientID: jsonText(object, 'clientID'),
    producerDataSet: jsonArray(object, 'producerDataSet').map((value) => ({
      groupName: jsonText(asJsonObject(value, 'ProducerData'), 'groupName'),
    })),
    consumerDataSet: jsonArray(object, 'consumerDataSet').map(consumerFromJson),
    heartbeatFingerprint: jsonInteger(object, 'heartbeatFingerprint', 0),
    withoutSub: jsonBoolean(object, 'withoutSub', false),
  };
}

function consumerFromJson(value: JsonValue): ConsumerData {
  const object = asJsonObject(value, 'ConsumerData');
  return {
    groupName: jsonText(object, 'groupName'),
    consumeType: parseConsumeType(jsonTextOrNull(object, 'consumeType')),
    messageModel: parseMessageModel(jsonTextOrNull(object, 'messageModel')),
    consumeFromWhere: jsonTextOrNull(object, 'consumeFromWhere') ?? 'CONSUME_FROM_LAST_OFFSET',
    subscriptionDataSet: jsonArray(object, 'subscriptionDataSet').map(subscriptionFromJson),
    unitMode: jsonBoolean(object, 'unitMode', false),
  };
}

/** The reference's own names, in any case; a client that gives none is a clustered push consumer. */
function parseConsumeType(text: string | null): ConsumeType {
  const name = text?.toUpperCase();
  return name === 'CONSUME_ACTIVELY' || name === 'CONSUME_POP' ? name : 'CONSUME_PASSIVELY';
}

function parseMessageModel(text: string | null): MessageModel {
  return text?.toUpperCase() === 'BROADCASTING' ? 'BROADCASTING' : 'CLUSTERING';
}
