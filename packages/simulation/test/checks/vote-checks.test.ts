import test from 'ava';
import type { Candidacy } from '../../src/checks/candidacies.ts';
import type { Doubt } from '../../src/checks/group-checks.ts';
import { committedTwo, logOf, standing, type CheckedGroup } from './fixture.ts';

const BINDING = true;

function candidacy(lastIndex: number, lastTerm: number): Candidacy {
  return { term: 3, lastIndex, lastTerm };
}

/** B is for C, who asks with that log. */
function votes(group: CheckedGroup, of: Candidacy, binding: boolean): string[] {
  group.checks.votes(standing('b', 'follower', 2, logOf('1', '1'), 2), 'c', of, binding);
  return group.seen();
}

test('vote-up-to-date: a vote for a log that is as long, longer, or ends with a later term', (t) => {
  t.deepEqual(votes(committedTwo(), candidacy(2, 1), BINDING), []);
  t.deepEqual(votes(committedTwo(), candidacy(3, 1), BINDING), []);
  t.deepEqual(votes(committedTwo(), candidacy(1, 2), BINDING), []);
});

test('vote-up-to-date: a vote for a shorter log, or one that ends with an earlier term', (t) => {
  t.deepEqual(votes(committedTwo(), candidacy(1, 1), BINDING), ['vote-up-to-date']);
  t.deepEqual(votes(committedTwo(), candidacy(9, 0), BINDING), ['vote-up-to-date']);
  t.deepEqual(votes(committedTwo(), candidacy(1, 1), !BINDING), ['vote-up-to-date'], 'the word counts too');
});

test('vote-up-to-date: files that lag behind the log prove nothing', (t) => {
  const group = committedTwo();
  const { checks } = group;
  const log = logOf('1', '1');
  checks.votes(standing('b', 'follower', 2, log, 2, { durable: 1 }), 'c', candidacy(1, 1), BINDING);
  checks.votes(standing('b', 'follower', 2, log, 2, { lastIndex: 1 }), 'c', candidacy(1, 1), BINDING);
  t.deepEqual(group.seen(), []);
});

test('vote-up-to-date: a vote may leave after its candidate has won and sent what it has', (t) => {
  const group = committedTwo();
  const later = logOf('1', '1', '3');
  const now = standing('b', 'follower', 3, later, 2);
  group.checks.saw(now);
  group.checks.votes(now, 'c', candidacy(2, 1), BINDING);
  t.deepEqual(group.seen(), []);
});

/** B has confirmed two entries and comes back with damaged files and one of them. */
function forgotten(doubt: Doubt): CheckedGroup {
  const group = committedTwo();
  group.checks.acknowledges('b', 2, 'a', 1);
  group.damaged.add('b');
  group.checks.opened(standing('b', 'follower', 1, logOf('1'), 1, { life: 2 }), true, doubt);
  return group;
}

const careful: Doubt = { mustNotice: true, cautious: (index) => index <= 2 };

function votesAfterDamage(group: CheckedGroup, of: Candidacy, binding: boolean): string[] {
  group.checks.votes(standing('b', 'follower', 1, logOf('1'), 1, { life: 2 }), 'c', of, binding);
  return group.seen();
}

test('vote-remembers: whoever lost what it confirmed votes only for somebody who has it', (t) => {
  t.deepEqual(votesAfterDamage(forgotten(careful), candidacy(2, 1), BINDING), []);
  t.deepEqual(votesAfterDamage(forgotten(careful), candidacy(1, 2), BINDING), []);
  t.deepEqual(votesAfterDamage(forgotten(careful), candidacy(1, 1), BINDING), ['vote-remembers']);
  t.deepEqual(votesAfterDamage(forgotten(careful), candidacy(1, 1), !BINDING), [], 'a word elects nobody');
});

test('vote-remembers: whoever can tell that it lost something must not be ready to vote at once', (t) => {
  t.deepEqual(forgotten(careful).seen(), []);
  t.deepEqual(forgotten({ mustNotice: true, cautious: () => false }).seen(), ['vote-remembers']);
});

test('vote-remembers: whoever cannot tell, or has lost nothing, owes nothing', (t) => {
  const unaware = forgotten({ mustNotice: false, cautious: () => false });
  t.deepEqual(votesAfterDamage(unaware, candidacy(1, 1), BINDING), []);
  const whole = committedTwo();
  whole.checks.acknowledges('b', 2, 'a', 1);
  whole.damaged.add('b');
  const now = standing('b', 'follower', 1, logOf('1', '1'), 1, { life: 2 });
  whole.checks.opened(now, true, { mustNotice: true, cautious: () => false });
  t.deepEqual(whole.seen(), []);
});
