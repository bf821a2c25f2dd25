import test from 'ava';
import type { RaftConfig } from '../src/config.ts';
import { RaftError } from '../src/errors.ts';
import { DriverFixture } from './driver-fixture.ts';

/** N1 leads and keeps nothing of its durable log in memory; n2 has all of it, n3 the first entry only. */
async function leading(config: Partial<RaftConfig> = {}): Promise<DriverFixture> {
  const one = new DriverFixture({ config: { recentBytesMax: 0, ...config } });
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

/** Indexes of the entries in each append that n3 was sent; forgets them. */
function sentToThird(one: DriverFixture): number[][] {
  const sent = one.sentOf('append-request').filter(({ to }) => to === 'n3');
  one.forget();
  return sent.map(({ entries }) => entries.map(({ index }) => index));
}

test('a follower that is behind gets what the log holds', async (t) => {
  const one = await leading();
  lacks(one);
  t.deepEqual(sentToThird(one), []);
  one.clock.turn();
  t.deepEqual(sentToThird(one), [[2, 3, 4]]);
  t.deepEqual(one.fatal, []);
});

test('what a follower needs is read while everything else goes on', async (t) => {
  const one = await leading();
  const fetched: { readonly index: number; readonly done: (error: Error | null) => void }[] = [];
  one.log.fetchEntry = (index, done) => {
    fetched.push({ index, done });
  };
  lacks(one);
  for (let turn = 0; turn < 3; turn += 1) one.clock.turn();
  t.deepEqual(
    fetched.map(({ index }) => index),
    [2],
    'it is asked for once',
  );
  one.proposeText('five');
  one.clock.turn();
  await one.endSync();
  one.receive({ type: 'append-accepted', from: 'n2', to: 'n1', term: 1, index: 5 });
  t.is(one.driver.commitIndex, 5);
  t.deepEqual(sentToThird(one), []);
  fetched[0]?.done(null);
  t.deepEqual(sentToThird(one), [], 'not in the midst of a turn');
  one.clock.turn();
  t.deepEqual(sentToThird(one), [[2, 3, 4, 5]]);
});

test('an answer of the log that comes too late means nothing', async (t) => {
  const one = await leading();
  const fetched: (() => void)[] = [];
  one.log.fetchEntry = (_index, done) => {
    fetched.push(() => {
      done(null);
    });
  };
  lacks(one);
  one.receive({ type: 'append-accepted', from: 'n3', to: 'n1', term: 1, index: 4 });
  fetched[0]?.();
  one.clock.turn();
  t.deepEqual(sentToThird(one).flat(), [], 'it holds everything');
  await one.driver.stop();
  fetched[0]?.();
  t.deepEqual(one.fatal, []);
});

test('a follower gets one piece of the log in a turn', async (t) => {
  const one = await leading({ catchUpBytesMax: 1 });
  lacks(one);
  one.clock.turn();
  t.deepEqual(sentToThird(one), [[2]]);
  one.receive({ type: 'append-accepted', from: 'n3', to: 'n1', term: 1, index: 2 });
  const pieces: number[][] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    one.clock.turn();
    pieces.push(...sentToThird(one));
  }
  t.deepEqual(pieces, [[3], [4]]);
});

test('one entry is read at once when memory always goes to others', async (t) => {
  const one = await leading();
  one.log.entriesInMemory = () => [];
  lacks(one);
  one.clock.turn();
  t.deepEqual(sentToThird(one), [[2]]);
});

test('an entry that cannot be read for a follower ends the replica in order, and throws at nobody', async (t) => {
  for (const [error, code, atOnce] of [
    [new RaftError('ENTRY_BODY_INVALID', 'entry 2 is damaged'), 'ENTRY_BODY_INVALID', true],
    [new RaftError('ENTRY_BODY_INVALID', 'entry 2 is damaged'), 'ENTRY_BODY_INVALID', false],
    [new Error('EIO'), 'STORAGE_FAILED', true],
    [new Error('EIO'), 'STORAGE_FAILED', false],
  ] as const) {
    const one = await leading();
    if (atOnce) {
      one.log.entriesInMemory = () => {
        throw error;
      };
    } else {
      one.log.fetchEntry = (_index, done) => {
        done(error);
      };
    }
    t.notThrows(() => {
      lacks(one);
      one.clock.turn();
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
