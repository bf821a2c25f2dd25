import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { createRequest, encodeSendHeaderV2, readRecords } from '@ledgermq/protocol';
import type { RemotingCommand } from '@ledgermq/protocol';
import { CONNECTION_DEFAULTS, connect, nodeNet } from '@ledgermq/protocol/net';
import type { Connection } from '@ledgermq/protocol/net';
import { SystemClock, SystemRandom, silentLogger } from '@ledgermq/raft';
import { FaultyNodeDisk, NodeDisk, nodeLevel } from '@ledgermq/store';
import { Broker } from '../src/broker.ts';
import { RaftReplicaHost } from '../src/raft-replica-host.ts';
import { brokerConfig } from './broker-config.ts';
import { pullFields, sendHeader } from './face-fixture.ts';

const POLL_MS = 20;
const ASK_MS = 20_000;
/** What the disk of a node keeps free. */
export const RESERVE_BYTES: number = 4 * 1024 * 1024;
/** Far more than a test writes. */
const PLENTY_BYTES = 256 * 1024 * 1024;

/** A port that nobody used a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A group of one node as a process would run it: real sockets, real files, real time, and a disk that can be made full. */
export class SocketNode {
  readonly connection: Connection;
  readonly adminPort: number;
  readonly disk: FaultyNodeDisk;
  readonly fatal: readonly Error[];

  private constructor(parts: Pick<SocketNode, 'connection' | 'adminPort' | 'disk' | 'fatal'>) {
    this.connection = parts.connection;
    this.adminPort = parts.adminPort;
    this.disk = parts.disk;
    this.fatal = parts.fatal;
  }

  static async start(
    t: ExecutionContext,
    diskSpace: Readonly<Record<string, unknown>> = {},
    brokerName: string = 'broker-a',
  ): Promise<SocketNode> {
    const root = mkdtempSync(join(tmpdir(), 'ledgermq-node-'));
    const disk = new FaultyNodeDisk({
      base: new NodeDisk(),
      root,
      attic: `${root}.attic`,
      capacityBytes: PLENTY_BYTES,
    });
    const listenAddress = `127.0.0.1:${await freePort()}`;
    const config = brokerConfig({
      dataDir: join(root, 'data'),
      peers: [{ id: 'n1', peerAddress: `127.0.0.1:${await freePort()}` }],
      groups: [{ brokerName, members: [{ id: 'n1', listenAddress }] }],
      namesrvAddr: '127.0.0.1:1',
      registrationWaitMs: 0,
      store: {
        segmentBytes: 1_048_576,
        tailCacheBytes: 1_048_576,
        diskSpace: { diskReserveBytes: RESERVE_BYTES, ...diskSpace },
      },
    });
    const fatal: Error[] = [];
    const ports = {
      loggers: { component: () => silentLogger },
      clock: new SystemClock(),
      random: new SystemRandom(),
    };
    const replicas = new RaftReplicaHost(config, { ...ports, disk, level: nodeLevel, net: nodeNet });
    const broker = new Broker(config, {
      ...ports,
      onFatal: (error) => fatal.push(error),
      replicas,
      processId: 1,
    });
    t.teardown(async () => {
      disk.setCapacity(PLENTY_BYTES);
      await broker.stop();
      await disk.close();
      rmSync(root, { recursive: true, force: true });
    });
    const { adminPort, listenPorts } = await broker.start();
    const handler = { onFrames: () => undefined, onClose: () => undefined };
    const port = listenPorts[brokerName] ?? 0;
    const connection = await connect('127.0.0.1', port, CONNECTION_DEFAULTS, handler, 2_000);
    t.teardown(() => {
      connection.close();
    });
    return new SocketNode({ connection, adminPort, disk, fatal });
  }

  ask(code: number, fields: Readonly<Record<string, string>>): Promise<RemotingCommand> {
    return this.connection.request(createRequest(code, fields), ASK_MS);
  }

  /** One attempt, as a producer without retries makes it. */
  send(body: string, keys = ''): Promise<RemotingCommand> {
    const properties = `UNIQ_KEY\u0001${body.slice(0, 40)}\u0002KEYS\u0001${keys}\u0002`;
    const header = encodeSendHeaderV2(sendHeader({ topic: 'T', properties }));
    return this.connection.request(createRequest(310, header, Buffer.from(body)), ASK_MS);
  }

  /** Sends until it is stored. */
  async sendStored(body: string): Promise<RemotingCommand> {
    for (;;) {
      const answer = await this.send(body);
      if (answer.code === 0) return answer;
      await delay(POLL_MS);
    }
  }

  /** Bodies of queue 0 from the beginning. */
  async pullAll(consumerGroup = 'g'): Promise<string[]> {
    const bodies: string[] = [];
    for (let from = '0'; ;) {
      const fields = pullFields({ consumerGroup, sysFlag: '4', subscription: '*', queueOffset: from });
      const { code, body, extFields } = await this.ask(11, fields);
      if (code !== 0) return bodies;
      for (const record of readRecords(body, { verifyBody: true })) bodies.push(record.body.toString());
      from = extFields['nextBeginOffset'] ?? '0';
    }
  }

  /** Somebody fills the disk until only so many bytes are left. */
  leaveRoom(bytes: number): void {
    this.disk.setCapacity(PLENTY_BYTES);
    this.disk.setCapacity(PLENTY_BYTES - this.disk.freeBytes('') + bytes);
  }

  freeRoom(): void {
    this.disk.setCapacity(PLENTY_BYTES);
  }
}
