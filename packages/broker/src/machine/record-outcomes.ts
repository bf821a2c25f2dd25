/** What became of one record at apply. */
export const RecordFate = {
  STORED: 0,
  /** The id was stored before: the position is that of the first record. */
  DUPLICATE: 1,
  /** No such topic or queue when the record was applied. */
  TOPIC_MISSING: 2,
  /** The bytes are not a record, or a limit of the machine was reached. */
  INVALID: 3,
} as const;

export type RecordFate = (typeof RecordFate)[keyof typeof RecordFate];

const INITIAL_CAPACITY = 1024;

/**
 * Fates of the records of one entry, by position in the entry. Flat arrays used again for every entry, because
 * followers fill them for nobody: valid until the next entry is applied.
 */
export class RecordOutcomes {
  #count = 0;
  #fates: Uint8Array = new Uint8Array(INITIAL_CAPACITY);
  #queueIds: Int32Array = new Int32Array(INITIAL_CAPACITY);
  #queueOffsets: Float64Array = new Float64Array(INITIAL_CAPACITY);
  #addresses: Float64Array = new Float64Array(INITIAL_CAPACITY);

  get count(): number {
    return this.#count;
  }

  fate(position: number): RecordFate {
    return (this.#fates[position] ?? RecordFate.INVALID) as RecordFate;
  }

  queueId(position: number): number {
    return this.#queueIds[position] ?? 0;
  }

  queueOffset(position: number): number {
    return this.#queueOffsets[position] ?? 0;
  }

  /** Byte address of the record in the log: RocketMQ's physical offset. */
  physicalOffset(position: number): number {
    return this.#addresses[position] ?? 0;
  }

  clear(): void {
    this.#count = 0;
  }

  add(fate: RecordFate, queueId: number, queueOffset: number, physicalOffset: number): void {
    const position = this.#count;
    if (position === this.#fates.length) this.#grow();
    this.#fates[position] = fate;
    this.#queueIds[position] = queueId;
    this.#queueOffsets[position] = queueOffset;
    this.#addresses[position] = physicalOffset;
    this.#count = position + 1;
  }

  /** The number of records of an entry is bounded by its bytes, so this stays small. */
  #grow(): void {
    const capacity = this.#fates.length * 2;
    const fates = new Uint8Array(capacity);
    fates.set(this.#fates);
    this.#fates = fates;
    const queueIds = new Int32Array(capacity);
    queueIds.set(this.#queueIds);
    this.#queueIds = queueIds;
    const queueOffsets = new Float64Array(capacity);
    queueOffsets.set(this.#queueOffsets);
    this.#queueOffsets = queueOffsets;
    const addresses = new Float64Array(capacity);
    addresses.set(this.#addresses);
    this.#addresses = addresses;
  }
}
