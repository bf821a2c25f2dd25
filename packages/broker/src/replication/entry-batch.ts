import { ENTRY_HEADER_BYTES, allocateFrame } from '@ledgermq/raft';
import { RECORDS_AT } from '../machine/entry-body.ts';
import { EntryWaiters } from './entry-waiters.ts';

/** Bytes before the first record of a frame: entry header and length of the records. */
const FRAME_RECORDS_AT: number = ENTRY_HEADER_BYTES + RECORDS_AT;

/**
 * The entry that is being gathered: records are encoded straight into the frame that becomes the entry on disk
 * and between peers, and are not copied again unless the frame was guessed much too large or too small.
 */
export class EntryBatch {
  readonly waiters: EntryWaiters;
  /** Encoded batches of one command each; end to end they are one batch. */
  readonly #commands: Uint8Array[] = [];
  #commandBytes = 0;
  #frame: Buffer;
  #end: number = FRAME_RECORDS_AT;

  /** @param bodyBytes first guess of the body's size; the frame grows when it is exceeded. */
  constructor(bodyBytes: number, report: (error: unknown) => void) {
    this.#frame = allocateFrame(Math.max(bodyBytes, RECORDS_AT));
    this.waiters = new EntryWaiters(report);
  }

  get recordsBytes(): number {
    return this.#end - FRAME_RECORDS_AT;
  }

  /** Bytes of all records and commands. */
  get bytes(): number {
    return this.recordsBytes + this.#commandBytes;
  }

  get commandCount(): number {
    return this.#commands.length;
  }

  /** Makes room for `size` bytes; returns where they start in `frame`. */
  reserve(size: number): number {
    const needed = this.#end + size;
    if (needed > this.#frame.length) {
      this.#resize(Math.max(needed, this.#frame.length * 2));
    }
    return this.#end;
  }

  get frame(): Buffer {
    return this.#frame;
  }

  /** Keeps the bytes written at the place that `reserve` gave. */
  commit(bytes: number): void {
    this.#end += bytes;
  }

  /** Takes one command, encoded as a batch of its own. */
  addCommand(encoded: Uint8Array): void {
    this.#commands.push(encoded);
    this.#commandBytes += encoded.length;
  }

  /**
   * The frame with its body complete and its header still empty. A frame less than half used is copied, so that
   * whoever keeps the entry does not keep the spare room.
   */
  finish(): Buffer {
    this.#frame.writeUInt32BE(this.recordsBytes, ENTRY_HEADER_BYTES);
    this.reserve(this.#commandBytes);
    for (const encoded of this.#commands) {
      this.#frame.set(encoded, this.#end);
      this.#end += encoded.length;
    }
    if (this.#end * 2 < this.#frame.length) this.#resize(this.#end);
    return this.#frame.subarray(0, this.#end);
  }

  #resize(frameBytes: number): void {
    const frame = allocateFrame(frameBytes - ENTRY_HEADER_BYTES);
    this.#frame.copy(frame, 0, 0, this.#end);
    this.#frame = frame;
  }
}
