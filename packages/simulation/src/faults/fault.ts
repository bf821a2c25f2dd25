/** What can be done to the world. */
export interface Fault {
  readonly kind: string;
}

/** A fault and its moment. */
export interface FaultStep {
  /** Virtual milliseconds since the run began. */
  readonly atMs: number;
  readonly fault: Fault;
}
