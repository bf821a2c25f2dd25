import type { LogView } from './observation.ts';

/** An entry as far as it must be equal everywhere: `hash` covers all that came before it. */
export interface MirrorEntry {
  readonly index: number;
  readonly term: number;
  readonly hash: number;
  /** Log addresses of its frame. */
  readonly start: number;
  readonly end: number;
}

/** How a log differs from what it was: everything after `keptIndex` is new, and entries were cut if `cut`. */
export interface LogChange {
  readonly keptIndex: number;
  readonly cut: boolean;
}

/**
 * What the log of one member held when it was looked at last. Bringing it up to date costs as much as has changed,
 * because equal hashes mean equal logs up to there.
 */
export class LogMirror {
  #entries: MirrorEntry[] = [];
  /** Index before the first entry held. */
  #before = 0;
  #firstIndex = 1;

  get lastIndex(): number {
    return this.#before + this.#entries.length;
  }

  /** First entry that the log itself still holds; what was known of earlier ones stays known here. */
  get firstIndex(): number {
    return this.#firstIndex;
  }

  entry(index: number): MirrorEntry | null {
    return this.#entries[index - this.#before - 1] ?? null;
  }

  /** Null if nothing changed. */
  update(log: LogView): LogChange | null {
    const last = log.lastPosition();
    this.#firstIndex = log.firstIndex();
    const lastBefore = this.lastIndex;
    if (last.index === lastBefore && (this.entry(lastBefore)?.hash ?? 0) === last.hash) return null;
    let kept = Math.min(last.index, lastBefore);
    while (kept > this.#before && log.positionAt(kept)?.hash !== this.entry(kept)?.hash) kept -= 1;
    const start = this.#firstIndex - 1;
    if (kept < start || kept < this.#before) {
      // The log began anew, behind a snapshot or at its first entry: nothing that was known is in it.
      this.#entries = [];
      this.#before = start;
      kept = start;
    } else {
      this.#entries.length = kept - this.#before;
    }
    let address = log.positionAt(kept)?.address ?? 0;
    for (let index = kept + 1; index <= last.index; index += 1) {
      const position = log.positionAt(index);
      if (position === null) break;
      this.#entries.push({
        index,
        term: position.term,
        hash: position.hash,
        start: address,
        end: position.address,
      });
      address = position.address;
    }
    return { keptIndex: kept, cut: kept < lastBefore };
  }
}
