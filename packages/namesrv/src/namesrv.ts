import { decodeCommand, encodeCommand, isOneway, type Frame } from '@ledgermq/protocol';
import {
  CONNECTION_DEFAULTS,
  Listener,
  nodeNet,
  RepeatingTimer,
  type Connection,
  type NetPorts,
} from '@ledgermq/protocol/net';
import type { NamesrvConfig } from './config.ts';
import { handleRequest, type HandlerPorts } from './handlers.ts';
import { KvConfig } from './kv-config.ts';
import type { KvStore } from './kv-store.ts';
import { KvFile } from './kv-file.ts';
import { RouteTable } from './route-table.ts';

export interface NamesrvLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface NamesrvPorts {
  readonly net: NetPorts;
  readonly kvStore: KvStore;
}

/** One name server: a listener around the route table. Name servers know nothing of each other. */
export class Namesrv {
  readonly #config: NamesrvConfig;
  readonly #logger: NamesrvLogger;
  readonly #routes: RouteTable;
  readonly #listener: Listener;
  readonly #ports: HandlerPorts;
  readonly #net: NetPorts;
  #expiry: RepeatingTimer | null = null;

  /** Without ports it uses the sockets of this process and a file in `dataDir`. */
  constructor(config: NamesrvConfig, logger: NamesrvLogger, ports?: NamesrvPorts) {
    const net = ports?.net ?? nodeNet;
    const kvStore = ports?.kvStore ?? new KvFile(config.dataDir);
    this.#net = net;
    this.#config = config;
    this.#logger = logger;
    this.#routes = new RouteTable();
    const { value, setAside } = kvStore.load(net.clock.now());
    if (setAside !== null) logger.warn({ setAside }, 'unreadable key-value file set aside');
    const kv = new KvConfig(value);
    this.#ports = {
      routes: this.#routes,
      kv,
      saveKv: () => kvStore.save(kv),
      brokerExpiryMs: config.brokerExpiryMs,
      orderMessageEnable: config.orderMessageEnable,
    };
    this.#listener = new Listener(
      { ...CONNECTION_DEFAULTS, host: config.host, port: config.port, connectionsMax: config.connectionsMax },
      {
        onFrames: (frames, connection) => this.#onFrames(frames, connection),
        onClose: (connection) =>
          this.#logGone(this.#routes.connectionClosed(connection.id), 'connection closed'),
      },
      net,
    );
  }

  /** Resolves with the port it listens on. */
  async start(): Promise<number> {
    const port = await this.#listener.start();
    const { clock } = this.#net;
    this.#expiry ??= new RepeatingTimer(clock, this.#config.scanIntervalMs, () => {
      this.#logGone(this.#routes.expire(clock.monotonic()), 'no sign of life');
    });
    return port;
  }

  async stop(): Promise<void> {
    this.#expiry?.stop();
    this.#expiry = null;
    await this.#listener.stop();
  }

  #onFrames(frames: readonly Frame[], connection: Connection): void {
    for (const frame of frames) {
      const request = decodeCommand(frame);
      const context = { connectionId: connection.id, now: this.#net.clock.monotonic() };
      const response = handleRequest(request, context, this.#ports);
      if (!isOneway(request)) connection.write(encodeCommand(response));
    }
  }

  #logGone(brokerNames: readonly string[], why: string): void {
    if (brokerNames.length > 0) this.#logger.info({ brokerNames, why }, 'broker address removed');
  }
}
