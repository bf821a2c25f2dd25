/** How a memory disk dies; see `MemoryDisk.crash`. */
export type CrashMode = 'kill' | 'lose' | 'tear' | 'reorder';

/** The source of choice of a crash; the Random port of @ledgermq/raft fits. */
export interface CrashRandom {
  /** Uniform in 0 .. bound - 1. */
  nextInt(bound: number): number;
}

const SECTOR_BYTES = 512;

type Change =
  | { readonly type: 'write'; readonly number: number; readonly at: number; readonly bytes: Buffer }
  | { readonly type: 'truncate'; readonly number: number; readonly size: number };

/**
 * One file of a memory disk: its bytes in the page cache, its bytes on the platter, and the difference. Syncs and
 * crashes cost as much as was changed, however large the file is.
 */
export class MemoryInode {
  readonly #cache: GrowingBytes = new GrowingBytes();
  readonly #platter: GrowingBytes = new GrowingBytes();
  #pending: Change[] = [];
  #changeCount = 0;
  /** Outside of this range cache and platter are the same; their sizes apart. */
  #differsFrom = Infinity;
  #differsTo = 0;
  /** A failed sync has dropped changes that the cache still shows. */
  #hasForgotten = false;

  get size(): number {
    return this.#cache.size;
  }

  /** Number of the newest change, for `sync`. */
  get lastWrite(): number {
    return this.#changeCount;
  }

  /** A view of the cache, valid until the next change. */
  content(): Buffer {
    return this.#cache.view();
  }

  /** A view of what a loss of power leaves, valid until the next sync. */
  platter(): Buffer {
    return this.#platter.view();
  }

  write(bytes: Buffer, at: number): void {
    if (bytes.length === 0) return;
    const change: Change = { type: 'write', number: (this.#changeCount += 1), at, bytes: Buffer.from(bytes) };
    this.#pending.push(change);
    // A gap before `at` is new too.
    this.#noteDifference(Math.min(at, this.#cache.size), at + bytes.length);
    applyTo(this.#cache, change);
  }

  truncate(size: number): void {
    const change: Change = { type: 'truncate', number: (this.#changeCount += 1), size };
    this.#pending.push(change);
    this.#noteDifference(Math.min(size, this.#cache.size), Math.max(size, this.#cache.size));
    applyTo(this.#cache, change);
  }

  /** Lose the end of the file, on the platter too. */
  cutShort(size: number): void {
    if (size < this.#cache.size) this.#cache.resize(size);
    if (size < this.#platter.size) this.#platter.resize(size);
    this.#pending = this.#pending.filter(({ type }) => type !== 'write');
  }

  /** Bring every change up to `number` to the platter. */
  sync(number: number): void {
    for (const change of this.#take(number)) applyTo(this.#platter, change);
    if (this.#pending.length > 0 || this.#hasForgotten) return;
    this.#differsFrom = Infinity;
    this.#differsTo = 0;
  }

  /** Drop the changes up to `number` from what will be synced; the cache still shows them. */
  forget(number: number): void {
    if (this.#take(number).length > 0) this.#hasForgotten = true;
  }

  corrupt(at: number, bytes: Buffer): void {
    if (at + bytes.length > this.#platter.size) {
      this.#noteDifference(Math.min(at, this.#platter.size, this.#cache.size), at + bytes.length);
      this.#hasForgotten = true;
    }
    this.#cache.write(bytes, at);
    if (at < this.#platter.size) this.#platter.write(bytes.subarray(0, this.#platter.size - at), at);
  }

  crash(mode: Exclude<CrashMode, 'kill'>, random: CrashRandom): void {
    switch (mode) {
      case 'lose':
        break;
      case 'tear':
        this.#keepPrefix(random);
        break;
      case 'reorder':
        this.#keepSectors(random);
        break;
    }
    this.#pending = [];
    this.#showPlatter();
  }

  /** The cache becomes what the platter has. */
  #showPlatter(): void {
    const { size } = this.#platter;
    this.#cache.resize(size);
    const to = Math.min(this.#differsTo, size);
    if (this.#differsFrom < to) {
      this.#cache.write(this.#platter.view().subarray(this.#differsFrom, to), this.#differsFrom);
    }
    this.#differsFrom = Infinity;
    this.#differsTo = 0;
    this.#hasForgotten = false;
  }

  #noteDifference(from: number, to: number): void {
    this.#differsFrom = Math.min(this.#differsFrom, from);
    this.#differsTo = Math.max(this.#differsTo, to);
  }

  #keepPrefix(random: CrashRandom): void {
    const kept = random.nextInt(this.#pending.length + 1);
    for (const change of this.#pending.slice(0, kept)) applyTo(this.#platter, change);
    const torn = this.#pending[kept];
    if (torn?.type !== 'write') return;
    this.#platter.write(torn.bytes.subarray(0, random.nextInt(torn.bytes.length + 1)), torn.at);
  }

  #keepSectors(random: CrashRandom): void {
    for (const change of this.#pending) {
      if (change.type === 'truncate') {
        if (random.nextInt(2) === 0) applyTo(this.#platter, change);
        continue;
      }
      const end = change.at + change.bytes.length;
      for (let at = change.at; at < end;) {
        const next = Math.min(end, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
        if (random.nextInt(2) === 0) {
          this.#platter.write(change.bytes.subarray(at - change.at, next - change.at), at);
        }
        at = next;
      }
    }
  }

  #take(number: number): Change[] {
    if ((this.#pending.at(-1)?.number ?? 0) <= number) {
      const all = this.#pending;
      this.#pending = [];
      return all;
    }
    const taken = this.#pending.filter((change) => change.number <= number);
    this.#pending = this.#pending.filter((change) => change.number > number);
    return taken;
  }
}

function applyTo(target: GrowingBytes, change: Change): void {
  if (change.type === 'write') target.write(change.bytes, change.at);
  else target.resize(change.size);
}

/** Bytes with a size that changes; what lies beyond the size is kept zero. */
class GrowingBytes {
  #bytes: Buffer = Buffer.alloc(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  view(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  write(bytes: Buffer, at: number): void {
    if (bytes.length === 0) return;
    const end = at + bytes.length;
    if (end > this.#size) this.resize(end);
    bytes.copy(this.#bytes, at);
  }

  resize(size: number): void {
    if (size > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(size, this.#bytes.length * 2, 256));
      this.view().copy(grown);
      this.#bytes = grown;
    } else if (size < this.#size) {
      this.#bytes.fill(0, size, this.#size);
    }
    this.#size = size;
  }
}
