import type { Buffer } from 'node:buffer';
import {
  createResponse,
  encodeCommand,
  encodeCommandAround,
  isOneway,
  ResponseCode,
} from '@ledgermq/protocol';
import type { ResponseParts } from '@ledgermq/protocol';
import { unknownOutcomeRemark } from './failure.ts';

/** What the network face needs of a client's connection; a socket in production, a recorder in tests. */
export interface ClientConnection {
  readonly id: number;
  /** "ip:port" of the client. */
  readonly remoteAddress: string;
  readonly remoteHost: string;
  readonly remotePort: number;
  readonly closed: boolean;
  /** Queues one whole frame; dropped silently when the connection is closed. */
  write(frame: Buffer): void;
}

/** What identifies a request on its connection and decides the form of its answer. */
export interface RequestIdentity {
  readonly code: number;
  readonly opaque: number;
  readonly flag: number;
  readonly serializeType: 0 | 1;
  readonly version: number;
  readonly language: string;
}

/**
 * One request on its way through the broker, answered at most once.
 *
 * A one-way request (flag bit 1) swallows its answer, because a response with an opaque that nobody waits for can
 * complete another call of the same client. A second answer is a bug of the caller and is ignored rather than sent.
 */
export class Exchange {
  readonly connection: ClientConnection;
  readonly identity: RequestIdentity;
  /** Monotonic milliseconds at which the request was read from its socket. */
  readonly arrivedAt: number;
  /** The client's "ip:port" when another replica forwarded this request; null for a request of its own client. */
  readonly forwardedFor: string | null;
  #answered = false;
  #attemptLost = false;

  constructor(
    connection: ClientConnection,
    identity: RequestIdentity,
    arrivedAt: number,
    forwardedFor: string | null = null,
  ) {
    this.connection = connection;
    this.identity = identity;
    this.arrivedAt = arrivedAt;
    this.forwardedFor = forwardedFor;
  }

  get oneway(): boolean {
    return isOneway(this.identity);
  }

  get answered(): boolean {
    return this.#answered;
  }

  /** True when nobody would read an answer any more. */
  get abandoned(): boolean {
    return this.connection.closed;
  }

  /**
   * An attempt to execute this request elsewhere got no answer and may have been executed. From now on only a success
   * can be told as it is: every refusal of a later attempt would claim that nothing was stored.
   */
  loseAttempt(): void {
    this.#attemptLost = true;
  }

  respond(code: number, parts: ResponseParts = {}): void {
    if (this.#attemptLost && code !== ResponseCode.SUCCESS) {
      const remark = unknownOutcomeRemark(
        `an earlier attempt may have been executed; the last one: ${code} ${parts.remark ?? ''}`,
      );
      const answer = createResponse(this.identity, ResponseCode.SYSTEM_ERROR, { remark });
      this.respondFrame(() => encodeCommand(answer));
      return;
    }
    this.respondFrame(() => encodeCommand(createResponse(this.identity, code, parts)));
  }

  /** Answers with a success whose body is written into the frame itself; see `encodeCommandAround`. */
  respondBody(
    parts: Omit<ResponseParts, 'body'>,
    bodyBytes: number,
    writeBody: (frame: Buffer, at: number) => void,
  ): void {
    this.respondFrame(() =>
      encodeCommandAround(createResponse(this.identity, ResponseCode.SUCCESS, parts), bodyBytes, writeBody),
    );
  }

  /**
   * Answers with a frame that the caller builds for exactly this request. When building throws, the exchange is still
   * unanswered and the exception is the caller's.
   */
  respondFrame(build: () => Buffer): void {
    if (this.#answered) {
      return;
    }
    const frame = this.oneway || this.connection.closed ? null : build();
    this.#answered = true;
    if (frame !== null) {
      this.connection.write(frame);
    }
  }
}
