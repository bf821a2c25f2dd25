import { join } from 'node:path';
import type { LogFields, Logger } from '@ledgermq/raft';
import { LoopPauses } from './loop-pauses.ts';
import { judge, type PartOptions, type PartResult } from './part.ts';
import { QUEUES_PER_TOPIC, spreadTargets } from './records.ts';
import { SingleReplica } from './single-replica.ts';

const QUEUES = 20_000;
/** Fills the table of ids, so that the snapshots that follow are as large as they get. */
const FILLING = 1_100_000;
/** Sent before any turn is measured: code that runs for the first time is slow. */
const WARMING = 50_000;
const MESSAGES = 800_000;
const SNAPSHOT_BYTES = 256 * 1024 * 1024;
const PAUSE_ASKED = 50;

/** Size and time of snapshots, and the longest turn of the event loop while they are taken and sends go on. */
export async function measureSnapshots({ directory, say }: PartOptions): Promise<PartResult> {
  const taken: { bytes: number; ms: number; at: number }[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: (text: string, fields?: LogFields) => {
      if (text !== 'snapshot taken') return;
      taken.push({ bytes: Number(fields?.['bytes']), ms: Number(fields?.['ms']), at: performance.now() });
    },
    warn: (text, fields) => say(`warning: ${text} ${JSON.stringify(fields)}`),
    error: (text, fields) => say(`error: ${text} ${JSON.stringify(fields)}`),
  };
  const store = { snapshots: { intervalBytes: SNAPSHOT_BYTES } };
  const replica = await SingleReplica.start(join(directory, 'data'), { store }, logger);
  try {
    const targets = spreadTargets(QUEUES);
    await replica.putTopics(new Set(targets.map(({ topic }) => topic)), QUEUES_PER_TOPIC);
    await replica.send(targets, WARMING);
    const starting = new LoopPauses();
    starting.start();
    await replica.send(targets, FILLING);
    starting.stop();
    say(`${FILLING} messages stored, ${taken.length} snapshots so far`);
    const before = taken.length;
    const pauses = new LoopPauses();
    pauses.start();
    const sending = await replica.send(targets, MESSAGES);
    pauses.stop();
    const measured = taken.slice(before);
    const largest = measured.reduce((most, { bytes }) => Math.max(most, bytes), 0);
    const slowest = measured.reduce((most, { ms }) => Math.max(most, ms), 0);
    const pause = pauses.longest(1)[0]?.ms ?? 0;
    return {
      figures: [
        { name: 'snapshots taken while sends went on', value: measured.length, unit: '' },
        { name: 'size of the largest', value: largest / 1e6, unit: 'MB' },
        { name: 'time of the slowest', value: slowest, unit: 'ms' },
        { name: 'sends meanwhile', value: MESSAGES / sending.seconds, unit: 'messages/s' },
        { name: 'turns of the loop longer than 50 ms', value: pauses.countAbove(PAUSE_ASKED), unit: '' },
        {
          name: 'longest turn while the table of ids grew',
          value: starting.longest(1)[0]?.ms ?? 0,
          unit: 'ms',
        },
      ],
      verdicts: [
        judge('snapshots in that time', measured.length, '', { least: 1 }),
        judge('longest turn of the event loop', pause, 'ms', { most: PAUSE_ASKED }),
      ],
      details: {
        measured,
        longest: pauses.longest(10),
        longestBefore: starting.longest(10),
        turns: pauses.turns,
      },
    };
  } finally {
    await replica.stop();
  }
}
