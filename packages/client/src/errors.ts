/**
 * What a caller must know of a send that failed.
 *
 * - `rejected`: certainly not stored; sending the same again will be refused again.
 * - `unavailable`: certainly not stored; nobody could be reached, or nobody was ready to take it.
 * - `unknown`: it may be stored or not (the answer got lost).
 */
export type SendOutcome = 'rejected' | 'unavailable' | 'unknown';

export type MQErrorCode =
  | 'ERR_MQ_BROKER' // A broker answered with an error code.
  | 'ERR_MQ_NO_ROUTE' // No name server knows a broker for the topic.
  | 'ERR_MQ_BAD_MESSAGE' // The message breaks a rule before anything is sent.
  | 'ERR_MQ_BAD_BODY' // A received body cannot be decompressed.
  | 'ERR_MQ_BAD_OPTIONS'
  | 'ERR_MQ_CONNECT' // No connection could be made.
  | 'ERR_MQ_TIMEOUT' // No answer within the deadline.
  | 'ERR_MQ_TOO_MANY' // A limit of this client is reached.
  | 'ERR_MQ_ABORTED' // The caller's signal fired.
  | 'ERR_MQ_SHUT_DOWN'; // The producer or consumer is shut down.

/** One try to have a message stored. */
export interface SendAttempt {
  readonly brokerName: string;
  readonly address: string;
  readonly ms: number;
  readonly error: string;
}

export interface MQErrorDetails {
  readonly outcome: SendOutcome;
  readonly retryable?: boolean;
  readonly responseCode?: number;
  readonly attempts?: readonly SendAttempt[];
  readonly cause?: unknown;
}

/** The base of everything this client throws. Branch on `code` and `outcome`, never on the message. */
export class MQError extends Error {
  readonly code: MQErrorCode;
  readonly outcome: SendOutcome;
  readonly retryable: boolean;
  readonly responseCode: number | undefined;
  readonly attempts: readonly SendAttempt[];

  constructor(code: MQErrorCode, message: string, details: MQErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.outcome = details.outcome;
    this.retryable = details.retryable ?? details.outcome !== 'rejected';
    this.responseCode = details.responseCode;
    this.attempts = details.attempts ?? [];
  }
}

/** A broker or name server answered with an error code. */
export class MQBrokerException extends MQError {
  constructor(message: string, details: MQErrorDetails) {
    super('ERR_MQ_BROKER', message, details);
  }
}

/** The client itself refuses: no route, a bad message, bad options, shut down. */
export class MQClientException extends MQError {}

export class RemotingTimeoutException extends MQError {
  constructor(message: string, details: MQErrorDetails) {
    super('ERR_MQ_TIMEOUT', message, details);
  }
}

export class RemotingConnectException extends MQError {
  constructor(message: string, details: MQErrorDetails) {
    super('ERR_MQ_CONNECT', message, details);
  }
}

export class RemotingTooMuchRequestException extends MQError {
  constructor(message: string, details: MQErrorDetails) {
    super('ERR_MQ_TOO_MANY', message, details);
  }
}
