import test from 'ava';
import { RaftError } from '../src/errors.ts';
import { DriverFixture } from './driver-fixture.ts';

/** N1 leads and keeps nothing of its durable log in memory; n2 has all of it, n3 the first entry only. */
async function leading(): Promise<DriverFixture> {
  const one = new DriverFixture({ config: { recentBytesMax: 0 } });
  await one.lead();
  for (const text of ['two', 'three', 'four']) one.proposeText(text);
  one.clock.turn();
  await one.endSync();
  one.receive({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 4 });
  one.forget();
  return one;
}

/** N3 lacks what was sent to it, so that the leader has to read it from its log. */
function lacks(one: DriverFixture): void {
  one.receive({
    type: 'append-rejected',
    from: 'n3',
    to: 'n1',
    term: 1,
    prevIndex: 4,
    hintIndex: 1,
    hintTerm: 1,
  });
}

test('a follower that is behind gets what the log holds', async (t) => {
  const one = await leading();
  lacks(one);
  const sent = one.sentOf('append-request').filter(({ to }) => to === 'n3');
  t.deepEqual(
    sent.flatMap(({ entries }) => entries.map(({ index }) => index)),
    [2, 3, 4],
  );
  t.deepEqual(one.fatal, []);
});

test('an entry that cannot be read for a follower ends the replica in order, and throws at nobody', async (t) => {
  for (const [error, code] of [
    [new RaftError('ENTRY_BODY_INVALID', 'entry 2 is damaged'), 'ENTRY_BODY_INVALID'],
    [new Error('EIO'), 'STORAGE_FAILED'],
  ] as const) {
    const one = await leading();
    one.log.entries = () => {
      throw error;
    };
    t.notThrows(() => {
      lacks(one);
    });
    t.deepEqual(
      one.fatal.map((fatal) => fatal.code),
      [code],
    );
    t.deepEqual(one.sent, [], 'nothing of that turn leaves');
    t.is(one.driver.role, 'follower');
    t.deepEqual(one.proposeText('more'), { type: 'refused', reason: 'stopped', leader: null });
    lacks(one);
    one.clock.advance(10_000);
    t.is(one.fatal.length, 1, 'it is told once');
    await t.notThrowsAsync(one.driver.stop());
  }
});
