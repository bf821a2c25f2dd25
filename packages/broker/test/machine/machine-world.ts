import { Buffer } from 'node:buffer';
import { plainTopic, TopicPerm } from '@ledgermq/protocol';
import { MemoryDisk, MemoryLevel, QueueUnits, openDerivedState } from '@ledgermq/store';
import type { DerivedState, DerivedStateConfig } from '@ledgermq/store';
import type { Command } from '../../src/machine/command.ts';
import { BrokerMachine } from '../../src/machine/machine.ts';
import type { RecordOutcomes } from '../../src/machine/record-outcomes.ts';
import type { TopicConfig } from '../../src/machine/topics.ts';

export type MachineMaker = (derived: DerivedState) => BrokerMachine;

/** Work of the thread pool: completed at once, or while `held` only when the test opens the gate. */
export class Gate {
  held = false;
  #waiting: (() => void)[] = [];

  readonly schedule = (complete: () => void): void => {
    if (this.held) this.#waiting.push(complete);
    else queueMicrotask(complete);
  };

  open(): void {
    this.held = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const complete of waiting) complete();
  }
}

/** Lets everything that can go on without new input do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** One life of a machine over its stores. */
export interface MachineLife {
  readonly machine: BrokerMachine;
  readonly derived: DerivedState;
}

const UNLUCKY = { nextInt: (): number => 0 };

/** The disk and database of one replica; they outlive its machines. */
export class MachineWorld {
  readonly gate: Gate = new Gate();
  readonly disk: MemoryDisk = new MemoryDisk({ schedule: this.gate.schedule });
  readonly level: MemoryLevel = new MemoryLevel(this.gate.schedule);
  readonly #settings: Partial<DerivedStateConfig>;
  readonly #make: MachineMaker;

  constructor(
    settings: Partial<DerivedStateConfig> = {},
    make: MachineMaker = (derived) => new BrokerMachine(derived),
  ) {
    this.#settings = settings;
    this.#make = make;
  }

  /** The state as of the last checkpoint. */
  async open(): Promise<MachineLife> {
    const ports = { disk: this.disk, level: () => this.level.connect(), immediate: queueMicrotask };
    const derived = await openDerivedState(ports, '/derived', this.#settings);
    const machine = this.#make(derived);
    machine.restore(derived.takeEntries());
    return { machine, derived };
  }

  /** Power goes: nothing that was not synced is left. */
  crash(): void {
    this.disk.crash('lose', UNLUCKY);
    this.level.crash(UNLUCKY);
  }
}

export async function checkpoint({ machine, derived }: MachineLife, appliedIndex: number): Promise<void> {
  await derived.checkpoint({ appliedIndex, ...machine.takeChanges() });
}

export function topicConfig(topicName: string, queues = 4, change: Partial<TopicConfig> = {}): TopicConfig {
  return { ...plainTopic(topicName, queues, TopicPerm.read | TopicPerm.write), ...change };
}

export function putTopic(name: string, queues = 4, change: Partial<TopicConfig> = {}): Command {
  return { type: 'putTopic', topic: topicConfig(name, queues, change), autoCreate: false, timestamp: 1_000 };
}

export interface Fate {
  readonly fate: number;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly physicalOffset: number;
}

export function fatesOf(outcomes: RecordOutcomes): Fate[] {
  return Array.from({ length: outcomes.count }, (_, i) => ({
    fate: outcomes.fate(i),
    queueId: outcomes.queueId(i),
    queueOffset: outcomes.queueOffset(i),
    physicalOffset: outcomes.physicalOffset(i),
  }));
}

/** Everything that the replicas of a group must have in common, for comparison. */
export function stateOf({ machine, derived }: MachineLife, uniqKeys: readonly string[] = []): unknown {
  const { topics, groups, offsets } = machine;
  return {
    settings: machine.settings,
    bootstrapped: machine.bootstrapped,
    queueCount: machine.queueCount,
    topicVersion: topics.dataVersion,
    nextTopicNumber: topics.nextNumber,
    groupVersion: groups.dataVersion,
    topics: [...topics.all()]
      .map((config) => ({
        config: { ...config, attributes: { ...config.attributes } },
        number: topics.topic(config.topicName)?.number,
        queues: [...(topics.topic(config.topicName)?.queues.all() ?? [])].map((queue) => ({
          ...queue,
          units: unitsOf(derived, queue.number),
        })),
        keys: uniqKeys.map((key) => placeOf(derived, topics.topic(config.topicName)?.number ?? 0, key)),
      }))
      .sort((a, b) => (a.config.topicName < b.config.topicName ? -1 : 1)),
    groups: [...groups.all()]
      .map((group) => ({ ...group, attributes: { ...group.attributes } }))
      .sort((a, b) => (a.groupName < b.groupName ? -1 : 1)),
    offsetRows: offsets.rowCount,
    offsets: [...offsets.all()].map((offset) => JSON.stringify(offset)).sort(),
    keysHeld: derived.uniqKeys.size,
  };
}

function placeOf({ uniqKeys }: DerivedState, topicNumber: number, key: string): unknown {
  const bytes: Buffer = Buffer.from(key);
  const found = uniqKeys.find(topicNumber, bytes, 0, bytes.length);
  if (found < 0) return null;
  return [uniqKeys.queueNumber(found), uniqKeys.queueOffset(found), uniqKeys.address(found)];
}

export function unitsOf({ queueIndex }: DerivedState, queueNumber: number): unknown {
  const min = queueIndex.minOffset(queueNumber);
  const count = queueIndex.nextOffset(queueNumber) - min;
  const units = new QueueUnits(Math.max(1, count));
  queueIndex.read(queueNumber, min, count, units);
  return Array.from({ length: count }, (_, i) => [
    units.addresses[i],
    units.sizes[i],
    units.tagsCodes[i],
    units.storeTimestamps[i],
  ]);
}
