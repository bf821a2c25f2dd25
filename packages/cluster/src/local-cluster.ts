import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressesOf, layoutCluster, type ClusterLayout, type NodeLayout } from './cluster-layout.ts';
import { ClusterError } from './errors.ts';
import { findPortOwner, freePorts, isPortFree } from './port-owner.ts';
import { ServerProcess } from './server-process.ts';

export interface LocalClusterOptions {
  readonly layout: ClusterLayout;
  readonly dataDir: string;
  readonly flushDiskType?: 'SYNC_FLUSH' | 'ASYNC_FLUSH';
  /** Delete what an earlier run left before starting, and everything at the end. */
  readonly ephemeral?: boolean;
  readonly logLevel?: string;
  readonly readyTimeoutMs?: number;
  readonly nodeArguments?: readonly string[];
  /** Further broker settings, passed on as they are. */
  readonly broker?: Readonly<Record<string, unknown>>;
}

/**
 * Name servers and broker nodes as separate processes on this machine, started, killed and stopped by their pids.
 */
export class LocalCluster {
  readonly layout: ClusterLayout;
  readonly #options: LocalClusterOptions;
  readonly #namesrvs: ServerProcess[];
  readonly #nodes: Map<string, ServerProcess>;

  constructor(options: LocalClusterOptions) {
    this.#options = options;
    this.layout = options.layout;
    this.#namesrvs = options.layout.namesrvAddresses.map((address, i) => this.#namesrvProcess(address, i));
    this.#nodes = new Map(options.layout.nodes.map((node) => [node.id, this.#nodeProcess(node)]));
  }

  /** "host:port;host:port", as clients want it. */
  get namesrvAddr(): string {
    return this.layout.namesrvAddresses.join(';');
  }

  /**
   * Starts name servers, then all nodes at once, and resolves when all are ready (listening and recovered; masters may
   * still be being elected).
   *
   * @throws ClusterError PORT_TAKEN naming who holds the port, START_FAILED, DATA_LAYOUT_MISMATCH.
   */
  async start(): Promise<void> {
    await requireFreePorts(this.layout);
    if (this.#options.ephemeral === true) this.#removeData();
    this.#pinLayout();
    for (const node of this.layout.nodes) this.#writeConfig(node);
    try {
      await Promise.all(this.#namesrvs.map((server) => server.start()));
      await Promise.all([...this.#nodes.values()].map((server) => server.start()));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops nodes, then name servers, each in an orderly way. */
  async stop(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((server) => server.stop()));
    await Promise.all(this.#namesrvs.map((server) => server.stop()));
    if (this.#options.ephemeral === true) this.#removeData();
  }

  /** SIGKILL to one node. */
  async killNode(id: string): Promise<void> {
    await this.node(id).kill();
  }

  /** Starts a node that was killed or stopped. */
  async startNode(id: string): Promise<void> {
    await this.node(id).start();
  }

  node(id: string): ServerProcess {
    const server = this.#nodes.get(id);
    if (server === undefined)
      throw new ClusterError('NO_SUCH_PROCESS', `there is no node ${id} in this cluster`);
    return server;
  }

  namesrv(ordinal: number): ServerProcess {
    const server = this.#namesrvs[ordinal];
    if (server === undefined) throw new ClusterError('NO_SUCH_PROCESS', `there is no name server ${ordinal}`);
    return server;
  }

  onUnexpectedExit(
    listener: (name: string, code: number | null, signal: NodeJS.Signals | null) => void,
  ): void {
    for (const server of [...this.#namesrvs, ...this.#nodes.values()]) {
      server.onUnexpectedExit((code, signal) => listener(server.name, code, signal));
    }
  }

  #removeData(): void {
    rmSync(this.#options.dataDir, { recursive: true, force: true });
  }

  /** The folder remembers what it was made for: groups and members are written into the logs it holds. */
  #pinLayout(): void {
    const { dataDir } = this.#options;
    mkdirSync(dataDir, { recursive: true });
    const file = join(dataDir, 'cluster.json');
    const shape = { nodes: this.layout.nodes.length, groups: this.layout.groups.length };
    const known = readJson(file);
    if (known === null) {
      writeFileSync(file, JSON.stringify(shape));
    } else if (JSON.stringify(known) !== JSON.stringify(shape)) {
      throw new ClusterError(
        'DATA_LAYOUT_MISMATCH',
        `${dataDir} holds a cluster of ${JSON.stringify(known)}, but ${JSON.stringify(shape)} was asked for; ` +
          'use the same numbers, another --data folder, or --ephemeral',
      );
    }
  }

  #namesrvProcess(address: string, ordinal: number): ServerProcess {
    return new ServerProcess({
      name: `namesrv-${ordinal + 1}`,
      modulePath: fileURLToPath(import.meta.resolve('@ledgermq/namesrv/main')),
      args: ['--listen', address, '--data', join(this.#options.dataDir, `namesrv-${ordinal + 1}`)],
      logFile: join(this.#options.dataDir, 'logs', `namesrv-${ordinal + 1}.log`),
      readyTimeoutMs: this.#options.readyTimeoutMs ?? 15_000,
    });
  }

  #nodeProcess(node: NodeLayout): ServerProcess {
    const { dataDir, nodeArguments = [] } = this.#options;
    return new ServerProcess({
      name: node.id,
      modulePath: fileURLToPath(import.meta.resolve('@ledgermq/broker/main')),
      args: ['--config', this.#configFile(node)],
      logFile: join(dataDir, 'logs', `${node.id}.log`),
      readyTimeoutMs: this.#options.readyTimeoutMs ?? 30_000,
      nodeArguments,
    });
  }

  #configFile(node: NodeLayout): string {
    return join(this.#options.dataDir, 'config', `${node.id}.json`);
  }

  #writeConfig(node: NodeLayout): void {
    const { layout } = this;
    const config = {
      brokerClusterName: layout.clusterName,
      nodeId: node.id,
      dataDir: node.dataDir,
      brokerIP1: layout.host,
      peerListen: node.peerAddress,
      adminListen: node.adminAddress,
      namesrvAddr: this.namesrvAddr,
      peers: layout.nodes.map(({ id, peerAddress }) => ({ id, peerAddress })),
      groups: layout.groups,
      flushDiskType: this.#options.flushDiskType ?? 'SYNC_FLUSH',
      logLevel: this.#options.logLevel ?? 'info',
      ...this.#options.broker,
    };
    mkdirSync(join(this.#options.dataDir, 'config'), { recursive: true });
    writeFileSync(this.#configFile(node), JSON.stringify(config, null, 2));
  }
}

/** A layout on ports nobody uses now, for tests and benchmarks. */
export async function layoutOnFreePorts(options: {
  readonly nodes: number;
  readonly groups: number;
  readonly dataDir: string;
  readonly namesrvs?: number;
}): Promise<ClusterLayout> {
  const host = '127.0.0.1';
  const count = (options.namesrvs ?? 1) + options.nodes * (2 + options.groups);
  const ports = await freePorts(host, count);
  return layoutCluster({
    ...options,
    host,
    pickPort: () => {
      const port = ports.pop();
      if (port === undefined) throw new RangeError('the layout asked for more ports than were counted');
      return port;
    },
  });
}

async function requireFreePorts(layout: ClusterLayout): Promise<void> {
  const taken: string[] = [];
  for (const { address, role } of addressesOf(layout)) {
    const at = address.lastIndexOf(':');
    const port = Number(address.slice(at + 1));
    if (await isPortFree(address.slice(0, at), port)) continue;
    const owner = findPortOwner(port);
    taken.push(
      `${address} (${role}) is held by ${owner === null ? 'another program' : `pid ${owner.pid}: ${owner.command}`}`,
    );
  }
  if (taken.length > 0) throw new ClusterError('PORT_TAKEN', taken.join('\n'));
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
