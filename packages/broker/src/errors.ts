/**
 * Everything that can go wrong in this package and that a caller may want to tell apart. Business refusals of the
 * protocol (no permission, topic missing ...) are response codes, not errors.
 */
export type BrokerErrorCode =
  | 'CONFIG_INVALID'
  | 'LISTEN_FAILED'
  | 'REPLICA_FAILED'
  /** The only member of a group lost what nobody else has. */
  | 'REPAIR_IMPOSSIBLE'
  | 'STORE_FAILED'
  /** A folder that is to be verified holds no replica. */
  | 'NO_REPLICA'
  | 'COMMAND_INVALID'
  | 'ENTRY_INVALID'
  | 'PEER_FRAME_INVALID'
  | 'INVARIANT_BROKEN'
  | 'STOPPED';

/** The one error class of the package. */
export class BrokerError extends Error {
  readonly code: BrokerErrorCode;
  /** One line per fault, for codes that gather several (CONFIG_INVALID); empty otherwise. */
  readonly faults: readonly string[];

  constructor(
    code: BrokerErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly faults?: readonly string[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BrokerError';
    this.code = code;
    this.faults = options.faults ?? [];
  }
}
