/** One row of the state database as the machine writes it. */
export interface StateRow {
  readonly key: string;
  readonly value: Buffer;
}

/** Changes of the state database since the last checkpoint. A key is in one of the two lists only. */
export interface StateChanges {
  readonly puts: readonly StateRow[];
  readonly deletes: readonly string[];
}

/** Collects the changes of all tables of the machine for one checkpoint. */
export class StateChangeList implements StateChanges {
  readonly puts: StateRow[] = [];
  readonly deletes: string[] = [];

  put(key: string, value: Uint8Array): void {
    this.puts.push({ key, value: Buffer.from(value.buffer, value.byteOffset, value.byteLength) });
  }

  delete(key: string): void {
    this.deletes.push(key);
  }
}

/** First part of a row's key; names the table that owns the row. */
export const rowPrefix = {
  machine: 'machine',
  membership: 'membership',
  topic: 'topic/',
  subscriptionGroup: 'group/',
  consumerOffset: 'offset/',
} as const;
