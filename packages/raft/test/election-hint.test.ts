import test from 'ava';
import { DriverFixture } from './driver-fixture.ts';
import { plainAnswer } from './plain-vote.ts';

/** Milliseconds, up to `limitMs`, until the member asks for pre-votes once more; -1 when it does not. */
function untilPreVote(member: DriverFixture, limitMs: number): number {
  const before = member.sentOf('pre-vote-request').length;
  for (let ms = 0; ms <= limitMs; ms++) {
    member.clock.advance(ms === 0 ? 0 : 1);
    if (member.sentOf('pre-vote-request').length > before) return ms;
  }
  return -1;
}

test('after the leader closed its connection the survivors campaign by rank', (t) => {
  const delays = [
    { id: 'n2', random: 0 },
    { id: 'n2', random: 99 },
    { id: 'n3', random: 0 },
    { id: 'n3', random: 99 },
  ].map((options) => {
    const member = new DriverFixture(options);
    member.follow();
    member.driver.peerClosed('n1');
    return untilPreVote(member, 900);
  });
  t.deepEqual(delays, [0, 25, 40, 65]);
});

test('the rank counts live members only', (t) => {
  const member = new DriverFixture({ id: 'n4', peers: ['n1', 'n2', 'n3', 'n4', 'n5'] });
  member.follow();
  member.driver.peerOpened('n5');
  member.driver.peerClosed('n2');
  member.driver.peerClosed('n1');
  t.is(untilPreVote(member, 900), 40, 'only n3 comes before n4');
});

test('the closed connection is told at once, before any election', (t) => {
  const member = new DriverFixture({ id: 'n3' });
  member.follow();
  member.driver.peerClosed('n1');
  member.clock.turn();
  t.is(member.roles.at(-1)?.leader, null);
  t.is(member.driver.status().term, 1);
});

test('a failed election is repeated soon while the leader stays away', (t) => {
  for (const { random, expected } of [
    { random: 0, expected: 50 },
    { random: 999, expected: 150 },
  ]) {
    const member = new DriverFixture({ id: 'n2', random });
    member.follow();
    member.driver.peerClosed('n1');
    t.not(untilPreVote(member, 30), -1);
    for (let retry = 0; retry < 3; retry++) {
      for (const from of ['n3', 'n1']) {
        member.receive({
          type: 'pre-vote-response',
          ...plainAnswer,
          from,
          to: 'n2',
          term: 1,
          granted: false,
        });
      }
      t.is(untilPreVote(member, 900), expected);
    }
  }
});

test('the hint ends when the leader is back, when another leads, and without a quorum', (t) => {
  const back = new DriverFixture({ id: 'n3' });
  back.follow();
  back.driver.peerClosed('n1');
  back.driver.peerOpened('n1');
  t.is(untilPreVote(back, 900), -1);

  const led = new DriverFixture({ id: 'n3' });
  led.follow();
  led.driver.peerClosed('n1');
  led.receive({ type: 'heartbeat-request', from: 'n2', to: 'n3', term: 2, commit: 0, round: 1 });
  t.is(untilPreVote(led, 900), -1);

  const alone = new DriverFixture({ id: 'n3' });
  alone.follow();
  alone.driver.peerClosed('n2');
  alone.driver.peerClosed('n1');
  t.is(untilPreVote(alone, 900), -1);
});

test('a closed connection to a member that does not lead starts nothing', (t) => {
  const member = new DriverFixture({ id: 'n3' });
  member.follow();
  member.driver.peerClosed('n2');
  member.driver.peerClosed('stranger');
  t.is(untilPreVote(member, 900), -1);
  t.is(member.driver.status().leader, 'n1');
});

test('a candidacy that waits for votes is left alone for a while, then repeated', (t) => {
  const member = new DriverFixture({ id: 'n2' });
  member.follow();
  member.driver.peerClosed('n1');
  t.not(untilPreVote(member, 30), -1);
  member.receive({ type: 'pre-vote-response', ...plainAnswer, from: 'n3', to: 'n2', term: 2, granted: true });
  t.is(member.driver.status().role, 'candidate');
  t.is(untilPreVote(member, 149), -1);
  t.is(member.driver.status().role, 'candidate');
  t.not(untilPreVote(member, 60), -1);
});

test('the preferred leader campaigns when it first sees a quorum, the others wait', (t) => {
  const config = { preferredLeader: 'n2' };
  const preferred = new DriverFixture({ id: 'n2', config });
  preferred.driver.start();
  t.is(untilPreVote(preferred, 300), -1);
  preferred.driver.peerOpened('n3');
  t.is(untilPreVote(preferred, 10), 0);

  const other = new DriverFixture({ id: 'n3', config });
  other.driver.start();
  other.driver.peerOpened('n1');
  other.driver.peerOpened('n2');
  t.is(untilPreVote(other, 3_900), -1);
  t.true(untilPreVote(other, 1_200) > 0, 'until the grace and the timeout have passed');
});

test('the preferred leader does not campaign once another leads', (t) => {
  const preferred = new DriverFixture({ id: 'n2', config: { preferredLeader: 'n2' } });
  preferred.driver.start();
  preferred.receive({ type: 'heartbeat-request', from: 'n1', to: 'n2', term: 4, commit: 0, round: 1 });
  preferred.driver.peerOpened('n1');
  preferred.driver.peerOpened('n3');
  t.is(untilPreVote(preferred, 900), -1);
});

test('a stalled loop reads its messages before it doubts the leader, and counts one tick', (t) => {
  const member = new DriverFixture({ id: 'n2' });
  member.follow();
  member.clock.advance(900);
  member.clock.stall(60_000);
  member.driver.receive('n1', [
    { type: 'heartbeat-request', from: 'n1', to: 'n2', term: 1, commit: 0, round: 9 },
  ]);
  member.clock.turn();
  t.deepEqual(member.sentOf('pre-vote-request'), []);
  t.is(member.sentOf('heartbeat-response').length, 1);
  t.is(untilPreVote(member, 900), -1);

  const silent = new DriverFixture({ id: 'n2' });
  silent.follow();
  silent.clock.advance(500);
  silent.clock.stall(60_000);
  silent.clock.turn();
  t.deepEqual(silent.sentOf('pre-vote-request'), []);
  t.true(Math.abs(untilPreVote(silent, 900) - 450) <= 50, 'the stall counted as one tick of twenty');
});

test('a tick that is a little late counts all that passed', (t) => {
  const member = new DriverFixture({ id: 'n2' });
  member.follow();
  member.clock.advance(500);
  member.clock.stall(300);
  member.clock.turn();
  t.true(Math.abs(untilPreVote(member, 900) - 200) <= 50);
});
