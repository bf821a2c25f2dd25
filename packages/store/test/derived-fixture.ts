import { MemoryDisk } from '../src/memory-disk.ts';
import type { CrashMode, CrashRandom } from '../src/unsynced-changes.ts';
import { MemoryLevel } from '../src/memory-level.ts';
import type { DerivedStateConfig } from '../src/derived-config.ts';
import { openDerivedState } from '../src/derived-state.ts';
import type { DerivedStatePorts } from '../src/derived-folder.ts';
import type { DerivedState } from '../src/derived-state.ts';
import type { QueueIndex } from '../src/queue-index.ts';
import { QueueUnits } from '../src/queue-units.ts';

export const DIRECTORY = '/store/derived';
/** Where the first state of a directory lies. */
export const FOLDER = '/store/derived/1';

/** Memory so small that pages are evicted, read back and written early all the time. */
export const tinyLimits: Partial<DerivedStateConfig> = {
  queueCacheBytesMax: 64 * 384,
  queueDirtyBytesMax: 12 * 384,
  queueCountMax: 1000,
  uniqKeyCountMax: 64,
  uniqKeyWindowMs: 1000,
  checkpointQueuesPerTurn: 2,
};

/** xorshift32: the choices of crashes, from a seed. */
export function randomFrom(seed: number): CrashRandom {
  let state = seed | 1;
  return {
    nextInt: (bound): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % bound;
    },
  };
}

/** A memory disk and database whose completions happen only when the test says so. */
export class DerivedWorld {
  readonly #completions: (() => void)[] = [];
  readonly #schedule = (complete: () => void): void => {
    this.#completions.push(complete);
  };
  readonly disk: MemoryDisk = new MemoryDisk({ schedule: this.#schedule });
  readonly #levels = new Map<string, MemoryLevel>();
  /** Whether the log is durable up to an index; told by the test. */
  syncedUpTo: ((index: number) => Promise<void>) | undefined;

  /** The database of the first state. */
  get level(): MemoryLevel {
    return this.levelOf(`${FOLDER}/state-db`);
  }

  levelOf(directory: string): MemoryLevel {
    const held = this.#levels.get(directory) ?? new MemoryLevel(this.#schedule);
    this.#levels.set(directory, held);
    return held;
  }

  get ports(): DerivedStatePorts {
    return {
      disk: this.disk,
      level: (directory) => this.levelOf(directory).connect(),
      immediate: this.#schedule,
      ...(this.syncedUpTo === undefined ? {} : { syncedUpTo: this.syncedUpTo }),
    };
  }

  /** Run up to `count` completions, letting what waits for each go on; returns how many there were. */
  async step(count: number): Promise<number> {
    for (let done = 0; done < count; done += 1) {
      const complete = this.#completions.shift();
      if (complete === undefined) return done;
      complete();
      await turn();
    }
    return count;
  }

  /** Run completions until the promise settles. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const watched = promise.finally(() => {
      settled = true;
    });
    watched.catch(() => undefined);
    await turn();
    while (!settled) {
      if ((await this.step(1)) === 0) await turn();
    }
    return watched;
  }

  open(settings: Partial<DerivedStateConfig> = tinyLimits): Promise<DerivedState> {
    return this.settle(openDerivedState(this.ports, DIRECTORY, settings));
  }

  /** Power goes; what was in flight ends badly. */
  async crash(mode: CrashMode, random: CrashRandom): Promise<void> {
    this.disk.crash(mode, random);
    for (const level of this.#levels.values()) level.crash(random);
    while ((await this.step(1)) > 0);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export interface Unit {
  readonly address: number;
  readonly size: number;
  readonly tagsCode: number;
  readonly storeTimestamp: number;
}

export function appendUnit(index: QueueIndex, queueNumber: number, unit: Unit): void {
  const { address, size, tagsCode, storeTimestamp } = unit;
  index.append(queueNumber, index.nextOffset(queueNumber), address, size, tagsCode, storeTimestamp);
}

/** Units from an offset on, read `chunk` at a time. */
export function readUnits(index: QueueIndex, queueNumber: number, from: number, chunk: number = 100): Unit[] {
  const target = new QueueUnits(chunk);
  const units: Unit[] = [];
  for (;;) {
    const count = index.read(queueNumber, from + units.length, chunk, target);
    if (count === 0) return units;
    for (let at = 0; at < count; at += 1) {
      units.push({
        address: target.addresses[at] as number,
        size: target.sizes[at] as number,
        tagsCode: target.tagsCodes[at] as number,
        storeTimestamp: target.storeTimestamps[at] as number,
      });
    }
  }
}

/** A unit whose every field depends on its place, so that any mix-up shows. */
export function unitAt(
  queueNumber: number,
  offset: number,
  storeTimestamp: number = 1_700_000_000_000 + offset,
): Unit {
  return {
    address: queueNumber * 2 ** 33 + offset * 1000,
    size: (offset * 7 + queueNumber) % 4_000_000_000,
    tagsCode: (offset * 2_654_435_761 + queueNumber) | 0,
    storeTimestamp,
  };
}
