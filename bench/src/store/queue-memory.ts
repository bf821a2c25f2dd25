import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EntryMaker } from './entry-maker.ts';
import { MachineLife } from './machine-life.ts';
import { judge, type Figure, type PartOptions, type PartResult } from './part.ts';
import { QUEUES_PER_TOPIC, spreadTargets } from './records.ts';

const QUEUES = 50_000;
const BYTES_ASKED = 200;
const MESSAGES_PER_ENTRY = 64;

interface Memory {
  readonly heap: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

/** Heap that 50,000 queues with one message each take, as they came about and as a restart finds them. */
export async function measureQueueMemory({ directory, say }: PartOptions): Promise<PartResult> {
  const path = join(directory, 'derived');
  const names = [...new Set(spreadTargets(QUEUES).map(({ topic }) => topic))];
  const maker = new EntryMaker();
  await useOnce(join(directory, 'first'));
  const before = await settledMemory();
  let life: MachineLife | null = await MachineLife.open(path, maker);
  const empty = await settledMemory();
  life.putTopics(names, QUEUES_PER_TOPIC);
  const topics = await settledMemory();
  await life.apply(spreadTargets(QUEUES), QUEUES, MESSAGES_PER_ENTRY);
  await life.checkpoint();
  const loaded = await settledMemory();
  await life.derived.close();
  life = null;
  const closed = await settledMemory();
  life = await MachineLife.open(path, maker);
  if (life.machine.queueCount !== QUEUES)
    throw new Error(`${life.machine.queueCount} queues after the restart`);
  const restarted = await settledMemory();
  const held = life.machine.queueCount;
  await life.derived.close();
  const details = { before, empty, topics, loaded, closed, restarted, held };
  say(`memory: ${JSON.stringify(details)}`);
  const perQueue = (from: Memory, to: Memory, kind: keyof Memory): number => (to[kind] - from[kind]) / QUEUES;
  const inUse = perQueue(empty, loaded, 'heap');
  // An empty state has a few things too; they are small beside 50,000 queues and stay in this figure.
  const afterRestart = perQueue(closed, restarted, 'heap');
  const figures: Figure[] = [
    {
      name: 'heap of the topic, for each of its 8 queues',
      value: perQueue(empty, topics, 'heap'),
      unit: 'bytes',
    },
    { name: 'heap of a queue with its share of the topic', value: inUse, unit: 'bytes' },
    { name: 'the same after a restart', value: afterRestart, unit: 'bytes' },
    {
      name: 'array buffers per queue (columns, pages, table of ids)',
      value: perQueue(empty, loaded, 'arrayBuffers'),
      unit: 'bytes',
    },
    {
      name: 'the same after a restart, an empty state included',
      value: perQueue(closed, restarted, 'arrayBuffers'),
      unit: 'bytes',
    },
    {
      name: 'external memory per queue after a restart',
      value: perQueue(closed, restarted, 'external'),
      unit: 'bytes',
    },
  ];
  return {
    figures,
    verdicts: [
      judge('heap per queue in use', inUse, 'bytes', { most: BYTES_ASKED }),
      judge('heap per queue after a restart', afterRestart, 'bytes', { most: BYTES_ASKED }),
    ],
    details,
  };
}

/** Lets code be compiled and pools be filled before anything is measured. */
async function useOnce(path: string): Promise<void> {
  const life = await MachineLife.open(path);
  life.putTopics(['warm-up'], QUEUES_PER_TOPIC);
  await life.apply([{ topic: 'warm-up', queueId: 0 }], MESSAGES_PER_ENTRY * 100, MESSAGES_PER_ENTRY);
  await life.checkpoint();
  await life.derived.close();
}

async function settledMemory(): Promise<Memory> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('memory is measured with node --expose-gc');
  for (let round = 0; round < 4; round += 1) {
    await delay(20);
    await gc({ execution: 'async', type: 'major' });
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, external, arrayBuffers };
}
