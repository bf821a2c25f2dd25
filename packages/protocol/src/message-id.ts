import { Buffer } from 'node:buffer';
import { isIPv4, isIPv6 } from 'node:net';
import { ProtocolError } from './errors.ts';
import { decodeHostAddress, encodeHostAddress, HOST_V4_BYTES, HOST_V6_BYTES } from './host-address.ts';
import { readInt64 } from './int64.ts';

/*
 * offsetMsgId, the id that a broker gives out: upper-case hex of the store host's address (4 or 16 bytes), its
 * port (int32) and the record's physical offset (int64), so 32 or 56 characters. Clients connect to the address
 * in it and ask for the offset.
 */
const V4_ID_LENGTH = 32;
const V6_ID_LENGTH = 56;
const HEX_DIGITS = /^[0-9a-fA-F]+$/;
const WORD = 0x1_0000_0000;

export interface OffsetMsgId {
  readonly host: string;
  readonly port: number;
  readonly offset: number;
}

/** The part of an offsetMsgId that is the same for all messages of one broker address. */
export function offsetMsgIdPrefix(host: string, port: number): string {
  return encodeHostAddress(host, port).bytes.toString('hex').toUpperCase();
}

/** An offsetMsgId from a prefix made once by `offsetMsgIdPrefix`. `offset` is a safe integer of at least 0. */
export function offsetMsgIdAt(prefix: string, offset: number): string {
  return prefix + hex32(Math.floor(offset / WORD)) + hex32(offset);
}

/** The prefix that was used last: a broker makes all its ids from one address. */
let lastPrefix = { host: '', port: -1, prefix: '' };

export function createOffsetMsgId(host: string, port: number, offset: number): string {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new ProtocolError('MESSAGE_ID_INVALID', `The physical offset ${offset} cannot be part of an id.`);
  }
  if (host !== lastPrefix.host || port !== lastPrefix.port) {
    lastPrefix = { host, port, prefix: offsetMsgIdPrefix(host, port) };
  }
  return offsetMsgIdAt(lastPrefix.prefix, offset);
}

/** Throws MESSAGE_ID_INVALID for text that is not an offsetMsgId. A UNIQ_KEY may look like one. */
export function parseOffsetMsgId(text: string): OffsetMsgId {
  const hostBytes = text.length === V4_ID_LENGTH ? HOST_V4_BYTES : HOST_V6_BYTES;
  if ((text.length !== V4_ID_LENGTH && text.length !== V6_ID_LENGTH) || !HEX_DIGITS.test(text)) {
    throw new ProtocolError('MESSAGE_ID_INVALID', 'A message id does not have 32 or 56 hex digits.');
  }
  const bytes = Buffer.from(text, 'hex');
  const offset = readInt64(bytes, hostBytes);
  if (Number.isNaN(offset) || offset < 0) {
    throw new ProtocolError('MESSAGE_ID_INVALID', 'The offset in a message id is out of range.');
  }
  try {
    const { host, port } = decodeHostAddress(bytes, 0, hostBytes);
    return { host, port, offset };
  } catch (cause) {
    throw new ProtocolError('MESSAGE_ID_INVALID', 'The address in a message id is not valid.', { cause });
  }
}

export interface UniqKeyParts {
  /** Address of this client, IPv4 or IPv6. */
  readonly ip: string;
  /** Its low 16 bits are used. */
  readonly pid: number;
  /** Any int32 that tells apart two generators of one process; Java takes its class loader's hash. */
  readonly loaderHash: number;
  /** Wall clock in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Makes UNIQ_KEY values, the ids that clients give their messages: hex of ip, pid (int16), loader hash (int32),
 * milliseconds since the month began (int32) and a counter (int16).
 *
 * The text is opaque to everybody else. A key repeats only after 65 536 keys within one millisecond, or when the
 * clock goes back by exactly as much as the counter needs to come round.
 */
export class UniqKeyGenerator {
  readonly #prefix: string;
  readonly #now: () => number;
  #monthStart = 0;
  #nextMonthStart = 0;
  #counter = 0;

  constructor(parts: UniqKeyParts) {
    if (!isIPv4(parts.ip) && !isIPv6(parts.ip)) {
      throw new ProtocolError('ADDRESS_INVALID', 'The ip of a key generator is not numeric.');
    }
    const address = encodeHostAddress(parts.ip, 0).bytes;
    const ip = address
      .subarray(0, address.length - 4)
      .toString('hex')
      .toUpperCase();
    this.#prefix = ip + hex32(parts.pid).slice(4) + hex32(parts.loaderHash);
    this.#now = parts.now;
  }

  next(): string {
    const now = this.#now();
    if (now >= this.#nextMonthStart || now < this.#monthStart) this.#enterMonth(now);
    const count = this.#counter;
    this.#counter = (count + 1) & 0xffff;
    return this.#prefix + hex32(now - this.#monthStart) + hex32(count).slice(4);
  }

  /** Months of UTC, so that the key does not depend on where the process runs. */
  #enterMonth(now: number): void {
    const date = new Date(now);
    this.#monthStart = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
    this.#nextMonthStart = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  }
}

/** The low 32 bits as eight upper-case digits. */
function hex32(value: number): string {
  const word = value >>> 0;
  return (
    digits(word >>> 24) + digits((word >>> 16) & 0xff) + digits((word >>> 8) & 0xff) + digits(word & 0xff)
  );
}

const HEX_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
);

function digits(byte: number): string {
  return HEX_OF_BYTE[byte] ?? '';
}
