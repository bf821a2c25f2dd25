import { ResponseCode, type RemotingCommand } from '@ledgermq/protocol';
import { ConnectionError } from '@ledgermq/protocol/net';
import type { BrokerConnections } from './broker-connections.ts';
import { MQBrokerException, RemotingConnectException } from './errors.ts';
import { ReplicaChoice } from './replica-choice.ts';
import type { RouteCache } from './route-cache.ts';

export interface RequestLimits {
  /** Longest wait for one replica's answer, ms. */
  readonly timeoutMs: number;
  /** Whether it does no harm when the broker executes it twice. */
  readonly repeatable: boolean;
}

/** Requests to a broker group by its name: the master first, its replicas when it cannot be reached. */
export class BrokerRequests {
  readonly #connections: BrokerConnections;
  readonly #routes: RouteCache;

  constructor(connections: BrokerConnections, routes: RouteCache) {
    this.#connections = connections;
    this.#routes = routes;
  }

  /**
   * The first answer that a replica gives, whatever its code, except that SERVICE_NOT_AVAILABLE leads to the next
   * replica.
   *
   * @throws RemotingConnectException when none answers; its outcome is `unknown` when one may have executed it.
   */
  async request(
    brokerName: string,
    command: RemotingCommand,
    limits: RequestLimits,
  ): Promise<RemotingCommand> {
    const replicas = new ReplicaChoice(this.#routes, brokerName);
    let failure: unknown = null;
    let maybeExecuted = false;
    for (let address = replicas.next(); address !== null; address = replicas.next()) {
      replicas.failed(address);
      try {
        const connection = this.#connections.peek(address) ?? (await this.#connections.get(address));
        const response = await connection.request(command, limits.timeoutMs);
        if (response.code !== ResponseCode.SERVICE_NOT_AVAILABLE) return response;
        failure = unexpectedAnswer(response);
      } catch (error) {
        failure = error;
        maybeExecuted ||= !(error instanceof ConnectionError) || error.written;
        if (maybeExecuted && !limits.repeatable) break;
      }
    }
    throw new RemotingConnectException(`no replica of ${brokerName} answered request ${command.code}`, {
      outcome: maybeExecuted ? 'unknown' : 'unavailable',
      cause: failure,
    });
  }
}

/** The error for an answer whose code the caller has no use for. */
export function unexpectedAnswer(response: RemotingCommand): MQBrokerException {
  return new MQBrokerException(response.remark ?? `the broker answered ${response.code}`, {
    outcome: 'rejected',
    responseCode: response.code,
  });
}
