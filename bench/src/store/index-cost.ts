import { join } from 'node:path';
import { hashKeyOfTopic, KeyIndex, NodeDisk } from '@ledgermq/store';
import type { Entry } from '@ledgermq/raft';
import { median } from '../report.ts';
import { allocatedBytes } from './folder-size.ts';
import { MachineLife } from './machine-life.ts';
import { turn, type Figure, type PartOptions, type PartResult } from './part.ts';

const MESSAGES = 200_000;
const PER_ENTRY = 64;
/** Entries made at a time, outside of what is measured. */
const ENTRIES_AT_ONCE = 64;
const MESSAGE_BYTES = 1200;
const QUEUES = [1, 100, 10_000];
const STORED_AT = 1_700_000_000_000;

/** Processor time and disk space that a message costs beside its place in the log; checkpoints included. */
export async function measureIndexCost({ directory, rounds, say }: PartOptions): Promise<PartResult> {
  const figures: Figure[] = [];
  for (const queues of QUEUES) {
    const name = `queue index, ${queues} ${queues === 1 ? 'queue' : 'queues'}`;
    const path = join(directory, `queue-index-${queues}`);
    figures.push(...(await repeated(name, path, rounds, (life) => appendUnits(life, queues))));
    say(`${name}: done`);
  }
  figures.push(
    ...(await repeated('table of ids: look up and insert', join(directory, 'ids'), rounds, addIds)),
  );
  figures.push(...(await repeated('machine: apply', join(directory, 'machine'), rounds, applyEntries)));
  figures.push(...(await keyIndexCost(join(directory, 'keys'), rounds)));
  return { figures, verdicts: [] };
}

async function repeated(
  name: string,
  path: string,
  rounds: number,
  run: (life: MachineLife) => Promise<number>,
): Promise<Figure[]> {
  const times: number[] = [];
  const life = await MachineLife.open(path);
  life.putTopics(['cost'], 4);
  for (let round = 0; round < rounds; round += 1) times.push(await run(life));
  const bytes = allocatedBytes(path) / (MESSAGES * rounds);
  await life.derived.close();
  return [
    { name, value: (median(times) / MESSAGES) * 1000, unit: 'us/message' },
    { name: `${name}, on disk`, value: bytes, unit: 'bytes/message' },
  ];
}

/** Milliseconds for MESSAGES units, over the queues in turn, with the checkpoints that they ask for and one at the end. */
async function appendUnits({ derived }: MachineLife, queues: number): Promise<number> {
  const { queueIndex } = derived;
  const began = cpuMs();
  for (let i = 0; i < MESSAGES; i += 1) {
    const queue = i % queues;
    queueIndex.append(
      queue,
      queueIndex.nextOffset(queue),
      i * MESSAGE_BYTES,
      MESSAGE_BYTES,
      0,
      STORED_AT + i,
    );
    if (i % PER_ENTRY === 0 && derived.needsCheckpoint) await checkpointOf(derived);
  }
  await checkpointOf(derived);
  return cpuMs() - began;
}

async function addIds({ derived }: MachineLife): Promise<number> {
  const { uniqKeys } = derived;
  const key = Buffer.from('7F00000100002A9F18B4AAC200000000');
  const began = cpuMs();
  const first = idsGiven;
  idsGiven += MESSAGES;
  for (let i = 0; i < MESSAGES; i += 1) {
    writeHex(key, 24, first + i);
    if (uniqKeys.find(0, key, 0, key.length) >= 0) throw new Error('an id was there before it was added');
    uniqKeys.insert(0, key, 0, key.length, 0, i, i * MESSAGE_BYTES, STORED_AT + i);
    if (i % PER_ENTRY === 0 && derived.needsCheckpoint) await checkpointOf(derived);
  }
  await checkpointOf(derived);
  return cpuMs() - began;
}

async function applyEntries(life: MachineLife): Promise<number> {
  const targets = [0, 1, 2, 3].map((queueId) => ({ topic: 'cost', queueId }));
  let ms = 0;
  for (let done = 0; done < MESSAGES; done += PER_ENTRY * ENTRIES_AT_ONCE) {
    const entries: Entry[] = Array.from({ length: ENTRIES_AT_ONCE }, () =>
      life.maker.data(targets, PER_ENTRY),
    );
    const began = cpuMs();
    for (const entry of entries) {
      life.machine.apply(entry);
      life.machine.arrivals.clear();
    }
    if (life.derived.needsCheckpoint) await life.checkpoint();
    ms += cpuMs() - began;
    await turn();
  }
  const began = cpuMs();
  await life.checkpoint();
  return ms + cpuMs() - began;
}

async function keyIndexCost(path: string, rounds: number): Promise<Figure[]> {
  const index = KeyIndex.begin(new NodeDisk(), path, {}, { index: 0, hash: 0 }, 'doubtful');
  const key = Buffer.from('order-00000000');
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = cpuMs();
    for (let i = 0; i < MESSAGES; i += 1) {
      writeHex(key, 6, i);
      // A message has two keys: its id and what the sender gave.
      index.add(hashKeyOfTopic(round, key, 0, key.length), i * MESSAGE_BYTES, STORED_AT + i);
      index.add(hashKeyOfTopic(round + 1, key, 0, key.length), i * MESSAGE_BYTES, STORED_AT + i);
    }
    index.complete({ index: round + 1, hash: 0 });
    await index.checkpoint();
    times.push(cpuMs() - began);
  }
  await index.close();
  return [
    { name: 'key index, two keys', value: (median(times) / MESSAGES) * 1000, unit: 'us/message' },
    {
      name: 'key index, two keys, on disk',
      value: allocatedBytes(path) / (MESSAGES * rounds),
      unit: 'bytes/message',
    },
  ];
}

/** Eight upper-case digits, without a string in between. */
function writeHex(target: Buffer, at: number, value: number): void {
  for (let digit = 0; digit < 8; digit += 1) {
    const nibble = (value >>> (28 - digit * 4)) & 15;
    target[at + digit] = nibble < 10 ? 0x30 + nibble : 0x37 + nibble;
  }
}

/** Processor time of this process, milliseconds: what others on the machine do is not in it. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

let checkpoints = 0;
let idsGiven = 0;

async function checkpointOf(derived: MachineLife['derived']): Promise<void> {
  checkpoints += 1;
  await derived.checkpoint({
    appliedIndex: Math.max(derived.appliedIndex + 1, checkpoints),
    puts: [],
    deletes: [],
  });
}
