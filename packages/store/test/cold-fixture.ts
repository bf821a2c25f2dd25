import type { Entry } from '@ledgermq/raft';
import type { SegmentLogConfig } from '../src/config.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import type { SegmentLog } from '../src/segment-log.ts';
import { CountingDisk, appendMore, openLog } from './log-fixture.ts';

/** Blocks of a few entries, and hardly anything in the tail cache. */
export const coldLimits: Partial<SegmentLogConfig> = {
  segmentBytes: 4_096,
  tailCacheBytes: 256,
  denseEntriesMax: 1_000,
  sparseIntervalBytes: 512,
  openSegmentsMax: 2,
  readChunkBytes: 300,
  coldCacheBytes: 4_096,
  coldBlockBytes: 512,
  readAheadBytesMax: 1_536,
  coldReadsMax: 2,
};

/** A log on a disk whose work off the event loop ends when the test says so. */
export class ColdFixture {
  readonly gates: (() => void)[] = [];
  readonly memory: MemoryDisk = new MemoryDisk({ schedule: (complete) => this.gates.push(complete) });
  readonly disk: CountingDisk;
  log: SegmentLog;
  readonly #settings: Partial<SegmentLogConfig>;

  constructor(settings: Partial<SegmentLogConfig> = {}) {
    this.#settings = { ...coldLimits, ...settings };
    this.disk = new CountingDisk(this.memory);
    this.log = openLog(this.disk, this.#settings);
  }

  fill(count: number, bytes: number): Entry[] {
    return appendMore(this.log, count, bytes);
  }

  /** Everything is durable and committed, so that it may be dropped. */
  async secure(): Promise<void> {
    await this.during(this.log.sync());
    this.log.markCommitted(this.log.lastPosition().index);
  }

  async reopen(): Promise<void> {
    await this.during(this.log.close());
    this.log = openLog(this.disk, this.#settings);
  }

  /** Complete disk work until the promise settles. */
  async during<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const end = (): void => {
      settled = true;
    };
    promise.then(end, end);
    while (!settled) await this.step();
    return promise;
  }

  /** One piece of disk work ends; false if there is none. */
  async step(): Promise<boolean> {
    await promisesGoOn();
    const next = this.gates.shift();
    next?.();
    await promisesGoOn();
    return next !== undefined;
  }

  async settle(): Promise<void> {
    while (await this.step());
  }

  /** Begin to fetch; the outcome is null until the wait is over, then 'done' or the error. */
  fetch(...addresses: readonly number[]): { outcome: 'done' | Error | null; times: number } {
    const wait: { outcome: 'done' | Error | null; times: number } = { outcome: null, times: 0 };
    this.log.fetch(addresses, (error) => {
      wait.times += 1;
      wait.outcome = error ?? 'done';
    });
    return wait;
  }

  /** The body of an entry as the log gives it, from memory alone; null if it is not there. */
  held({ address, frame }: Entry): Buffer | null {
    if (!this.log.inMemory(address, frame.length)) return null;
    const { reads } = this.disk.counts;
    const body = this.log.read(address, frame.length).subarray(48);
    if (this.disk.counts.reads !== reads) throw new Error('a read that was said to be in memory read a file');
    return body;
  }
}

/** Whatever waits for promises that are settled runs first. */
function promisesGoOn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export function bodyOf(entry: Entry): Buffer {
  return entry.frame.subarray(48);
}
