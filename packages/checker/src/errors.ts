/**
 * Every condition that this package reports by throwing. A history that shows a fault of the system under test is
 * never an error: it is a verdict.
 *
 * - `HISTORY_LINE_TOO_LONG`: a line of a history is longer than the limit.
 * - `HISTORY_LINE_INVALID`: a line is not JSON, or the last line is torn.
 * - `HISTORY_RECORD_INVALID`: a record lacks a field or has one of the wrong type.
 * - `HISTORY_ORDER_INVALID`: indexes or times of a history go backwards.
 * - `HISTORY_PAIRING_INVALID`: a completion without an invocation, or a second invocation of a busy process.
 * - `HISTORY_TOO_LONG`: more records than the limit.
 * - `OPERATION_INVALID`: the value of an operation does not have the form that its function asks for.
 * - `PROCESS_BUSY`: the recorder was asked to invoke for a process whose last operation is still open.
 * - `OPERATION_SETTLED`: an operation was completed twice.
 * - `LIMIT_EXCEEDED`: more replicas or operations than this checker can hold.
 */
export type CheckerErrorCode =
  | 'HISTORY_LINE_TOO_LONG'
  | 'HISTORY_LINE_INVALID'
  | 'HISTORY_RECORD_INVALID'
  | 'HISTORY_ORDER_INVALID'
  | 'HISTORY_PAIRING_INVALID'
  | 'HISTORY_TOO_LONG'
  | 'OPERATION_INVALID'
  | 'PROCESS_BUSY'
  | 'OPERATION_SETTLED'
  | 'LIMIT_EXCEEDED';

/** The one error class of this package; `code` is stable, the message is for people. */
export class CheckerError extends Error {
  readonly code: CheckerErrorCode;
  /** Line of the file or index of the record concerned, from 1 and 0; null when there is none. */
  readonly at: number | null;

  constructor(
    code: CheckerErrorCode,
    message: string,
    detail: { readonly at?: number; readonly cause?: unknown } = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'CheckerError';
    this.code = code;
    this.at = detail.at ?? null;
  }
}
