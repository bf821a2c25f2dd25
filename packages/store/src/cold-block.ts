import type { StoreError } from './errors.ts';

/** Bytes of a block that may not be given out, and what to say instead. */
export interface BlockFault {
  readonly from: number;
  readonly to: number;
  readonly error: StoreError;
}

/**
 * Verified entries of one segment, back to back: those that end within one cell of it. Cells are `coldBlockBytes` long and
 * are counted from the base of the segment, so that everybody who needs an entry asks for the same block.
 */
export interface ColdBlock {
  /** Log address where the cell begins; no other cell of the log has it. */
  readonly key: number;
  /** Log addresses of the first byte held and of the byte behind the last one. */
  readonly start: number;
  readonly end: number;
  /** Index of the entry behind the last one held. */
  readonly nextIndex: number;
  /** What lies from `start` to `end`. */
  readonly bytes: Buffer;
  /** Damaged entries, in order. */
  readonly faults: readonly BlockFault[];
  /** No more entries can end within this cell: it was whole when it was read, or its segment was. */
  readonly complete: boolean;
  /** Cells to read ahead once this block is used; 0 if it was not read ahead, or is not the first of its run. */
  readonly window: number;
  /** Something of it was given out. */
  used: boolean;
}

/** Blocks that were read at once and share their memory: they come and go together. */
export interface ColdRun {
  readonly blocks: readonly ColdBlock[];
  readonly bytes: number;
  /** Nobody had asked for it when it was read. */
  readonly ahead: boolean;
  used: boolean;
}

export function coldBlockHolds(block: ColdBlock, address: number): boolean {
  return block.start <= address && address < block.end;
}

/** Throws if one of these bytes is damaged. */
export function requireSound(block: ColdBlock, address: number, bytes: number): void {
  for (const { from, to, error } of block.faults) {
    if (from < address + bytes && address < to) throw error;
  }
}
