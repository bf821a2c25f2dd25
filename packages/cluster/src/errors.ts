export type ClusterErrorCode =
  | 'PORT_TAKEN' // Somebody else listens on an address of the layout.
  | 'START_FAILED' // A process ended, or did not become ready in time.
  | 'DATA_LAYOUT_MISMATCH' // The data folder was made for another number of nodes or groups.
  | 'NO_SUCH_PROCESS'; // A node was named that the layout does not have.

/** Everything that goes wrong while processes are started and stopped. */
export class ClusterError extends Error {
  readonly code: ClusterErrorCode;

  constructor(code: ClusterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ClusterError';
    this.code = code;
  }
}
