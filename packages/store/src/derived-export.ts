import {
  CONTENT_KEY_BYTES,
  CONTENT_KEY_WORDS,
  encodeContentEnd,
  encodeContentHeader,
  encodeContentQueue,
  encodeContentRow,
} from './derived-snapshot.ts';
import { StoreError } from './errors.ts';
import { visitNextOffsets } from './queue-directory.ts';
import { callerPrefix, decodeMark, markPrefix, rowCheck } from './state-db.ts';
import type { StoredMark, UniqKeyMark } from './state-db.ts';
import type { UniqKeyTable } from './uniq-key-table.ts';

/** Keys read from the ring file between two turns of the event loop. */
const KEYS_PER_TURN = 2048;
/** Rows are gathered to pieces of about this size. */
const PIECE_BYTES = 64 * 1024;

export interface DerivedExportParts {
  readonly appliedIndex: number;
  /** The window of the checkpoint at that index. */
  readonly keys: UniqKeyMark;
  readonly uniqKeys: UniqKeyTable;
  /** Rows, mark and queue pages as of that checkpoint. */
  readonly content: AsyncIterable<[Buffer, Buffer]>;
  /** See `DerivedStateConfig.owner`. */
  readonly owner: number;
  readonly turn: () => Promise<void>;
  /** See `DerivedStatePorts`. */
  readonly onDamage: ((error: StoreError) => void) | undefined;
}

/**
 * The content of a snapshot as of the last checkpoint, while entries go on being applied and checkpoints go on being
 * written. Nothing is copied beforehand: the database shows the moment at which the export began, and the window of
 * keys is held in its file until it was read, which comes first. So it must be read to the end, or be closed.
 */
export class DerivedExport implements AsyncIterable<Buffer> {
  readonly #parts: DerivedExportParts;
  readonly #pin: { readonly release: () => void };

  /** In the turn in which `content` was made. */
  constructor(parts: DerivedExportParts) {
    this.#parts = parts;
    this.#pin = parts.uniqKeys.pin(parts.keys);
  }

  /** Gives up an export that was not read; harmless otherwise. */
  close(): void {
    this.#pin.release();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      const { appliedIndex, keys } = this.#parts;
      const { newestTimestamp, head, tail } = keys;
      yield encodeContentHeader({ appliedIndex, newestTimestamp, keyCount: head - tail });
      yield* this.#keys();
    } finally {
      this.#pin.release();
    }
    yield* this.#rowsAndQueues();
  }

  async *#keys(): AsyncGenerator<Buffer, void, undefined> {
    const { uniqKeys, keys, turn } = this.#parts;
    for (let from = keys.tail; from < keys.head; from += KEYS_PER_TURN) {
      const to = Math.min(from + KEYS_PER_TURN, keys.head);
      const piece = new Uint32Array((to - from) * CONTENT_KEY_WORDS);
      let place = 0;
      uniqKeys.readPinned(from, to, (words, at) => {
        piece.set(words.subarray(at, at + CONTENT_KEY_WORDS), place);
        place += CONTENT_KEY_WORDS;
      });
      yield Buffer.from(piece.buffer, 0, (to - from) * CONTENT_KEY_BYTES);
      await turn();
    }
  }

  async *#rowsAndQueues(): AsyncGenerator<Buffer, void, undefined> {
    const { content, turn } = this.#parts;
    let piece: Buffer[] = [];
    let bytes = 0;
    const add = (part: Buffer): void => {
      piece.push(part);
      bytes += part.length;
    };
    let mark: StoredMark | null = null;
    let rowsCheck = 0;
    for await (const [key, value] of content) {
      if (key[0] !== markPrefix) rowsCheck = (rowsCheck + rowCheck(key, value, this.#parts.owner)) >>> 0;
      switch (key[0]) {
        case callerPrefix:
          add(encodeContentRow(key.subarray(1), value));
          break;
        case markPrefix:
          mark = this.#requireMark(value);
          add(encodeContentEnd());
          break;
        default:
          visitNextOffsets({ key, value }, (queueNumber, next) => {
            add(encodeContentQueue(queueNumber, next));
          });
      }
      if (bytes < PIECE_BYTES) continue;
      yield Buffer.concat(piece);
      piece = [];
      bytes = 0;
      await turn();
    }
    if (mark?.rowsCheck !== rowsCheck) {
      const text = 'the rows of the state database are not those of its checkpoint';
      const error = new StoreError('INDEX_CORRUPT', text);
      this.#parts.onDamage?.(error);
      throw error;
    }
    add(encodeContentEnd());
    yield Buffer.concat(piece);
  }

  /** What the database shows must be the checkpoint whose keys were read. */
  #requireMark(value: Buffer): StoredMark {
    const mark = decodeMark(value, this.#parts.owner);
    const { appliedIndex } = mark;
    if (appliedIndex === this.#parts.appliedIndex) return mark;
    const text = `the state database shows the checkpoint at ${appliedIndex}, not at ${this.#parts.appliedIndex}`;
    throw new StoreError('INDEX_RANGE', text);
  }
}
