import { locateRecord, patchOffsets, RECORD_BYTES_MIN, recordQueueId } from '@ledgermq/protocol';
import { QueueUnits, type QueueIndex, type SegmentLog } from '@ledgermq/store';
import type {
  QueueBounds,
  QueueRead,
  QueueReader,
  ReadLimits,
  RecordReader,
  TimeReader,
} from '../group-port.ts';
import type { BrokerMachine } from '../machine/machine.ts';
import type { QueueStarts } from './queue-starts.ts';

export interface QueueReaderPorts {
  readonly machine: BrokerMachine;
  /** Of the present state; another one after a snapshot was installed. */
  readonly queueIndex: () => QueueIndex;
  readonly starts: QueueStarts;
  readonly log: Pick<SegmentLog, 'read' | 'startAddress' | 'tailAddress' | 'inMemory' | 'fetch'>;
  /** Nothing at or beyond this log address may be read. */
  readonly appliedEnd: () => number;
}

/** Units of the queue index looked at in one read, matching or not (RocketMQ: 16,000 bytes of 20-byte units). */
const UNITS_SCANNED_MAX = 800;
const UNITS_PER_STEP = 128;
/** The size of a record stands in its first bytes. */
const RECORD_PREFIX_BYTES = 4;
/** Places fetched for one pull; messages that lie far apart need a block of the log each. */
const FETCHED_PLACES_MAX = 8;
/** Messages nearer to each other than this share a block, mostly. */
const FETCHED_PLACES_APART = 64 * 1024;
/** No entry between peers is larger (raft's entryBytesMax), so no record is; other bytes must not decide what is read. */
const RECORD_BYTES_MAX = 32 * 1024 * 1024;

/**
 * Reads messages through the queue index: finds where they lie, copies their stored bytes from the log into the answer
 * and fills in the two offsets that were not known when they were written. Messages that are not in memory are never read
 * here: an answer ends before them, and one that would begin with them has to wait until they were fetched.
 */
export class IndexedQueueReader implements QueueReader, TimeReader, RecordReader {
  readonly #ports: QueueReaderPorts;
  readonly #units: QueueUnits = new QueueUnits(UNITS_PER_STEP);
  #served = 0;

  constructor(ports: QueueReaderPorts) {
    this.#ports = ports;
  }

  /** Messages handed out since the start. */
  get served(): number {
    return this.#served;
  }

  bounds(topic: string, queueId: number): QueueBounds | null {
    const queue = this.#ports.machine.queue(topic, queueId);
    if (queue === undefined) return null;
    const { queueIndex, starts } = this.#ports;
    return { minOffset: starts.minOffset(queue), maxOffset: queueIndex().nextOffset(queue.number) };
  }

  read(topic: string, queueId: number, fromOffset: number, limits: ReadLimits): QueueRead {
    const queue = this.#ports.machine.queue(topic, queueId);
    if (queue === undefined) return { type: 'none-matched', nextBeginOffset: fromOffset };
    const selection = new Selection(limits, this.#ports.log.startAddress());
    let offset = fromOffset;
    for (let scanned = 0; scanned < UNITS_SCANNED_MAX && !selection.full;) {
      const wanted = Math.min(UNITS_PER_STEP, UNITS_SCANNED_MAX - scanned);
      const count = this.#ports.queueIndex().read(queue.number, offset, wanted, this.#units);
      if (count === 0) break;
      const taken = selection.take(this.#units, count, offset);
      offset += taken;
      scanned += taken;
    }
    if (selection.count === 0) {
      return { type: selection.skippedGone ? 'gone' : 'none-matched', nextBeginOffset: offset };
    }
    const held = this.#countHeld(selection);
    if (held === 0) return { type: 'cold', bytes: selection.bytes, addresses: placesToFetch(selection) };
    if (held < selection.count) {
      offset = selection.offsets[held] ?? offset;
      // The consumer will come back for it.
      this.#ports.log.fetch(selection.addresses.slice(held, held + 1), () => undefined);
      selection.truncate(held);
    }
    this.#served += held;
    return {
      type: 'found',
      bytes: selection.bytes,
      coldBytes: selection.bytesBefore(this.#ports.log.tailAddress),
      count: held,
      nextBeginOffset: offset,
      copyTo: (target, at) => {
        this.#copy(selection, target, at);
      },
    };
  }

  fetch(addresses: readonly number[], done: (error: Error | null) => void): void {
    this.#ports.log.fetch(addresses, done);
  }

  findOffsetByTime(topic: string, queueId: number, timestamp: number, boundary: 'LOWER' | 'UPPER'): number {
    const { machine, queueIndex, starts } = this.#ports;
    const queue = machine.queue(topic, queueId);
    if (queue === undefined) return 0;
    return queueIndex().findByTime(queue.number, timestamp, boundary, starts.minOffset(queue));
  }

  storeTimestampAt(topic: string, queueId: number, offset: number): number | null {
    const queue = this.#ports.machine.queue(topic, queueId);
    if (queue === undefined) return null;
    const found = this.#ports.queueIndex().read(queue.number, offset, 1, this.#units) === 1;
    return found ? (this.#units.storeTimestamps[0] ?? null) : null;
  }

  readRecord(physicalOffset: number): Buffer | null {
    const { log, appliedEnd, machine } = this.#ports;
    const end = appliedEnd();
    if (!Number.isSafeInteger(physicalOffset) || physicalOffset < log.startAddress()) return null;
    if (physicalOffset + RECORD_BYTES_MIN > end) return null;
    const size = log.read(physicalOffset, RECORD_PREFIX_BYTES).readInt32BE(0);
    if (size < RECORD_BYTES_MIN || size > RECORD_BYTES_MAX || physicalOffset + size > end) return null;
    const record = log.read(physicalOffset, size);
    const place = this.#placeOf(record);
    if (place === null) return null;
    const queue = machine.queue(place.topic, place.queueId);
    if (queue === undefined) return null;
    // The index decides: bytes that merely look like a record have no place in a queue.
    const queueIndex = this.#ports.queueIndex();
    const queueOffset = queueIndex.findByAddress(queue.number, physicalOffset);
    if (queueIndex.read(queue.number, queueOffset, 1, this.#units) !== 1) return null;
    if (this.#units.addresses[0] !== physicalOffset) return null;
    patchOffsets(record, 0, queueOffset, physicalOffset);
    return record;
  }

  #placeOf(record: Buffer): { readonly topic: string; readonly queueId: number } | null {
    try {
      const { topicAt, topicBytes } = locateRecord(record, 0);
      return {
        topic: record.toString('utf8', topicAt, topicAt + topicBytes),
        queueId: recordQueueId(record, 0),
      };
    } catch {
      return null;
    }
  }

  /** How many of the messages, from the first one on, are in memory. */
  #countHeld({ addresses, sizes, count }: Selection): number {
    const { log } = this.#ports;
    for (let i = 0; i < count; i += 1) {
      if (!log.inMemory(addresses[i] ?? 0, sizes[i] ?? 0)) return i;
    }
    return count;
  }

  /** Records that lie side by side in the log, as those of one batch do, are copied together. */
  #copy(selection: Selection, target: Buffer, from: number): void {
    const { addresses, sizes, offsets, count } = selection;
    let at = from;
    for (let first = 0; first < count;) {
      const start = addresses[first] ?? 0;
      let end = start + (sizes[first] ?? 0);
      let next = first + 1;
      while (next < count && addresses[next] === end) {
        end += sizes[next] ?? 0;
        next += 1;
      }
      this.#ports.log.read(start, end - start, target.subarray(at, at + end - start));
      at += end - start;
      first = next;
    }
    at = from;
    for (let i = 0; i < count; i += 1) {
      patchOffsets(target, at, offsets[i] ?? 0, addresses[i] ?? 0);
      at += sizes[i] ?? 0;
    }
  }
}

function placesToFetch({ addresses }: Selection): number[] {
  const places: number[] = [];
  let last = -Infinity;
  for (const address of addresses) {
    if (address < last + FETCHED_PLACES_APART) continue;
    if (places.length === FETCHED_PLACES_MAX) break;
    places.push(address);
    last = address;
  }
  return places;
}

/** Which messages a read takes, within its limits. The first match is taken whatever its size. */
class Selection {
  readonly addresses: number[] = [];
  readonly sizes: number[] = [];
  readonly offsets: number[] = [];
  readonly #limits: ReadLimits;
  readonly #startAddress: number;
  count = 0;
  bytes = 0;
  full = false;
  skippedGone = false;

  constructor(limits: ReadLimits, startAddress: number) {
    this.#limits = limits;
    this.#startAddress = startAddress;
  }

  /** Keeps the first `count` messages. */
  truncate(count: number): void {
    this.count = count;
    this.bytes = 0;
    for (let i = 0; i < count; i += 1) this.bytes += this.sizes[i] ?? 0;
  }

  /** Bytes of the messages that lie before a log address. */
  bytesBefore(address: number): number {
    // Addresses rise along a queue.
    if ((this.addresses[0] ?? address) >= address) return 0;
    let bytes = 0;
    for (let i = 0; i < this.count && (this.addresses[i] ?? 0) < address; i += 1) bytes += this.sizes[i] ?? 0;
    return bytes;
  }

  /** Looks at `available` units from queue offset `from` on; returns how many were dealt with. */
  take(units: QueueUnits, available: number, from: number): number {
    const { countMax, bytesMax, matches } = this.#limits;
    for (let i = 0; i < available; i += 1) {
      const address = units.addresses[i] ?? 0;
      const size = units.sizes[i] ?? 0;
      if (this.count > 0 && (this.count >= countMax || this.bytes + size > bytesMax)) {
        this.full = true;
        return i;
      }
      if (address < this.#startAddress) {
        this.skippedGone = true;
        continue;
      }
      if (matches !== null && !matches(units.tagsCodes[i] ?? 0)) continue;
      this.addresses.push(address);
      this.sizes.push(size);
      this.offsets.push(from + i);
      this.count += 1;
      this.bytes += size;
    }
    return available;
  }
}
