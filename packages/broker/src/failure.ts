import { ProtocolError, ResponseCode } from '@ledgermq/protocol';
import type { Exchange } from './exchange.ts';
import type { CommandOutcome, RefusalReason } from './replication/outcome.ts';

/** The outcomes that leave nothing behind, as answers to a client. */
export interface Refusal {
  readonly code: number;
  readonly remark: string;
}

/**
 * Runs a piece of request handling; what it throws becomes the answer of this one request. An error of a handler is
 * the problem of its client, never of the connection or of the process.
 */
export function guarded(exchange: Exchange, run: () => void): void {
  try {
    run();
  } catch (error) {
    const { code, remark } = refusalOf(error);
    exchange.respond(code, { remark });
  }
}

/** What a client is told about an error. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof ProtocolError) {
    return { code: codeOf(error), remark: `${error.code}: ${error.message}` };
  }
  return {
    code: ResponseCode.SYSTEM_ERROR,
    remark: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  };
}

/** Codes that producers do not retry, where another attempt cannot succeed. */
function codeOf(error: ProtocolError): number {
  switch (error.code) {
    case 'PROPERTIES_INVALID':
    case 'RECORD_INVALID':
    case 'BATCH_INVALID':
      return ResponseCode.MESSAGE_ILLEGAL;
    case 'TOPIC_INVALID':
    case 'GROUP_INVALID':
      return ResponseCode.INVALID_PARAMETER;
    default:
      return ResponseCode.SYSTEM_ERROR;
  }
}

/**
 * The answer to a refusal that is final; all of them say that nothing was stored. Codes are those on which clients
 * behave best: 14 makes every client try another broker, 2 asks for patience.
 */
export function refusalAnswer(reason: Exclude<RefusalReason, 'not-leader'>): Refusal {
  switch (reason) {
    case 'overloaded':
      return {
        code: ResponseCode.SYSTEM_BUSY,
        remark: '[OVERLOAD]system busy, too many requests wait to be stored',
      };
    case 'disk-full':
      return {
        code: ResponseCode.SERVICE_NOT_AVAILABLE,
        remark: 'service not available now: the disk is full',
      };
    case 'stopping':
      return { code: ResponseCode.SERVICE_NOT_AVAILABLE, remark: 'service not available now: shutting down' };
    case 'topic-missing':
      return { code: ResponseCode.TOPIC_NOT_EXIST, remark: 'topic not exist, apply first please!' };
    case 'too-large':
      return { code: ResponseCode.MESSAGE_ILLEGAL, remark: 'the message is too large for one log entry' };
    case 'invalid':
      return { code: ResponseCode.SYSTEM_ERROR, remark: 'the replicated state does not allow this change' };
  }
}

/** Remark of an answer that leaves open whether the request was executed. */
export function unknownOutcomeRemark(reason: string): string {
  return `[UNKNOWN_OUTCOME] ${reason}`;
}

/** Answers a request whose whole effect was one replicated command. */
export function answerCommand(
  exchange: Exchange,
  outcome: CommandOutcome,
  retry: () => void,
  applied: () => void,
): void {
  switch (outcome.type) {
    case 'applied':
      guarded(exchange, applied);
      return;
    case 'refused':
      if (outcome.reason === 'not-leader') {
        retry();
      } else {
        const { code, remark } = refusalAnswer(outcome.reason);
        exchange.respond(code, { remark });
      }
      return;
    case 'unknown':
      exchange.respond(ResponseCode.SYSTEM_ERROR, { remark: unknownOutcomeRemark(outcome.reason) });
      return;
  }
}
