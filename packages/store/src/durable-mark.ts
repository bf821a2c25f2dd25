import { join } from 'node:path';
import type { LogPosition } from '@ledgermq/raft';
import type { Disk } from './disk.ts';
import { SlotFile } from './slot-file.ts';

export const durableMarkFileName = 'durable-mark';

/** "LMQD" */
const MARK_MAGIC = 0x4c4d5144;
const POSITION_BYTES = 28;

/** What the log is known to hold, whatever its files look like after a crash. */
export interface MarkedRange {
  /** Position before the first entry that retention has left. */
  readonly start: LogPosition;
  /** Everything up to here was durable and committed: it can neither be torn nor be cut. */
  readonly upTo: LogPosition;
}

/**
 * The durable mark: kept apart from the entries, so that recovery can tell an entry that was never promised
 * from one that is lost (after "Protocol-Aware Recovery for Consensus-Based Storage", FAST '18). It is
 * written lazily and lags behind the truth; it is never ahead of it, because it is written only after the sync
 * of what it speaks of.
 */
export class DurableMark {
  readonly path: string;
  readonly #slots: SlotFile;
  #range: MarkedRange;

  private constructor(path: string, slots: SlotFile, range: MarkedRange) {
    this.path = path;
    this.#slots = slots;
    this.#range = range;
  }

  /** Null if the directory has no mark; STATE_INVALID if the mark is unreadable. */
  static open(disk: Disk, directory: string): DurableMark | null {
    const path = join(directory, durableMarkFileName);
    const slots = SlotFile.open(disk, path, MARK_MAGIC);
    return slots === null ? null : new DurableMark(path, slots, decodeRange(slots.payload));
  }

  /** Durable when it returns. */
  static create(disk: Disk, directory: string, start: LogPosition): DurableMark {
    const path = join(directory, durableMarkFileName);
    const range = { start, upTo: start };
    return new DurableMark(path, SlotFile.create(disk, path, MARK_MAGIC, encodeRange(range)), range);
  }

  get range(): MarkedRange {
    return this.#range;
  }

  /** Into the page cache. */
  write(range: MarkedRange): void {
    this.#slots.write(encodeRange(range));
    this.#range = range;
  }

  sync(): Promise<void> {
    return this.#slots.sync();
  }

  close(): void {
    this.#slots.close();
  }
}

function encodeRange(range: MarkedRange): Buffer {
  const payload = Buffer.alloc(2 * POSITION_BYTES);
  writePosition(payload, 0, range.start);
  writePosition(payload, POSITION_BYTES, range.upTo);
  return payload;
}

function decodeRange(payload: Buffer): MarkedRange {
  return { start: readPosition(payload, 0), upTo: readPosition(payload, POSITION_BYTES) };
}

/** A position as this package writes it: u64 index, u64 term, u64 address, u32 hash. */
export function writePosition(target: Buffer, at: number, position: LogPosition): void {
  target.writeBigUInt64BE(BigInt(position.index), at);
  target.writeBigUInt64BE(BigInt(position.term), at + 8);
  target.writeBigUInt64BE(BigInt(position.address), at + 16);
  target.writeUInt32BE(position.hash, at + 24);
}

export function readPosition(source: Buffer, at: number): LogPosition {
  return {
    index: Number(source.readBigUInt64BE(at)),
    term: Number(source.readBigUInt64BE(at + 8)),
    address: Number(source.readBigUInt64BE(at + 16)),
    hash: source.readUInt32BE(at + 24),
  };
}
