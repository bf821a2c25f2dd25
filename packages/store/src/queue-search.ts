import { WORD_RANGE } from './int53.ts';
import type { QueuePages } from './queue-pages.ts';
import { PAGE_UNITS, UNIT_WORDS } from './queue-units.ts';

export type TimeBoundary = 'LOWER' | 'UPPER';

const ADDRESS_WORD = 0;
const STORE_TIMESTAMP_WORD = 4;

/** Looks units up by what they hold, which ascends along a queue. */
export class QueueSearch {
  readonly #pages: QueuePages;

  constructor(pages: QueuePages) {
    this.#pages = pages;
  }

  /**
   * Within [from, end) of a queue; LOWER: the earliest offset whose storeTimestamp is >= `timestamp`, or `end` if there is
   * none. UPPER: the latest offset whose storeTimestamp is <= `timestamp`, or `from` if there is none. Nothing to look at
   * answers `end`. (RocketMQ 5 getOffsetInQueueByTime, clamped to [min, max].)
   *
   * Stamps come from the clock of whoever was master and may step back at a change of master. Then the answer
   * is still such a boundary, though not the only one: for LOWER, the unit before it (if any is held) is
   * earlier than `timestamp` and it is not; for UPPER, it is not later and the unit after it is. Runs of equal
   * stamps are never split.
   */
  findByTime(
    queueNumber: number,
    timestamp: number,
    boundary: TimeBoundary,
    from: number,
    end: number,
  ): number {
    const word = STORE_TIMESTAMP_WORD;
    if (boundary === 'LOWER')
      return this.#firstReaching(queueNumber, word, from, end, (stamp) => stamp >= timestamp);
    const later = this.#firstReaching(queueNumber, word, from, end, (stamp) => stamp > timestamp);
    return later > from ? later - 1 : later;
  }

  /** The earliest offset within [from, end) whose address is >= `address`, or `end`. */
  findByAddress(queueNumber: number, address: number, from: number, end: number): number {
    return this.#firstReaching(queueNumber, ADDRESS_WORD, from, end, (place) => place >= address);
  }

  /** Binary search in [from, end) for the first unit whose 53-bit value at `word` passes; `end` if none. */
  #firstReaching(
    queueNumber: number,
    word: number,
    from: number,
    end: number,
    passes: (value: number) => boolean,
  ): number {
    const { cache } = this.#pages;
    let low = from;
    let high = end;
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      const slot = this.#pages.slotOf(queueNumber, middle, 1);
      const at = cache.wordsAt(slot) + (middle % PAGE_UNITS) * UNIT_WORDS + word;
      const words = cache.words(slot);
      if (passes((words[at + 1] as number) * WORD_RANGE + (words[at] as number))) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
