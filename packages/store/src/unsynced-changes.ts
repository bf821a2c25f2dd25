/** How a disk with faults dies; see `FaultyDisk.crash`. */
export type CrashMode = 'kill' | 'lose' | 'tear' | 'reorder';

/** The source of choice of a crash; the Random port of @ledgermq/raft fits. */
export interface CrashRandom {
  /** Uniform in 0 .. bound - 1. */
  nextInt(bound: number): number;
}

/** A change of the bytes of one file. */
export type FileChange =
  | { readonly type: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly type: 'truncate'; readonly size: number };

const SECTOR_BYTES = 512;

interface Numbered {
  readonly number: number;
  readonly change: FileChange;
}

/** The changes of one file that the page cache has and the platter has not, oldest first. */
export class UnsyncedChanges {
  #pending: Numbered[] = [];
  #count = 0;

  /** Number of the newest change, for `take`. */
  get last(): number {
    return this.#count;
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  add(change: FileChange): number {
    this.#count += 1;
    this.#pending.push({ number: this.#count, change });
    return this.#count;
  }

  /** Removes and returns the changes up to `number`, in their order. */
  take(number: number): FileChange[] {
    const all = this.#pending;
    if ((all.at(-1)?.number ?? 0) <= number) {
      this.#pending = [];
      return all.map(({ change }) => change);
    }
    this.#pending = all.filter((one) => one.number > number);
    return all.filter((one) => one.number <= number).map(({ change }) => change);
  }

  /** Bytes that were written and not synced are forgotten; cuts are not. */
  dropWrites(): void {
    this.#pending = this.#pending.filter(({ change }) => change.type !== 'write');
  }

  /** What a loss of power lets reach the platter after all, to be applied in this order. Nothing is pending then. */
  crash(mode: Exclude<CrashMode, 'kill'>, random: CrashRandom): FileChange[] {
    const changes = this.take(Infinity);
    switch (mode) {
      case 'lose':
        return [];
      case 'tear':
        return prefixOf(changes, random);
      case 'reorder':
        return sectorsOf(changes, random);
    }
  }
}

function prefixOf(changes: readonly FileChange[], random: CrashRandom): FileChange[] {
  const kept = random.nextInt(changes.length + 1);
  const torn = changes[kept];
  const survivors = changes.slice(0, kept);
  if (torn?.type === 'write') {
    survivors.push({ ...torn, bytes: torn.bytes.subarray(0, random.nextInt(torn.bytes.length + 1)) });
  }
  return survivors;
}

function sectorsOf(changes: readonly FileChange[], random: CrashRandom): FileChange[] {
  const survivors: FileChange[] = [];
  for (const change of changes) {
    if (change.type === 'truncate') {
      if (random.nextInt(2) === 0) survivors.push(change);
      continue;
    }
    const end = change.at + change.bytes.length;
    for (let at = change.at; at < end;) {
      const next = Math.min(end, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
      if (random.nextInt(2) === 0) {
        survivors.push({
          type: 'write',
          at,
          bytes: change.bytes.subarray(at - change.at, next - change.at),
        });
      }
      at = next;
    }
  }
  return survivors;
}
