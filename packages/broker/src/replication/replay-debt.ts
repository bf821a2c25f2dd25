export interface ReplayDebtConfig {
  /** Bytes of log applied after which a checkpoint is written. */
  readonly checkpointBytes: number;
  /** Records applied after which a checkpoint is written: small ones take as long to apply again as large ones. */
  readonly checkpointRecords: number;
  /** Bytes of log behind the last durable checkpoint at which nothing more is applied before the next one is durable. */
  readonly replayBytesMax: number;
  /** The same for records. */
  readonly replayRecordsMax: number;
}

export const replayDebtDefaults: ReplayDebtConfig = Object.freeze({
  checkpointBytes: 64 * 1024 * 1024,
  checkpointRecords: 131_072,
  replayBytesMax: 256 * 1024 * 1024,
  replayRecordsMax: 524_288,
});

/**
 * What a restart would have to apply again: all that was applied and is in no durable checkpoint. While a checkpoint is
 * being written it still counts, so a slow disk cannot let it grow without end.
 */
export class ReplayDebt {
  readonly #config: ReplayDebtConfig;
  /** Applied since the last checkpoint began. */
  #bytes = 0;
  #records = 0;
  /** Part of the checkpoint that is being written. */
  #bytesCovered = 0;
  #recordsCovered = 0;

  constructor(config: ReplayDebtConfig) {
    this.#config = config;
  }

  /** Whether the last checkpoint that began lacks anything. */
  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** A checkpoint should begin, if none is being written. */
  get isDue(): boolean {
    const { checkpointBytes, checkpointRecords } = this.#config;
    return this.#bytes >= checkpointBytes || this.#records >= checkpointRecords || this.isFull;
  }

  /** Nothing may be applied before a checkpoint is durable. */
  get isFull(): boolean {
    const { replayBytesMax, replayRecordsMax } = this.#config;
    return (
      this.#bytes + this.#bytesCovered >= replayBytesMax ||
      this.#records + this.#recordsCovered >= replayRecordsMax
    );
  }

  add(bytes: number, records: number): void {
    this.#bytes += bytes;
    this.#records += records;
  }

  checkpointBegan(): void {
    this.#bytesCovered = this.#bytes;
    this.#recordsCovered = this.#records;
    this.#bytes = 0;
    this.#records = 0;
  }

  checkpointDurable(): void {
    this.#bytesCovered = 0;
    this.#recordsCovered = 0;
  }

  /** Another state, durable as it is, took the place of this one. */
  clear(): void {
    this.checkpointBegan();
    this.checkpointDurable();
  }
}
