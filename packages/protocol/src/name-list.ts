import { asJsonObject, jsonTextMap, jsonTextOrNull, jsonTexts } from './json-field.ts';
import { parseFastjson } from './java-json.ts';
import { encodeJavaJson } from './java-json-writer.ts';

/** The body of the topic list requests (206, 224, 304 ...). */
export interface TopicList {
  readonly topicList: readonly string[];
  /** Some broker's address; only the system topic list of a name server (304) carries one. */
  readonly brokerAddr: string | null;
}

export function encodeTopicList(list: TopicList): Buffer {
  return encodeJavaJson({ brokerAddr: list.brokerAddr, topicList: list.topicList });
}

export function decodeTopicList(body: Buffer): TopicList {
  const object = asJsonObject(parseFastjson(body), 'TopicList');
  return { topicList: jsonTexts(object, 'topicList'), brokerAddr: jsonTextOrNull(object, 'brokerAddr') };
}

/** The body `{"table":{"k":"v"}}` of 103's answer, 219 and 28. */
export function encodeKvTable(table: ReadonlyMap<string, string>): Buffer {
  const members = Object.create(null) as Record<string, string>;
  for (const [key, value] of table) members[key] = value;
  return encodeJavaJson({ table: members });
}

export function decodeKvTable(body: Buffer): Map<string, string> {
  return jsonTextMap(asJsonObject(parseFastjson(body), 'KVTable'), 'table');
}
