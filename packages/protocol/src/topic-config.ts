import { ProtocolError } from './errors.ts';
import {
  asJsonObject,
  jsonBoolean,
  jsonInteger,
  jsonText,
  jsonTextMap,
  jsonTextOrNull,
} from './json-field.ts';
import { parseFastjson } from './java-json.ts';
import type { JsonObject, JsonValue } from './java-json.ts';
import { writeJavaJson } from './java-json-writer.ts';

export type TopicFilterType = 'SINGLE_TAG' | 'MULTI_TAG';

/** Bits of a topic's permission. */
export const TopicPerm = { inherit: 1, write: 2, read: 4, priority: 8 } as const;

/** What a broker knows about one topic, and what it registers of it. */
export interface TopicConfig {
  readonly topicName: string;
  readonly readQueueNums: number;
  readonly writeQueueNums: number;
  /** `TopicPerm` bits. */
  readonly perm: number;
  readonly topicFilterType: TopicFilterType;
  readonly topicSysFlag: number;
  readonly order: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A topic without anything special: as many queues to write as to read. */
export function plainTopic(topicName: string, queues: number, perm: number): TopicConfig {
  return {
    topicName,
    readQueueNums: queues,
    writeQueueNums: queues,
    perm,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
    attributes: {},
  };
}

/** The defaults are those of the reference broker's class. */
export function topicConfigFromJson(
  value: JsonValue | undefined,
  topicName: string | null = null,
): TopicConfig {
  const object = asJsonObject(value, 'TopicConfig');
  return {
    topicName: topicName ?? jsonText(object, 'topicName'),
    readQueueNums: jsonInteger(object, 'readQueueNums', 16),
    writeQueueNums: jsonInteger(object, 'writeQueueNums', 16),
    perm: jsonInteger(object, 'perm', TopicPerm.read | TopicPerm.write),
    topicFilterType: parseFilterType(jsonTextOrNull(object, 'topicFilterType')),
    topicSysFlag: jsonInteger(object, 'topicSysFlag', 0),
    order: jsonBoolean(object, 'order', false),
    attributes: attributesFromJson(object),
  };
}

export function topicConfigToJson(config: TopicConfig): JsonObject {
  return {
    attributes: config.attributes,
    order: config.order,
    perm: config.perm,
    readQueueNums: config.readQueueNums,
    topicFilterType: config.topicFilterType,
    topicName: config.topicName,
    topicSysFlag: config.topicSysFlag,
    writeQueueNums: config.writeQueueNums,
  };
}

/**
 * The line form of a compressed registration: `name read write perm filterType attributes`, separated by
 * single blanks, attributes as JSON (absent from 4.9). The order flag and topicSysFlag do not travel in it.
 */
export function topicConfigToLine(config: TopicConfig): string {
  const { topicName, readQueueNums, writeQueueNums, perm, topicFilterType, attributes } = config;
  return `${topicName} ${readQueueNums} ${writeQueueNums} ${perm} ${topicFilterType} ${writeJavaJson(attributes)}`;
}

export function topicConfigFromLine(line: string): TopicConfig {
  const [topicName = '', read, write, perm, filterType, ...rest] = line.split(' ');
  if (topicName === '' || filterType === undefined) {
    throw new ProtocolError('BODY_INVALID', 'A topic line has fewer than five parts', {
      field: 'topicConfig',
    });
  }
  const attributes = rest.length === 0 ? null : asJsonObject(parseFastjson(rest.join(' ')), 'attributes');
  return {
    topicName,
    readQueueNums: lineNumber(read, 'readQueueNums'),
    writeQueueNums: lineNumber(write, 'writeQueueNums'),
    perm: lineNumber(perm, 'perm'),
    topicFilterType: parseFilterType(filterType),
    topicSysFlag: 0,
    order: false,
    attributes: attributes === null ? {} : attributesFromJson({ attributes }),
  };
}

function attributesFromJson(object: JsonObject): Record<string, string> {
  const attributes = Object.create(null) as Record<string, string>;
  for (const [name, value] of jsonTextMap(object, 'attributes')) attributes[name] = value;
  return attributes;
}

/** A name unknown to this version reads as the default, as an unknown enum constant does in Java. */
function parseFilterType(text: string | null): TopicFilterType {
  return text === 'MULTI_TAG' ? 'MULTI_TAG' : 'SINGLE_TAG';
}

function lineNumber(text: string | undefined, field: string): number {
  if (text === undefined || !/^-?\d{1,10}$/.test(text)) {
    throw new ProtocolError('BODY_INVALID', `${field} of a topic line is not a number`, { field });
  }
  return Number(text) + 0;
}
