import { Connection } from './connection.ts';
import type { ConnectionHandler, ConnectionOptions } from './connection.ts';
import { nodeNet } from './node-net.ts';
import type { NetPorts, ServerPort, SocketPort } from './ports.ts';

export interface ListenerOptions extends ConnectionOptions {
  readonly host: string;
  /** 0 = a free port chosen by the operating system; `start` returns it. */
  readonly port: number;
  /** A connection beyond this number is closed as soon as it is accepted. */
  readonly connectionsMax: number;
}

export interface ListenerHandler extends ConnectionHandler {
  /** Before the first `onFrames` of the connection. An error thrown here closes it. */
  onOpen?(connection: Connection): void;
  /** A connection could not be accepted (out of file descriptors ...). The listener goes on. */
  onAcceptError?(error: Error): void;
}

/** Accepts connections on one address and owns them until they are closed. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #handler: ListenerHandler;
  readonly #net: NetPorts;
  /** By socket, because a connection counts as gone only when its socket is. */
  readonly #connections = new Map<SocketPort, Connection>();
  #server: ServerPort | null = null;
  #starting: Promise<number> | null = null;
  #stopping: Promise<void> | null = null;

  constructor(options: ListenerOptions, handler: ListenerHandler, net: NetPorts = nodeNet) {
    this.#options = options;
    this.#handler = handler;
    this.#net = net;
  }

  /** Start listening; resolves to the port. Rejects with the error of the system (address in use ...). */
  start(): Promise<number> {
    this.#starting ??= this.#listen();
    return this.#starting;
  }

  /** Accept no more, close every connection after its queued replies have left, and wait for all of it. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** The open connections. */
  connections(): readonly Connection[] {
    return [...this.#connections.values()].filter((connection) => !connection.closed);
  }

  async #listen(): Promise<number> {
    if (this.#stopping !== null) throw new Error('The listener was stopped');
    const server = this.#net.network.createServer((socket) => this.#accept(socket));
    server.maxConnections = this.#options.connectionsMax;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#options.port, this.#options.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => this.#handler.onAcceptError?.(error));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    await this.#starting?.catch(() => 0);
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const connection of this.#connections.values()) connection.close();
    await closed;
  }

  #accept(socket: SocketPort): void {
    if (socket.remoteAddress === undefined || this.#stopping !== null) {
      socket.on('error', () => socket.destroy());
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, this.#options, this.#handler, this.#net);
    this.#connections.set(socket, connection);
    socket.on('close', () => this.#connections.delete(socket));
    try {
      this.#handler.onOpen?.(connection);
    } catch (error) {
      connection.close(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
