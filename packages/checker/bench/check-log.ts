import { checkLog, HistoryRecorder, type FinalLog, type OpenOperation, type PlacedId } from '../src/index.ts';

// How long the log checker takes for a history of many operations: node dist/bench/check-log.js [OPERATIONS] [QUEUES]
const [operations = 1_000_000, queues = 4] = process.argv.slice(2).map(Number);
const CLIENTS_PER_QUEUE = 16;
const NODES = ['n1', 'n2', 'n3'];
const PULL_COUNT_MAX = 32;

/** A well-behaved queue under load: most operations are sends, each of which overlaps with those of other clients. */
function buildHistory(): { recorder: HistoryRecorder; finalLogs: FinalLog[] } {
  let now = 0;
  const recorder = new HistoryRecorder({ clock: () => (now += 1000) });
  const logs = Array.from({ length: queues }, (): PlacedId[] => []);
  const open: { readonly send: OpenOperation; readonly queue: number; readonly id: string }[] = [];
  let random = 1;
  const chance = (): number => (random = (random * 48_271) % 2_147_483_647) / 2_147_483_647;
  const settle = (): void => {
    const [taken] = open.splice(Math.floor(chance() * open.length), 1);
    if (taken === undefined) return;
    const { send, queue, id } = taken;
    const log = logs[queue] ?? [];
    const fate = chance();
    if (fate < 0.01) return send.fail(['SYSTEM_BUSY']);
    const offset = log.length;
    if (fate < 0.02) {
      if (fate < 0.015) log.push([offset, id]);
      return send.info(['timeout']);
    }
    log.push([offset, id]);
    send.ok([`q${queue}`, id, offset]);
  };
  for (let i = 0; i < operations; i++) {
    const queue = i % queues;
    const log = logs[queue] ?? [];
    if (i % 10 === 9) {
      const from = Math.floor(chance() * log.length);
      const pull = recorder.invoke('pull', { queue: `q${queue}`, from });
      const entries = log.slice(from, from + PULL_COUNT_MAX);
      pull.ok({ queue: `q${queue}`, from, entries, highWatermark: log.length });
    } else {
      const id = `m${i}`;
      open.push({ send: recorder.invoke('send', [`q${queue}`, id, null]), queue, id });
      if (open.length >= CLIENTS_PER_QUEUE * queues) settle();
    }
  }
  while (open.length > 0) settle();
  const finalLogs = NODES.flatMap((node) =>
    logs.map((entries, queue) => ({ node, queue: `q${queue}`, logStart: 0, entries: [...entries] })),
  );
  return { recorder, finalLogs };
}

const { recorder, finalLogs } = buildHistory();
const startedAt = performance.now();
const before = process.cpuUsage();
const result = checkLog(recorder.records, finalLogs);
const seconds = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage(before);
const entries = finalLogs.reduce((total, log) => total + log.entries.length, 0);
process.stdout.write(
  `${operations} operations, ${queues} queues, ${entries} final entries: ${result.valid ? 'valid' : 'INVALID'} ` +
    `in ${seconds.toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of CPU), ${Math.round(process.memoryUsage().rss / 1e6)} MB\n`,
);
process.exitCode = result.valid ? 0 : 1;
