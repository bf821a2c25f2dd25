import { ENTRY_HEADER_BYTES, RaftError, checkHeader } from '@ledgermq/raft';

/**
 * The identity of an entry as its header gives it. Read apart from the body, so that walking a segment costs
 * one small read per entry, and so that a damaged body still tells which entry it was.
 */
export interface FrameHeader {
  /** Bytes of the whole frame. */
  readonly length: number;
  readonly index: number;
  readonly term: number;
  readonly address: number;
  readonly prevHash: number;
  readonly hash: number;
}

const TWO_TO_32 = 0x1_0000_0000;

/** Magic of an entry frame as it lies in a file. */
export const frameMagic: Buffer = Buffer.from('LMQE', 'latin1');

/** The header at `at`, or null if there is none that checks out. The body need not be there. */
export function readFrameHeader(buffer: Buffer, at: number): FrameHeader | null {
  if (at + ENTRY_HEADER_BYTES > buffer.length) return null;
  let length: number;
  try {
    length = checkHeader(buffer, at);
  } catch (error) {
    if (error instanceof RaftError) return null;
    throw error;
  }
  return {
    length,
    index: readNumber(buffer, at + 8),
    term: readNumber(buffer, at + 16),
    address: readNumber(buffer, at + 24),
    prevHash: buffer.readUInt32BE(at + 36),
    hash: buffer.readUInt32BE(at + 44),
  };
}

function readNumber(buffer: Buffer, at: number): number {
  return buffer.readUInt32BE(at) * TWO_TO_32 + buffer.readUInt32BE(at + 4);
}
