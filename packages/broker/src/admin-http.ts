import { getHeapStatistics } from 'node:v8';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { BrokerStatus } from './broker-status.ts';
import { parseHostPort } from './config-reader.ts';
import { BrokerError } from './errors.ts';

export interface AdminHttpPorts {
  status(): BrokerStatus;
}

/** The HTTP port for people and probes: what the node does now, and whether it is well. */
export class AdminHttp {
  readonly #ports: AdminHttpPorts;
  readonly #listen: string;
  #server: FastifyInstance | null = null;

  constructor(listen: string, ports: AdminHttpPorts) {
    this.#listen = listen;
    this.#ports = ports;
  }

  /** @returns the port listened on, which matters when the configuration says 0. */
  async start(): Promise<number> {
    const address = parseHostPort(this.#listen);
    if (address === null) {
      throw new BrokerError('CONFIG_INVALID', `adminListen "${this.#listen}" is not "host:port"`);
    }
    const server = fastify({ logger: false });
    server.get('/status', () => ({
      ...this.#ports.status(),
      heapUsedBytes: getHeapStatistics().used_heap_size,
    }));
    server.get('/healthz', (_request, reply) => {
      const { groups } = this.#ports.status();
      const leaderless = groups.filter((group) => group.leader === null).map((group) => group.brokerName);
      return reply.code(leaderless.length === 0 ? 200 : 503).send({
        healthy: leaderless.length === 0,
        leaderless,
      });
    });
    this.#server = server;
    try {
      await server.listen({ host: address.host, port: address.port });
    } catch (error) {
      throw new BrokerError('LISTEN_FAILED', `cannot listen on ${this.#listen} for administration`, {
        cause: error,
      });
    }
    const bound = server.server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : address.port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.close();
  }
}
