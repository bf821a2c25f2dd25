import type { RemotingCommand } from '@ledgermq/protocol';
import { ConnectionError, connect, nodeNet } from '@ledgermq/protocol/net';
import type { Connection, ConnectionOptions, NetPorts } from '@ledgermq/protocol/net';
import { parseHostPort } from '../config-reader.ts';
import type { MasterClient } from './master-router.ts';

export interface ForwardConnectionsOptions extends ConnectionOptions {
  readonly connectTimeoutMs: number;
}

/**
 * One connection per other replica, opened when first needed and opened anew after it broke. Requests made while it
 * is being opened leave in their order once it is there.
 */
export class ForwardConnections implements MasterClient {
  readonly #options: ForwardConnectionsOptions;
  readonly #net: NetPorts;
  readonly #connections = new Map<string, Promise<Connection>>();
  readonly #stopping = new AbortController();

  constructor(options: ForwardConnectionsOptions, net: NetPorts = nodeNet) {
    this.#options = options;
    this.#net = net;
  }

  async forward(address: string, command: RemotingCommand, timeoutMs: number): Promise<RemotingCommand> {
    const connection = await this.#connectionTo(address);
    return connection.request(command, timeoutMs);
  }

  /** Closes all connections; requests under way reject. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    const settled = await Promise.allSettled(connections);
    for (const result of settled) {
      if (result.status === 'fulfilled') {
        result.value.close();
      }
    }
  }

  #connectionTo(address: string): Promise<Connection> {
    const known = this.#connections.get(address);
    if (known !== undefined) {
      return known;
    }
    const target = parseHostPort(address);
    if (target === null) {
      return Promise.reject(new ConnectionError('CONNECT_FAILED', `"${address}" is not host:port`, false));
    }
    const forget = (): void => {
      if (this.#connections.get(address) === opening) {
        this.#connections.delete(address);
      }
    };
    const opening = connect(
      target.host,
      target.port,
      this.#options,
      {
        onFrames: (_frames, connection) => {
          // A replica never asks anything over this connection; one that does is not a replica of ours.
          connection.close(new Error('unexpected request from another replica'));
        },
        onClose: forget,
      },
      this.#options.connectTimeoutMs,
      this.#stopping.signal,
      this.#net,
    );
    this.#connections.set(address, opening);
    opening.catch(forget);
    return opening;
  }
}
