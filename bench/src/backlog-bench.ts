import type { LocalCluster } from '@ledgermq/cluster';
import { mkdirSync } from 'node:fs';
import { readBacklog, type BacklogReadResult } from './backlog-reader.ts';
import { QUEUES_PER_BROKER, startBenchCluster, TOPIC } from './bench-cluster.ts';
import { preload, runSendLoad } from './cluster-load.ts';
import { cpuSeconds } from './process-time.ts';
import { dropPageCache, segmentFiles, sequentialRate } from './page-cache.ts';
import { median } from './report.ts';

export interface BacklogOptions {
  /** Folder for the data, on the disk in question. */
  readonly directory: string;
  /** Messages written and read, GB (10^9 bytes) of bodies, for each size. */
  readonly gigabytes: number;
  readonly messageBytes: readonly number[];
  readonly maxMsgNums: number;
  /** Readings of the backlog in each state of the page cache. */
  readonly rounds: number;
  /** Length of each measurement of sends. */
  readonly sendSeconds: number;
  readonly sendsInFlight: number;
  /** Pace of the readers beside the sends, MB/s; they also run without one. */
  readonly readMegabytesPerSecond: number;
  readonly nodeArguments?: readonly string[];
  readonly log: (line: string) => void;
}

export interface ReadFigure {
  readonly messagesPerSecond: number;
  readonly megabytesPerSecond: number;
  /** Of reading the same files with nothing else done, in the same state of the page cache. */
  readonly sequentialMegabytesPerSecond: number;
  /** What the consumers got of it. */
  readonly share: number;
  readonly refusedPulls: number;
  /** CPU time of the broker, all its threads; tells more than the rate on a machine that others use too. */
  readonly brokerMicrosPerMessage: number | null;
}

export interface SendFigure {
  readonly pace: string;
  readonly alonePerSecond: number;
  readonly besideReadersPerSecond: number;
  readonly slowDownPercent: number;
  readonly readMegabytesPerSecond: number;
  readonly p99AloneMs: number;
  readonly p99BesideMs: number;
}

export interface BacklogFigures {
  readonly messageBytes: number;
  readonly messages: number;
  readonly warm: ReadFigure;
  /** Null where the page cache could not be emptied. */
  readonly cold: ReadFigure | null;
  readonly sends: readonly SendFigure[];
}

const MB = 1e6;
const WARMUP_MS = 1_500;
const QUEUE_IDS = Array.from({ length: QUEUES_PER_BROKER }, (_, queueId) => queueId);

/**
 * Reading of old messages over real connections to a broker process with one replica: four consumers, each with a queue of
 * its own and one pull at a time, as RocketMQ's clients have them. Every figure has its ceiling or its counterpart
 * measured next to it.
 */
export async function backlogBench(options: BacklogOptions): Promise<BacklogFigures[]> {
  mkdirSync(options.directory, { recursive: true });
  const figures: BacklogFigures[] = [];
  for (const messageBytes of options.messageBytes) {
    const cluster = await startBenchCluster(options.directory, 'SYNC_FLUSH', 1, {}, 1, options.nodeArguments);
    try {
      figures.push(await measure(cluster, messageBytes, options));
    } finally {
      await cluster.stop();
    }
  }
  return figures;
}

async function measure(
  cluster: LocalCluster,
  messageBytes: number,
  options: BacklogOptions,
): Promise<BacklogFigures> {
  const { log, rounds } = options;
  const messages = Math.ceil((options.gigabytes * 1e9) / messageBytes);
  log(`writing ${messages} messages of ${messageBytes} bytes`);
  await preload(cluster.namesrvAddr, TOPIC, messages, messageBytes);
  const files = segmentFiles(options.directory);
  const [node] = cluster.layout.nodes;
  const [group] = cluster.layout.groups;
  const address = group?.members.find(({ id }) => id === node?.id)?.listenAddress ?? '';
  const [host = '', port = ''] = address.split(':');
  const read = {
    host,
    port: Number(port),
    topic: TOPIC,
    queueIds: QUEUE_IDS,
    maxMsgNums: options.maxMsgNums,
    bytesPerSecond: null,
  };
  const pid = cluster.node(node?.id ?? '').pid ?? 0;
  const readings = async (prepare: () => boolean): Promise<ReadFigure | null> => {
    const results: BacklogReadResult[] = [];
    const ceilings: number[] = [];
    const micros: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      if (!prepare()) return null;
      ceilings.push(sequentialRate(files));
      prepare();
      const before = cpuSeconds(pid);
      results.push(await readBacklog(read));
      const after = cpuSeconds(pid);
      if (before !== null && after !== null) micros.push(((after - before) * 1e6) / messages);
    }
    return readFigure(results, ceilings, micros, messages);
  };
  log('reading with a warm page cache');
  sequentialRate(files);
  const warm = await readings(() => true);
  if (warm === null) throw new Error('nothing was read');
  log('reading with an empty page cache');
  const cold = await readings(dropPageCache);
  if (cold === null) log('the page cache cannot be emptied here (needs root): no cold figures');
  const sends: SendFigure[] = [];
  for (const pace of [options.readMegabytesPerSecond, null]) {
    log(`sending, with and without readers ${pace === null ? 'at full speed' : `at ${pace} MB/s`}`);
    sends.push(await sendsBesideReaders(cluster, read, pace, messageBytes, options));
  }
  return { messageBytes, messages, warm, cold, sends };
}

function readFigure(
  results: readonly BacklogReadResult[],
  ceilings: readonly number[],
  micros: readonly number[],
  messages: number,
): ReadFigure {
  for (const result of results) {
    if (result.messages < messages) throw new Error(`${result.messages} of ${messages} messages were read`);
  }
  const bytesPerSecond = median(results.map(({ bytes, seconds }) => bytes / seconds));
  return {
    messagesPerSecond: median(results.map((result) => result.messages / result.seconds)),
    megabytesPerSecond: bytesPerSecond / MB,
    sequentialMegabytesPerSecond: median(ceilings) / MB,
    share: median(results.map(({ bytes, seconds }, i) => bytes / seconds / (ceilings[i] ?? 1))),
    brokerMicrosPerMessage: micros.length === 0 ? null : median(micros),
    refusedPulls: results.reduce((sum, { refused }) => sum + refused, 0),
  };
}

/** Alone and beside readers in turn, so that what drifts meets both. */
async function sendsBesideReaders(
  cluster: LocalCluster,
  read: Parameters<typeof readBacklog>[0],
  megabytesPerSecond: number | null,
  bodyBytes: number,
  options: BacklogOptions,
): Promise<SendFigure> {
  const send = (): ReturnType<typeof runSendLoad> =>
    runSendLoad({
      namesrvAddr: cluster.namesrvAddr,
      topic: TOPIC,
      inFlight: options.sendsInFlight,
      bodyBytes,
      warmupMs: WARMUP_MS,
      durationMs: options.sendSeconds * 1000,
      batch: true,
    });
  const alone: Awaited<ReturnType<typeof send>>[] = [];
  const beside: Awaited<ReturnType<typeof send>>[] = [];
  const readRates: number[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    alone.push(await send());
    const end = new AbortController();
    const paced = { ...read, bytesPerSecond: megabytesPerSecond === null ? null : megabytesPerSecond * MB };
    const reading = readUntil(paced, end.signal);
    beside.push(await send());
    end.abort();
    readRates.push(await reading);
  }
  const alonePerSecond = median(alone.map((result) => result.messagesPerSecond));
  const besideReadersPerSecond = median(beside.map((result) => result.messagesPerSecond));
  const slowDowns = beside.map(
    (result, i) => 1 - result.messagesPerSecond / (alone[i]?.messagesPerSecond ?? Infinity),
  );
  return {
    pace: megabytesPerSecond === null ? 'full speed' : `${megabytesPerSecond} MB/s`,
    alonePerSecond,
    besideReadersPerSecond,
    slowDownPercent: median(slowDowns) * 100,
    readMegabytesPerSecond: median(readRates) / MB,
    p99AloneMs: median(alone.map(({ latency }) => latency.p99Ms)),
    p99BesideMs: median(beside.map(({ latency }) => latency.p99Ms)),
  };
}

/** Reads the backlog again and again, the page cache emptied before each time where that is possible. */
async function readUntil(read: Parameters<typeof readBacklog>[0], signal: AbortSignal): Promise<number> {
  let bytes = 0;
  let seconds = 0;
  while (!signal.aborted) {
    dropPageCache();
    const result = await readBacklog(read, signal);
    bytes += result.bytes;
    seconds += result.seconds;
  }
  return bytes / seconds;
}
