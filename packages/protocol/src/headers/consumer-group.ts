import { newExtFields, putOptional, readOptionalText, readText } from '../field.ts';
import type { ExtFields } from '../field.ts';
import { asJsonObject, jsonTexts } from '../json-field.ts';
import { parseFastjson } from '../java-json.ts';
import { encodeJavaJson } from '../java-json-writer.ts';

/** GET_CONSUMER_LIST_BY_GROUP (38) and NOTIFY_CONSUMER_IDS_CHANGED (40, broker to client, one-way). */
export interface ConsumerGroupHeader {
  readonly consumerGroup: string;
}

export function decodeConsumerGroupHeader(ext: ExtFields): ConsumerGroupHeader {
  return { consumerGroup: readText(ext, 'consumerGroup') };
}

export function encodeConsumerGroupHeader(header: ConsumerGroupHeader): Record<string, string> {
  const ext = newExtFields();
  ext['consumerGroup'] = header.consumerGroup;
  return ext;
}

/** The body that answers 38; clients treat success without a body as an error. */
export function encodeConsumerList(consumerIdList: readonly string[]): Buffer {
  return encodeJavaJson({ consumerIdList });
}

export function decodeConsumerList(body: Buffer): string[] {
  return jsonTexts(asJsonObject(parseFastjson(body), 'consumerList'), 'consumerIdList');
}

/** UNREGISTER_CLIENT (35). */
export interface UnregisterClientHeader {
  readonly clientID: string;
  readonly producerGroup: string | null;
  readonly consumerGroup: string | null;
}

export function decodeUnregisterClientHeader(ext: ExtFields): UnregisterClientHeader {
  return {
    clientID: readText(ext, 'clientID'),
    producerGroup: readOptionalText(ext, 'producerGroup'),
    consumerGroup: readOptionalText(ext, 'consumerGroup'),
  };
}

export function encodeUnregisterClientHeader(header: UnregisterClientHeader): Record<string, string> {
  const ext = newExtFields();
  ext['clientID'] = header.clientID;
  putOptional(ext, 'producerGroup', header.producerGroup);
  putOptional(ext, 'consumerGroup', header.consumerGroup);
  return ext;
}
