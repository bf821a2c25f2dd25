import { ResponseCode, type RemotingCommand } from '@ledgermq/protocol';
import { ConnectionError } from '@ledgermq/protocol/net';
import type { ClientPorts } from './client-ports.ts';
import { RawConnections } from './raw-connections.ts';

/** What became of a request. */
export type Answer =
  | { readonly type: 'answered'; readonly response: RemotingCommand }
  /** Certainly not executed. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'unknown'; readonly reason: string };

/** Answers that say that nothing was executed. */
const REFUSALS: ReadonlySet<number> = new Set<number>([
  ResponseCode.SYSTEM_BUSY,
  ResponseCode.SERVICE_NOT_AVAILABLE,
  ResponseCode.NO_PERMISSION,
  ResponseCode.TOPIC_NOT_EXIST,
  ResponseCode.MESSAGE_ILLEGAL,
  ResponseCode.INVALID_PARAMETER,
  ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
  ResponseCode.SUBSCRIPTION_NOT_EXIST,
  ResponseCode.SUBSCRIPTION_NOT_LATEST,
]);

/** Requests to a broker group: to the replica that answered last, or to another one after a failure. */
export class GroupRequests {
  readonly #ports: ClientPorts;
  readonly #connections: RawConnections;
  readonly #last: Map<string, string> = new Map();

  constructor(ports: ClientPorts) {
    this.#ports = ports;
    this.#connections = new RawConnections(ports.net);
  }

  stop(): void {
    this.#connections.stop();
  }

  async ask(brokerName: string, command: RemotingCommand, timeoutMs: number): Promise<Answer> {
    const address = this.#addressOf(brokerName);
    let response: RemotingCommand;
    try {
      response = await this.#connections.request(address, command, timeoutMs);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#last.delete(brokerName);
      this.#ports.count(`client: ${error.code}`);
      return { type: error.written ? 'unknown' : 'refused', reason: `${error.code} of ${address}` };
    }
    const reason = `${response.code} of ${address}: ${response.remark ?? ''}`;
    if (response.code === ResponseCode.SYSTEM_ERROR) return this.#failed(brokerName, 'unknown', reason);
    if (REFUSALS.has(response.code)) return this.#failed(brokerName, 'refused', reason);
    this.#last.set(brokerName, address);
    return { type: 'answered', response };
  }

  #failed(brokerName: string, type: 'refused' | 'unknown', reason: string): Answer {
    this.#last.delete(brokerName);
    this.#ports.count(`client: ${type}`);
    return { type, reason };
  }

  #addressOf(brokerName: string): string {
    const last = this.#last.get(brokerName);
    if (last !== undefined) return last;
    const group = this.#ports.topology.groups.find((place) => place.brokerName === brokerName);
    return this.#ports.random.pick(group?.addresses ?? []);
  }
}
