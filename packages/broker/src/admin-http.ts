import { getHeapStatistics } from 'node:v8';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { BrokerStatus } from './broker-status.ts';
import { parseHostPort } from './config-reader.ts';
import type { MetricsPage } from './metrics/metrics-page.ts';
import { BrokerError } from './errors.ts';
import type { AdministrationAnswer, GroupAdministration, MembershipWish } from './group-administration.ts';

export interface AdminHttpPorts extends GroupAdministration {
  status(): BrokerStatus;
  readonly metrics: Pick<MetricsPage, 'text' | 'contentType'>;
}

const BODY_BYTES_MAX = 16_384;
const memberId = { type: 'string', minLength: 1, maxLength: 255 } as const;
const memberIds = { type: 'array', items: memberId, maxItems: 32, uniqueItems: true } as const;
const transferBody = {
  type: 'object',
  properties: { to: memberId },
  required: ['to'],
  additionalProperties: false,
} as const;
const membersBody = {
  type: 'object',
  properties: { voters: { ...memberIds, minItems: 1 }, learners: memberIds },
  required: ['voters'],
  additionalProperties: false,
} as const;

interface GroupPath {
  readonly brokerName: string;
}

/** The HTTP port for people and probes: what the node does now, whether it is well, and orders of an operator. */
export class AdminHttp {
  readonly #ports: AdminHttpPorts;
  readonly #listen: string;
  #server: FastifyInstance | null = null;

  constructor(listen: string, ports: AdminHttpPorts) {
    this.#ports = ports;
    this.#listen = listen;
  }

  /** @returns the port listened on, which matters when the configuration says 0. */
  async start(): Promise<number> {
    const address = parseHostPort(this.#listen);
    if (address === null) {
      throw new BrokerError('CONFIG_INVALID', `adminListen "${this.#listen}" is not "host:port"`);
    }
    const server = fastify({ logger: false, bodyLimit: BODY_BYTES_MAX });
    this.#addReports(server);
    this.#addOrders(server);
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

  #addReports(server: FastifyInstance): void {
    server.get('/status', () => ({
      ...this.#ports.status(),
      heapUsedBytes: getHeapStatistics().used_heap_size,
    }));
    server.get('/metrics', async (_request, reply) => {
      const { metrics } = this.#ports;
      return reply.type(metrics.contentType).send(await metrics.text());
    });
    server.get('/healthz', (_request, reply) => {
      const { groups } = this.#ports.status();
      const leaderless = groups.filter((group) => group.leader === null).map((group) => group.brokerName);
      return reply.code(leaderless.length === 0 ? 200 : 503).send({
        healthy: leaderless.length === 0,
        leaderless,
      });
    });
  }

  #addOrders(server: FastifyInstance): void {
    server.post<{ Params: GroupPath; Body: { readonly to: string } }>(
      '/groups/:brokerName/leader',
      { schema: { body: transferBody } },
      (request, reply) => {
        const { params, body } = request;
        return send(reply, this.#ports.transferLeadership(params.brokerName, body.to));
      },
    );
    server.post<{ Params: GroupPath; Body: Partial<MembershipWish> & Pick<MembershipWish, 'voters'> }>(
      '/groups/:brokerName/members',
      { schema: { body: membersBody } },
      (request, reply) => {
        const { voters, learners = [] } = request.body;
        return send(reply, this.#ports.changeMembers(request.params.brokerName, { voters, learners }));
      },
    );
  }
}

function send(reply: FastifyReply, answer: AdministrationAnswer): FastifyReply {
  switch (answer.type) {
    case 'accepted':
      return reply.code(202).send({ accepted: true });
    case 'unknown-group':
      return reply.code(404).send({ accepted: false, reason: 'unknown-group' });
    case 'refused':
      return reply.code(409).send({ accepted: false, reason: answer.reason, leader: answer.leader });
  }
}
