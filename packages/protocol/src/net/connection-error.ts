/**
 * What can go wrong between two programs on one connection.
 *
 * - `TIMEOUT`: no response before the deadline of the request.
 * - `CLOSED`: the connection ended before the response came, or was closed before the request was made.
 * - `CONNECT_FAILED`: no connection could be made.
 * - `TOO_MANY_REQUESTS`: `requestsInFlightMax` requests are waiting; this one was not sent.
 * - `ABORTED`: the caller's signal fired; `cause` is its reason.
 * - `IDLE`: nothing was read or written for `idleTimeoutMs` (only given to `onClose`).
 * - `OVERFLOW`: the peer does not read what is written to it (only given to `onClose`).
 */
export type ConnectionErrorCode =
  'TIMEOUT' | 'CLOSED' | 'CONNECT_FAILED' | 'TOO_MANY_REQUESTS' | 'ABORTED' | 'IDLE' | 'OVERFLOW';

/**
 * A failed request or connection. `written` answers the one question a retry depends on: `false` says that
 * no byte of the request left this process, so the peer certainly did not execute it; `true` says that it
 * may have.
 */
export class ConnectionError extends Error {
  readonly code: ConnectionErrorCode;
  readonly written: boolean;

  constructor(code: ConnectionErrorCode, message: string, written: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ConnectionError';
    this.code = code;
    this.written = written;
  }
}
