import {
  createRequest,
  encodeHeartbeat,
  encodeUnregisterClientHeader,
  MASTER_ID,
  RequestCode,
  ResponseCode,
  type Frame,
  type HeartbeatData,
} from '@ledgermq/protocol';
import { RepeatingTimer, type Connection } from '@ledgermq/protocol/net';
import { BrokerConnections } from './broker-connections.ts';
import type { ClientPorts } from './client-ports.ts';
import type { ClientConfig } from './config.ts';
import { NameServers } from './name-servers.ts';
import { RouteCache } from './route-cache.ts';

const HEARTBEAT_TIMEOUT_MS = 3000;
const UNREGISTER_TIMEOUT_MS = 1000;

export interface CoreEvents {
  /** A server sends a request by itself (such as "the members of your group changed"). */
  onServerRequest(frame: Frame, connection: Connection): void;
  onConnectionClosed(address: string): void;
  /** After the routes were looked at on schedule. */
  onRoutesPolled(): void;
}

/**
 * What producers and consumers have in common: connections, routes that are looked at on schedule, and heartbeats. Each
 * producer or consumer owns one.
 */
export class ClientCore {
  readonly config: ClientConfig;
  readonly connections: BrokerConnections;
  readonly nameServers: NameServers;
  readonly routes: RouteCache;
  readonly #heartbeat: () => HeartbeatData;
  readonly #events: CoreEvents;
  readonly #ports: Pick<ClientPorts, 'net' | 'clock'>;
  readonly #timers: RepeatingTimer[] = [];
  /** The connection over which each address last took a heartbeat: a new one means that the broker forgot this client. */
  readonly #greeted: Map<string, Connection> = new Map();
  #greetingNew: Promise<void> | null = null;
  #stopped = false;

  constructor(
    config: ClientConfig,
    heartbeat: () => HeartbeatData,
    events: CoreEvents,
    ports: Pick<ClientPorts, 'net' | 'clock'>,
  ) {
    this.config = config;
    this.#ports = ports;
    this.#heartbeat = heartbeat;
    this.#events = events;
    this.connections = new BrokerConnections(
      {
        onRequest: (frame, connection) => events.onServerRequest(frame, connection),
        onClosed: (address) => events.onConnectionClosed(address),
      },
      ports.net,
    );
    this.nameServers = new NameServers(config.namesrvAddresses, this.connections);
    this.routes = new RouteCache(this.nameServers);
  }

  start(): void {
    const { clock } = this.#ports;
    const { pollNameServerInterval, heartbeatBrokerInterval } = this.config;
    this.#timers.push(
      new RepeatingTimer(clock, pollNameServerInterval, () => void this.#pollRoutes()),
      new RepeatingTimer(clock, heartbeatBrokerInterval, () => void this.heartbeat()),
    );
  }

  /** Tells every broker of the known routes that this client lives; masters only when it consumes nothing. */
  heartbeat(): Promise<void> {
    return this.#greet(() => true);
  }

  /** A heartbeat to the brokers that had none over the connection they have now, if any. Single-flight. */
  heartbeatNew(): Promise<void> {
    this.#greetingNew ??= this.#greet((address) => {
      const connection = this.connections.peek(address);
      return connection === null || this.#greeted.get(address) !== connection;
    }).finally(() => {
      this.#greetingNew = null;
    });
    return this.#greetingNew;
  }

  /** Never rejects. */
  async #greet(wanted: (address: string) => boolean): Promise<void> {
    const data = this.#heartbeat();
    const command = createRequest(RequestCode.HEART_BEAT, {}, encodeHeartbeat(data));
    const addresses = this.#heartbeatAddresses(data.consumerDataSet.length > 0);
    for (const address of this.#greeted.keys()) if (!addresses.has(address)) this.#greeted.delete(address);
    await Promise.all(
      [...addresses].filter(wanted).map(async (address) => {
        try {
          const connection = await this.connections.get(address);
          const response = await connection.request(command, HEARTBEAT_TIMEOUT_MS);
          if (response.code === ResponseCode.SUCCESS) this.#greeted.set(address, connection);
          else this.config.logger.debug({ address, code: response.code }, 'heartbeat refused');
        } catch (error) {
          this.config.logger.debug({ address, error: String(error) }, 'heartbeat failed');
        }
      }),
    );
  }

  /** Says good-bye as far as anybody listens, then closes everything. Never rejects. */
  async stop(groups: {
    readonly producerGroup: string | null;
    readonly consumerGroup: string | null;
  }): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const timer of this.#timers) timer.stop();
    const header = encodeUnregisterClientHeader({ clientID: this.config.clientId, ...groups });
    const command = createRequest(RequestCode.UNREGISTER_CLIENT, header);
    const namesrv = new Set(this.config.namesrvAddresses);
    const brokers = this.connections.addresses().filter((address) => !namesrv.has(address));
    await Promise.all(
      brokers.map(async (address) => {
        await this.connections
          .peek(address)
          ?.request(command, UNREGISTER_TIMEOUT_MS)
          .catch(() => null);
      }),
    );
    this.connections.stop();
  }

  async #pollRoutes(): Promise<void> {
    await Promise.all(
      this.routes.topics().map((topic) =>
        this.routes.refresh(topic).catch((error: unknown) => {
          this.config.logger.debug({ topic, error: String(error) }, 'route refresh failed');
        }),
      ),
    );
    if (!this.#stopped) this.#events.onRoutesPolled();
  }

  #heartbeatAddresses(slavesToo: boolean): Set<string> {
    const addresses = new Set<string>();
    for (const brokerName of this.routes.brokerNames()) {
      for (const [id, address] of this.routes.addressesOf(brokerName)) {
        if (slavesToo || id === MASTER_ID) addresses.add(address);
      }
    }
    return addresses;
  }
}
