import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fetchNodeStatus, ServerProcess, type NodeStatus } from '@ledgermq/cluster';
import { dropPageCache } from '../page-cache.ts';
import { cpuSeconds } from '../process-time.ts';
import { median } from '../report.ts';
import { folderBytes } from './folder-size.ts';
import { judge, type Figure, type PartOptions, type PartResult } from './part.ts';
import { singleNodeConfig } from './single-replica.ts';

const QUEUES = 20_000;
const SECONDS_ASKED = 5;
/** How long the filling process goes on writing before it is killed: into the middle of a checkpoint, or not. */
const KILL_AFTER_MS = 1_700;
const FILL_MS_MAX = 3_600_000;
const START_MS_MAX = 600_000;
const POLL_MS = 5;

interface StartUp {
  readonly how: string;
  /** From the start of the process until it leads and has applied all that its log holds. */
  readonly seconds: number;
  /** Until it answers at all. */
  readonly answersSeconds: number;
  /** Processor time of all its threads until it is master. */
  readonly processorSeconds: number;
  readonly status: NodeStatus;
}

/** Time until a broker with much log and many queues is master again after kill -9. */
export async function measureStartUp({
  directory,
  gigabytes,
  rounds,
  say,
}: PartOptions): Promise<PartResult> {
  const dataDir = join(directory, 'data');
  const filler = new ServerProcess({
    name: 'filler',
    modulePath: fileURLToPath(new URL('fill-folder.js', import.meta.url)),
    args: [dataDir, String(gigabytes), String(QUEUES)],
    logFile: join(directory, 'filler.log'),
    readyTimeoutMs: FILL_MS_MAX,
  });
  const began = performance.now();
  await filler.start();
  const fillSeconds = (performance.now() - began) / 1000;
  await delay(KILL_AFTER_MS);
  await filler.kill();
  const logBytes = folderBytes(dataDir);
  say(`${(logBytes / 1e9).toFixed(1)} GB written in ${fillSeconds.toFixed(0)} s, writer killed under load`);
  const starts: StartUp[] = [await startOnce(directory, dataDir, 'after kill -9 under load', say)];
  for (let round = 0; round < rounds; round += 1) {
    starts.push(await startOnce(directory, dataDir, 'again after kill -9', say));
  }
  const dropped = dropPageCache();
  say(dropped ? 'page cache dropped' : 'the page cache cannot be dropped here');
  if (dropped) starts.push(await startOnce(directory, dataDir, 'after kill -9, page cache dropped', say));
  const figures: Figure[] = [
    { name: 'folder', value: logBytes / 1e9, unit: 'GB' },
    { name: 'written at', value: logBytes / 1e6 / fillSeconds, unit: 'MB/s' },
  ];
  const verdicts = [];
  for (const how of new Set(starts.map((start) => start.how))) {
    const alike = starts.filter((start) => start.how === how);
    const seconds = median(alike.map((start) => start.seconds));
    const processorSeconds = median(alike.map((start) => start.processorSeconds));
    figures.push({ name: `processor time until master ${how}`, value: processorSeconds, unit: 's' });
    verdicts.push(
      judge(`master ${how}, ${gigabytes} GB, ${QUEUES} queues`, seconds, 's', { most: SECONDS_ASKED }),
    );
  }
  return { figures, verdicts, details: { starts, pageCacheDropped: dropped } };
}

async function startOnce(
  directory: string,
  dataDir: string,
  how: string,
  say: (text: string) => void,
): Promise<StartUp> {
  const config = await singleNodeConfig(dataDir, { logLevel: 'info' });
  const file = join(directory, 'broker.json');
  writeFileSync(file, JSON.stringify(config));
  const broker = new ServerProcess({
    name: 'broker',
    modulePath: fileURLToPath(import.meta.resolve('@ledgermq/broker/main')),
    args: ['--config', file],
    logFile: join(directory, 'broker.log'),
    readyTimeoutMs: START_MS_MAX,
  });
  const began = performance.now();
  await broker.start();
  const answersSeconds = (performance.now() - began) / 1000;
  const status = await untilMaster(String(config['adminListen']));
  const seconds = (performance.now() - began) / 1000;
  const processorSeconds = cpuSeconds(broker.pid ?? 0) ?? Number.NaN;
  say(
    `${how}: answers after ${answersSeconds.toFixed(2)} s, master after ${seconds.toFixed(2)} s, ` +
      `${processorSeconds.toFixed(2)} s of processor time`,
  );
  await broker.kill();
  return { how, seconds, answersSeconds, processorSeconds, status };
}

/** Until the node leads and its machine has everything that its log has. */
async function untilMaster(adminAddress: string): Promise<NodeStatus> {
  for (;;) {
    const status = await fetchNodeStatus(adminAddress, START_MS_MAX);
    const [group] = status?.groups ?? [];
    if (status !== null && group?.role === 'leader' && group.appliedIndex === group.lastIndex) return status;
    await delay(POLL_MS);
  }
}
