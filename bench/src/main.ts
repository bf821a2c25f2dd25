/**
 * `npm run bench [-- --rounds N --seconds N --only send|read|latency|heap --heap-minutes N --json FILE]`.
 *
 * Drives clusters of real processes on this machine and, interleaved with them, the floor (bench/src/floor): a pipeline
 * with the same frames, copies and fsyncs that does nothing else. Figures are medians over the rounds; ratios compare
 * runs that stand next to each other, because absolute figures of a shared machine drift.
 */
import type { LocalCluster } from '@ledgermq/cluster';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBenchCluster, TOPIC } from './bench-cluster.ts';
import { preload, runEndToEnd, runSendLoad, runTailRead } from './cluster-load.ts';
import { FloorCluster } from './floor/floor-cluster.ts';
import { runFloorLoad } from './floor/floor-client.ts';
import { watchHeap } from './heap-watch.ts';
import type { LoadResult } from './load.ts';
import { machine, median, printTable, printVerdicts, type Report, type Row, writeReport } from './report.ts';

const { values: args } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
    'heap-minutes': { type: 'string', default: '0' },
    json: { type: 'string' },
  },
});
const rounds = Number(args.rounds);
const durationMs = Number(args.seconds) * 1000;
const WARMUP_MS = 1500;
const BODY_BYTES = 1024;
const TAIL_MESSAGES = 300_000;
type Flush = 'SYNC_FLUSH' | 'ASYNC_FLUSH';

const report: Report = {
  method:
    `${BODY_BYTES}-byte bodies, three copies on one machine over loopback, one client process; every row is the median ` +
    `of ${rounds} rounds of ${args.seconds} s after ${WARMUP_MS} ms of warm-up; floor and cluster run in turn`,
  machine: machine(),
  rows: [],
  verdicts: [],
  extra: {},
};

function wanted(part: string): boolean {
  return args.only === undefined || args.only === part;
}

function addRow(
  name: string,
  flush: Flush,
  groups: number,
  inFlight: number,
  results: readonly LoadResult[],
): Row {
  const row: Row = {
    name,
    flush,
    groups,
    inFlight,
    messagesPerSecond: median(results.map((result) => result.messagesPerSecond)),
    p50Ms: median(results.map((result) => result.latency.p50Ms)),
    p99Ms: median(results.map((result) => result.latency.p99Ms)),
    failed: results.reduce((sum, result) => sum + result.failed, 0),
  };
  report.rows.push(row);
  printTable([row]);
  return row;
}

async function floorOnce(dir: string, flush: Flush, inFlight: number): Promise<LoadResult> {
  const floor = new FloorCluster(join(dir, 'floor'));
  const port = await floor.start(flush);
  try {
    return await runFloorLoad({ port, inFlight, bodyBytes: BODY_BYTES, warmupMs: WARMUP_MS, durationMs });
  } finally {
    await floor.stop();
  }
}

function sendOnce(cluster: LocalCluster, inFlight: number, batch: boolean): Promise<LoadResult> {
  const { namesrvAddr } = cluster;
  return runSendLoad({
    namesrvAddr,
    topic: TOPIC,
    inFlight,
    bodyBytes: BODY_BYTES,
    warmupMs: WARMUP_MS,
    durationMs,
    batch,
  });
}

async function withCluster(
  dir: string,
  flush: Flush,
  groups: number,
  use: (cluster: LocalCluster) => Promise<void>,
): Promise<void> {
  const cluster = await startBenchCluster(dir, flush, groups);
  try {
    await use(cluster);
  } finally {
    await cluster.stop();
  }
}

async function benchSends(dir: string): Promise<void> {
  for (const flush of ['SYNC_FLUSH', 'ASYNC_FLUSH'] as const) {
    await withCluster(dir, flush, 1, async (cluster) => {
      for (const inFlight of [1, 64, 512]) {
        const floors: LoadResult[] = [];
        const singles: LoadResult[] = [];
        const batched: LoadResult[] = [];
        for (let round = 0; round < rounds; round++) {
          floors.push(await floorOnce(dir, flush, inFlight));
          singles.push(await sendOnce(cluster, inFlight, false));
          if (inFlight > 1) batched.push(await sendOnce(cluster, inFlight, true));
        }
        const floor = addRow('floor', flush, 1, inFlight, floors);
        const single = addRow('send, one message per frame', flush, 1, inFlight, singles);
        if (flush === 'SYNC_FLUSH') judgeAgainstFloor(inFlight, floor, single);
        if (batched.length === 0) continue;
        const batch = addRow('send, batched by the client', flush, 1, inFlight, batched);
        if (flush === 'SYNC_FLUSH' && inFlight === 512) judgeBatching(single, batch);
      }
    });
    await withCluster(dir, flush, 3, async (cluster) => {
      for (const batch of [false, true]) {
        const results: LoadResult[] = [];
        for (let round = 0; round < rounds; round++) results.push(await sendOnce(cluster, 512, batch));
        addRow(batch ? 'send, batched by the client' : 'send, one message per frame', flush, 3, 512, results);
      }
    });
  }
}

function judgeAgainstFloor(inFlight: number, floor: Row, single: Row): void {
  if (inFlight === 1) {
    const ratio = single.p50Ms / floor.p50Ms;
    report.verdicts.push({
      figure: 'p50 of one send at a time against the floor',
      asked: '<= 2.00x',
      reached: `${ratio.toFixed(2)}x`,
      met: ratio <= 2,
    });
    return;
  }
  const asked = inFlight === 512 ? 0.6 : 0.5;
  const ratio = single.messagesPerSecond / floor.messagesPerSecond;
  report.verdicts.push({
    figure: `share of the floor at ${inFlight} in flight`,
    asked: `>= ${asked * 100} %`,
    reached: `${(ratio * 100).toFixed(0)} %`,
    met: ratio >= asked,
  });
}

function judgeBatching(single: Row, batch: Row): void {
  const ratio = batch.messagesPerSecond / single.messagesPerSecond;
  report.verdicts.push({
    figure: 'client batching against one message per frame at 512 in flight',
    asked: '>= 2.50x',
    reached: `${ratio.toFixed(2)}x`,
    met: ratio >= 2.5,
  });
}

async function benchTailRead(dir: string): Promise<void> {
  await withCluster(dir, 'SYNC_FLUSH', 1, async ({ namesrvAddr }) => {
    await preload(namesrvAddr, TOPIC, TAIL_MESSAGES, BODY_BYTES);
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++)
      rates.push(await runTailRead(namesrvAddr, TOPIC, TAIL_MESSAGES));
    const rate = median(rates);
    report.extra['tailReadMessagesPerSecond'] = rates;
    report.verdicts.push({
      figure: 'tail read by one consumer',
      asked: '>= 80000 msg/s',
      reached: `${rate.toFixed(0)} msg/s`,
      met: rate >= 80_000,
    });
  });
}

async function benchLatency(dir: string): Promise<void> {
  await withCluster(dir, 'SYNC_FLUSH', 1, async ({ namesrvAddr }) => {
    const summaries = [];
    for (let round = 0; round < rounds; round++) {
      summaries.push(await runEndToEnd(namesrvAddr, TOPIC, 1000, durationMs * 2));
    }
    const p99 = median(summaries.map((summary) => summary.p99Ms));
    report.extra['endToEndLatency'] = summaries;
    report.verdicts.push({
      figure: 'send to listener at 1,000 msg/s, p99',
      asked: '<= 10 ms',
      reached: `${p99.toFixed(2)} ms`,
      met: p99 <= 10,
    });
  });
}

async function benchHeap(dir: string, minutes: number): Promise<void> {
  await withCluster(dir, 'SYNC_FLUSH', 3, async (cluster) => {
    const result = await watchHeap(cluster, TOPIC, minutes);
    report.extra['heap'] = result.samples;
    report.verdicts.push({
      figure: `heap of the brokers over ${minutes} minutes of load`,
      asked: 'flat: last fifth at most 1.25x the second',
      reached: `${result.growth.toFixed(2)}x at worst`,
      met: result.growth <= 1.25,
    });
  });
}

const dir = mkdtempSync(join(tmpdir(), 'ledgermq-bench-'));
try {
  if (wanted('send')) await benchSends(dir);
  if (wanted('read')) await benchTailRead(dir);
  if (wanted('latency')) await benchLatency(dir);
  const heapMinutes = Number(args['heap-minutes']);
  if (heapMinutes > 0) await benchHeap(dir, heapMinutes);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
console.log('');
if (report.rows.length > 0) printTable(report.rows);
printVerdicts(report.verdicts);
console.log(JSON.stringify(report));
writeReport(args.json, report);
