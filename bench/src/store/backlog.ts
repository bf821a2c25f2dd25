import { backlogBench, type BacklogFigures, type ReadFigure } from '../backlog-bench.ts';
import type { Verdict } from '../report.ts';
import { judge, type Figure, type PartOptions, type PartResult } from './part.ts';

/** Messages per second asked of warm files, by size of the body in bytes. */
const WARM_ASKED: ReadonlyMap<number, number> = new Map([
  [1024, 100_000],
  [4096, 40_000],
]);
const COLD_SHARE_ASKED = 60;
const SLOW_DOWN_ASKED = 20;

/** Four consumers read old messages over real connections, the page cache warm and empty, beside sends and without. */
export async function measureBacklog(options: PartOptions): Promise<PartResult> {
  const { directory, gigabytes, rounds, say } = options;
  const measured = await backlogBench({
    directory,
    gigabytes,
    messageBytes: [...WARM_ASKED.keys()],
    maxMsgNums: 32,
    rounds,
    sendSeconds: 4,
    sendsInFlight: 256,
    readMegabytesPerSecond: 50,
    log: say,
  });
  return {
    figures: measured.flatMap(figuresOf),
    verdicts: measured.flatMap(verdictsOf),
    details: measured,
  };
}

function figuresOf({ messageBytes, warm, cold, sends }: BacklogFigures): Figure[] {
  const of = (state: string, read: ReadFigure): Figure[] => [
    { name: `${messageBytes} B, ${state}`, value: read.messagesPerSecond, unit: 'msg/s' },
    { name: `${messageBytes} B, ${state}, of a sequential read`, value: 100 * read.share, unit: '%' },
    {
      name: `${messageBytes} B, ${state}, broker's processor time`,
      value: read.brokerMicrosPerMessage ?? Number.NaN,
      unit: 'us/message',
    },
  ];
  return [
    ...of('warm', warm),
    ...(cold === null ? [] : of('cold', cold)),
    ...sends.map((send) => ({
      name: `${messageBytes} B, sends beside readers at ${send.pace}`,
      value: -send.slowDownPercent,
      unit: '%',
    })),
  ];
}

function verdictsOf({ messageBytes, warm, cold, sends }: BacklogFigures): Verdict[] {
  const size = `${messageBytes} B`;
  const asked = WARM_ASKED.get(messageBytes) ?? 0;
  const verdicts = [judge(`${size}, warm`, warm.messagesPerSecond, 'msg/s', { least: asked })];
  if (cold !== null) {
    const share = 100 * cold.share;
    verdicts.push(judge(`${size}, cold, of a sequential read`, share, '%', { least: COLD_SHARE_ASKED }));
  }
  for (const { pace, slowDownPercent } of sends) {
    const figure = `${size}, sends slowed by readers at ${pace}`;
    verdicts.push(judge(figure, slowDownPercent, '%', { most: SLOW_DOWN_ASKED }));
  }
  return verdicts;
}
