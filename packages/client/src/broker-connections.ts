import type { Frame } from '@ledgermq/protocol';
import { connect, CONNECTION_DEFAULTS, type Connection, type NetPorts } from '@ledgermq/protocol/net';

/** What a client does with what servers send by themselves, and with lost connections. */
export interface ServerEvents {
  onRequest(frame: Frame, connection: Connection): void;
  onClosed(address: string): void;
}

const CONNECT_TIMEOUT_MS = 1500;

/** One connection per address, made on demand and dropped when it closes. */
export class BrokerConnections {
  readonly #events: ServerEvents;
  readonly #net: NetPorts;
  readonly #open: Map<string, Connection> = new Map();
  readonly #opening: Map<string, Promise<Connection>> = new Map();
  #stopped = false;

  constructor(events: ServerEvents, net: NetPorts) {
    this.#events = events;
    this.#net = net;
  }

  /** The open connection, if there is one: the way without waiting. */
  peek(address: string): Connection | null {
    const connection = this.#open.get(address);
    return connection === undefined || connection.closed ? null : connection;
  }

  /** Rejects with a `ConnectionError` CONNECT_FAILED. Several callers share one attempt. */
  get(address: string): Promise<Connection> {
    const connection = this.peek(address);
    if (connection !== null) return Promise.resolve(connection);
    const opening = this.#opening.get(address);
    if (opening !== undefined) return opening;
    const attempt = this.#connect(address).finally(() => this.#opening.delete(address));
    this.#opening.set(address, attempt);
    return attempt;
  }

  addresses(): string[] {
    return [...this.#open.keys()];
  }

  /** Closes everything, letting what is queued leave first. */
  stop(): void {
    this.#stopped = true;
    for (const connection of this.#open.values()) connection.close();
    this.#open.clear();
  }

  async #connect(address: string): Promise<Connection> {
    const at = address.lastIndexOf(':');
    const connection = await connect(
      address.slice(0, at),
      Number(address.slice(at + 1)),
      CONNECTION_DEFAULTS,
      {
        onFrames: (frames, from) => {
          for (const frame of frames) this.#events.onRequest(frame, from);
        },
        onClose: (closed) => this.#forget(address, closed),
      },
      CONNECT_TIMEOUT_MS,
      null,
      this.#net,
    );
    if (this.#stopped) connection.close();
    else this.#open.set(address, connection);
    return connection;
  }

  #forget(address: string, connection: Connection): void {
    if (this.#open.get(address) !== connection) return;
    this.#open.delete(address);
    this.#events.onClosed(address);
  }
}
