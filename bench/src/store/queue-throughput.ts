import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../report.ts';
import { judge, type PartOptions, type PartResult } from './part.ts';
import { QUEUES_PER_TOPIC, spreadTargets } from './records.ts';
import { SingleReplica, type SendingReport } from './single-replica.ts';

const QUEUES = 50_000;
/** More than what one checkpoint covers, so that its cost is part of every run. */
const MESSAGES = 200_000;
const HANDLES_ASKED = 64;
const LOSS_ASKED = 20;

/** One queue against 50,000 in turn, through proposer, log, machine and index of one replica. */
export async function measureQueueThroughput({ directory, rounds, say }: PartOptions): Promise<PartResult> {
  const replica = await SingleReplica.start(join(directory, 'data'));
  try {
    const one = [{ topic: 'single', queueId: 0 }];
    const many = spreadTargets(QUEUES);
    await replica.putTopics(['single'], 1);
    await replica.putTopics(new Set(many.map(({ topic }) => topic)), QUEUES_PER_TOPIC);
    await replica.send(one, MESSAGES);
    const handlesBefore = openHandles();
    await replica.send(many, QUEUES);
    const handles = openHandles() - handlesBefore;
    const ones: SendingReport[] = [];
    const manys: SendingReport[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ones.push(await replica.send(one, MESSAGES));
      manys.push(await replica.send(many, MESSAGES));
      say(
        `messages/s: one queue ${rate(ones.at(-1)).toFixed(0)}, ${QUEUES} queues ${rate(manys.at(-1)).toFixed(0)}`,
      );
    }
    const loss = median(ones.map((report, round) => (1 - rate(manys[round]) / rate(report)) * 100));
    return {
      figures: [
        { name: 'sends to one queue', value: median(ones.map(rate)), unit: 'messages/s' },
        { name: `sends to ${QUEUES} queues in turn`, value: median(manys.map(rate)), unit: 'messages/s' },
        { name: 'processor time, one queue', value: median(ones.map(cpu)), unit: 'us/message' },
        { name: `processor time, ${QUEUES} queues`, value: median(manys.map(cpu)), unit: 'us/message' },
        { name: `file handles that ${QUEUES} queues opened`, value: handles, unit: '' },
      ],
      verdicts: [
        judge(`throughput lost with ${QUEUES} queues`, loss, '%', { most: LOSS_ASKED }),
        judge(`file handles opened for ${QUEUES} queues`, handles, '', { most: HANDLES_ASKED }),
      ],
      details: { ones, manys },
    };
  } finally {
    await replica.stop();
  }
}

function rate(report: SendingReport | undefined): number {
  return report === undefined ? 0 : MESSAGES / report.seconds;
}

function cpu({ cpuSeconds }: SendingReport): number {
  return (cpuSeconds / MESSAGES) * 1e6;
}

function openHandles(): number {
  return readdirSync('/proc/self/fd').length;
}
