import test from 'ava';
import fc from 'fast-check';
import { readRecords } from '@ledgermq/protocol';
import type { SendOutcome } from '../src/replication/outcome.ts';
import { readQueue } from './read-queue.ts';
import { ReplicaCluster, type Member } from './replica-cluster.ts';

const SEED = 60_601;
const IDS = ['n1', 'n2', 'n3'] as const;

type Step =
  | { readonly type: 'send'; readonly count: number }
  | { readonly type: 'kill'; readonly id: string; readonly power: 'lose' | 'kill' }
  | { readonly type: 'open' | 'cut' | 'heal' | 'stop'; readonly id: string }
  | { readonly type: 'pass'; readonly ms: number };

const id = fc.constantFrom(...IDS);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('send' as const), count: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.nat(1_500) }) },
  fc.record({
    type: fc.constant('kill' as const),
    id,
    power: fc.constantFrom('lose' as const, 'kill' as const),
  }),
  fc.record({ type: fc.constantFrom('open' as const, 'cut' as const, 'heal' as const, 'stop' as const), id }),
);

interface Sent {
  readonly body: string;
  readonly member: Member;
  readonly told: SendOutcome[];
}

/** What happened to the group, and everything that was asked of it. */
class Story {
  readonly cluster: ReplicaCluster;
  readonly sent: Sent[] = [];

  constructor(cluster: ReplicaCluster) {
    this.cluster = cluster;
  }

  async play(next: Step): Promise<void> {
    const { cluster } = this;
    switch (next.type) {
      case 'send':
        for (let i = 0; i < next.count; i += 1) this.#send();
        cluster.clock.endTurn();
        return;
      case 'pass':
        await this.#pass(next.ms);
        return;
      case 'cut':
        cluster.cut(next.id);
        return;
      case 'heal':
        cluster.heal(next.id);
        return;
      case 'open':
        if (cluster.member(next.id).replica === null) await cluster.open(next.id);
        return;
      case 'kill':
        if (cluster.member(next.id).replica !== null) cluster.kill(next.id, next.power);
        return;
      case 'stop':
        if (cluster.member(next.id).replica !== null) await cluster.stop(next.id);
        return;
    }
  }

  /** All is well again: everybody runs and hears everybody. */
  async recover(): Promise<void> {
    for (const one of IDS) await this.play({ type: 'heal', id: one });
    for (const one of IDS) await this.play({ type: 'open', id: one });
    await this.cluster.send({ topic: 'T', body: 'the last' });
    await this.cluster.level();
  }

  /** Every message goes to everybody who thinks that it leads; with one id, it may be stored once at most. */
  #send(): void {
    const body = `m${this.sent.length}`;
    for (const member of this.cluster.members) {
      if (member.replica === null || !member.replica.leadership.current().leading) continue;
      this.sent.push({ body, member, told: this.cluster.post(member, { topic: 'T', uniqKey: body, body }) });
    }
  }

  async #pass(ms: number): Promise<void> {
    const { clock } = this.cluster;
    const end = clock.now() + ms;
    await this.cluster.until('time passes', () => clock.now() >= end);
  }
}

/** Bodies of the queue by queue offset; throws when an offset is not where it should be. */
async function bodiesOf({ live }: Member): Promise<string[]> {
  const { maxOffset = 0 } = live.queues.bounds('T', 0) ?? {};
  const found: string[] = [];
  while (found.length < maxOffset) {
    const limits = { countMax: 32, bytesMax: 1e6, matches: null };
    const { body } = await readQueue(live.queues, 'T', 0, found.length, limits);
    if (body === null) throw new Error(`a hole at ${found.length}`);
    for (const record of readRecords(body, { verifyBody: true })) {
      if (record.queueOffset !== found.length)
        throw new Error(`${record.queueOffset} stands at ${found.length}`);
      found.push(record.body.toString());
    }
  }
  return found;
}

async function check({ cluster, sent }: Story): Promise<void> {
  const [first, ...others] = await Promise.all(cluster.members.map(bodiesOf));
  const bodies = first ?? [];
  for (const other of others) {
    if (other.join() !== bodies.join())
      throw new Error(`replicas differ:\n${bodies.join()}\n${other.join()}`);
  }
  if (new Set(bodies).size !== bodies.length) throw new Error(`a message is stored twice: ${bodies.join()}`);
  for (const { fatal, id: member } of cluster.members) {
    if (fatal.length > 0) throw new Error(`${member} failed: ${String(fatal[0])}`);
  }
  for (const { body, told } of sent) {
    if (told.length > 1) throw new Error(`${body} is settled ${told.length} times`);
    const [outcome] = told;
    if (outcome?.type === 'stored' && bodies[outcome.queueOffset] !== body)
      throw new Error(`${body} is lost`);
    if (outcome?.type === 'refused') {
      const elsewhere = sent.some((one) => one.body === body && one.told !== told);
      if (!elsewhere && bodies.includes(body)) throw new Error(`${body} was refused and is stored`);
    }
  }
}

test('whatever fails, what was confirmed stays where it was said to be, once', async (t) => {
  let confirmed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const story = new Story(await ReplicaCluster.start());
      await story.cluster.createTopic('T');
      for (const next of steps) await story.play(next);
      await story.recover();
      await check(story);
      confirmed += story.sent.filter(({ told }) => told[0]?.type === 'stored').length;
    }),
    { seed: SEED, numRuns: 25 },
  );
  t.true(confirmed > 100, `${confirmed} messages were confirmed`);
});

test('the checker sees confirmations that did not wait for the disk', async (t) => {
  const story = new Story(await ReplicaCluster.start({ asyncFlush: true, flushIntervalMs: 60_000 }));
  await story.cluster.createTopic('T');
  await story.play({ type: 'send', count: 3 });
  await story.play({ type: 'pass', ms: 100 });
  t.true(story.sent.every(({ told }) => told[0]?.type === 'stored'));
  for (const one of IDS) await story.play({ type: 'kill', id: one, power: 'lose' });
  for (const one of IDS) await story.play({ type: 'open', id: one });
  await story.cluster.createTopic('T');
  await story.recover();
  await t.throwsAsync(check(story), { message: /is lost/ });
});
