import type { DiskFile } from './disk.ts';

/** A file read front to back through one buffer, so that many small looks cost few system calls. */
export class FileWindow {
  readonly #file: DiskFile;
  readonly #chunkBytes: number;
  #buffer: Buffer;
  /** File offset of the first byte held. */
  #at = 0;
  #held = 0;

  /** `buffer` may be lent; it must not be used elsewhere as long as views are. */
  constructor(file: DiskFile, chunkBytes: number, buffer: Buffer = Buffer.allocUnsafe(chunkBytes)) {
    this.#file = file;
    this.#chunkBytes = chunkBytes;
    this.#buffer = buffer;
  }

  /** A view of `bytes` bytes at file offset `at`, good until the next call; shorter where the file ends. */
  view(at: number, bytes: number): Buffer {
    if (at < this.#at || at + bytes > this.#at + this.#held) this.#fill(at, bytes);
    const from = at - this.#at;
    return this.#buffer.subarray(from, Math.min(from + bytes, this.#held));
  }

  #fill(at: number, bytes: number): void {
    const wanted = Math.max(bytes, this.#chunkBytes);
    if (wanted > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(wanted);
    this.#held = this.#file.read(this.#buffer.subarray(0, wanted), at);
    this.#at = at;
  }
}
