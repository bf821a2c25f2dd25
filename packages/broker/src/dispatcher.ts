import {
  RequestCode,
  ResponseCode,
  decodeCommand,
  decodePullHeader,
  decodeSendHeader,
  isOneway,
  isResponse,
  peekCode,
  peekRequest,
  scanPullHeader,
  scanSendHeaderV2,
} from '@ledgermq/protocol';
import type { Frame, PullHeader, RemotingCommand, SendHeader } from '@ledgermq/protocol';
import type { Clock, Logger } from '@ledgermq/raft';
import { Exchange } from './exchange.ts';
import type { ClientConnection, RequestIdentity } from './exchange.ts';
import { guarded } from './failure.ts';
import { FORWARDED_FOR } from './forwarding/master-router.ts';
import type { MasterNeed, MasterRequest } from './forwarding/master-router.ts';
import type { PullMessageHandler } from './handlers/pull-message.ts';
import type { Route, RouteTable } from './handlers/route.ts';
import { SendRequest } from './send-request.ts';
import type { SendRequestPorts } from './send-request.ts';

/** A connection that the dispatcher may end, because what it sends cannot be answered. */
export interface DispatchConnection extends ClientConnection {
  close(error?: Error): void;
}

export interface DispatcherPorts extends SendRequestPorts {
  readonly routes: RouteTable;
  readonly pull: PullMessageHandler;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface DispatcherOptions {
  /** How long another replica may take to answer a forwarded request, in milliseconds. */
  readonly forwardTimeoutMs: number;
}

/** Added to the time that a client allows a pull to be held, for the way there and back. */
const PULL_ANSWER_MARGIN_MS = 5_000;

/**
 * Takes the frames of one replica's clients to their handlers. Sends (310, 320) and pulls (11) in JSON are scanned for
 * their fields without building a command; everything else, and everything unusual, goes the general way. What another
 * replica forwards comes with a binary header and therefore always goes the general way, which sees its mark.
 *
 * Nothing that a client sends makes this throw: what can be answered is answered with an error, and a connection whose
 * headers cannot be read is closed, as RocketMQ does.
 */
export class Dispatcher {
  readonly #ports: DispatcherPorts;
  readonly #options: DispatcherOptions;

  constructor(ports: DispatcherPorts, options: DispatcherOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** All requests that one chunk completed, in their order. */
  onFrames(frames: readonly Frame[], connection: DispatchConnection): void {
    const arrivedAt = this.#ports.clock.monotonic();
    for (const frame of frames) {
      if (connection.closed) {
        return;
      }
      this.#dispatch(frame, connection, arrivedAt);
    }
  }

  #dispatch(frame: Frame, connection: DispatchConnection, arrivedAt: number): void {
    if (this.#dispatchScanned(frame, connection, arrivedAt)) {
      return;
    }
    let command: RemotingCommand;
    try {
      command = decodeCommand(frame);
    } catch (error) {
      this.#refuseUnreadable(frame, connection, arrivedAt, error);
      return;
    }
    // A late response to a request of ours: nobody waits for it any more.
    if (!isResponse(command)) {
      this.#dispatchCommand(command, connection, arrivedAt);
    }
  }

  /** Returns false when this frame needs the general parser. */
  #dispatchScanned(frame: Frame, connection: DispatchConnection, arrivedAt: number): boolean {
    const code = peekCode(frame);
    if (code === RequestCode.SEND_MESSAGE_V2 || code === RequestCode.SEND_BATCH_MESSAGE) {
      const scanned = scanSendHeaderV2(frame);
      if (scanned === null || isResponse(scanned)) {
        return false;
      }
      const exchange = new Exchange(connection, scanned, arrivedAt);
      this.#send(scanned.header, frame, exchange);
      return true;
    }
    if (code === RequestCode.PULL_MESSAGE) {
      const scanned = scanPullHeader(frame);
      if (scanned === null || isResponse(scanned)) {
        return false;
      }
      const exchange = new Exchange(connection, scanned, arrivedAt);
      this.#pull(scanned.header, frame, exchange, () => decodeCommand(frame));
      return true;
    }
    return false;
  }

  #dispatchCommand(command: RemotingCommand, connection: DispatchConnection, arrivedAt: number): void {
    const forwardedFor = command.extFields[FORWARDED_FOR] ?? null;
    const exchange = new Exchange(connection, command, arrivedAt, forwardedFor);
    guarded(exchange, () => {
      switch (command.code) {
        case RequestCode.SEND_MESSAGE:
        case RequestCode.SEND_MESSAGE_V2:
        case RequestCode.SEND_BATCH_MESSAGE: {
          const header = decodeSendHeader(command.code, command.extFields);
          this.#send(header, command, exchange);
          return;
        }
        case RequestCode.PULL_MESSAGE:
        case RequestCode.LITE_PULL_MESSAGE:
          this.#pull(decodePullHeader(command.extFields), command, exchange, () => command);
          return;
        default:
          this.#dispatchRoute(command, exchange);
      }
    });
  }

  #dispatchRoute(command: RemotingCommand, exchange: Exchange): void {
    const route = this.#ports.routes.get(command.code);
    if (route === undefined) {
      exchange.respond(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, {
        remark: ` request type ${command.code} not supported`,
      });
    } else if (route.place === 'any-replica') {
      route.handle(command, exchange);
    } else {
      this.#submitRoute(route, route.place, command, exchange);
    }
  }

  #submitRoute(
    route: Exclude<Route, { place: 'any-replica' }>,
    need: MasterNeed,
    command: RemotingCommand,
    exchange: Exchange,
  ): void {
    const { router } = this.#ports;
    const request: MasterRequest = {
      exchange,
      need,
      repeatable: route.repeatable,
      bytes: command.body.length,
      answerMs: this.#options.forwardTimeoutMs,
      command: () => command,
      run: () => {
        guarded(exchange, () => {
          route.handle(command, exchange, () => {
            router.defer(request);
          });
        });
      },
    };
    router.submit(request);
  }

  #send(header: SendHeader, source: Frame | RemotingCommand, exchange: Exchange): void {
    const { forwardTimeoutMs } = this.#options;
    this.#ports.router.submit(new SendRequest(this.#ports, header, source, exchange, forwardTimeoutMs));
  }

  #pull(
    header: PullHeader,
    { body }: { readonly body: Buffer },
    exchange: Exchange,
    command: () => RemotingCommand,
  ): void {
    const { router, pull } = this.#ports;
    const request: MasterRequest = {
      exchange,
      need: 'stored',
      repeatable: true,
      bytes: body.length,
      answerMs: Math.max(0, header.suspendTimeoutMillis) + PULL_ANSWER_MARGIN_MS,
      command,
      run: () => {
        guarded(exchange, () => {
          pull.pull(header, exchange, () => {
            router.defer(request);
          });
        });
      },
    };
    router.submit(request);
  }

  /** Answers what has an opaque; without one nobody could match an answer, and the connection ends. */
  #refuseUnreadable(frame: Frame, connection: DispatchConnection, arrivedAt: number, error: unknown): void {
    const peeked = peekRequest(frame);
    this.#ports.logger.warn('a request has an unreadable header', { client: connection.remoteAddress });
    if (peeked === null || isOneway(peeked)) {
      connection.close(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    const identity: RequestIdentity = {
      ...peeked,
      serializeType: frame.serializeType,
      version: 0,
      language: 'JAVA',
    };
    guarded(new Exchange(connection, identity, arrivedAt), () => {
      throw error;
    });
  }
}
