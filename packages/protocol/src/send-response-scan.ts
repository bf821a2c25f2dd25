import { Buffer } from 'node:buffer';
import type { Frame } from './frame.ts';
import { bytesMatch, HeaderScanner, scanInteger } from './header-scanner.ts';
import { ResponseCode } from './response-code.ts';

/** Where one message was stored. */
export interface ScannedSendResponse {
  /** offsetMsgId; of a batch several, joined by commas. */
  readonly msgId: string;
  readonly queueId: number;
  readonly queueOffset: number;
}

const MSG_ID: Buffer = Buffer.from('msgId', 'latin1');
const QUEUE_ID: Buffer = Buffer.from('queueId', 'latin1');
const QUEUE_OFFSET: Buffer = Buffer.from('queueOffset', 'latin1');
const QUEUE_OFFSETS: Buffer = Buffer.from('queueOffsets', 'latin1');

const scanner = new HeaderScanner();

/**
 * The place of a stored message from the answer with code 0, equal to what `decodeSendResponseHeader` gives for the
 * parsed command; null when the answer is another one or is not written in the ordinary way.
 */
export function scanSendResponse(frame: Frame): ScannedSendResponse | null {
  const { header } = frame;
  if (frame.serializeType !== 0 || !scanner.scan(header) || scanner.code !== ResponseCode.SUCCESS)
    return null;
  let msgIdField = -1;
  let queueId = Number.NaN;
  let queueOffset = Number.NaN;
  for (let field = 0; field < scanner.fieldCount; field += 1) {
    if (isField(header, field, MSG_ID)) {
      if (msgIdField >= 0) return null;
      msgIdField = field;
    } else if (isField(header, field, QUEUE_ID)) {
      if (!Number.isNaN(queueId)) return null;
      queueId = integerOf(header, field);
      if ((queueId | 0) !== queueId) return null;
    } else if (isField(header, field, QUEUE_OFFSET)) {
      if (!Number.isNaN(queueOffset)) return null;
      queueOffset = integerOf(header, field);
      if (Number.isNaN(queueOffset)) return null;
    } else if (isField(header, field, QUEUE_OFFSETS)) {
      return null;
    }
  }
  if (msgIdField < 0 || scanner.valueEscaped(msgIdField)) return null;
  if (Number.isNaN(queueId) || Number.isNaN(queueOffset)) return null;
  const msgId = header.toString('latin1', scanner.valueAt(msgIdField), scanner.valueEnd(msgIdField));
  return msgId === '' ? null : { msgId, queueId: queueId | 0, queueOffset };
}

function isField(header: Buffer, field: number, name: Buffer): boolean {
  const keyAt = scanner.keyAt(field);
  return scanner.keyEnd(field) - keyAt === name.length && bytesMatch(header, keyAt, name);
}

/** NaN when the value needs a closer look. */
function integerOf(header: Buffer, field: number): number {
  return scanInteger(header, scanner.valueAt(field), scanner.valueEnd(field));
}
