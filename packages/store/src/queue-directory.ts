import { crc32 } from 'node:zlib';
import { StoreError } from './errors.ts';
import { readInt53, writeInt53 } from './int53.ts';
import { BLOCK_COUNT_MAX, blockEnd } from './queue-block-file.ts';
import type { QueueBlockFile } from './queue-block-file.ts';
import type { QueueColumns } from './queue-columns.ts';
import { BLOCK_UNITS } from './queue-units.ts';
import { queueBlockPrefix, queuePagePrefix } from './state-db.ts';
import type { StateEntry } from './state-db.ts';
import { WORD_CHECK_SEED } from './word-check.ts';

/**
 * How the queue index stands in the state database.
 *
 * A record per 64 queues, because at many queues one record each would cost more than the units:
 *   key   'q', u32be number of the first queue / 64
 *   value 64 x { min 8, next 8, tail block u32 (all ones: none), check of the tail block i32 }, crc32 u32
 *
 * A record per full block, written once:
 *   key   'b', u32be queueNumber, u32be place of the block in its queue (offset / 256)
 *   value block number u32, check of its 256 units i32
 */
export const QUEUES_PER_PAGE = 64;
const QUEUE_BYTES = 24;
const PAGE_VALUE_BYTES: number = QUEUES_PER_PAGE * QUEUE_BYTES + 4;
const NO_BLOCK = 0xffffffff;

export function encodeQueuePage(columns: QueueColumns, page: number): StateEntry {
  const key = Buffer.alloc(5);
  key[0] = queuePagePrefix;
  key.writeUInt32BE(page, 1);
  const value = Buffer.alloc(PAGE_VALUE_BYTES);
  for (let place = 0; place < QUEUES_PER_PAGE; place += 1) {
    const queueNumber = page * QUEUES_PER_PAGE + place;
    const at = place * QUEUE_BYTES;
    writeInt53(value, columns.mins[queueNumber] ?? 0, at);
    writeInt53(value, columns.nexts[queueNumber] ?? 0, at + 8);
    value.writeUInt32LE((columns.tailBlocks[queueNumber] ?? -1) >>> 0, at + 16);
    value.writeInt32LE(columns.tailChecks[queueNumber] ?? WORD_CHECK_SEED, at + 20);
  }
  value.writeUInt32LE(crc32(value.subarray(0, PAGE_VALUE_BYTES - 4)), PAGE_VALUE_BYTES - 4);
  return { key, value };
}

/** Visit the next offset of each queue of a page that has ever been used. INDEX_CORRUPT. */
export function visitNextOffsets(
  { key, value }: StateEntry,
  visit: (queueNumber: number, next: number) => void,
): void {
  const firstQueue = requirePage(key, value);
  for (let place = 0; place < QUEUES_PER_PAGE; place += 1) {
    const next = readInt53(value, place * QUEUE_BYTES + 8);
    if (next === null) throw corrupt('a queue has impossible offsets');
    if (next > 0) visit(firstQueue + place, next);
  }
}

export function blockKey(queueNumber: number, place: number): Buffer {
  const key = Buffer.alloc(9);
  key[0] = queueBlockPrefix;
  key.writeUInt32BE(queueNumber, 1);
  key.writeUInt32BE(place, 5);
  return key;
}

export function encodeBlock(queueNumber: number, place: number, block: number, check: number): StateEntry {
  const value = Buffer.alloc(8);
  value.writeUInt32LE(block, 0);
  value.writeInt32LE(check, 4);
  return { key: blockKey(queueNumber, place), value };
}

/** Which block numbers of the file are free, and where the never used ones begin. */
export interface BlockSpace {
  readonly blockCount: number;
  readonly freeBlocks: number[];
}

/**
 * Fill empty columns from the records of a checkpoint, in key order. INDEX_CORRUPT if the records contradict
 * each other: the index must then be rebuilt from the log.
 */
export function restoreColumns(
  columns: QueueColumns,
  queueCountMax: number,
  queuePages: readonly StateEntry[],
  queueBlocks: readonly StateEntry[],
): BlockSpace {
  for (const entry of queuePages) restorePage(columns, queueCountMax, entry);
  for (const entry of queueBlocks) restoreBlock(columns, entry);
  const used = new Set<number>();
  let blockCount = 0;
  const claim = (block: number): void => {
    if (block >= BLOCK_COUNT_MAX || used.has(block))
      throw corrupt(`block ${block} has two owners or no place`);
    used.add(block);
    blockCount = Math.max(blockCount, block + 1);
  };
  for (let queueNumber = 0; queueNumber < columns.count; queueNumber += 1) {
    requireComplete(columns, queueNumber);
    const sealed = columns.sealed[queueNumber] ?? [];
    for (let at = 0; at < sealed.length; at += 2) claim(sealed[at] as number);
    const tailBlock = columns.tailBlocks[queueNumber] as number;
    if (tailBlock >= 0) claim(tailBlock);
  }
  const freeBlocks: number[] = [];
  for (let block = blockCount - 1; block >= 0; block -= 1) if (!used.has(block)) freeBlocks.push(block);
  return { blockCount, freeBlocks };
}

/** INDEX_CORRUPT if the file is too short for what the columns say is in it. */
export function requireWritten(columns: QueueColumns, file: QueueBlockFile): void {
  let bytes = 0;
  for (let queueNumber = 0; queueNumber < columns.count; queueNumber += 1) {
    const sealed = columns.sealed[queueNumber] ?? [];
    for (let at = 0; at < sealed.length; at += 2) {
      bytes = Math.max(bytes, blockEnd(sealed[at] as number, BLOCK_UNITS));
    }
    const unwritten = (columns.nexts[queueNumber] as number) - (columns.writtens[queueNumber] as number);
    const units = (columns.tailUnits[queueNumber] as number) - unwritten;
    if (units > 0) bytes = Math.max(bytes, blockEnd(columns.tailBlocks[queueNumber] as number, units));
  }
  file.requireBytes(bytes);
}

/** Number of the first queue of a page whose record checks out. */
function requirePage(key: Buffer, value: Buffer): number {
  if (key.length !== 5 || value.length !== PAGE_VALUE_BYTES)
    throw corrupt('a queue record has a wrong length');
  const stored = value.readUInt32LE(PAGE_VALUE_BYTES - 4);
  if (crc32(value.subarray(0, PAGE_VALUE_BYTES - 4)) !== stored) throw corrupt('a queue record is damaged');
  return key.readUInt32BE(1) * QUEUES_PER_PAGE;
}

function restorePage(columns: QueueColumns, queueCountMax: number, { key, value }: StateEntry): void {
  const firstQueue = requirePage(key, value);
  for (let place = 0; place < QUEUES_PER_PAGE; place += 1) {
    const at = place * QUEUE_BYTES;
    const min = readInt53(value, at);
    const next = readInt53(value, at + 8);
    if (min === null || next === null || min > next) throw corrupt('a queue has impossible offsets');
    if (next === 0) continue;
    const queueNumber = firstQueue + place;
    if (queueNumber >= queueCountMax) {
      throw new StoreError('CONFIG_INVALID', `queueCountMax is below queue ${queueNumber}, which exists`);
    }
    columns.include(queueNumber, queueCountMax);
    const tailBlock = value.readUInt32LE(at + 16);
    columns.mins[queueNumber] = min;
    columns.nexts[queueNumber] = next;
    columns.writtens[queueNumber] = next;
    columns.tailBlocks[queueNumber] = tailBlock === NO_BLOCK ? -1 : tailBlock;
    columns.tailUnits[queueNumber] = next % BLOCK_UNITS;
    columns.tailChecks[queueNumber] = value.readInt32LE(at + 20);
    columns.writtenChecks[queueNumber] = value.readInt32LE(at + 20);
  }
}

function restoreBlock(columns: QueueColumns, { key, value }: StateEntry): void {
  if (key.length !== 9 || value.length !== 8) throw corrupt('a block record has a wrong length');
  const queueNumber = key.readUInt32BE(1);
  if (queueNumber >= columns.count)
    throw corrupt(`a block belongs to queue ${queueNumber}, which is unknown`);
  const held = columns.sealed[queueNumber] ?? [];
  const expected = Math.floor((columns.mins[queueNumber] as number) / BLOCK_UNITS) + held.length / 2;
  if (key.readUInt32BE(5) !== expected) throw corrupt(`queue ${queueNumber} lacks block ${expected}`);
  held.push(value.readUInt32LE(0), value.readInt32LE(4));
  columns.sealed[queueNumber] = held;
}

function requireComplete(columns: QueueColumns, queueNumber: number): void {
  const first = Math.floor((columns.mins[queueNumber] as number) / BLOCK_UNITS);
  const tail = Math.floor((columns.nexts[queueNumber] as number) / BLOCK_UNITS);
  const held = (columns.sealed[queueNumber]?.length ?? 0) / 2;
  const hasTail = (columns.tailBlocks[queueNumber] as number) !== -1;
  if (held !== tail - first || hasTail !== (columns.tailUnits[queueNumber] as number) > 0) {
    throw corrupt(`queue ${queueNumber} holds ${held} full blocks for ${tail - first}`);
  }
}

function corrupt(what: string): StoreError {
  return new StoreError('INDEX_CORRUPT', `the queue directory of the checkpoint is damaged: ${what}`);
}
