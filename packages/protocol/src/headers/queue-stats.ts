import { newExtFields, putOptional, readOptionalText, readText } from '../field.ts';
import type { ExtFields } from '../field.ts';
import { JsonEntries, parseFastjson } from '../java-json.ts';
import type { JsonValue } from '../java-json.ts';
import { encodeJavaJson } from '../java-json-writer.ts';
import { asJsonObject, jsonInteger, jsonObjectEntries } from '../json-field.ts';
import { messageQueueFromJson, messageQueueToJson } from '../message-queue.ts';
import type { MessageQueue } from '../message-queue.ts';

/** GET_TOPIC_STATS_INFO (202): where the queues of a topic begin and end. */
export interface TopicStatsHeader {
  readonly topic: string;
}

export function decodeTopicStatsHeader(ext: ExtFields): TopicStatsHeader {
  return { topic: readText(ext, 'topic') };
}

export function encodeTopicStatsHeader(header: TopicStatsHeader): Record<string, string> {
  const ext = newExtFields();
  ext['topic'] = header.topic;
  return ext;
}

export interface TopicQueueStats {
  readonly queue: MessageQueue;
  readonly minOffset: number;
  readonly maxOffset: number;
  /** Store time of the last message, ms; 0 without one. */
  readonly lastUpdateTimestamp: number;
}

/** The body that answers 202. */
export interface TopicStats {
  readonly topicPutTps: number;
  readonly queues: readonly TopicQueueStats[];
}

export function encodeTopicStats({ queues, topicPutTps }: TopicStats): Buffer {
  const offsetTable = new JsonEntries(
    queues.map(({ queue, lastUpdateTimestamp, maxOffset, minOffset }) => [
      messageQueueToJson(queue),
      { lastUpdateTimestamp, maxOffset, minOffset },
    ]),
  );
  return encodeJavaJson({ offsetTable, topicPutTps });
}

export function decodeTopicStats(body: Buffer): TopicStats {
  const object = asJsonObject(parseFastjson(body), 'TopicStatsTable');
  const queues = jsonObjectEntries(object, 'offsetTable').map(([key, value]) => {
    const stats = asJsonObject(value, 'TopicOffset');
    return {
      queue: messageQueueFromJson(key),
      minOffset: jsonInteger(stats, 'minOffset', 0),
      maxOffset: jsonInteger(stats, 'maxOffset', 0),
      lastUpdateTimestamp: jsonInteger(stats, 'lastUpdateTimestamp', 0),
    };
  });
  return { queues, topicPutTps: rate(object['topicPutTps']) };
}

/** GET_CONSUME_STATS (208): how far a group has consumed its topics. */
export interface ConsumeStatsHeader {
  readonly consumerGroup: string;
  /** Only these; none for all that the group has consumed. */
  readonly topics: readonly string[];
}

const TOPIC_SEPARATOR = ';';

/** One topic is asked for by `topic`, several of them, since 5.3, by `topicList`, which goes before. */
export function decodeConsumeStatsHeader(ext: ExtFields): ConsumeStatsHeader {
  const listed = (readOptionalText(ext, 'topicList') ?? '').split(TOPIC_SEPARATOR);
  const topics = [...new Set(listed.map((topic) => topic.trim()).filter((topic) => topic !== ''))];
  const single = (readOptionalText(ext, 'topic') ?? '').trim();
  if (topics.length === 0 && single !== '') topics.push(single);
  return { consumerGroup: readText(ext, 'consumerGroup'), topics };
}

export function encodeConsumeStatsHeader({
  consumerGroup,
  topics,
}: ConsumeStatsHeader): Record<string, string> {
  const ext = newExtFields();
  ext['consumerGroup'] = consumerGroup;
  const [first] = topics;
  if (topics.length === 1) putOptional(ext, 'topic', first ?? null);
  else if (topics.length > 1) ext['topicList'] = topics.join(TOPIC_SEPARATOR);
  return ext;
}

export interface ConsumedQueueStats {
  readonly queue: MessageQueue;
  /** Next offset of the queue. */
  readonly brokerOffset: number;
  /** Next offset that the group will consume; 0 if it never committed one. */
  readonly consumerOffset: number;
  /** Next offset that will be pulled. */
  readonly pullOffset: number;
  /** Store time of the message before `consumerOffset`, ms; 0 without one. */
  readonly lastTimestamp: number;
}

/** The body that answers 208. */
export interface ConsumeStats {
  readonly consumeTps: number;
  readonly queues: readonly ConsumedQueueStats[];
}

export function encodeConsumeStats({ queues, consumeTps }: ConsumeStats): Buffer {
  const offsetTable = new JsonEntries(
    queues.map(({ queue, brokerOffset, consumerOffset, lastTimestamp, pullOffset }) => [
      messageQueueToJson(queue),
      { brokerOffset, consumerOffset, lastTimestamp, pullOffset },
    ]),
  );
  return encodeJavaJson({ consumeTps, offsetTable });
}

export function decodeConsumeStats(body: Buffer): ConsumeStats {
  const object = asJsonObject(parseFastjson(body), 'ConsumeStats');
  const queues = jsonObjectEntries(object, 'offsetTable').map(([key, value]) => {
    const stats = asJsonObject(value, 'OffsetWrapper');
    return {
      queue: messageQueueFromJson(key),
      brokerOffset: jsonInteger(stats, 'brokerOffset', 0),
      consumerOffset: jsonInteger(stats, 'consumerOffset', 0),
      pullOffset: jsonInteger(stats, 'pullOffset', 0),
      lastTimestamp: jsonInteger(stats, 'lastTimestamp', 0),
    };
  });
  return { queues, consumeTps: rate(object['consumeTps']) };
}

function rate(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}
