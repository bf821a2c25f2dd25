/**
 * Every way in which bytes or text of a peer, a file or a caller can be wrong.
 *
 * `FRAME_*` and `HEADER_UNREADABLE` end a connection: the stream cannot be trusted any more. `HEADER_INVALID`
 * names a field of one request and is answered. The others concern one body, record, id or name.
 */
export type ProtocolErrorCode =
  | 'FRAME_TOO_LARGE'
  | 'FRAME_MALFORMED'
  | 'HEADER_UNREADABLE'
  | 'HEADER_INVALID'
  | 'COMMAND_UNENCODABLE'
  | 'BODY_INVALID'
  | 'BATCH_INVALID'
  | 'RECORD_INVALID'
  | 'PROPERTIES_INVALID'
  | 'JSON_INVALID'
  | 'JSON_TOO_LARGE'
  | 'JSON_TOO_DEEP'
  | 'TOPIC_INVALID'
  | 'GROUP_INVALID'
  | 'SUBSCRIPTION_INVALID'
  | 'MESSAGE_ID_INVALID'
  | 'ADDRESS_INVALID'
  | 'CONFIG_INVALID';

export interface ProtocolErrorDetails {
  /** The header field, JSON path or property at fault, where one can be named. */
  readonly field?: string;
  readonly cause?: unknown;
}

/** The one error class of the protocol package; callers branch on `code`, never on the message. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;
  readonly field: string | null;

  constructor(code: ProtocolErrorCode, message: string, details: ProtocolErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ProtocolError';
    this.code = code;
    this.field = details.field ?? null;
  }
}
