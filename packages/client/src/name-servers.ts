import { ResponseCode, type RemotingCommand } from '@ledgermq/protocol';
import { MQBrokerException, RemotingConnectException } from './errors.ts';
import type { BrokerConnections } from './broker-connections.ts';

const REQUEST_TIMEOUT_MS = 3000;

/** Requests to whichever name server answers: the last good one first, then the others in turn. */
export class NameServers {
  readonly #addresses: readonly string[];
  readonly #connections: BrokerConnections;
  #current = 0;

  constructor(addresses: readonly string[], connections: BrokerConnections) {
    this.#addresses = addresses;
    this.#connections = connections;
  }

  /**
   * @throws RemotingConnectException when no name server answers, MQBrokerException when one answers with an error;
   * a TOPIC_NOT_EXIST answer is returned as null.
   */
  async request(command: RemotingCommand): Promise<RemotingCommand | null> {
    let failure: unknown = null;
    for (let i = 0; i < this.#addresses.length; i++) {
      const at = (this.#current + i) % this.#addresses.length;
      let response: RemotingCommand;
      try {
        const connection = await this.#connections.get(this.#addresses[at] ?? '');
        response = await connection.request(command, REQUEST_TIMEOUT_MS);
      } catch (error) {
        failure = error;
        continue;
      }
      this.#current = at;
      if (response.code === ResponseCode.SUCCESS) return response;
      if (response.code === ResponseCode.TOPIC_NOT_EXIST) return null;
      throw new MQBrokerException(response.remark ?? `name server answered ${response.code}`, {
        outcome: 'rejected',
        responseCode: response.code,
      });
    }
    throw new RemotingConnectException(`no name server answers (${this.#addresses.join(', ')})`, {
      outcome: 'unavailable',
      cause: failure,
    });
  }
}
