import { asJsonObject, jsonInteger, jsonObjectEntries, jsonText, toInteger } from './json-field.ts';
import { JsonEntries } from './java-json.ts';
import type { JsonObject, JsonValue } from './java-json.ts';

/** One queue of a topic on one broker group; written `{"brokerName":"b","queueId":0,"topic":"t"}`. */
export interface MessageQueue {
  readonly topic: string;
  readonly brokerName: string;
  readonly queueId: number;
}

export function messageQueueFromJson(value: JsonValue | undefined): MessageQueue {
  const object = asJsonObject(value, 'MessageQueue');
  return {
    topic: jsonText(object, 'topic'),
    brokerName: jsonText(object, 'brokerName'),
    queueId: jsonInteger(object, 'queueId', 0),
  };
}

export function messageQueueToJson(queue: MessageQueue): JsonObject {
  return { brokerName: queue.brokerName, queueId: queue.queueId, topic: queue.topic };
}

export type QueueNumber = readonly [queue: MessageQueue, value: number];

/** A map from queue to number (offset tables), written with raw object keys: `{{...}:5}`. */
export function queueNumbersToJson(numbers: readonly QueueNumber[]): JsonEntries {
  return new JsonEntries(numbers.map(([queue, value]) => [messageQueueToJson(queue), value]));
}

/** Reads raw and stringified object keys. */
export function queueNumbersFromJson(object: JsonObject, name: string): QueueNumber[] {
  return jsonObjectEntries(object, name).map(([key, value]) => [
    messageQueueFromJson(key),
    toInteger(value, name),
  ]);
}
