import { ledgermq } from '#generated/raft.js';
import protobuf from 'protobufjs/minimal.js';
import { RaftError } from './errors.ts';
import type { Message } from './message.ts';
import { messageFromProto, messageToProto, payloadOf } from './message-proto.ts';

const { PeerEnvelope } = ledgermq.raft;

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
/** Tags and lengths of the three names in an envelope. */
const ENVELOPE_BYTES_MAX = 32;
/** A message without a snapshot: the widest one has seven ten-byte integers, a tag byte or two each, and its length. */
const MESSAGE_BYTES_MAX = 96;
/** A snapshot without the ids in its configuration. */
const SNAPSHOT_BYTES_MAX = 96;
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
  const envelopeMax = limits.envelopeBytesMax - Buffer.byteLength(group + from + to) - ENVELOPE_BYTES_MAX;
  const payloadMax = limits.frameBytesMax - PREFIX_BYTES - limits.envelopeBytesMax;
  const buffers: Buffer[] = [];
  let start = 0;
  let headerBytes = 0;
  let payloadBytes = 0;
  messages.forEach((message, at) => {
    const header = headerBytesMax(message);
    const payload = payloadOf(message).bytes;
    if (header > envelopeMax)
      throw new RaftError('PEER_FRAME_TOO_LARGE', `a message of ${header} bytes and its addresses`);
    if (payload > payloadMax)
      throw new RaftError('PEER_FRAME_TOO_LARGE', `a message with ${payload} bytes of entries or data`);
    const full =
      at - start >= limits.messagesMax ||
      headerBytes + header > envelopeMax ||
      payloadBytes + payload > payloadMax;
    if (at > start && full) {
      pushFrame(buffers, address, messages.slice(start, at), payloadBytes);
      start = at;
      headerBytes = 0;
      payloadBytes = 0;
    }
    headerBytes += header;
    payloadBytes += payload;
  });
  if (start < messages.length)
    pushFrame(buffers, address, start === 0 ? messages : messages.slice(start), payloadBytes);
  return buffers;
}

function pushFrame(
  buffers: Buffer[],
  address: { readonly group: string; readonly from: string; readonly to: string },
  messages: readonly Message[],
  payloadBytes: number,
): void {
  // Room for the prefix, so that the envelope is written in its place at once.
  const writer = protobuf.Writer.create().fixed32(0).fixed32(0);
  const bytes = PeerEnvelope.encode({ ...address, messages: messages.map(messageToProto) }, writer).finish();
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  head.writeUInt32BE(head.length + payloadBytes, 0);
  head.writeUInt32BE(head.length - PREFIX_BYTES, 4);
  buffers.push(head);
  for (const message of messages) buffers.push(...payloadOf(message).buffers);
}

/** What a message takes of its envelope at most. */
function headerBytesMax(message: Message): number {
  if (message.type !== 'snapshot-chunk') return MESSAGE_BYTES_MAX;
  const { voters, votersOutgoing, learners, learnersNext } = message.snapshot.configuration;
  let bytes = MESSAGE_BYTES_MAX + SNAPSHOT_BYTES_MAX;
  for (const ids of [voters, votersOutgoing, learners, learnersNext]) {
    // Tag and length of an id take at most six bytes.
    for (const id of ids) bytes += Buffer.byteLength(id) + 6;
  }
  return bytes;
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
      const entriesBytes = proto.entryBytes ?? 0;
      const bytes = entriesBytes + (proto.dataBytes ?? 0);
      if (bytes > frame.length - at) {
        throw new RaftError('PEER_FRAME_INVALID', 'entries or data exceed their frame');
      }
      const dataAt = at + entriesBytes;
      const message = messageFromProto(
        proto,
        { from, to },
        { entries: frame.subarray(at, dataAt), data: frame.subarray(dataAt, at + bytes) },
        this.#limits,
      );
      at += bytes;
      return message;
    });
    if (at !== frame.length) throw new RaftError('PEER_FRAME_INVALID', 'bytes behind the last message');
    return { group, from, to, messages };
  }
}
