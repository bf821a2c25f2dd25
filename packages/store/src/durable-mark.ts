import { join } from 'node:path';
import type { LogPosition } from '@ledgermq/raft';
import type { Disk } from './disk.ts';
import { newestSlotPayload, SlotFile } from './slot-file.ts';

export const durableMarkFileName = 'durable-mark';

/** "LMQD" */
const MARK_MAGIC = 0x4c4d5144;
const POSITION_BYTES = 28;
const AT_GENERATION = 2 * POSITION_BYTES;
const AT_FLAGS = AT_GENERATION + 4;
const AT_TAIL = AT_FLAGS + 4;
const AT_FLOOR = AT_TAIL + 8;
const RANGE_BYTES = AT_FLOOR + 16;
const HAS_TAIL = 1;
const IN_DOUBT = 2;

/** Where a new log begins. */
export const noPosition: LogPosition = Object.freeze({ index: 0, term: 0, address: 0, hash: 0 });

/** How far a log once went: the two numbers by which Raft compares logs. */
export interface LogReach {
  readonly index: number;
  readonly term: number;
}

/** What the log is known to hold, whatever its files look like after a crash. */
export interface MarkedRange {
  /** Position before the first entry that retention has left. */
  readonly start: LogPosition;
  /** Everything up to here was durable and committed: it can neither be torn nor be cut. */
  readonly upTo: LogPosition;
  /** Raised each time the log begins anew; segments of another generation are leftovers. */
  readonly generation: number;
  /** Base address of the newest segment whose file was durable, or null: without that file something is lost. */
  readonly tail: number | null;
  /** Entries up to here were acknowledged once, though the log may have lost them; 0 and 0 for none. */
  readonly floor: LogReach;
  /** The log has lost acknowledged entries and nobody knows which, until somebody has taken note of it. */
  readonly inDoubt: boolean;
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
  static create(
    disk: Disk,
    directory: string,
    start: LogPosition,
    { generation, inDoubt }: Pick<MarkedRange, 'generation' | 'inDoubt'> = { generation: 0, inDoubt: false },
  ): DurableMark {
    const path = join(directory, durableMarkFileName);
    const range: MarkedRange = { start, upTo: start, generation, tail: null, floor: noReach, inDoubt };
    return new DurableMark(path, SlotFile.create(disk, path, MARK_MAGIC, encodeRange(range)), range);
  }

  get range(): MarkedRange {
    return this.#range;
  }

  /** Whether the newest segment that was durable is not among those that begin at `bases`. */
  missesTail(bases: readonly number[]): boolean {
    const { tail, start } = this.#range;
    return tail !== null && tail >= start.address && !bases.includes(tail);
  }

  /** Into the page cache. */
  write(range: MarkedRange): void {
    this.#slots.write(encodeRange(range));
    this.#range = range;
  }

  sync(): Promise<void> {
    return this.#slots.sync();
  }

  /** On the caller's thread. */
  syncNow(): void {
    this.#slots.syncNow();
  }

  close(): void {
    this.#slots.close();
  }
}

/** The mark in the bytes of such a file, null if they hold none; for whoever verifies what a disk has. */
export function readDurableMark(content: Buffer): MarkedRange | null {
  const payload = newestSlotPayload(MARK_MAGIC, content);
  return payload === null ? null : decodeRange(payload);
}

export const noReach: LogReach = Object.freeze({ index: 0, term: 0 });

/** The farther of two reaches, in the order in which Raft compares logs (paper §5.4.1). */
export function fartherReach(left: LogReach, right: LogReach): LogReach {
  return left.term > right.term || (left.term === right.term && left.index >= right.index) ? left : right;
}

/**
 * After the two positions, big-endian: u32 generation, u32 flags (1: there is a tail, 2: in doubt), u64 tail,
 * u64 index and u64 term of the floor. A mark of the first form ends after the positions.
 */
function encodeRange(range: MarkedRange): Buffer {
  const payload = Buffer.alloc(RANGE_BYTES);
  writePosition(payload, 0, range.start);
  writePosition(payload, POSITION_BYTES, range.upTo);
  payload.writeUInt32BE(range.generation, AT_GENERATION);
  payload.writeUInt32BE((range.tail === null ? 0 : HAS_TAIL) + (range.inDoubt ? IN_DOUBT : 0), AT_FLAGS);
  payload.writeBigUInt64BE(BigInt(range.tail ?? 0), AT_TAIL);
  payload.writeBigUInt64BE(BigInt(range.floor.index), AT_FLOOR);
  payload.writeBigUInt64BE(BigInt(range.floor.term), AT_FLOOR + 8);
  return payload;
}

function decodeRange(payload: Buffer): MarkedRange {
  const start = readPosition(payload, 0);
  const upTo = readPosition(payload, POSITION_BYTES);
  if (payload.length < RANGE_BYTES) {
    return { start, upTo, generation: 0, tail: null, floor: noReach, inDoubt: false };
  }
  const flags = payload.readUInt32BE(AT_FLAGS);
  return {
    start,
    upTo,
    generation: payload.readUInt32BE(AT_GENERATION),
    tail: (flags & HAS_TAIL) === 0 ? null : Number(payload.readBigUInt64BE(AT_TAIL)),
    floor: {
      index: Number(payload.readBigUInt64BE(AT_FLOOR)),
      term: Number(payload.readBigUInt64BE(AT_FLOOR + 8)),
    },
    inDoubt: (flags & IN_DOUBT) !== 0,
  };
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
