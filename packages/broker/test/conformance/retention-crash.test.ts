import test from 'ava';
import { readRecords } from '@ledgermq/protocol';
import { pullFields } from '../face-fixture.ts';
import { ServedGroup } from './served-group.ts';

const GIB = 1024 ** 3;
const MESSAGES = 40;

/** Offsets of all messages of the queue, as a consumer gets them that begins at 0. */
async function consumed(group: ServedGroup): Promise<number[]> {
  const offsets: number[] = [];
  for (let next = 0; ;) {
    const fields = pullFields({ queueOffset: String(next), sysFlag: '4' });
    const answer = await group.ask(11, { ...fields, subscription: '*' });
    if (answer.code === 19) return offsets;
    if (answer.code === 0) offsets.push(...readRecords(answer.body).map(({ queueOffset }) => queueOffset));
    next = Number(answer.extFields['nextBeginOffset']);
  }
}

for (const how of ['kill', 'lose'] as const) {
  test(`whenever it is struck by a ${how}, what is left after a crash within a round of cleaning is whole`, async (t) => {
    const begins = new Set<number>();
    for (let turns = 0; turns < 16; turns += 1) {
      const group = await ServedGroup.start(1e9, {});
      const { disk } = group.member;
      for (let i = 0; i < MESSAGES; i += 1) await group.send({ uniqKey: `ID${i}`, body: 'x'.repeat(600) });
      disk.totalBytes = () => 100 * GIB;
      disk.freeBytes = () => 14 * GIB;
      group.cluster.clock.advance(61_000);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await group.restart(how);
      const min = await group.offsetOf(31, {});
      begins.add(min);
      const all = Array.from({ length: MESSAGES - min }, (_, i) => min + i);
      t.deepEqual(await consumed(group), all, `after ${turns} turns`);
      for (let i = 0; i < MESSAGES; i += 1) {
        const found = await group.query(`ID${i}`, { _UNIQUE_KEY_QUERY: 'true' });
        t.deepEqual(
          found.map(({ queueOffset }) => queueOffset),
          i < min ? [] : [i],
        );
      }
      const [next] = await group.send({});
      t.is(next?.queueOffset, MESSAGES);
      // The life that was struck may still say that its work failed.
      const warnings = group.member.warnings.filter(
        (text) => text !== 'the log keeps its oldest part for now',
      );
      t.deepEqual([group.member.fatal, warnings], [[], []]);
    }
    t.true(begins.has(0), 'some crashes come before anything is durable');
    t.true(begins.size > 1, 'and some behind it');
  });
}
