import { CheckerError } from '../errors.ts';
import { parseRecord, type HistoryRecord } from './record.ts';

export interface HistoryLimits {
  /** Longest line in bytes, without its end. */
  readonly lineBytesMax: number;
  readonly recordsMax: number;
}

export const HISTORY_LIMITS: HistoryLimits = { lineBytesMax: 1 << 20, recordsMax: 20_000_000 };

const NEWLINE = 0x0a;

/**
 * One record as one line, with its end.
 *
 * @throws CheckerError HISTORY_LINE_TOO_LONG: whoever records so much at once must split it.
 */
export function encodeRecord(record: HistoryRecord, limits: HistoryLimits = HISTORY_LIMITS): string {
  const line = JSON.stringify(record);
  // A UTF-16 unit takes at most three bytes, so most lines need no count.
  if (line.length * 3 > limits.lineBytesMax && Buffer.byteLength(line) > limits.lineBytesMax) {
    throw new CheckerError('HISTORY_LINE_TOO_LONG', `record ${record.index} is longer than a line may be`, {
      at: record.index,
    });
  }
  return `${line}\n`;
}

/**
 * Reads a history from chunks of bytes, cut anywhere. Order is checked on the way: a checker that trusted a mixed-up
 * file would call right what is wrong.
 */
export class HistoryReader {
  readonly #limits: HistoryLimits;
  /** Pieces of a line whose end has not come yet. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #line = 0;
  #last: HistoryRecord | null = null;

  constructor(limits: HistoryLimits = HISTORY_LIMITS) {
    this.#limits = limits;
  }

  /** @throws CheckerError HISTORY_*, with the number of the line. */
  push(chunk: Buffer): HistoryRecord[] {
    const records: HistoryRecord[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      const record = this.#takeLine();
      if (record !== null) records.push(record);
    }
    // A copy, because the rest of a chunk would keep the whole of it alive.
    if (start < chunk.length) this.#keep(Buffer.from(chunk.subarray(start)));
    return records;
  }

  /** @throws CheckerError HISTORY_LINE_INVALID when the last line has no end: its writer was cut off. */
  finish(): void {
    if (this.#pieceBytes > 0) {
      throw new CheckerError('HISTORY_LINE_INVALID', `line ${this.#line + 1} of the history has no end`, {
        at: this.#line + 1,
      });
    }
  }

  #keep(piece: Buffer): void {
    this.#pieceBytes += piece.length;
    if (this.#pieceBytes > this.#limits.lineBytesMax) {
      throw new CheckerError('HISTORY_LINE_TOO_LONG', `line ${this.#line + 1} of the history is too long`, {
        at: this.#line + 1,
      });
    }
    this.#pieces.push(piece);
  }

  #takeLine(): HistoryRecord | null {
    this.#line += 1;
    if (this.#line > this.#limits.recordsMax) {
      throw new CheckerError(
        'HISTORY_TOO_LONG',
        `the history has more than ${this.#limits.recordsMax} lines`,
        {
          at: this.#line,
        },
      );
    }
    const text =
      (this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces))?.toString() ?? '';
    this.#pieces = [];
    this.#pieceBytes = 0;
    if (text.trim() === '') return null;
    const record = parseRecord(this.#parse(text), this.#line);
    requireOrder(this.#last, record);
    this.#last = record;
    return record;
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new CheckerError('HISTORY_LINE_INVALID', `line ${this.#line} of the history is no JSON`, {
        at: this.#line,
        cause,
      });
    }
  }
}

/** @throws CheckerError HISTORY_ORDER_INVALID */
export function requireOrder(earlier: HistoryRecord | null, later: HistoryRecord): void {
  if (earlier === null || (later.index > earlier.index && later.time >= earlier.time)) return;
  const what = later.index > earlier.index ? 'time' : 'index';
  throw new CheckerError('HISTORY_ORDER_INVALID', `the ${what} of record ${later.index} goes backwards`, {
    at: later.index,
  });
}
