import { decodeCommand, encodeCommand, isOneway, type Frame } from '@ledgermq/protocol';
import { CONNECTION_DEFAULTS, Listener, type Connection } from '@ledgermq/protocol/net';
import type { NamesrvConfig } from './config.ts';
import { handleRequest, type HandlerPorts } from './handlers.ts';
import { KvConfig } from './kv-config.ts';
import { KvFile } from './kv-file.ts';
import { RouteTable } from './route-table.ts';

export interface NamesrvLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** One name server: a listener around the route table. Name servers know nothing of each other. */
export class Namesrv {
  readonly #config: NamesrvConfig;
  readonly #logger: NamesrvLogger;
  readonly #routes: RouteTable;
  readonly #listener: Listener;
  readonly #ports: HandlerPorts;
  #expiry: NodeJS.Timeout | null = null;

  constructor(config: NamesrvConfig, logger: NamesrvLogger) {
    this.#config = config;
    this.#logger = logger;
    this.#routes = new RouteTable();
    const file = new KvFile(config.dataDir);
    const { value, setAside } = file.load(Date.now());
    if (setAside !== null) logger.warn({ setAside }, 'unreadable key-value file set aside');
    const kv = new KvConfig(value);
    this.#ports = {
      routes: this.#routes,
      kv,
      saveKv: () => file.save(kv),
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
    );
  }

  /** Resolves with the port it listens on. */
  async start(): Promise<number> {
    const port = await this.#listener.start();
    this.#expiry ??= setInterval(() => {
      this.#logGone(this.#routes.expire(performance.now()), 'no sign of life');
    }, this.#config.scanIntervalMs);
    return port;
  }

  async stop(): Promise<void> {
    if (this.#expiry !== null) clearInterval(this.#expiry);
    this.#expiry = null;
    await this.#listener.stop();
  }

  #onFrames(frames: readonly Frame[], connection: Connection): void {
    for (const frame of frames) {
      const request = decodeCommand(frame);
      const context = { connectionId: connection.id, now: performance.now() };
      const response = handleRequest(request, context, this.#ports);
      if (!isOneway(request)) connection.write(encodeCommand(response));
    }
  }

  #logGone(brokerNames: readonly string[], why: string): void {
    if (brokerNames.length > 0) this.#logger.info({ brokerNames, why }, 'broker address removed');
  }
}
