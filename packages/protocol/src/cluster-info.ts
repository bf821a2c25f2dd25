import { asJsonObject, jsonMembers, jsonTextListMap } from './json-field.ts';
import { parseFastjson } from './java-json.ts';
import type { JsonValue } from './java-json.ts';
import { encodeJavaJson } from './java-json-writer.ts';
import type { JavaJsonStyle, JsonWritable } from './java-json-writer.ts';
import { brokerDataFromJson, brokerDataToJson } from './topic-route.ts';
import type { BrokerData } from './topic-route.ts';

/** The body that answers GET_BROKER_CLUSTER_INFO (106). */
export interface ClusterInfo {
  /** By broker name. */
  readonly brokerAddrTable: ReadonlyMap<string, BrokerData>;
  /** Cluster name -> the broker names in it. */
  readonly clusterAddrTable: ReadonlyMap<string, readonly string[]>;
}

export function encodeClusterInfo(info: ClusterInfo, style: JavaJsonStyle = 'standard'): Buffer {
  const brokers = Object.create(null) as Record<string, JsonWritable>;
  for (const [name, data] of info.brokerAddrTable) brokers[name] = brokerDataToJson(data);
  const clusters = Object.create(null) as Record<string, JsonWritable>;
  for (const [name, members] of info.clusterAddrTable) clusters[name] = members;
  return encodeJavaJson({ brokerAddrTable: brokers, clusterAddrTable: clusters }, style);
}

/** Reads quoted and bare broker ids. Throws JSON_INVALID. */
export function decodeClusterInfo(body: Buffer): ClusterInfo {
  return clusterInfoFromJson(parseFastjson(body));
}

function clusterInfoFromJson(value: JsonValue): ClusterInfo {
  const object = asJsonObject(value, 'ClusterInfo');
  const brokers = jsonMembers(object, 'brokerAddrTable');
  return {
    brokerAddrTable: new Map(brokers.map(([name, data]) => [name, brokerDataFromJson(data)])),
    clusterAddrTable: jsonTextListMap(object, 'clusterAddrTable'),
  };
}
