import { join } from 'node:path/posix';
import type { Clock, Logger, TimerHandle } from '@ledgermq/raft';
import {
  MemoryDisk,
  MemoryLevel,
  type Disk,
  type CrashMode,
  type CrashRandom,
  type StateLevel,
} from '@ledgermq/store';
import type { GroupReplica } from '../src/replica.ts';
import type { PeerEvents } from '../src/replication/peer-transport.ts';
import type { VirtualClock } from './virtual-clock.ts';

export const DIRECTORY = '/data';

/** The clock of one life of a process: when that ends, nothing of it happens any more. */
export class LifeClock implements Clock {
  readonly #clock: VirtualClock;
  ended = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  setTimer(ms: number, fn: () => void): TimerHandle {
    return this.#clock.setTimer(ms, () => {
      if (!this.ended) fn();
    });
  }

  clearTimer(handle: TimerHandle): void {
    this.#clock.clearTimer(handle);
  }

  immediate(fn: () => void): void {
    this.#clock.immediate(() => {
      if (!this.ended) fn();
    });
  }
}

/** One member of the group: its disk stays, its lives come and go. */
export abstract class ClusterMember {
  readonly id: string;
  abstract readonly disk: Disk;
  /** Folder of its replica. */
  abstract readonly directory: string;
  readonly warnings: string[] = [];
  readonly fatal: Error[] = [];
  replica: GroupReplica | null = null;
  events: PeerEvents | null = null;
  clock: LifeClock | null = null;
  /** Role in the consensus, and whether the replica took itself for the master, at each change. */
  roles: string[] = [];
  arrivals = 0;
  topicChanges = 0;

  constructor(id: string) {
    this.id = id;
  }

  get live(): GroupReplica {
    if (this.replica === null) throw new Error(`${this.id} does not run`);
    return this.replica;
  }

  /** The disk as a process sees it that lives until the next crash. */
  abstract diskOfLife(): Disk;

  /** A connection to the state database of a folder. */
  abstract connect(directory: string): StateLevel;

  /** The process is gone at once, and with the power what the disk had not synced. */
  abstract crash(power: 'lose' | 'kill'): void;

  logger(): Logger {
    const nothing = (): void => undefined;
    const warn = (text: string): void => {
      this.warnings.push(text);
    };
    return { debug: nothing, info: nothing, warn, error: nothing };
  }
}

/** A disk that outlives its processes. */
type CrashingDisk = Disk & { process(): Disk; crash(mode: CrashMode, random: CrashRandom): void };

/** A member on a disk that loses what was not synced, and with its state database in memory. */
export class CrashingMember<D extends CrashingDisk> extends ClusterMember {
  readonly disk: D;
  readonly directory: string;
  readonly #levels = new Map<string, MemoryLevel>();

  constructor(id: string, disk: D, directory: string) {
    super(id);
    this.disk = disk;
    this.directory = directory;
  }

  /** The state database of a folder; it goes where the folder goes. */
  level(directory: string): MemoryLevel {
    const held = this.#levels.get(directory);
    if (held !== undefined && this.disk.exists(join(directory, '..', 'queue-index.dat'))) return held;
    const fresh = new MemoryLevel();
    this.#levels.set(directory, fresh);
    return fresh;
  }

  get stateLevel(): MemoryLevel {
    return this.level(join(this.directory, 'derived', '1', 'state-db'));
  }

  diskOfLife(): Disk {
    return this.disk.process();
  }

  connect(directory: string): StateLevel {
    return this.level(directory).connect();
  }

  crash(power: 'lose' | 'kill'): void {
    const random = { nextInt: (): number => 0 };
    this.disk.crash(power, random);
    this.stateLevel.crash(random);
  }
}

/** A member on a disk in memory. */
export class Member extends CrashingMember<MemoryDisk> {
  constructor(id: string) {
    super(id, new MemoryDisk(), DIRECTORY);
  }
}
