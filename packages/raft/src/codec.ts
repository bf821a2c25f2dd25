import { ledgermq } from '#generated/raft.js';
import { decodeEntries, type Entry } from './entry.ts';
import { RaftError } from './errors.ts';
import type { Message } from './message.ts';

const { PeerEnvelope, PeerMessageType } = ledgermq.raft;

/** Bounds of what one peer accepts from another. */
export interface PeerCodecLimits {
  /** Bytes of a whole frame; checked before its memory is taken. */
  readonly frameBytesMax: number;
  /** Bytes of the protobuf part of a frame. */
  readonly envelopeBytesMax: number;
  /** Messages in a frame. */
  readonly messagesMax: number;
  /** Entries of one message. */
  readonly entriesMax: number;
  /** Bytes of one entry frame. */
  readonly entryBytesMax: number;
}

export const peerCodecLimits: PeerCodecLimits = Object.freeze({
  frameBytesMax: 50_331_648,
  envelopeBytesMax: 262_144,
  messagesMax: 2_048,
  entriesMax: 65_536,
  entryBytesMax: 33_554_432,
});

/** What one member told another in one frame. The frames of the entries are views; see PeerFrameDecoder. */
export interface PeerFrame {
  readonly group: string;
  readonly from: string;
  readonly to: string;
  readonly messages: readonly Message[];
}

/** `u32 total, u32 envelope bytes` in front of every frame. */
const PREFIX_BYTES = 8;
/** What one message without entries takes at most: ten-byte integers, one tag byte each, and its own length. */
const MESSAGE_BYTES_MAX = 80;

/**
 * The bytes of `messages`, all of them from the member `from` to the member `to`, to be written in order without
 * anything between them. Makes several frames when one would exceed `limits`. Entry frames are in the result
 * themselves, not copied. Throws `PEER_FRAME_TOO_LARGE` for a message that no frame can hold.
 */
export function encodePeerFrame(
  group: string,
  from: string,
  to: string,
  messages: readonly Message[],
  limits: PeerCodecLimits = peerCodecLimits,
): Buffer[] {
  const address = { group, from, to };
  const room = limits.envelopeBytesMax - Buffer.byteLength(group + from + to) - 32;
  const perFrame = Math.min(limits.messagesMax, Math.floor(room / MESSAGE_BYTES_MAX));
  if (perFrame < 1)
    throw new RaftError('PEER_FRAME_TOO_LARGE', `the group name ${group} fills a whole frame`);
  const bytesMax = limits.frameBytesMax - PREFIX_BYTES - limits.envelopeBytesMax;
  const buffers: Buffer[] = [];
  let start = 0;
  let bytes = 0;
  messages.forEach((message, at) => {
    const added = entryBytes(message);
    if (added > bytesMax)
      throw new RaftError('PEER_FRAME_TOO_LARGE', `a message of ${added} bytes of entries`);
    if (at > start && (at - start >= perFrame || bytes + added > bytesMax)) {
      pushFrame(buffers, address, messages.slice(start, at), bytes);
      start = at;
      bytes = 0;
    }
    bytes += added;
  });
  if (start < messages.length) pushFrame(buffers, address, messages.slice(start), bytes);
  return buffers;
}

function pushFrame(
  buffers: Buffer[],
  address: { readonly group: string; readonly from: string; readonly to: string },
  messages: readonly Message[],
  entriesBytes: number,
): void {
  const writer = PeerEnvelope.encode({ ...address, messages: messages.map(toProto) });
  const envelope = writer.finish();
  const head = Buffer.allocUnsafe(PREFIX_BYTES + envelope.length);
  head.writeUInt32BE(head.length + entriesBytes, 0);
  head.writeUInt32BE(envelope.length, 4);
  head.set(envelope, PREFIX_BYTES);
  buffers.push(head);
  for (const message of messages) {
    if (message.type !== 'append-request') continue;
    for (const entry of message.entries) buffers.push(entry.frame);
  }
}

function entryBytes(message: Message): number {
  if (message.type !== 'append-request') return 0;
  let bytes = 0;
  for (const entry of message.entries) bytes += entry.frame.length;
  return bytes;
}

function toProto(message: Message): ledgermq.raft.PeerMessage.$Properties {
  const { term } = message;
  switch (message.type) {
    case 'pre-vote-request': {
      const { lastIndex, lastTerm } = message;
      return { type: PeerMessageType.PRE_VOTE_REQUEST, term, lastIndex, lastTerm };
    }
    case 'pre-vote-response':
      return { type: PeerMessageType.PRE_VOTE_RESPONSE, term, granted: message.granted };
    case 'vote-request': {
      const { lastIndex, lastTerm } = message;
      return { type: PeerMessageType.VOTE_REQUEST, term, lastIndex, lastTerm };
    }
    case 'vote-response':
      return { type: PeerMessageType.VOTE_RESPONSE, term, granted: message.granted };
    case 'append-request': {
      const { prevIndex, prevTerm, commit } = message;
      const type = PeerMessageType.APPEND_REQUEST;
      return { type, term, prevIndex, prevTerm, commit, entryBytes: entryBytes(message) };
    }
    case 'append-accepted':
      return { type: PeerMessageType.APPEND_ACCEPTED, term, index: message.index };
    case 'append-rejected': {
      const { prevIndex, hintIndex, hintTerm } = message;
      return { type: PeerMessageType.APPEND_REJECTED, term, prevIndex, hintIndex, hintTerm };
    }
    case 'heartbeat-request': {
      const { commit, round } = message;
      return { type: PeerMessageType.HEARTBEAT_REQUEST, term, commit, round };
    }
    case 'heartbeat-response':
      return { type: PeerMessageType.HEARTBEAT_RESPONSE, term, round: message.round };
  }
}

/**
 * Cuts the byte stream of one peer connection into frames and reads them.
 *
 * A frame that lies in one chunk is read in place; one that spans chunks is assembled in one buffer of its exact
 * size. The decoder never writes to either again, so entries may be kept without a copy; a kept entry holds the
 * memory of its neighbours too, which a follower keeps as well for about as long.
 */
export class PeerFrameDecoder {
  readonly #limits: PeerCodecLimits;
  /** Gathers the first bytes of a frame until its prefix is there, then the whole frame. */
  #partial: Buffer = Buffer.alloc(PREFIX_BYTES);
  #filled = 0;
  #inFrame = false;
  #fault: RaftError | null = null;

  constructor(limits: PeerCodecLimits = peerCodecLimits) {
    this.#limits = limits;
  }

  /**
   * The frames completed by `chunk`, which must not change afterwards. Throws `PEER_FRAME_TOO_LARGE` over a limit
   * and `PEER_FRAME_INVALID` for anything else that no peer sends; frames before the bad one are lost, and every
   * later call throws the same error, because the place of the next frame is unknown.
   */
  push(chunk: Buffer): PeerFrame[] {
    if (this.#fault !== null) throw this.#fault;
    try {
      return this.#read(chunk);
    } catch (error) {
      const tooLarge = error instanceof RaftError && error.code === 'PEER_FRAME_TOO_LARGE';
      this.#fault = tooLarge
        ? error
        : new RaftError('PEER_FRAME_INVALID', 'the bytes of a peer are not a frame', { cause: error });
      this.#partial = Buffer.alloc(0);
      throw this.#fault;
    }
  }

  #read(chunk: Buffer): PeerFrame[] {
    const frames: PeerFrame[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#filled === 0 && chunk.length - at >= PREFIX_BYTES) {
        const total = this.#checkPrefix(chunk, at);
        if (chunk.length - at >= total) {
          frames.push(this.#decode(chunk.subarray(at, at + total)));
          at += total;
          continue;
        }
      }
      at += this.#gather(chunk, at, frames);
    }
    return frames;
  }

  /** Takes bytes into the partial frame and returns how many. */
  #gather(chunk: Buffer, at: number, frames: PeerFrame[]): number {
    const taken = chunk.copy(this.#partial, this.#filled, at);
    this.#filled += taken;
    if (this.#filled < this.#partial.length) return taken;
    if (!this.#inFrame) {
      const prefix = this.#partial;
      const total = this.#checkPrefix(prefix, 0);
      this.#inFrame = true;
      this.#partial = Buffer.allocUnsafeSlow(total);
      prefix.copy(this.#partial);
      if (total > PREFIX_BYTES) return taken;
    }
    const whole = this.#partial;
    this.#partial = Buffer.alloc(PREFIX_BYTES);
    this.#filled = 0;
    this.#inFrame = false;
    frames.push(this.#decode(whole));
    return taken;
  }

  /** Checks both lengths before any memory is taken for them; returns the first. */
  #checkPrefix(bytes: Buffer, at: number): number {
    const total = bytes.readUInt32BE(at);
    const envelope = bytes.readUInt32BE(at + 4);
    if (total > this.#limits.frameBytesMax) {
      throw new RaftError('PEER_FRAME_TOO_LARGE', `a frame of ${total} bytes`);
    }
    if (total < PREFIX_BYTES || envelope > total - PREFIX_BYTES) {
      throw new RaftError('PEER_FRAME_INVALID', `an envelope of ${envelope} bytes in a frame of ${total}`);
    }
    if (envelope > this.#limits.envelopeBytesMax) {
      throw new RaftError('PEER_FRAME_TOO_LARGE', `an envelope of ${envelope} bytes`);
    }
    return total;
  }

  #decode(frame: Buffer): PeerFrame {
    const entriesAt = PREFIX_BYTES + frame.readUInt32BE(4);
    const envelope = PeerEnvelope.decode(frame.subarray(PREFIX_BYTES, entriesAt));
    if (envelope.messages.length > this.#limits.messagesMax) {
      throw new RaftError('PEER_FRAME_TOO_LARGE', `${envelope.messages.length} messages in a frame`);
    }
    const { group, from, to } = envelope;
    let at = entriesAt;
    const messages = envelope.messages.map((proto) => {
      const bytes = proto.entryBytes ?? 0;
      if (bytes > frame.length - at) throw new RaftError('PEER_FRAME_INVALID', 'entries exceed their frame');
      const entries = bytes === 0 ? [] : decodeEntries(frame.subarray(at, at + bytes), this.#limits);
      at += bytes;
      return fromProto(proto, from, to, entries);
    });
    if (at !== frame.length) throw new RaftError('PEER_FRAME_INVALID', 'bytes behind the entries');
    return { group, from, to, messages };
  }
}

function fromProto(
  proto: ledgermq.raft.PeerMessage.$Properties,
  from: string,
  to: string,
  entries: readonly Entry[],
): Message {
  const term = safeInteger(proto.term);
  const granted = proto.granted ?? false;
  if (entries.length > 0 && proto.type !== PeerMessageType.APPEND_REQUEST) {
    throw new RaftError('PEER_FRAME_INVALID', 'entries in a message that has none');
  }
  switch (proto.type) {
    case PeerMessageType.PRE_VOTE_REQUEST:
      return { type: 'pre-vote-request', from, to, term, ...lastOf(proto) };
    case PeerMessageType.PRE_VOTE_RESPONSE:
      return { type: 'pre-vote-response', from, to, term, granted };
    case PeerMessageType.VOTE_REQUEST:
      return { type: 'vote-request', from, to, term, ...lastOf(proto) };
    case PeerMessageType.VOTE_RESPONSE:
      return { type: 'vote-response', from, to, term, granted };
    case PeerMessageType.APPEND_REQUEST:
      return appendRequest(proto, from, to, term, entries);
    case PeerMessageType.APPEND_ACCEPTED:
      return { type: 'append-accepted', from, to, term, index: safeInteger(proto.index) };
    case PeerMessageType.APPEND_REJECTED: {
      const prevIndex = safeInteger(proto.prevIndex);
      const hintIndex = safeInteger(proto.hintIndex);
      const hintTerm = safeInteger(proto.hintTerm);
      return { type: 'append-rejected', from, to, term, prevIndex, hintIndex, hintTerm };
    }
    case PeerMessageType.HEARTBEAT_REQUEST: {
      const commit = safeInteger(proto.commit);
      return { type: 'heartbeat-request', from, to, term, commit, round: safeInteger(proto.round) };
    }
    case PeerMessageType.HEARTBEAT_RESPONSE:
      return { type: 'heartbeat-response', from, to, term, round: safeInteger(proto.round) };
    case PeerMessageType.PEER_MESSAGE_TYPE_UNSPECIFIED:
    case undefined:
    case null:
    default:
      // A protobuf enum is open: a decoded number may be none of its names.
      throw new RaftError('PEER_FRAME_INVALID', `unknown message type ${String(proto.type)}`);
  }
}

function lastOf(proto: ledgermq.raft.PeerMessage.$Properties): { lastIndex: number; lastTerm: number } {
  return { lastIndex: safeInteger(proto.lastIndex), lastTerm: safeInteger(proto.lastTerm) };
}

function appendRequest(
  proto: ledgermq.raft.PeerMessage.$Properties,
  from: string,
  to: string,
  term: number,
  entries: readonly Entry[],
): Message {
  const prevIndex = safeInteger(proto.prevIndex);
  const first = entries[0];
  if (first !== undefined && first.index !== prevIndex + 1) {
    throw new RaftError('PEER_FRAME_INVALID', `entries from ${first.index} on behind ${prevIndex}`);
  }
  const prevTerm = safeInteger(proto.prevTerm);
  const commit = safeInteger(proto.commit);
  return { type: 'append-request', from, to, term, prevIndex, prevTerm, commit, entries };
}

/** protobufjs hands out a number or, for a decoded 64-bit field, an object with two halves. */
function safeInteger(value: number | { toNumber(): number } | null | undefined): number {
  if (value === null || value === undefined) return 0;
  const number = typeof value === 'number' ? value : value.toNumber();
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new RaftError('PEER_FRAME_INVALID', `the number ${number} is out of range`);
}
