import type { RemotingCommand } from '@ledgermq/protocol';
import { CONNECTION_DEFAULTS, connect, type Connection, type NetPorts } from '@ledgermq/protocol/net';

const CONNECT_TIMEOUT_MS = 1_000;

/** One connection per address, made on demand. */
export class RawConnections {
  readonly #net: NetPorts;
  readonly #open: Map<string, Connection> = new Map();

  constructor(net: NetPorts) {
    this.#net = net;
  }

  /** Rejects with a `ConnectionError`; its `written` tells whether the request may have been executed. */
  async request(address: string, command: RemotingCommand, timeoutMs: number): Promise<RemotingCommand> {
    const open = this.#open.get(address);
    const connection = open !== undefined && !open.closed ? open : await this.#connect(address);
    return connection.request(command, timeoutMs);
  }

  stop(): void {
    for (const connection of this.#open.values()) connection.close();
  }

  async #connect(address: string): Promise<Connection> {
    const at = address.lastIndexOf(':');
    const connection = await connect(
      address.slice(0, at),
      Number(address.slice(at + 1)),
      CONNECTION_DEFAULTS,
      { onFrames: () => undefined, onClose: () => undefined },
      CONNECT_TIMEOUT_MS,
      null,
      this.#net,
    );
    this.#open.set(address, connection);
    return connection;
  }
}
