import { LRUCache } from 'lru-cache';
import type { ColdBlock, ColdRun } from './cold-block.ts';

/** Blocks of the log that were read from files and verified, the longest unused dropped when they are too many bytes. */
export class ColdCache {
  readonly #runs: LRUCache<ColdRun, ColdRun>;
  readonly #blocks: Map<number, { readonly block: ColdBlock; readonly run: ColdRun }> = new Map();
  /** Blocks by the earlier cells in which their first entry begins. */
  readonly #heads: Map<number, ColdBlock> = new Map();
  readonly #cellBytes: number;
  readonly #bytesMax: number;
  /** A run too large for the cache, kept until the next one: whoever waited for it must find it. */
  #oversize: ColdRun | null = null;
  /** Bytes of runs read ahead of which nothing was used yet. */
  #unusedAheadBytes = 0;

  constructor(bytesMax: number, cellBytes: number) {
    this.#bytesMax = bytesMax;
    this.#cellBytes = cellBytes;
    this.#runs = new LRUCache({
      maxSize: bytesMax,
      sizeCalculation: (run) => Math.max(1, run.bytes),
      dispose: (run) => {
        this.#forget(run);
      },
    });
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#runs.calculatedSize + (this.#oversize?.bytes ?? 0);
  }

  get bytesMax(): number {
    return this.#bytesMax;
  }

  get unusedAheadBytes(): number {
    return this.#unusedAheadBytes;
  }

  /** The block of a cell, without counting as a use of it. */
  peek(key: number): ColdBlock | undefined {
    return this.#blocks.get(key)?.block;
  }

  /** The block of a later cell whose first entry begins before this cell ends. */
  head(key: number): ColdBlock | undefined {
    return this.#heads.get(key);
  }

  add(run: ColdRun): void {
    for (const block of run.blocks) {
      // What was read again (its cell has grown) takes the place of what was there.
      const held = this.#blocks.get(block.key);
      if (held !== undefined) this.#drop(held.run);
    }
    if (this.#oversize !== null) this.#drop(this.#oversize);
    for (const block of run.blocks) {
      this.#blocks.set(block.key, { block, run });
      forHeads(block, this.#cellBytes, (key) => this.#heads.set(key, block));
    }
    if (run.ahead) this.#unusedAheadBytes += run.bytes;
    if (run.bytes > this.#bytesMax) this.#oversize = run;
    else this.#runs.set(run, run);
  }

  /** The block was used: it goes last. */
  use(block: ColdBlock): void {
    const run = this.#blocks.get(block.key)?.run;
    if (run === undefined) return;
    if (run.ahead && !run.used) this.#unusedAheadBytes -= run.bytes;
    block.used = true;
    run.used = true;
    this.#runs.get(run);
  }

  /** Forget whatever lies, in part or whole, outside of the log addresses `from` to `to`. */
  keep(from: number, to: number): void {
    for (const { block, run } of [...this.#blocks.values()]) {
      if (block.start < from || block.end > to || block.key >= to) this.#drop(run);
    }
  }

  clear(): void {
    this.keep(0, -1);
  }

  #drop(run: ColdRun): void {
    if (run === this.#oversize) {
      this.#oversize = null;
      this.#forget(run);
    } else {
      this.#runs.delete(run);
    }
  }

  #forget(run: ColdRun): void {
    for (const block of run.blocks) {
      if (this.#blocks.get(block.key)?.block === block) this.#blocks.delete(block.key);
      forHeads(block, this.#cellBytes, (key) => {
        if (this.#heads.get(key) === block) this.#heads.delete(key);
      });
    }
    if (run.ahead && !run.used) this.#unusedAheadBytes -= run.bytes;
  }
}

/** Each cell before that of the block in which a part of its first entry lies. */
function forHeads({ key, start, end }: ColdBlock, cellBytes: number, each: (key: number) => void): void {
  if (start === end) return;
  for (let cell = key - cellBytes; cell + cellBytes > start; cell -= cellBytes) each(cell);
}
