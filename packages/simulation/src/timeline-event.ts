/** One line of what a reader of a run wants to know: a fault, a change of role, a restart, a refusal. */
export interface TimelineEvent {
  /** Virtual milliseconds since the run began. */
  readonly atMs: number;
  /** The node it happened to; null for the world as a whole. */
  readonly node: string | null;
  readonly kind: string;
  readonly text: string;
}
