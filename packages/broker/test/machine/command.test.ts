import { Buffer } from 'node:buffer';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { ledgermq } from '#generated/command.js';
import { BrokerError } from '../../src/errors.ts';
import { normalizeAttributes } from '../../src/machine/attributes.ts';
import { decodeCommandBatch, encodeCommandBatch, type Command } from '../../src/machine/command.ts';

const SEED = 5_150;
const u32 = fc.nat(2 ** 31);
const timestamp = fc.maxSafeNat();
const attributes = fc
  .dictionary(fc.stringMatching(/^[a-z.]{1,8}$/), fc.string({ maxLength: 8 }), { maxKeys: 4 })
  .map(normalizeAttributes);
const topic = fc.record({
  topicName: fc.string({ maxLength: 20 }),
  readQueueNums: u32,
  writeQueueNums: u32,
  perm: fc.nat(7),
  topicFilterType: fc.constantFrom('SINGLE_TAG' as const, 'MULTI_TAG' as const),
  topicSysFlag: u32,
  order: fc.boolean(),
  attributes,
});
const group = fc.record({
  groupName: fc.string({ maxLength: 20 }),
  consumeEnable: fc.boolean(),
  consumeFromMinEnable: fc.boolean(),
  consumeBroadcastEnable: fc.boolean(),
  consumeMessageOrderly: fc.boolean(),
  retryQueueNums: u32,
  retryMaxTimes: fc.integer({ min: -1, max: 100 }),
  brokerId: u32,
  whichBrokerWhenConsumeSlowly: u32,
  notifyConsumerIdsChangedEnable: fc.boolean(),
  groupSysFlag: u32,
  consumeTimeoutMinute: u32,
  attributes,
});
const commit = fc.record({
  group: fc.string({ maxLength: 8 }),
  topic: fc.string({ maxLength: 8 }),
  queueId: u32,
  offset: fc.maxSafeInteger(),
});
const settings = fc.record({ enableSendDeduplication: fc.boolean() });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ type: fc.constant('putTopic' as const), topic, autoCreate: fc.boolean(), timestamp }),
  fc.record({ type: fc.constant('deleteTopic' as const), topicName: fc.string(), timestamp }),
  fc.record({
    type: fc.constant('putSubscriptionGroup' as const),
    group,
    autoCreate: fc.boolean(),
    timestamp,
  }),
  fc.record({
    type: fc.constant('deleteSubscriptionGroup' as const),
    groupName: fc.string(),
    cleanOffset: fc.boolean(),
    timestamp,
  }),
  fc.record({
    type: fc.constant('commitOffsets' as const),
    commits: fc.array(commit, { maxLength: 4 }),
    force: fc.boolean(),
  }),
  fc.record({ type: fc.constant('putSettings' as const), settings }),
  fc.record({
    type: fc.constant('bootstrap' as const),
    timestamp,
    topics: fc.array(topic, { maxLength: 3 }),
    groups: fc.array(group, { maxLength: 3 }),
    settings,
  }),
);

test('commands are read back, also when encoded one by one and laid end to end', (t) => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 6 }), (commands) => {
      const single = Buffer.concat(commands.map((one) => encodeCommandBatch([one])));
      for (const bytes of [encodeCommandBatch(commands), ...(commands.length > 0 ? [single] : [])]) {
        t.deepEqual(decodeCommandBatch(bytes), commands);
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('bytes that are no batch are a typed error', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
      try {
        decodeCommandBatch(bytes);
        return true;
      } catch (error) {
        return error instanceof BrokerError && error.code === 'ENTRY_INVALID';
      }
    }),
    { seed: SEED, numRuns: 1_000 },
  );
  t.pass();
});

test('a batch of a later version, of none, or with an unknown command is refused', (t) => {
  const { CommandBatch } = ledgermq.machine;
  const batches = [
    CommandBatch.encode({ version: 2, commands: [] }),
    CommandBatch.encode({ commands: [] }),
    CommandBatch.encode({ version: 1, commands: [{}] }),
  ];
  for (const batch of batches) {
    const error = t.throws(() => decodeCommandBatch(batch.finish()), { instanceOf: BrokerError });
    t.is(error.code, 'ENTRY_INVALID');
  }
});

test('an offset beyond what can be counted is refused by the machine and does not end it', (t) => {
  const { CommandBatch } = ledgermq.machine;
  const commits = [{ group: 'g', topic: 'T', queueId: 0, offset: 2 ** 60 }];
  const bytes = CommandBatch.encode({ version: 1, commands: [{ commitOffsets: { commits } }] }).finish();
  const [first] = decodeCommandBatch(bytes);
  t.like(first, { type: 'commitOffsets', commits: [{ offset: -1 }] });
});

test('the generated module is what command.proto gives today', async (t) => {
  const require = createRequire(import.meta.url);
  const bin = join(dirname(require.resolve('protobufjs-cli/package.json')), 'bin');
  const run = promisify(execFile);
  const folder = await mkdtemp(join(tmpdir(), 'ledgermq-command-proto-'));
  try {
    const js = join(folder, 'command.js');
    const flags = [
      '--no-verify',
      '--no-convert',
      '--no-create',
      '--no-delimited',
      '--no-typeurl',
      '--no-service',
    ];
    const target = ['-t', 'static-module', '-w', 'esm', '-r', 'ledgermq-broker'];
    const source = join('src', 'machine', 'command.proto');
    await run(process.execPath, [join(bin, 'pbjs'), ...target, ...flags, '-o', js, source]);
    await run(process.execPath, [join(bin, 'pbts'), '-o', join(folder, 'command.d.ts'), js]);
    for (const name of ['command.js', 'command.d.ts']) {
      const fresh = await readFile(join(folder, name), 'utf8');
      t.is(fresh, await readFile(join('src', 'machine', 'generated', name), 'utf8'), name);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
