import type { FaultyInode } from './faulty-file.ts';
import { UnsyncedChanges, type CrashMode, type CrashRandom, type FileChange } from './unsynced-changes.ts';

/**
 * One file of a memory disk: its bytes in the page cache, its bytes on the platter, and the difference. Syncs and
 * crashes cost as much as was changed, however large the file is.
 */
export class MemoryInode implements FaultyInode {
  readonly #cache: GrowingBytes = new GrowingBytes();
  readonly #platter: GrowingBytes = new GrowingBytes();
  readonly #unsynced: UnsyncedChanges = new UnsyncedChanges();
  /** Outside of this range cache and platter are the same; their sizes apart. */
  #differsFrom = Infinity;
  #differsTo = 0;
  /** A failed sync has dropped changes that the cache still shows. */
  #hasForgotten = false;

  get size(): number {
    return this.#cache.size;
  }

  get lastChange(): number {
    return this.#unsynced.last;
  }

  read(buffer: Buffer, at: number): number {
    return this.#cache.read(buffer, at);
  }

  /** A view of what a loss of power leaves, valid until the next sync. */
  platter(): Buffer {
    return this.#platter.view();
  }

  write(bytes: Buffer, at: number): void {
    if (bytes.length === 0) return;
    const change: FileChange = { type: 'write', at, bytes: Buffer.from(bytes) };
    this.#unsynced.add(change);
    // A gap before `at` is new too.
    this.#noteDifference(Math.min(at, this.#cache.size), at + bytes.length);
    applyTo(this.#cache, change);
  }

  truncate(size: number): void {
    const change: FileChange = { type: 'truncate', size };
    this.#unsynced.add(change);
    this.#noteDifference(Math.min(size, this.#cache.size), Math.max(size, this.#cache.size));
    applyTo(this.#cache, change);
  }

  /** Lose the end of the file, on the platter too. */
  cutShort(size: number): void {
    if (size < this.#cache.size) this.#cache.resize(size);
    if (size < this.#platter.size) this.#platter.resize(size);
    this.#unsynced.dropWrites();
  }

  sync(number: number): void {
    for (const change of this.#unsynced.take(number)) applyTo(this.#platter, change);
    if (!this.#unsynced.isEmpty || this.#hasForgotten) return;
    this.#differsFrom = Infinity;
    this.#differsTo = 0;
  }

  forget(number: number): void {
    if (this.#unsynced.take(number).length > 0) this.#hasForgotten = true;
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
    for (const change of this.#unsynced.crash(mode, random)) applyTo(this.#platter, change);
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
}

function applyTo(target: GrowingBytes, change: FileChange): void {
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

  read(target: Buffer, at: number): number {
    const end = Math.min(this.#size, at + target.length);
    return at >= end ? 0 : this.#bytes.copy(target, 0, at, end);
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
      this.#bytes.copy(grown, 0, 0, this.#size);
      this.#bytes = grown;
    } else if (size < this.#size) {
      this.#bytes.fill(0, size, this.#size);
    }
    this.#size = size;
  }
}
