/** What happened to an operation: asked, done, certainly not done, or unknown for ever. */
export type HistoryType = 'invoke' | 'ok' | 'fail' | 'info';

/** One line of a history, in the form of Jepsen. */
export interface HistoryEvent {
  readonly index: number;
  /** Virtual nanoseconds since the run began. */
  readonly time: number;
  /** A process has one operation at a time; after an unknown outcome it goes on under a new number. */
  readonly process: number | 'nemesis';
  readonly type: HistoryType;
  readonly f: string;
  readonly value: unknown;
  readonly error?: unknown;
  readonly node?: string;
  readonly term?: number;
}
