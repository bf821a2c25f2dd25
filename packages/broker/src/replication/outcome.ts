/** Why something was certainly not stored. */
export type RefusalReason =
  /** This replica does not lead; `leader` names who does, if known. */
  | 'not-leader'
  /** A limit on what may wait was reached; the sender should slow down. */
  | 'overloaded'
  | 'disk-full'
  /** Topic or queue did not exist when the record was applied. */
  | 'topic-missing'
  | 'stopping'
  /** Larger than an entry may be. */
  | 'too-large'
  /** The machine refused the content. */
  | 'invalid';

export interface Refused {
  readonly type: 'refused';
  readonly reason: RefusalReason;
  readonly leader: string | null;
}

/** It may or may not become stored: the answer did not come in time, or this replica stopped waiting. */
export interface OutcomeUnknown {
  readonly type: 'unknown';
  readonly reason: string;
}

/** What became of one record. */
export type SendOutcome =
  | {
      readonly type: 'stored';
      readonly queueId: number;
      readonly queueOffset: number;
      readonly physicalOffset: number;
      /** The id had been stored before; the position is that of the first record. */
      readonly duplicate: boolean;
    }
  | Refused
  | OutcomeUnknown;

/** What became of one command. `changed` is false when the state was already as asked. */
export type CommandOutcome =
  { readonly type: 'applied'; readonly changed: boolean } | Refused | OutcomeUnknown;

export type SendSettled = (outcome: SendOutcome) => void;
export type SendsSettled = (outcomes: readonly SendOutcome[]) => void;
export type CommandSettled = (outcome: CommandOutcome) => void;
