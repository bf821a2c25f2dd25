import { Buffer } from 'node:buffer';
import { ProtocolError } from './errors.ts';

/** How the header of a frame is written: 0 is JSON, 1 is RocketMQ's binary form. */
export type SerializeType = 0 | 1;

/**
 * One frame of the remoting protocol, without its lengths.
 *
 * Both buffers are views on received bytes and are valid during the call that hands them over; whoever keeps
 * them longer copies them, because a retained view keeps a whole socket chunk in memory.
 */
export interface Frame {
  readonly serializeType: SerializeType;
  readonly header: Buffer;
  readonly body: Buffer;
}

export interface FrameDecoderOptions {
  /** Largest accepted frame in bytes, its first length field included; Java peers use 16 777 216. */
  readonly frameBytesMax: number;
  /** Largest accepted header in bytes; `HEADER_BYTES_MAX` when absent. */
  readonly headerBytesMax?: number;
}

/** Bytes of the two length fields that precede every header. */
export const FRAME_PREFIX_BYTES = 8;

/** The limit that Java clients and brokers start with, in bytes of the whole frame. */
export const FRAME_BYTES_MAX = 16_777_216;

/**
 * Room for a properties text of 32 767 bytes of which each is written as a six character escape, several times
 * over; a header above it costs parsing time that no real client asks for.
 */
export const HEADER_BYTES_MAX = 1_048_576;

const NO_BODY: Buffer = Buffer.alloc(0);
const NO_FRAMES: readonly Frame[] = Object.freeze([]);

/**
 * Cuts a byte stream into frames.
 *
 * Frames that lie whole in a chunk are views on it. A frame that spans chunks is copied once into a buffer of
 * its exact size, allocated only after both length fields were checked, so that at most `frameBytesMax` bytes
 * are held per decoder. After an error the decoder is poisoned and repeats that error: the position of the next
 * frame is unknown.
 */
export class FrameDecoder {
  readonly #frameBytesMax: number;
  readonly #headerBytesMax: number;
  /** The first bytes of a frame whose lengths are not complete yet. */
  readonly #prefix: Buffer = Buffer.alloc(FRAME_PREFIX_BYTES);
  #prefixBytes = 0;
  /** The frame being assembled, its prefix included, or null between frames. */
  #partial: Buffer | null = null;
  #partialBytes = 0;
  #failure: ProtocolError | null = null;

  constructor(options: FrameDecoderOptions) {
    if (!Number.isSafeInteger(options.frameBytesMax) || options.frameBytesMax < FRAME_PREFIX_BYTES) {
      throw new ProtocolError('CONFIG_INVALID', 'frameBytesMax must be an integer of at least 8.');
    }
    this.#frameBytesMax = options.frameBytesMax;
    this.#headerBytesMax = options.headerBytesMax ?? HEADER_BYTES_MAX;
  }

  /** Bytes of an incomplete frame that wait for more data. */
  get bufferedBytes(): number {
    return this.#partial === null ? this.#prefixBytes : this.#partialBytes;
  }

  /**
   * Takes the next bytes of the stream and returns the frames that they complete, oldest first.
   *
   * Throws a ProtocolError with code FRAME_TOO_LARGE or FRAME_MALFORMED. Frames that precede the fault in the
   * same chunk are not delivered, as their connection ends with it.
   */
  push(chunk: Buffer): readonly Frame[] {
    if (this.#failure !== null) throw this.#failure;
    try {
      return this.#decode(chunk);
    } catch (error) {
      if (error instanceof ProtocolError) {
        this.#failure = error;
        this.#partial = null;
        this.#partialBytes = 0;
        this.#prefixBytes = 0;
      }
      throw error;
    }
  }

  #decode(chunk: Buffer): readonly Frame[] {
    const end = chunk.length;
    let at = 0;
    let frames: Frame[] | null = null;
    if (this.#partial !== null || this.#prefixBytes > 0) {
      at = this.#resume(chunk);
      const partial = this.#partial;
      if (partial === null || this.#partialBytes < partial.length) return NO_FRAMES;
      this.#partial = null;
      this.#partialBytes = 0;
      frames = [cutFrame(partial, 0, partial.length)];
    }
    while (end - at >= FRAME_PREFIX_BYTES) {
      const bytes = this.#frameBytes(chunk, at);
      if (bytes > end - at) break;
      const frame = cutFrame(chunk, at, bytes);
      if (frames === null) frames = [frame];
      else frames.push(frame);
      at += bytes;
    }
    if (at < end) this.#keep(chunk, at);
    return frames ?? NO_FRAMES;
  }

  /** Completes the prefix and then the frame under assembly; returns where the unused bytes start. */
  #resume(chunk: Buffer): number {
    let at = 0;
    if (this.#partial === null) {
      at = Math.min(FRAME_PREFIX_BYTES - this.#prefixBytes, chunk.length);
      chunk.copy(this.#prefix, this.#prefixBytes, 0, at);
      this.#prefixBytes += at;
      if (this.#prefixBytes < FRAME_PREFIX_BYTES) return at;
      this.#assemble(this.#prefix, 0, this.#frameBytes(this.#prefix, 0));
    }
    const partial = this.#partial;
    if (partial === null) return at;
    const taken = Math.min(partial.length - this.#partialBytes, chunk.length - at);
    chunk.copy(partial, this.#partialBytes, at, at + taken);
    this.#partialBytes += taken;
    return at + taken;
  }

  /** Copies the incomplete frame at the end of a chunk, so that the chunk itself can be released. */
  #keep(chunk: Buffer, at: number): void {
    const rest = chunk.length - at;
    if (rest >= FRAME_PREFIX_BYTES) {
      this.#assemble(chunk, at, this.#frameBytes(chunk, at));
      return;
    }
    chunk.copy(this.#prefix, 0, at);
    this.#prefixBytes = rest;
  }

  #assemble(source: Buffer, at: number, bytes: number): void {
    const partial = Buffer.allocUnsafe(bytes);
    this.#partialBytes = source.copy(partial, 0, at, Math.min(source.length, at + bytes));
    this.#partial = partial;
    this.#prefixBytes = 0;
  }

  /** Checks both length fields and the serialize type at `at`; returns the length of the whole frame. */
  #frameBytes(source: Buffer, at: number): number {
    const total = source.readInt32BE(at);
    if (total < 4) {
      throw new ProtocolError('FRAME_MALFORMED', `A frame cannot have the length ${total}.`);
    }
    if (total > this.#frameBytesMax - 4) {
      throw new ProtocolError(
        'FRAME_TOO_LARGE',
        `A frame of ${total + 4} bytes exceeds the limit of ${this.#frameBytesMax}.`,
      );
    }
    const mark = source.readInt32BE(at + 4);
    if (mark >>> 24 > 1) {
      throw new ProtocolError('FRAME_MALFORMED', `The serialize type ${mark >>> 24} is not known.`);
    }
    const headerBytes = mark & 0xffffff;
    if (headerBytes > total - 4) {
      throw new ProtocolError(
        'FRAME_MALFORMED',
        `A header of ${headerBytes} bytes does not fit a frame of ${total + 4}.`,
      );
    }
    if (headerBytes > this.#headerBytesMax) {
      throw new ProtocolError(
        'FRAME_TOO_LARGE',
        `A header of ${headerBytes} bytes exceeds the limit of ${this.#headerBytesMax}.`,
      );
    }
    return total + 4;
  }
}

/** The lengths of the frame were checked by the caller. */
function cutFrame(source: Buffer, at: number, bytes: number): Frame {
  const mark = source.readInt32BE(at + 4);
  const headerAt = at + FRAME_PREFIX_BYTES;
  const bodyAt = headerAt + (mark & 0xffffff);
  return {
    serializeType: mark >>> 24 === 0 ? 0 : 1,
    header: source.subarray(headerAt, bodyAt),
    body: bodyAt === at + bytes ? NO_BODY : source.subarray(bodyAt, at + bytes),
  };
}

/**
 * Writes the two length fields of a frame.
 *
 * Throws COMMAND_UNENCODABLE when the header does not fit its 24-bit length or the frame its 31-bit one.
 */
export function writeFramePrefix(
  target: Buffer,
  at: number,
  serializeType: SerializeType,
  headerBytes: number,
  bodyBytes: number,
): void {
  const total = 4 + headerBytes + bodyBytes;
  if (headerBytes > 0xffffff || total > 0x7fffffff) {
    throw new ProtocolError('COMMAND_UNENCODABLE', `A frame cannot carry a header of ${headerBytes} bytes.`);
  }
  target.writeInt32BE(total, at);
  target.writeInt32BE((serializeType << 24) | headerBytes, at + 4);
}
