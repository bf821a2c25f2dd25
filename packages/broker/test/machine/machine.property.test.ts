import test from 'ava';
import fc from 'fast-check';
import { MemoryDisk, UniqKeyTable } from '@ledgermq/store';
import type { Command } from '../../src/machine/command.ts';
import { BrokerMachine } from '../../src/machine/machine.ts';
import { defaultSubscriptionGroup } from '../../src/machine/subscription-groups.ts';
import { EntryChain, type TestMessage } from './entry-chain.ts';
import {
  MachineWorld,
  checkpoint,
  fatesOf,
  putTopic,
  stateOf,
  type MachineLife,
  type MachineMaker,
} from './machine-world.ts';
import { ModelMachine } from './model-machine.ts';

const SEED = 77_001;
const KEYS = ['k0', 'k1', 'k2', '7F00000100002A9F18B4AAC200000001', '7F00000100002A9F18B4AAC200000002'];
const SETTINGS = { uniqKeyCountMax: 4_096, queueCacheBytesMax: 64 * 384, queueDirtyBytesMax: 12 * 384 };

const name = fc.constantFrom('A', 'B', '%RETRY%g');
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(name, fc.integer({ min: 0, max: 4 })).map(([n, queues]) => putTopic(n, queues)),
  },
  name.map((topicName): Command => ({ type: 'deleteTopic', topicName, timestamp: 5 })),
  name.map((n): Command => putTopic(n, 4, { attributes: { deduplication: 'false' } })),
  fc.boolean().map((on): Command => ({ type: 'putSettings', settings: { enableSendDeduplication: on } })),
  fc.constantFrom('g', 'h').map((group): Command => {
    return {
      type: 'putSubscriptionGroup',
      group: defaultSubscriptionGroup(group),
      autoCreate: true,
      timestamp: 7,
    };
  }),
  fc.tuple(fc.constantFrom('g', 'h'), fc.boolean()).map(([groupName, cleanOffset]): Command => {
    return { type: 'deleteSubscriptionGroup', groupName, cleanOffset, timestamp: 8 };
  }),
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('g', 'h'), name, fc.nat(3), fc.nat(20), fc.boolean())
      .map(([group, topic, queueId, offset, force]): Command => {
        return { type: 'commitOffsets', commits: [{ group, topic, queueId, offset }], force };
      }),
  },
);
const message: fc.Arbitrary<TestMessage> = fc
  .tuple(name, fc.nat(4), fc.nat(KEYS.length), fc.nat(3), fc.nat(9))
  .map(([topic, queueId, key, tag, optOut]) => {
    const uniqKey = KEYS[key];
    return {
      topic,
      queueId,
      tags: `t${tag}`,
      ...(uniqKey === undefined ? {} : { uniqKey }),
      ...(optOut === 0 ? { properties: { DEDUP: 'false' } } : {}),
    };
  });

type Step =
  | {
      readonly type: 'entry';
      readonly messages: readonly TestMessage[];
      readonly commands: readonly Command[];
    }
  | { readonly type: 'no-op' | 'checkpoint' | 'crash' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('entry' as const),
      messages: fc.array(message, { maxLength: 8 }),
      commands: fc.array(command, { maxLength: 2 }),
    }),
  },
  fc.constantFrom<Step>({ type: 'no-op' }, { type: 'checkpoint' }, { type: 'crash' }),
);
/** Every story begins with topics and a message, so that there is something to lose. */
const story = fc
  .array(step, { maxLength: 24 })
  .map((steps): Step[] => [
    { type: 'entry', commands: [putTopic('A'), putTopic('B')], messages: [{ topic: 'A', uniqKey: 'k0' }] },
    ...steps,
  ]);

/** A replica that writes checkpoints and loses power, and applies again from the log what it had lost. */
class CrashingReplica {
  readonly world: MachineWorld;
  life: MachineLife;

  private constructor(world: MachineWorld, life: MachineLife) {
    this.world = world;
    this.life = life;
  }

  static async start(make?: MachineMaker): Promise<CrashingReplica> {
    const world = new MachineWorld(SETTINGS, make);
    return new CrashingReplica(world, await world.open());
  }

  async crash(log: EntryChain): Promise<void> {
    this.world.crash();
    this.life = await this.world.open();
    for (const entry of log.read(this.life.derived.appliedIndex + 1, log.entries.length + 1)) {
      this.life.machine.apply(entry);
    }
  }
}

async function tellsTheSame(steps: readonly Step[], make?: MachineMaker): Promise<void> {
  const log = new EntryChain();
  const model = new ModelMachine();
  const straight = await new MachineWorld(SETTINGS).open();
  const crashing = await CrashingReplica.start(make);
  for (const next of steps) {
    switch (next.type) {
      case 'checkpoint':
        await checkpoint(crashing.life, log.entries.length);
        break;
      case 'crash':
        await crashing.crash(log);
        break;
      case 'no-op': {
        const entry = log.noOp();
        for (const { machine } of [straight, crashing.life]) machine.apply(entry);
        break;
      }
      case 'entry': {
        const entry = log.data(next.messages, next.commands);
        const expected = model.apply(entry, next.messages, next.commands);
        const replies = straight.machine.apply(entry);
        equal(fatesOf(straight.machine.outcomes), expected, 'the machine does not do what the model does');
        equal(crashing.life.machine.apply(entry), replies, 'the replies differ');
        equal(fatesOf(crashing.life.machine.outcomes), expected, 'the crashing replica decides otherwise');
        break;
      }
    }
  }
  await crashing.crash(log);
  equal(stateOf(crashing.life, KEYS), stateOf(straight, KEYS), 'the states differ');
}

function equal(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}:\n${left}\n${right}`);
}

test('replicas agree with each other and with the model, whatever is lost and applied again', async (t) => {
  await fc.assert(
    fc.asyncProperty(story, (steps) => tellsTheSame(steps)),
    { seed: SEED, numRuns: 200 },
  );
  t.pass();
});

test('the checker sees a machine whose table of stored ids is lost at a restart', async (t) => {
  const forgetful: MachineMaker = ({ queueIndex }) => {
    const config = { windowCountMax: 4_096, windowMs: 600_000, hashSeed: 1 };
    return new BrokerMachine({ queueIndex, uniqKeys: UniqKeyTable.open(freshDisk(), '/keys', config, null) });
  };
  const found = await fc.check(
    fc.asyncProperty(story, (steps) => tellsTheSame(steps, forgetful)),
    { seed: SEED, numRuns: 200 },
  );
  t.true(found.failed);
});

test('the checker sees a checkpoint that claims more than was applied', async (t) => {
  const steps: Step[] = [
    { type: 'entry', commands: [putTopic('A')], messages: [{ topic: 'A' }] },
    { type: 'entry', commands: [], messages: [{ topic: 'A' }] },
  ];
  const log = new EntryChain();
  const straight = await new MachineWorld(SETTINGS).open();
  const ahead = await CrashingReplica.start();
  for (const next of steps) {
    if (next.type !== 'entry') continue;
    const entry = log.data(next.messages, next.commands);
    straight.machine.apply(entry);
    if (entry.index === 1) {
      ahead.life.machine.apply(entry);
      await checkpoint(ahead.life, 2);
    }
  }
  await ahead.crash(log);
  t.throws(() => {
    equal(stateOf(ahead.life), stateOf(straight), 'the states differ');
  });
});

function freshDisk(): MemoryDisk {
  const disk = new MemoryDisk();
  disk.mkdir('/keys');
  return disk;
}
