import { fetchClusterStatus, layoutCluster, LocalCluster, type ClusterLayout } from '@ledgermq/cluster';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSettled, renderCluster } from '../cluster-screen.ts';
import { LiveScreen } from '../live-screen.ts';

export interface UpOptions {
  readonly nodes: number;
  readonly groups: number;
  readonly data: string;
  readonly ephemeral: boolean;
  readonly flush: 'SYNC_FLUSH' | 'ASYNC_FLUSH';
  readonly restart: boolean;
}

const REFRESH_MS = 500;
const RESTART_AFTER_MS = 2000;
/** A node that dies more often than this within a minute stays down. */
const RESTARTS_PER_MINUTE_MAX = 5;
const SETTLE_TIMEOUT_MS = 20_000;

/** `ledgermq up`: starts a cluster on this machine, shows it until Ctrl-C, stops it in order. */
export async function up(options: UpOptions): Promise<void> {
  const startedAt = performance.now();
  const dataDir = resolve(options.data);
  const layout = layoutCluster({ nodes: options.nodes, groups: options.groups, dataDir });
  const cluster = new LocalCluster({
    layout,
    dataDir,
    flushDiskType: options.flush,
    ephemeral: options.ephemeral,
  });
  const screen = new LiveScreen(process.stdout);
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(130); // A second Ctrl-C does not wait; the nodes stop by themselves.
    stopping.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);

  await cluster.start();
  await waitSettled(layout, stopping.signal);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  screen.log(...welcome(options, cluster, dataDir, seconds));
  if (options.restart) restartDeadNodes(cluster, screen, stopping.signal);
  while (!stopping.signal.aborted) {
    const statuses = await fetchClusterStatus(layout, REFRESH_MS * 2);
    const pids = new Map(layout.nodes.map((node) => [node.id, cluster.node(node.id).pid]));
    screen.update(renderCluster(layout, statuses, pids));
    await pause(REFRESH_MS, stopping.signal);
  }
  screen.log('stopping ...');
  await cluster.stop();
  screen.log('stopped.');
}

async function waitSettled(layout: ClusterLayout, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  while (!signal.aborted && performance.now() < deadline) {
    if (isSettled(layout, await fetchClusterStatus(layout))) return;
    await pause(50, signal);
  }
}

function welcome(options: UpOptions, cluster: LocalCluster, dataDir: string, seconds: string): string[] {
  const kept = options.ephemeral ? 'deleted at the end' : 'kept between runs';
  return [
    `LedgerMQ is ready after ${seconds} s: ${options.nodes} nodes, ${options.groups} broker groups, ${options.flush}`,
    `name server  ${cluster.namesrvAddr}`,
    `data         ${dataDir} (${kept}; logs in ${dataDir}/logs)`,
    '',
    'try in a second terminal:',
    '  npx ledgermq send hello "it works"    send a message to the topic "hello"',
    '  npx ledgermq tail hello               print what arrives there',
    '  npx ledgermq status                   who is master of what',
    '  npx ledgermq demo failover            kill masters under load and count what was lost',
    'Ctrl-C stops everything.',
    '',
  ];
}

/** A node that dies is started again after a moment, long enough to see another one take over. */
function restartDeadNodes(cluster: LocalCluster, screen: LiveScreen, signal: AbortSignal): void {
  const deaths = new Map<string, number[]>();
  cluster.onUnexpectedExit((name, code, exitSignal) => {
    if (signal.aborted || !cluster.layout.nodes.some((node) => node.id === name)) return;
    const now = Date.now();
    const recent = [...(deaths.get(name) ?? []).filter((at) => now - at < 60_000), now];
    deaths.set(name, recent);
    const how = exitSignal ?? `exit code ${String(code)}`;
    if (recent.length > RESTARTS_PER_MINUTE_MAX) {
      screen.log(
        `${name} ended (${how}) for the ${recent.length}th time in a minute; it stays down, see its log`,
      );
      return;
    }
    screen.log(`${name} ended (${how}); starting it again in ${RESTART_AFTER_MS / 1000} s`);
    void pause(RESTART_AFTER_MS, signal)
      .then(() => (signal.aborted ? undefined : cluster.startNode(name)))
      .then(
        () => {
          if (!signal.aborted) screen.log(`${name} is back (pid ${String(cluster.node(name).pid)})`);
        },
        (error: unknown) =>
          screen.log(`${name} did not start: ${error instanceof Error ? error.message : String(error)}`),
      );
  });
}

/** Sleeps; an abort ends the sleep early and is not an error. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
