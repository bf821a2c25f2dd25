import type { DiskFile } from './disk.ts';

const PAGE_BYTES = 4096;

/** The content of a file of an overlay: pages that were written, over a file that is only read. */
export class OverlayInode {
  readonly #base: DiskFile | null;
  readonly #pages: Map<number, Buffer> = new Map();
  /** Bytes of the file below that still count. */
  #baseBytes: number;
  size: number;

  constructor(base: DiskFile | null) {
    this.#base = base;
    this.#baseBytes = base?.size() ?? 0;
    this.size = this.#baseBytes;
  }

  handle(path: string): DiskFile {
    return {
      path,
      read: (buffer, at) => this.#read(buffer, at),
      // Whoever looks at files through an overlay has nothing else to do meanwhile.
      readLater: (buffer, at) => Promise.resolve(this.#read(buffer, at)),
      write: (buffer, at) => {
        this.#write(buffer, at);
      },
      writeParts: (parts, at) => {
        this.#write(Buffer.concat(parts), at);
      },
      sync: () => Promise.resolve(),
      syncNow: () => undefined,
      size: () => this.size,
      truncate: (size) => {
        this.#truncate(size);
        return Promise.resolve();
      },
      truncateNow: (size) => {
        this.#truncate(size);
      },
      // The file below is used by all handles, and closed with the disk.
      close: () => undefined,
    };
  }

  close(): void {
    this.#base?.close();
  }

  #read(buffer: Buffer, at: number): number {
    const bytes = Math.max(0, Math.min(buffer.length, this.size - at));
    const target = buffer.subarray(0, bytes);
    const below = Math.max(0, Math.min(bytes, this.#baseBytes - at));
    target.fill(0, below);
    if (below > 0) this.#base?.read(target.subarray(0, below), at);
    if (this.#pages.size === 0) return bytes;
    for (let page = Math.floor(at / PAGE_BYTES); page * PAGE_BYTES < at + bytes; page += 1) {
      const written = this.#pages.get(page);
      if (written === undefined) continue;
      const start = page * PAGE_BYTES - at;
      if (start >= 0) written.copy(target, start, 0, Math.min(PAGE_BYTES, bytes - start));
      else written.copy(target, 0, -start, Math.min(PAGE_BYTES, bytes - start));
    }
    return bytes;
  }

  #write(buffer: Buffer, at: number): void {
    for (let done = 0; done < buffer.length;) {
      const page = Math.floor((at + done) / PAGE_BYTES);
      const from = at + done - page * PAGE_BYTES;
      done += buffer.copy(this.#pageOf(page), from, done, Math.min(buffer.length, done + PAGE_BYTES - from));
    }
    this.size = Math.max(this.size, at + buffer.length);
  }

  #truncate(size: number): void {
    for (const [page, bytes] of this.#pages) {
      if (page * PAGE_BYTES >= size) this.#pages.delete(page);
      else bytes.fill(0, Math.max(0, size - page * PAGE_BYTES));
    }
    this.#baseBytes = Math.min(this.#baseBytes, size);
    this.size = size;
  }

  #pageOf(page: number): Buffer {
    const held = this.#pages.get(page);
    if (held !== undefined) return held;
    const bytes = Buffer.alloc(PAGE_BYTES);
    const below = Math.max(0, Math.min(PAGE_BYTES, this.#baseBytes - page * PAGE_BYTES));
    if (below > 0) this.#base?.read(bytes.subarray(0, below), page * PAGE_BYTES);
    this.#pages.set(page, bytes);
    return bytes;
  }
}
