import { BrokerMachine, encodeCommandBatch } from '@ledgermq/broker';
import { plainTopic, TopicPerm } from '@ledgermq/protocol';
import { NodeDisk, nodeLevel, openDerivedState, type DerivedState } from '@ledgermq/store';
import { EntryMaker } from './entry-maker.ts';
import { turn } from './part.ts';
import type { Target } from './records.ts';

/** Topics of one entry. */
const TOPICS_PER_ENTRY = 500;

/** A machine over derived data on disk, without a log: what a replica holds for its queues and little else. */
export class MachineLife {
  readonly derived: DerivedState;
  readonly machine: BrokerMachine;
  readonly maker: EntryMaker;

  private constructor(derived: DerivedState, maker: EntryMaker) {
    this.derived = derived;
    this.maker = maker;
    this.machine = new BrokerMachine(derived);
    this.machine.restore(derived.takeEntries());
  }

  /** As of the last checkpoint. `maker` goes on with the entries of an earlier life. */
  static async open(directory: string, maker: EntryMaker = new EntryMaker()): Promise<MachineLife> {
    const ports = { disk: new NodeDisk(), level: nodeLevel, immediate: setImmediate };
    return new MachineLife(await openDerivedState(ports, directory), maker);
  }

  putTopics(names: readonly string[], queues: number): void {
    for (let at = 0; at < names.length; at += TOPICS_PER_ENTRY) {
      const commands = encodeCommandBatch(
        names.slice(at, at + TOPICS_PER_ENTRY).map((name) => ({
          type: 'putTopic' as const,
          topic: plainTopic(name, queues, TopicPerm.read | TopicPerm.write),
          autoCreate: false,
          timestamp: 1,
        })),
      );
      this.machine.apply(this.maker.data([], 0, commands));
    }
  }

  /** Applies messages to the targets in turn; a checkpoint whenever one is asked for. */
  async apply(targets: readonly Target[], count: number, perEntry: number): Promise<void> {
    for (let done = 0; done < count; done += perEntry) {
      this.machine.apply(this.maker.data(targets, Math.min(perEntry, count - done)));
      this.machine.arrivals.clear();
      if (this.derived.needsCheckpoint) await this.checkpoint();
    }
    await turn();
  }

  async checkpoint(): Promise<void> {
    const appliedIndex = this.maker.index;
    await this.derived.checkpoint({ appliedIndex, ...this.machine.takeChanges() });
  }
}
