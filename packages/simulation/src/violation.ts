/** A rule that did not hold in a run. */
export interface Violation {
  /** Name of the check that saw it. */
  readonly checker: string;
  /** Virtual milliseconds since the run began. */
  readonly atMs: number;
  readonly message: string;
}
