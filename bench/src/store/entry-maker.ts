import { writeRecord, recordSize } from '@ledgermq/protocol';
import { ENTRY_HEADER_BYTES, EntryKind, allocateFrame, sealEntry, type Entry } from '@ledgermq/raft';
import { recordSpec, type Target } from './records.ts';

/** Body of a data entry: u32 bytes of the records, the records, commands. */
const RECORDS_LENGTH_BYTES = 4;

/** Makes entries as a master's proposer makes them, each behind the one before. */
export class EntryMaker {
  #index = 0;
  #address = 0;
  #hash = 0;
  #messages = 0;

  /** Messages made so far. */
  get messages(): number {
    return this.#messages;
  }

  /** Index of the last entry sealed. */
  get index(): number {
    return this.#index;
  }

  /** An entry with `count` messages, to the targets in turn, and commands before them. */
  data(targets: readonly Target[], count: number, commands: Uint8Array = new Uint8Array(0)): Entry {
    return this.seal(this.frame(targets, count, commands));
  }

  /** The body only; the header comes with `seal`, at any time and more than once. */
  frame(targets: readonly Target[], count: number, commands: Uint8Array = new Uint8Array(0)): Buffer {
    const specs = Array.from({ length: count }, (_, i) => {
      const number = this.#messages + i;
      return recordSpec(targets[number % targets.length] ?? { topic: 'none', queueId: 0 }, number);
    });
    this.#messages += count;
    let bytes = 0;
    for (const spec of specs) bytes += recordSize(spec);
    const frame = allocateFrame(RECORDS_LENGTH_BYTES + bytes + commands.length);
    let at = frame.writeUInt32BE(bytes, ENTRY_HEADER_BYTES);
    for (const spec of specs) at += writeRecord(frame, at, spec);
    frame.set(commands, at);
    return frame;
  }

  seal(frame: Buffer): Entry {
    this.#index += 1;
    const entry = sealEntry(frame, {
      index: this.#index,
      term: 1,
      kind: EntryKind.Data,
      address: this.#address,
      prevHash: this.#hash,
    });
    this.#address += frame.length;
    this.#hash = entry.hash;
    return entry;
  }
}
