import * as fc from 'fast-check';
import type { Entry, LogPosition } from '@ledgermq/raft';
import { entriesAfter } from '@ledgermq/raft/suite';
import type { SegmentLogConfig } from '../src/config.ts';
import type { Disk } from '../src/disk.ts';
import { fartherReach, noReach } from '../src/durable-mark.ts';
import type { LogReach } from '../src/durable-mark.ts';
import { StoreError } from '../src/errors.ts';
import { MemoryDisk } from '../src/memory-disk.ts';
import type { CrashMode, CrashRandom } from '../src/unsynced-changes.ts';
import type { SegmentLog } from '../src/segment-log.ts';
import { allEntries, openLog, seededRandom, tinyLimits } from './log-fixture.ts';

/** One thing that happens to a log. Numbers are choices, taken modulo what is possible at that moment. */
export type LogEvent =
  | { readonly type: 'append'; readonly bytes: readonly number[]; readonly newTerm: boolean }
  | { readonly type: 'cut'; readonly depth: number; readonly bytes: readonly number[] }
  | { readonly type: 'append-full'; readonly bytes: readonly number[]; readonly room: number }
  | { readonly type: 'sync' }
  | { readonly type: 'complete'; readonly count: number }
  | { readonly type: 'commit'; readonly choice: number }
  | { readonly type: 'drop'; readonly choice: number }
  | { readonly type: 'read'; readonly from: number; readonly count: number; readonly bytesMax: number }
  | { readonly type: 'reopen'; readonly segmentBytes: number }
  | { readonly type: 'crash'; readonly mode: CrashMode; readonly segmentBytes: number }
  | { readonly type: 'reset'; readonly ahead: number; readonly gap: number }
  | {
      readonly type: 'reset-crash';
      readonly ahead: number;
      readonly gap: number;
      readonly steps: number;
      readonly mode: CrashMode;
    };

const bodies: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 0, max: 700 }), {
  minLength: 1,
  maxLength: 6,
});
const segmentBytes = fc.constantFrom(256, 700, 2048, 100_000);

export const logEvents: fc.Arbitrary<LogEvent[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ type: fc.constant('append'), bytes: bodies, newTerm: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('cut'), depth: fc.nat(8), bytes: bodies }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('append-full'), bytes: bodies, room: fc.nat(1500) }),
    },
    { weight: 5, arbitrary: fc.record({ type: fc.constant('sync') }) },
    {
      weight: 8,
      arbitrary: fc.record({ type: fc.constant('complete'), count: fc.integer({ min: 1, max: 6 }) }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('commit'), choice: fc.nat(1000) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('drop'), choice: fc.nat(1000) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('read'),
        from: fc.nat(1000),
        count: fc.nat(12),
        bytesMax: fc.nat(3000),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('reopen'), segmentBytes }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('crash'),
        mode: fc.constantFrom<CrashMode>('kill', 'lose', 'tear', 'reorder'),
        segmentBytes,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('reset'), ahead: fc.nat(6), gap: fc.nat(900) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('reset-crash'),
        ahead: fc.nat(6),
        gap: fc.nat(900),
        steps: fc.nat(6),
        mode: fc.constantFrom<CrashMode>('kill', 'lose', 'tear', 'reorder'),
      }),
    },
  ),
  // Short histories reach neither marks nor drops, and fast-check prefers them unless told otherwise.
  { minLength: 1, maxLength: 80, size: 'max' },
);

interface PendingSync {
  /** What the log held when the sync was asked for, less what was cut since. */
  covered: readonly Entry[];
}

/**
 * A log beside a list of entries. After every event both agree; after a crash everything that a resolved sync
 * covered is there, and nothing is there that was not appended. Throws at the first disagreement.
 */
export class LogModelRun {
  readonly #gates: (() => void)[] = [];
  readonly #memory = new MemoryDisk({ schedule: (complete) => this.#gates.push(complete) });
  readonly #plant: (disk: Disk) => Disk;
  readonly #random: CrashRandom;
  #settings: Partial<SegmentLogConfig> = tinyLimits;
  #log: SegmentLog;
  /** Where the log last began anew. */
  #base: LogPosition = { index: 0, term: 0, address: 0, hash: 0 };
  /** Everything appended and not cut, from the base on, also what retention has dropped. */
  #held: readonly Entry[] = [];
  #guaranteed: readonly Entry[] = [];
  #lost: LogReach = noReach;
  #committed = 0;
  #dropped = 0;
  #pending = new Set<PendingSync>();
  /** Hashes of all entries that some append accepted; a hash stands for the whole history before it. */
  readonly #accepted = new Set<number>();
  #salt = 0;

  constructor(seed: number, plant: (disk: Disk) => Disk = (disk) => disk) {
    this.#plant = plant;
    this.#random = seededRandom(seed);
    this.#log = this.#open();
  }

  async run(events: readonly LogEvent[]): Promise<void> {
    for (const event of events) {
      if (!(await this.#apply(event))) return;
      this.#check();
    }
  }

  /** Every life has the disk as its own process sees it. */
  #open(): SegmentLog {
    return openLog(this.#plant(this.#memory.process()), this.#settings);
  }

  /** False if the run ends here. */
  async #apply(event: LogEvent): Promise<boolean> {
    switch (event.type) {
      case 'append':
        this.#append(this.#held.length, event.bytes, event.newTerm);
        return true;
      case 'cut': {
        // What is committed is never cut; a leader's log agrees with it.
        const committed = Math.max(this.#committed, this.#dropped) - this.#base.index;
        this.#append(Math.max(committed, this.#held.length - event.depth), event.bytes, true);
        return true;
      }
      case 'append-full':
        this.#appendFull(event.bytes, event.room);
        return true;
      case 'sync':
        this.#sync();
        return true;
      case 'complete':
        await this.#complete(event.count);
        return true;
      case 'commit':
        // A majority elsewhere may have what this disk has not synced yet.
        this.#committed = Math.max(
          this.#committed,
          this.#base.index + (event.choice % (this.#held.length + 1)),
        );
        this.#log.markCommitted(this.#committed);
        return true;
      case 'drop': {
        const { index } = this.#base;
        const dropping = this.#log.dropBefore(
          1 + index + (event.choice % (this.#committed - index + 1)),
          this.#committed,
        );
        this.#dropped = this.#log.firstIndex() - 1;
        dropping.catch(() => undefined);
        return true;
      }
      case 'read':
        this.#read(
          1 + this.#base.index + (event.from % (this.#held.length + 1)),
          event.count,
          event.bytesMax,
        );
        return true;
      case 'reopen':
        await this.#reopen(event.segmentBytes);
        return true;
      case 'crash':
        return this.#crash(event.mode, event.segmentBytes);
      case 'reset':
        await this.#settle(this.#reset(event.ahead, event.gap));
        return true;
      case 'reset-crash': {
        const position = this.#resetPosition(event.ahead, event.gap);
        const lost = this.#lostBehind(position);
        let done = false;
        this.#log.reset(position).then(
          () => {
            done = true;
          },
          () => undefined,
        );
        await this.#complete(event.steps);
        return this.#crash(event.mode, 700, { position, lost, certain: done });
      }
    }
  }

  /** Where a snapshot of the group may lie: behind what is committed here, mostly behind the end of this log. */
  #resetPosition(ahead: number, gap: number): LogPosition {
    const end = this.#log.lastPosition();
    const index = Math.max(this.#committed, this.#dropped, end.index - 3 + ahead);
    this.#salt += 1;
    const held = this.#log.positionAt(index);
    if (held !== null && gap % 3 === 0) return held;
    return { index, term: end.term + 1, address: end.address + 48 * ahead + gap, hash: 1_000 + this.#salt };
  }

  async #reset(ahead: number, gap: number): Promise<void> {
    const position = this.#resetPosition(ahead, gap);
    const lost = this.#lostBehind(position);
    await this.#log.reset(position);
    this.#beganAnew(position, lost);
  }

  /** How far the log once went, if beginning anew at `position` forgets entries that no other branch replaces. */
  #lostBehind(position: LogPosition): LogReach {
    const held = this.#log.positionAt(position.index);
    const last = this.#log.lastPosition();
    const reach = held?.hash === position.hash ? fartherReach(this.#lost, last) : this.#lost;
    return reach.index > position.index ? reach : noReach;
  }

  #beganAnew(position: LogPosition, lost: LogReach): void {
    this.#lost = lost;
    this.#base = position;
    this.#held = [];
    this.#guaranteed = [];
    this.#committed = position.index;
    this.#dropped = position.index;
    this.#pending = new Set();
  }

  #fresh(
    keep: number,
    bytes: readonly number[],
    newTerm: boolean,
  ): { kept: readonly Entry[]; fresh: Entry[] } {
    const kept = this.#held.slice(0, keep);
    const last = kept.at(-1);
    const from = last === undefined ? this.#base : { ...last, address: last.address + last.frame.length };
    const term = Math.max(1, this.#base.term, this.#held.at(-1)?.term ?? 1) + (newTerm ? 1 : 0);
    this.#salt += 1;
    return {
      kept,
      fresh: entriesAfter(
        from,
        bytes.map((size) => ({ term, bytes: size, salt: this.#salt })),
      ),
    };
  }

  #append(keep: number, bytes: readonly number[], newTerm: boolean): void {
    const { kept, fresh } = this.#fresh(keep, bytes, newTerm);
    this.#log.append(fresh);
    this.#cutTo(keep);
    this.#held = [...kept, ...fresh];
    for (const entry of fresh) this.#accepted.add(entry.hash);
  }

  #appendFull(bytes: readonly number[], room: number): void {
    const { kept, fresh } = this.#fresh(this.#held.length, bytes, false);
    this.#memory.setCapacity(Number.MAX_SAFE_INTEGER - 1);
    const used = Number.MAX_SAFE_INTEGER - 1 - this.#memory.freeBytes('/');
    this.#memory.setCapacity(used + room);
    try {
      this.#log.append(fresh);
      this.#held = [...kept, ...fresh];
      for (const entry of fresh) this.#accepted.add(entry.hash);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'DISK_FULL') throw error;
    } finally {
      this.#memory.setCapacity(Number.MAX_SAFE_INTEGER);
    }
  }

  #cutTo(count: number): void {
    this.#guaranteed = this.#guaranteed.slice(0, count);
    for (const sync of this.#pending) sync.covered = sync.covered.slice(0, count);
  }

  #sync(): void {
    const sync: PendingSync = { covered: this.#held };
    const pending = this.#pending;
    pending.add(sync);
    this.#log.sync().then(
      () => {
        // A sync of an earlier life says nothing.
        if (!pending.delete(sync) || pending !== this.#pending) return;
        if (sync.covered.length > this.#guaranteed.length) this.#guaranteed = sync.covered;
      },
      () => pending.delete(sync),
    );
  }

  async #complete(count: number): Promise<void> {
    for (let done = 0; done < count && this.#gates.length > 0; done += 1) {
      this.#gates.shift()?.();
      await turn();
    }
    await turn();
  }

  /** Complete everything until the promise settles. */
  async #settle(promise: Promise<unknown>): Promise<void> {
    let settled = false;
    const watched = promise.finally(() => {
      settled = true;
    });
    watched.catch(() => undefined);
    while (!settled) await this.#complete(1);
    await watched;
  }

  #read(from: number, count: number, bytesMax: number): void {
    if (from <= this.#dropped) return;
    const found = this.#log.entries(from, from + count, bytesMax);
    let bytes = 0;
    const at = from - 1 - this.#base.index;
    const wanted = this.#held.slice(at, at + count).filter((entry, at) => {
      bytes += entry.frame.length;
      return at === 0 || bytes <= bytesMax;
    });
    requireSame(found, wanted, `read of ${from}`);
    const [first] = wanted;
    if (first === undefined) return;
    const body = this.#log.readRecord(first.address + 48, first.frame.length - 48);
    if (!body.equals(first.frame.subarray(48))) throw new Error(`the record of ${from} differs`);
  }

  async #reopen(bytes: number): Promise<void> {
    await this.#settle(this.#log.close());
    this.#settings = { ...tinyLimits, segmentBytes: bytes };
    this.#log = this.#open();
    this.#guaranteed = this.#held;
    requireSame(
      allEntries(this.#log),
      this.#held.slice(this.#log.firstIndex() - 1 - this.#base.index),
      'reopened',
    );
  }

  async #crash(
    mode: CrashMode,
    bytes: number,
    reset: {
      readonly position: LogPosition;
      readonly lost: LogReach;
      readonly certain: boolean;
    } | null = null,
  ): Promise<boolean> {
    this.#pending = new Set();
    this.#memory.crash(mode, this.#random);
    await this.#complete(this.#gates.length + 1);
    this.#settings = { ...tinyLimits, segmentBytes: bytes };
    const unsynced = this.#held.length > this.#guaranteed.length;
    this.#log = this.#open();
    // Reordered writes can leave a valid entry behind a lost one, which recovery must not explain away.
    if (this.#log.recovery.damage !== null && (mode !== 'reorder' || !unsynced))
      throw this.#log.recovery.damage;
    for (let hole = this.#log.holes[0]; hole !== undefined; hole = this.#log.holes[0]) {
      const base = this.#base.index;
      const missing = this.#held.slice(hole.afterIndex - base, hole.beforeIndex - 1 - base);
      await this.#settle(this.#log.fillHole(hole, missing));
    }
    const found = allEntries(this.#log);
    const first = this.#log.firstIndex();
    if (reset !== null) {
      const { position, lost, certain } = reset;
      const start = this.#log.positionAt(first - 1);
      if (found.length === 0 && start?.index === position.index && start.hash === position.hash) {
        this.#beganAnew(position, lost);
        this.#guaranteed = this.#held;
        return true;
      }
      if (certain) throw new Error('the old log is back after a reset');
    }
    const base = this.#base.index;
    if (first - 1 > this.#dropped) throw new Error(`the log begins at ${first}`);
    requireSame(
      found.slice(0, Math.max(0, base + this.#guaranteed.length - first + 1)),
      this.#guaranteed.slice(first - 1 - base),
      `synced entries after '${mode}'`,
    );
    for (const entry of found) {
      if (!this.#accepted.has(entry.hash)) throw new Error(`entry ${entry.index} was never appended`);
    }
    const whole = [...this.#guaranteed.slice(0, first - 1 - base), ...found];
    if (mode === 'kill') requireSame(whole, this.#held, 'after the death of the process');
    // What recovery reports is durable from then on.
    this.#held = whole;
    this.#guaranteed = whole;
    this.#committed = Math.min(this.#committed, base + whole.length);
    this.#dropped = first - 1;
    return true;
  }

  #check(): void {
    this.#log.checkInvariants();
    const last = this.#held.at(-1);
    const position = this.#log.lastPosition();
    const end = this.#base.index + this.#held.length;
    if (position.index !== end || position.hash !== (last?.hash ?? this.#base.hash)) {
      throw new Error(`the log ends at ${position.index}, the model at ${end}`);
    }
    const floor = fartherReach(position, this.#lost) === position ? 0 : this.#lost.index;
    if (this.#log.voteFloor.index !== floor)
      throw new Error(`a vote floor of ${this.#log.voteFloor.index}, not ${floor}`);
    if (this.#log.recovery.inDoubt) throw new Error('the log is in doubt, but nothing was lost');
    if (this.#log.durableIndex < this.#base.index + this.#guaranteed.length)
      throw new Error('durableIndex lags behind a sync');
  }
}

function requireSame(found: readonly Entry[], wanted: readonly Entry[], what: string): void {
  if (found.length !== wanted.length) {
    throw new Error(`${what}: ${found.length} entries, not ${wanted.length}`);
  }
  found.forEach((entry, at) => {
    if (!entry.frame.equals(wanted[at]?.frame ?? Buffer.alloc(0))) {
      throw new Error(`${what}: entry ${entry.index} differs`);
    }
  });
}

/** Lets promises that are settled go on. */
async function turn(): Promise<void> {
  for (let hop = 0; hop < 8; hop += 1) await Promise.resolve();
}
