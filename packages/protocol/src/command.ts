import { Buffer } from 'node:buffer';
import { binaryHeaderSize, decodeBinaryHeader, writeBinaryHeader } from './command-binary.ts';
import { decodeJsonHeader, encodeJsonHeader } from './command-json.ts';
import { FRAME_PREFIX_BYTES, writeFramePrefix } from './frame.ts';
import type { Frame, SerializeType } from './frame.ts';

/** What the header of a command says, in either serialization. */
export interface CommandHeader {
  /** Request code, or response code when bit 0 of `flag` is set. */
  readonly code: number;
  /** Name of the sender's language, one of `LANGUAGES`. */
  readonly language: string;
  /** Ordinal of the sender's RocketMQ release. */
  readonly version: number;
  /** int32 chosen by the requester and copied into the response. */
  readonly opaque: number;
  /** Bit 0: response. Bit 1: one-way, so nobody waits for an answer. */
  readonly flag: number;
  readonly remark: string | null;
  /** The typed header's fields as text; has no prototype when it was decoded. */
  readonly extFields: Readonly<Record<string, string>>;
}

/** One request or response. A decoded body is a view on the frame. */
export interface RemotingCommand extends CommandHeader {
  readonly body: Buffer;
  readonly serializeType: SerializeType;
}

/** The release whose behaviour this implementation follows: 5.3.3. */
export const PROTOCOL_VERSION = 479;

export const CommandFlag = { response: 1, oneway: 2 } as const;

const NO_BODY: Buffer = Buffer.alloc(0);

/**
 * A request in JSON form. `opaque` is 0 unless given, as the connection that sends a request numbers it.
 */
export function createRequest(
  code: number,
  extFields: Readonly<Record<string, string>>,
  body: Buffer = NO_BODY,
  opaque = 0,
): RemotingCommand {
  return {
    code,
    language: 'JAVA',
    version: PROTOCOL_VERSION,
    opaque,
    flag: 0,
    remark: null,
    extFields,
    body,
    serializeType: 0,
  };
}

/** The same request with the one-way bit, which tells the peer not to answer. */
export function asOneway(request: RemotingCommand): RemotingCommand {
  return { ...request, flag: request.flag | CommandFlag.oneway };
}

export interface ResponseParts {
  readonly extFields?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly remark?: string | null;
}

/** A response travels in the serialization of its request, because some clients read only their own. */
export function createResponse(
  request: { readonly opaque: number; readonly serializeType: SerializeType },
  code: number,
  parts: ResponseParts = {},
): RemotingCommand {
  return {
    code,
    language: 'JAVA',
    version: PROTOCOL_VERSION,
    opaque: request.opaque,
    flag: CommandFlag.response,
    remark: parts.remark ?? null,
    extFields: parts.extFields ?? {},
    body: parts.body ?? NO_BODY,
    serializeType: request.serializeType,
  };
}

export function isResponse(command: { readonly flag: number }): boolean {
  return (command.flag & CommandFlag.response) !== 0;
}

export function isOneway(command: { readonly flag: number }): boolean {
  return (command.flag & CommandFlag.oneway) !== 0;
}

/**
 * Reads the header of a frame. The strings are copies; the body is a view on the frame.
 *
 * Throws HEADER_UNREADABLE, after which the connection is to be closed.
 */
export function decodeCommand(frame: Frame): RemotingCommand {
  const header =
    frame.serializeType === 0 ? decodeJsonHeader(frame.header) : decodeBinaryHeader(frame.header);
  return {
    code: header.code,
    language: header.language,
    version: header.version,
    opaque: header.opaque,
    flag: header.flag,
    remark: header.remark,
    extFields: header.extFields,
    body: frame.body,
    serializeType: frame.serializeType,
  };
}

/**
 * A command as one whole frame in one buffer of its exact size.
 *
 * Throws COMMAND_UNENCODABLE for a number outside its wire range or a header that is too long.
 */
export function encodeCommand(command: RemotingCommand): Buffer {
  const { body } = command;
  return encodeCommandAround(command, body.length, (frame, at) => frame.set(body, at));
}

/**
 * The frame of a command whose body the caller writes into it: `bodyBytes` bytes from `at` on. Saves a large body from
 * being put together elsewhere first. The command's own body is not looked at.
 */
export function encodeCommandAround(
  command: RemotingCommand,
  bodyBytes: number,
  writeBody: (frame: Buffer, at: number) => void,
): Buffer {
  if (command.serializeType === 1) {
    const headerBytes = binaryHeaderSize(command);
    const frame = Buffer.allocUnsafe(FRAME_PREFIX_BYTES + headerBytes + bodyBytes);
    writeFramePrefix(frame, 0, 1, headerBytes, bodyBytes);
    writeBinaryHeader(frame, FRAME_PREFIX_BYTES, command);
    writeBody(frame, FRAME_PREFIX_BYTES + headerBytes);
    return frame;
  }
  const header = encodeJsonHeader(command);
  const headerBytes = Buffer.byteLength(header);
  const frame = Buffer.allocUnsafe(FRAME_PREFIX_BYTES + headerBytes + bodyBytes);
  writeFramePrefix(frame, 0, 0, headerBytes, bodyBytes);
  frame.write(header, FRAME_PREFIX_BYTES, headerBytes, 'utf8');
  writeBody(frame, FRAME_PREFIX_BYTES + headerBytes);
  return frame;
}
