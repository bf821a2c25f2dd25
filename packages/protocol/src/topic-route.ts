import { ProtocolError } from './errors.ts';
import {
  asJsonObject,
  jsonArray,
  jsonBoolean,
  jsonInteger,
  jsonText,
  jsonTextListMap,
  jsonTextMap,
  jsonTextOrNull,
} from './json-field.ts';
import { JsonEntries, parseFastjson } from './java-json.ts';
import type { JsonObject, JsonValue } from './java-json.ts';
import { encodeJavaJson } from './java-json-writer.ts';
import type { JavaJsonStyle, JsonWritable } from './java-json-writer.ts';

/** The broker id of a master in `BrokerData.brokerAddrs`. */
export const MASTER_ID = 0;

/** How many queues of a topic one broker group holds, and what may be done with them. */
export interface QueueData {
  readonly brokerName: string;
  readonly readQueueNums: number;
  readonly writeQueueNums: number;
  /** 4 read, 2 write, 1 inherit. */
  readonly perm: number;
  readonly topicSysFlag: number;
}

/** Where the members of one broker group listen. */
export interface BrokerData {
  readonly cluster: string;
  readonly brokerName: string;
  /** Broker id -> `ip:port`; id 0 is the master. */
  readonly brokerAddrs: ReadonlyMap<number, string>;
  readonly enableActingMaster: boolean;
  readonly zoneName: string | null;
}

/** The body that answers GET_ROUTEINFO_BY_TOPIC (105). */
export interface TopicRouteData {
  /** `brokerA:4;brokerB:4` for a topic with ordered queues. */
  readonly orderTopicConf: string | null;
  readonly queueDatas: readonly QueueData[];
  readonly brokerDatas: readonly BrokerData[];
  /** Broker address -> filter server addresses; empty since RocketMQ 4.4. */
  readonly filterServerTable: ReadonlyMap<string, readonly string[]>;
}

export function encodeTopicRoute(route: TopicRouteData, style: JavaJsonStyle = 'standard'): Buffer {
  return encodeJavaJson(topicRouteToJson(route), style);
}

/** Reads every form that a name server of either kind writes. Throws JSON_INVALID. */
export function decodeTopicRoute(body: Buffer): TopicRouteData {
  return topicRouteFromJson(parseFastjson(body));
}

export function topicRouteToJson(route: TopicRouteData): JsonWritable {
  return {
    brokerDatas: route.brokerDatas.map(brokerDataToJson),
    filterServerTable: Object.fromEntries(route.filterServerTable),
    orderTopicConf: route.orderTopicConf,
    queueDatas: route.queueDatas.map(queueDataToJson),
  };
}

export function topicRouteFromJson(value: JsonValue): TopicRouteData {
  const object = asJsonObject(value, 'TopicRouteData');
  return {
    orderTopicConf: jsonTextOrNull(object, 'orderTopicConf'),
    queueDatas: jsonArray(object, 'queueDatas').map(queueDataFromJson),
    brokerDatas: jsonArray(object, 'brokerDatas').map(brokerDataFromJson),
    filterServerTable: jsonTextListMap(object, 'filterServerTable'),
  };
}

export function queueDataToJson(data: QueueData): JsonObject {
  return {
    brokerName: data.brokerName,
    perm: data.perm,
    readQueueNums: data.readQueueNums,
    topicSysFlag: data.topicSysFlag,
    writeQueueNums: data.writeQueueNums,
  };
}

export function queueDataFromJson(value: JsonValue): QueueData {
  const object = asJsonObject(value, 'QueueData');
  return {
    brokerName: jsonText(object, 'brokerName'),
    readQueueNums: jsonInteger(object, 'readQueueNums', 0),
    writeQueueNums: jsonInteger(object, 'writeQueueNums', 0),
    perm: jsonInteger(object, 'perm', 0),
    // The old spelling is that of 4.5 and of the Go client.
    topicSysFlag: jsonInteger(object, 'topicSysFlag', jsonInteger(object, 'topicSynFlag', 0)),
  };
}

export function brokerDataToJson(data: BrokerData): JsonWritable {
  const addresses = [...data.brokerAddrs].sort(([a], [b]) => a - b);
  return {
    brokerAddrs: new JsonEntries(addresses),
    brokerName: data.brokerName,
    cluster: data.cluster,
    enableActingMaster: data.enableActingMaster,
    zoneName: data.zoneName,
  };
}

export function brokerDataFromJson(value: JsonValue): BrokerData {
  const object = asJsonObject(value, 'BrokerData');
  const brokerAddrs = new Map<number, string>();
  for (const [key, address] of jsonTextMap(object, 'brokerAddrs')) {
    const id = Number(key);
    if (key === '' || !Number.isSafeInteger(id)) {
      throw new ProtocolError('JSON_INVALID', 'A broker id is not a number', { field: 'brokerAddrs' });
    }
    brokerAddrs.set(id, address);
  }
  return {
    cluster: jsonTextOrNull(object, 'cluster') ?? '',
    brokerName: jsonText(object, 'brokerName'),
    brokerAddrs,
    enableActingMaster: jsonBoolean(object, 'enableActingMaster', false),
    zoneName: jsonTextOrNull(object, 'zoneName'),
  };
}
