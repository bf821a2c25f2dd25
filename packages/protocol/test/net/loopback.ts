import { connect as connectSocket } from 'node:net';
import type { Socket } from 'node:net';

import type { ExecutionContext } from 'ava';

import { createRequest, createResponse, decodeCommand, encodeCommand } from '../../src/command.ts';
import type { RemotingCommand } from '../../src/command.ts';
import type { Frame } from '../../src/frame.ts';
import { Listener, connect } from '../../src/net/index.ts';
import type {
  Connection,
  ConnectionHandler,
  ConnectionOptions,
  ListenerOptions,
} from '../../src/net/index.ts';

export const SMALL: ConnectionOptions = {
  frameBytesMax: 1_048_576,
  writeBufferBytesMax: 1_048_576,
  idleTimeoutMs: 0,
  requestsInFlightMax: 1_000,
};

/** What one side of a connection was told, with promises for what has not happened yet. */
export class Recorder implements ConnectionHandler {
  readonly calls: number[] = [];
  readonly requests: RemotingCommand[] = [];
  readonly opened: Connection[] = [];
  readonly closed: { connection: Connection; error: Error | null }[] = [];
  readonly #onRequest: (request: RemotingCommand, connection: Connection) => void;
  #waiting: { ready: () => boolean; resolve: () => void }[] = [];

  constructor(onRequest: (request: RemotingCommand, connection: Connection) => void = () => undefined) {
    this.#onRequest = onRequest;
  }

  onOpen(connection: Connection): void {
    this.opened.push(connection);
    this.#check();
  }

  onFrames(frames: readonly Frame[], connection: Connection): void {
    this.calls.push(frames.length);
    for (const frame of frames) {
      const request = decodeCommand(frame);
      this.requests.push(request);
      this.#onRequest(request, connection);
    }
    this.#check();
  }

  onClose(connection: Connection, error: Error | null): void {
    this.closed.push({ connection, error });
    this.#check();
  }

  until(ready: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ ready, resolve });
      this.#check();
    });
  }

  #check(): void {
    const done = this.#waiting.filter((waiter) => waiter.ready());
    this.#waiting = this.#waiting.filter((waiter) => !done.includes(waiter));
    for (const waiter of done) waiter.resolve();
  }
}

/** Answers every request with its own fields and body. */
export function echo(request: RemotingCommand, connection: Connection): void {
  connection.write(
    encodeCommand(createResponse(request, 0, { extFields: request.extFields, body: request.body })),
  );
}

export interface Server {
  readonly listener: Listener;
  readonly recorder: Recorder;
  readonly port: number;
}

/** A server that is stopped at the end of the test, if the test does not do so itself. */
export async function serve(
  t: ExecutionContext,
  recorder: Recorder,
  options: Partial<ListenerOptions> = {},
): Promise<Server> {
  const listener = new Listener(
    { ...SMALL, host: '127.0.0.1', port: 0, connectionsMax: 100, ...options },
    recorder,
  );
  t.teardown(() => listener.stop());
  return { listener, recorder, port: await listener.start() };
}

export function dial(
  server: Server,
  recorder: Recorder = new Recorder(),
  options: Partial<ConnectionOptions> = {},
): Promise<Connection> {
  return connect('127.0.0.1', server.port, { ...SMALL, ...options }, recorder, 5_000);
}

/** A plain socket, to send what no well-behaved peer would. */
export function dialRaw(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host: '127.0.0.1', port });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

export function socketClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
}

/** Wait until `figure` has stood still for many turns of the event loop, and return it. */
export async function settled(figure: () => number): Promise<number> {
  let last = figure();
  for (let still = 0; still < 200; still += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (figure() !== last) {
      last = figure();
      still = 0;
    }
  }
  return last;
}

export function request(name: string, body: Buffer = Buffer.alloc(0)): RemotingCommand {
  return createRequest(105, { topic: name }, body);
}
