import { Buffer } from 'node:buffer';
import { ProtocolError } from './errors.ts';
import { PROPERTIES_BYTES_MAX } from './message.ts';

/*
 * Body of SEND_BATCH_MESSAGE (320), one after the other:
 *   int32 item bytes, int32 magic 0, int32 crc 0, int32 flag, int32 body bytes, body,
 *   int16 properties bytes, properties
 */
const ITEM_BYTES_MIN = 22;
const FLAG_AT = 12;
const BODY_BYTES_AT = 16;
const BODY_AT = 20;

/** Most messages of one batch; with the smallest messages a body of 4 MiB would hold 190 000. */
export const BATCH_ITEMS_MAX = 32_768;

/** One message of a batch; decoded buffers are views on the body. */
export interface BatchItem {
  readonly flag: number;
  readonly body: Buffer;
  /** Encoded properties. */
  readonly properties: Buffer;
}

/**
 * Reads the body of a batch. Magic and checksum of the items are ignored, as clients write zeros.
 *
 * Throws BATCH_INVALID when lengths disagree, the batch is empty or it has more than `itemsMax` messages.
 */
export function decodeBatch(body: Buffer, itemsMax: number = BATCH_ITEMS_MAX): BatchItem[] {
  const items: BatchItem[] = [];
  for (let at = 0; at < body.length;) {
    if (items.length === itemsMax) throw invalid(`A batch has more than ${itemsMax} messages.`);
    const room = body.length - at;
    const size = room < ITEM_BYTES_MIN ? -1 : body.readInt32BE(at);
    if (size < ITEM_BYTES_MIN || size > room) throw invalid('A message of a batch is cut off.');
    const bodyBytes = body.readInt32BE(at + BODY_BYTES_AT);
    if (bodyBytes < 0 || bodyBytes > size - ITEM_BYTES_MIN) throw invalid('A body exceeds its batch item.');
    const bodyEnd = at + BODY_AT + bodyBytes;
    const propertiesBytes = body.readInt16BE(bodyEnd);
    if (propertiesBytes !== size - ITEM_BYTES_MIN - bodyBytes) {
      throw invalid('The properties of a batch item do not end with it.');
    }
    items.push({
      flag: body.readInt32BE(at + FLAG_AT),
      body: body.subarray(at + BODY_AT, bodyEnd),
      properties: body.subarray(bodyEnd + 2, at + size),
    });
    at += size;
  }
  if (items.length === 0) throw invalid('A batch holds no message.');
  return items;
}

/** What a batch is written from. */
export interface BatchItemSpec {
  readonly flag: number;
  readonly body: Buffer;
  readonly properties: string | Buffer;
}

/** Throws BATCH_INVALID when the properties of a message exceed PROPERTIES_BYTES_MAX. */
export function encodeBatch(items: readonly BatchItemSpec[]): Buffer {
  let bytes = 0;
  for (const item of items) bytes += itemSize(item);
  const body = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const item of items) {
    const size = itemSize(item);
    const bodyEnd = at + BODY_AT + item.body.length;
    body.writeInt32BE(size, at);
    body.fill(0, at + 4, at + FLAG_AT);
    body.writeInt32BE(item.flag, at + FLAG_AT);
    body.writeInt32BE(item.body.length, at + BODY_BYTES_AT);
    body.set(item.body, at + BODY_AT);
    body.writeInt16BE(at + size - bodyEnd - 2, bodyEnd);
    if (typeof item.properties === 'string') body.write(item.properties, bodyEnd + 2, 'utf8');
    else body.set(item.properties, bodyEnd + 2);
    at += size;
  }
  return body;
}

function itemSize(item: BatchItemSpec): number {
  const { properties } = item;
  const propertiesBytes = typeof properties === 'string' ? Buffer.byteLength(properties) : properties.length;
  if (propertiesBytes > PROPERTIES_BYTES_MAX) {
    throw invalid(`Properties of ${propertiesBytes} bytes exceed the limit of ${PROPERTIES_BYTES_MAX}.`);
  }
  return ITEM_BYTES_MIN + item.body.length + propertiesBytes;
}

function invalid(message: string): ProtocolError {
  return new ProtocolError('BATCH_INVALID', message);
}
