import { crc32 } from 'node:zlib';
import type { SnapshotMeta } from '@ledgermq/raft';
import type { Disk, DiskFile } from './disk.ts';
import { StoreError } from './errors.ts';
import {
  SNAPSHOT_HEADER_BYTES_MAX,
  SNAPSHOT_PAGE_BYTES,
  decodeSnapshotHeader,
  encodeSnapshotHeader,
  snapshotHeaderBytes,
  snapshotPageCount,
} from './snapshot-header.ts';

/** Read and checked between two turns of the event loop. */
const TURN_BYTES = 1024 * 1024;

/** Gives the event loop a turn: `Clock.immediate` as a promise. */
export type Turn = () => Promise<void>;

/**
 * One complete snapshot on disk. Every byte given out was checked against the check of its page: SNAPSHOT_CORRUPT
 * otherwise.
 */
export class SnapshotFile {
  readonly meta: SnapshotMeta;
  readonly path: string;
  readonly #file: DiskFile;
  readonly #contentAt: number;
  readonly #pageChecks: Buffer;

  private constructor(file: DiskFile, meta: SnapshotMeta, contentAt: number, pageChecks: Buffer) {
    this.#file = file;
    this.path = file.path;
    this.meta = meta;
    this.#contentAt = contentAt;
    this.#pageChecks = pageChecks;
  }

  /** Header, size and page checks are verified, the content is not. SNAPSHOT_CORRUPT. */
  static open(disk: Disk, path: string): SnapshotFile {
    const file = disk.open(path, 'read');
    try {
      const header = readHeader(file);
      if (header === null) throw corrupt(path, 'has no valid header', 0);
      const { meta, pagesCrc, contentAt } = header;
      const pageChecks = Buffer.alloc(snapshotPageCount(meta.bytes) * 4);
      const at = contentAt + meta.bytes;
      if (file.size() !== at + pageChecks.length) throw corrupt(path, 'has a wrong size', at);
      file.read(pageChecks, at);
      if (crc32(pageChecks) !== pagesCrc) throw corrupt(path, 'has a damaged table of checks', at);
      return new SnapshotFile(file, meta, contentAt, pageChecks);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  read(offset: number, bytes: number): Buffer {
    const end = Math.min(offset + bytes, this.meta.bytes);
    if (offset >= end) return Buffer.alloc(0);
    const firstPage = Math.floor(offset / SNAPSHOT_PAGE_BYTES);
    const from = firstPage * SNAPSHOT_PAGE_BYTES;
    const to = Math.min(Math.ceil(end / SNAPSHOT_PAGE_BYTES) * SNAPSHOT_PAGE_BYTES, this.meta.bytes);
    const pages = Buffer.allocUnsafe(to - from);
    if (this.#file.read(pages, this.#contentAt + from) < pages.length) {
      throw corrupt(this.path, 'is too short', this.#contentAt + from);
    }
    for (let at = 0, page = firstPage; at < pages.length; at += SNAPSHOT_PAGE_BYTES, page += 1) {
      if (crc32(pages.subarray(at, at + SNAPSHOT_PAGE_BYTES)) !== this.#pageChecks.readUInt32BE(page * 4)) {
        throw corrupt(this.path, `has a damaged page ${page}`, this.#contentAt + from + at);
      }
    }
    return pages.subarray(offset - from, end - from);
  }

  /** The whole content in order, some in each turn of the event loop. */
  async *content(turn: Turn): AsyncGenerator<Buffer, void, undefined> {
    const step = SNAPSHOT_PAGE_BYTES * 4;
    for (let at = 0; at < this.meta.bytes; at += step) {
      yield this.read(at, step);
      await turn();
    }
  }

  close(): void {
    this.#file.close();
  }
}

/** A snapshot that is being written: by a transfer, or from the state of this replica. */
export class SnapshotDraft {
  readonly #file: DiskFile;
  readonly #contentAt: number;
  #bytes: number;

  private constructor(file: DiskFile, contentAt: number, bytes: number) {
    this.#file = file;
    this.#contentAt = contentAt;
    this.#bytes = bytes;
  }

  /** An empty draft in place of whatever has this name; the header says what is known so far. */
  static create(disk: Disk, path: string, meta: SnapshotMeta): SnapshotDraft {
    const file = disk.open(path, 'read-write-create');
    try {
      file.truncateNow(0);
      file.write(encodeSnapshotHeader(meta, 0), 0);
    } catch (error) {
      file.close();
      throw error;
    }
    return new SnapshotDraft(file, snapshotHeaderBytes(meta.configuration), 0);
  }

  /** A draft that an earlier life has left, and its meta; null if there is none that can be gone on with. */
  static resume(
    disk: Disk,
    path: string,
  ): { readonly draft: SnapshotDraft; readonly meta: SnapshotMeta } | null {
    let file: DiskFile;
    try {
      file = disk.open(path, 'read-write');
    } catch (error) {
      // An earlier life in this process may have had it removed, and that ends only now.
      if (error instanceof StoreError && error.code === 'FILE_MISSING') return null;
      throw error;
    }
    const header = readHeader(file);
    if (header === null) {
      file.close();
      return null;
    }
    const bytes = Math.min(Math.max(0, file.size() - header.contentAt), header.meta.bytes);
    return { draft: new SnapshotDraft(file, header.contentAt, bytes), meta: header.meta };
  }

  get path(): string {
    return this.#file.path;
  }

  /** Bytes of content so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** To the page cache. DISK_FULL: nothing of it is kept. */
  append(data: Buffer): void {
    try {
      this.#file.write(data, this.#contentAt + this.#bytes);
    } catch (error) {
      this.#file.truncateNow(this.#contentAt + this.#bytes);
      throw error;
    }
    this.#bytes += data.length;
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  /**
   * Read the content back, add the checks and the final header, and sync. Returns the meta as it is; the caller
   * compares. Afterwards the file is as `SnapshotFile` wants it, but for its name.
   */
  async finish(meta: Pick<SnapshotMeta, 'position' | 'configuration'>, turn: Turn): Promise<SnapshotMeta> {
    const pageChecks = Buffer.alloc(snapshotPageCount(this.#bytes) * 4);
    const page = Buffer.allocUnsafe(SNAPSHOT_PAGE_BYTES);
    let crc = 0;
    for (let at = 0, number = 0; at < this.#bytes; at += SNAPSHOT_PAGE_BYTES, number += 1) {
      const wanted = page.subarray(0, Math.min(SNAPSHOT_PAGE_BYTES, this.#bytes - at));
      if (this.#file.read(wanted, this.#contentAt + at) < wanted.length) {
        throw corrupt(this.#file.path, 'is too short', this.#contentAt + at);
      }
      crc = crc32(wanted, crc);
      pageChecks.writeUInt32BE(crc32(wanted), number * 4);
      if ((at + SNAPSHOT_PAGE_BYTES) % TURN_BYTES === 0) await turn();
    }
    const { position, configuration } = meta;
    const whole = { position, configuration, bytes: this.#bytes, crc };
    this.#file.write(pageChecks, this.#contentAt + this.#bytes);
    this.#file.write(encodeSnapshotHeader(whole, crc32(pageChecks)), 0);
    await this.#file.sync();
    return whole;
  }

  close(): void {
    this.#file.close();
  }
}

function readHeader(file: DiskFile): ReturnType<typeof decodeSnapshotHeader> {
  const bytes = Buffer.allocUnsafe(Math.min(SNAPSHOT_HEADER_BYTES_MAX, file.size()));
  return decodeSnapshotHeader(bytes.subarray(0, file.read(bytes, 0)));
}

function corrupt(path: string, what: string, offset: number): StoreError {
  return new StoreError('SNAPSHOT_CORRUPT', `${path} ${what}`, { file: path, offset });
}
