import { Buffer } from 'node:buffer';
import { isIPv4, isIPv6 } from 'node:net';
import { ProtocolError } from './errors.ts';

/** An address as it is written into records and message ids. Make one per connection, not one per message. */
export interface HostAddress {
  /** IPv4 in dots, or IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** 4 or 16 bytes of address, then the port as int32. */
  readonly bytes: Buffer;
}

export const HOST_V4_BYTES = 8;
export const HOST_V6_BYTES = 20;
const PORT_MAX = 65_535;

/** `::ffff:` and an IPv4 address: how a dual-stack socket shows IPv4 peers. */
const MAPPED_V4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * The bytes of an address. An IPv4 address that a dual-stack socket shows as IPv6 is taken as the IPv4 one.
 *
 * Throws ADDRESS_INVALID for a host name, as only numeric addresses have bytes.
 */
export function encodeHostAddress(host: string, port: number): HostAddress {
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX) {
    throw new ProtocolError('ADDRESS_INVALID', `The port ${port} is not between 0 and ${PORT_MAX}.`);
  }
  const plain = MAPPED_V4.exec(host)?.[1] ?? host;
  if (isIPv4(plain)) {
    const bytes = Buffer.alloc(HOST_V4_BYTES);
    plain.split('.').forEach((part, i) => bytes.writeUInt8(Number(part), i));
    bytes.writeInt32BE(port, 4);
    return { host: plain, port, bytes };
  }
  if (isIPv6(plain) && !plain.includes('%')) {
    const bytes = Buffer.alloc(HOST_V6_BYTES);
    expandV6(plain).forEach((word, i) => bytes.writeUInt16BE(word, 2 * i));
    bytes.writeInt32BE(port, 16);
    return { host: plain, port, bytes };
  }
  throw new ProtocolError('ADDRESS_INVALID', 'A host is not a numeric IPv4 or IPv6 address.');
}

/**
 * Reads an address of 8 or 20 bytes at `at`; the result keeps a copy of them.
 *
 * Throws ADDRESS_INVALID when the bytes do not suffice or the port is out of range.
 */
export function decodeHostAddress(source: Buffer, at: number, length: 8 | 20): HostAddress {
  if (at < 0 || at + length > source.length) {
    throw new ProtocolError('ADDRESS_INVALID', 'An address is cut off.');
  }
  const port = source.readInt32BE(at + length - 4);
  if (port < 0 || port > PORT_MAX) {
    throw new ProtocolError('ADDRESS_INVALID', `The port ${port} is not between 0 and ${PORT_MAX}.`);
  }
  const bytes = Buffer.from(source.subarray(at, at + length));
  const host =
    length === HOST_V4_BYTES ? `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}` : compressV6(bytes);
  return { host, port, bytes };
}

/** Eight words of an address that `isIPv6` accepted and that names no zone. */
function expandV6(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const left = wordsOf(head);
  const right = tail === undefined ? [] : wordsOf(tail);
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function wordsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

/** Lower-case text with the longest run of zero words shortened (RFC 5952 section 4). */
function compressV6(bytes: Buffer): string {
  const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i));
  let runAt = -1;
  let runLength = 1;
  for (let i = 0; i < words.length; i += 1) {
    let end = i;
    while (end < words.length && words[end] === 0) end += 1;
    if (end - i > runLength) {
      runAt = i;
      runLength = end - i;
    }
    i = Math.max(i, end - 1);
  }
  const hex = words.map((word) => word.toString(16));
  if (runAt < 0) return hex.join(':');
  return `${hex.slice(0, runAt).join(':')}::${hex.slice(runAt + runLength).join(':')}`;
}
