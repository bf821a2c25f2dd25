import { join } from 'node:path';
import type { LogPosition } from '@ledgermq/raft';
import type { Disk } from './disk.ts';
import { StoreError } from './errors.ts';
import { newestSlotPayload, SlotFile } from './slot-file.ts';

export const durableMarkFileName = 'durable-mark';

/** "LMQD" */
const MARK_MAGIC = 0x4c4d5144;
const POSITION_BYTES = 28;
const AT_GENERATION = 2 * POSITION_BYTES;
const AT_FLAGS = AT_GENERATION + 4;
const AT_TAIL = AT_FLAGS + 4;
const AT_FLOOR = AT_TAIL + 8;
const AT_OWNER = AT_FLOOR + 16;
const RANGE_BYTES = AT_OWNER + 4;
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
  /**
   * Tells the log of one member of one group from those of others: a mark or segment of another owner is not of this log. 0
   * for nobody, which fits to all.
   */
  readonly owner: number;
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

  /**
   * Null if the directory has no mark; STATE_INVALID if the mark is unreadable or another's. Both slots hold it then: damage to one must
   * not bring back an older mark, by which a log that has lost its end would look whole.
   */
  static open(disk: Disk, directory: string, owner: number): DurableMark | null {
    const path = join(directory, durableMarkFileName);
    const slots = SlotFile.open(disk, path, MARK_MAGIC);
    if (slots === null) return null;
    const range = decodeRange(slots.payload);
    if (!isOwnedBy(range.owner, owner)) {
      slots.close();
      throw new StoreError('STATE_INVALID', `${path} is that of another member`, { file: path, offset: 0 });
    }
    const mark = new DurableMark(path, slots, { ...range, owner: owner === 0 ? range.owner : owner });
    mark.write(mark.range);
    mark.syncNow();
    return mark;
  }

  /** Durable when it returns. */
  static create(
    disk: Disk,
    directory: string,
    start: LogPosition,
    { generation, inDoubt, owner }: Pick<MarkedRange, 'generation' | 'inDoubt' | 'owner'>,
  ): DurableMark {
    const path = join(directory, durableMarkFileName);
    const range = { start, upTo: start, generation, tail: null, floor: noReach, inDoubt, owner };
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

/** Whether what says that it belongs to `found` may be used by `owner`. */
export function isOwnedBy(found: number, owner: number): boolean {
  return found === 0 || owner === 0 || found === owner;
}

export const noReach: LogReach = Object.freeze({ index: 0, term: 0 });

/** The farther of two reaches, in the order in which Raft compares logs (paper §5.4.1). */
export function fartherReach(left: LogReach, right: LogReach): LogReach {
  return left.term > right.term || (left.term === right.term && left.index >= right.index) ? left : right;
}

/**
 * After the two positions, big-endian: u32 generation, u32 flags (1: there is a tail, 2: in doubt), u64 tail,
 * u64 index and u64 term of the floor, u32 owner. A mark of the first form ends after the positions.
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
  payload.writeUInt32BE(range.owner, AT_OWNER);
  return payload;
}

function decodeRange(payload: Buffer): MarkedRange {
  const start = readPosition(payload, 0);
  const upTo = readPosition(payload, POSITION_BYTES);
  if (payload.length < AT_OWNER) {
    return { start, upTo, generation: 0, tail: null, floor: noReach, inDoubt: false, owner: 0 };
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
    owner: payload.length < RANGE_BYTES ? 0 : payload.readUInt32BE(AT_OWNER),
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
