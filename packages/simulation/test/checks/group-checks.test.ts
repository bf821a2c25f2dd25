import test from 'ava';
import { checkedGroup, committedTwo, logOf, standing, type CheckedGroup } from './fixture.ts';

/** After two committed entries b has a third one too, and has told a leader of it. */
function toldOfThree(leader: string, term: number): CheckedGroup {
  const group = committedTwo();
  const longer = logOf('1', '1', '1');
  group.sync('b', longer);
  group.checks.saw(standing('b', 'follower', term, longer, 2));
  group.checks.acknowledges('b', 3, leader, term);
  return group;
}

test('a group that follows the rules is left alone, over a change of leader too', (t) => {
  const group = committedTwo();
  const { checks } = group;
  const later = logOf('1', '1', '2');
  // A has an entry that nobody else got, and loses it to the new leader.
  checks.saw(standing('a', 'leader', 1, logOf('1', '1', '1'), 2));
  checks.saw(standing('b', 'leader', 2, later, 2));
  group.sync('b', later);
  group.sync('c', later);
  checks.saw(standing('c', 'follower', 2, later, 2, { savedVote: 'b' }));
  checks.saw(standing('b', 'leader', 2, later, 3));
  checks.opened(standing('a', 'follower', 1, logOf('1', '1'), 1, { life: 2 }), false);
  checks.saw(standing('a', 'follower', 2, later, 3, { life: 2 }));
  t.deepEqual(group.seen(), []);
});

test('log-matching: one index and term with two contents', (t) => {
  const group = committedTwo();
  group.checks.saw(standing('c', 'follower', 1, logOf('1', '1'), 0));
  t.deepEqual(group.seen(), []);
  group.checks.saw(standing('c', 'follower', 1, logOf('1x', '1'), 0));
  t.true(group.seen().includes('log-matching'));
});

test('election-safety: two leaders of one term', (t) => {
  const group = committedTwo();
  group.checks.saw(standing('b', 'leader', 2, logOf('1', '1'), 2));
  group.checks.saw(standing('b', 'leader', 2, logOf('1', '1'), 2));
  t.deepEqual(group.seen(), []);
  group.checks.saw(standing('c', 'leader', 2, logOf('1', '1'), 0));
  t.deepEqual(group.seen(), ['election-safety']);
});

test('one-vote: a second vote in a term, after a restart that forgot the first', (t) => {
  const group = committedTwo();
  const log = logOf('1', '1');
  group.checks.saw(standing('b', 'follower', 2, log, 2, { savedVote: 'a' }));
  group.checks.opened(standing('b', 'follower', 2, log, 2, { life: 2, savedVote: 'a' }), false);
  t.deepEqual(group.seen(), []);
  group.checks.opened(standing('b', 'follower', 2, log, 2, { life: 3 }), false);
  group.checks.saw(standing('b', 'follower', 2, log, 2, { life: 3, savedVote: 'c' }));
  t.deepEqual(group.seen(), ['one-vote']);
});

test('one-vote: votes are remembered although the member was damaged', (t) => {
  const group = committedTwo();
  group.checks.elections.sawVote('b', 5, 'a');
  group.damaged.add('b');
  group.checks.opened(standing('b', 'follower', 0, logOf(), 0, { life: 2 }), true);
  group.checks.elections.sawVote('b', 5, 'c');
  t.deepEqual(group.seen(), ['one-vote']);
});

test('one-vote: a vote for whoever leads the term already elects nobody', (t) => {
  const group = committedTwo();
  const log = logOf('1', '1');
  group.checks.saw(standing('b', 'follower', 2, log, 2, { savedVote: 'b' }));
  group.checks.saw(standing('c', 'leader', 2, log, 2, { savedVote: 'c' }));
  group.checks.opened(standing('b', 'follower', 2, log, 2, { life: 2, savedVote: 'c' }), true);
  t.deepEqual(group.seen(), []);
  group.checks.opened(standing('b', 'follower', 2, log, 2, { life: 3, savedVote: 'a' }), true);
  t.deepEqual(group.seen(), ['one-vote']);
});

test('leader-append-only: a leader that cuts its own log', (t) => {
  const group = committedTwo();
  group.checks.saw(standing('b', 'leader', 2, logOf('1', '1', '2', '2'), 2));
  group.checks.saw(standing('b', 'leader', 2, logOf('1', '1', '2', '2', '2'), 2));
  t.deepEqual(group.seen(), []);
  group.checks.saw(standing('b', 'leader', 2, logOf('1', '1', '2'), 2));
  t.deepEqual(group.seen(), ['leader-append-only']);
});

test('leader-completeness: a new leader without a committed entry', (t) => {
  const group = committedTwo();
  group.checks.saw(standing('c', 'leader', 2, logOf('1', '2'), 0));
  t.deepEqual(group.seen(), ['leader-completeness']);
});

test('leader-completeness: an entry that an earlier leader commits behind the back of a later one', (t) => {
  const group = checkedGroup();
  const log = logOf('1', '1');
  group.sync('a', log);
  group.sync('b', log);
  group.checks.saw(standing('a', 'leader', 1, log, 0));
  group.checks.saw(standing('c', 'leader', 2, logOf('1', '2'), 0));
  t.deepEqual(group.seen(), []);
  group.checks.saw(standing('a', 'leader', 1, log, 2));
  t.deepEqual(group.seen(), ['leader-completeness']);
});

test('leader-completeness: a leader of an earlier term may lack what was committed after it', (t) => {
  const group = checkedGroup();
  const log = logOf('1', '2');
  group.sync('b', log);
  group.sync('c', log);
  group.checks.saw(standing('b', 'leader', 2, log, 2));
  group.checks.saw(standing('a', 'leader', 1, logOf('1'), 0));
  t.deepEqual(group.seen(), []);
});

test('state-machine-safety: two entries known as committed at one index', (t) => {
  const group = committedTwo();
  group.checks.saw(standing('c', 'follower', 2, logOf('1', '2'), 1));
  t.deepEqual(group.seen(), []);
  group.checks.saw(standing('c', 'follower', 2, logOf('1', '2'), 2));
  t.deepEqual(group.seen(), ['state-machine-safety']);
});

test('files that lag behind the log of a member prove nothing against it', (t) => {
  const group = committedTwo();
  const log = logOf('1', '1', '3');
  group.sync('a', log);
  group.sync('c', log);
  group.checks.saw(standing('a', 'leader', 3, log, 3));
  // B led in term 2 and still has its own entry in its files, while it knows another one as committed.
  const stale = logOf('1', '1', '2');
  group.checks.saw(standing('b', 'follower', 3, stale, 3, { applied: 2, machineIndex: 2, marked: 2 }));
  group.checks.saw(standing('b', 'leader', 4, stale, 3, { applied: 2, machineIndex: 2, marked: 2 }));
  t.deepEqual(group.seen(), []);
  group.checks.saw(standing('b', 'leader', 4, logOf('1', '1', '2', '4'), 3, { applied: 2, machineIndex: 2 }));
  t.true(group.seen().includes('leader-completeness'));
});

test('current-term-commit: an old entry committed by counting (figure 8)', (t) => {
  const group = committedTwo();
  const log = logOf('1', '1', '1');
  group.sync('a', log);
  group.sync('c', log);
  group.checks.saw(standing('a', 'leader', 3, log, 2));
  t.deepEqual(group.seen(), []);
  group.checks.saw(standing('a', 'leader', 3, log, 3));
  t.deepEqual(group.seen(), ['current-term-commit']);
});

test('committed-durable: a commit that one platter alone would remember', (t) => {
  const group = checkedGroup();
  const log = logOf('1');
  group.sync('a', log);
  group.checks.saw(standing('a', 'leader', 1, log, 1));
  t.deepEqual(group.seen(), ['committed-durable']);
});

test('committed-durable: what a damaged member had counts', (t) => {
  const group = checkedGroup();
  const log = logOf('1');
  group.sync('a', log);
  group.damaged.add('c');
  group.checks.saw(standing('a', 'leader', 1, log, 1));
  t.deepEqual(group.seen(), []);
});

test('acknowledged-durable: a confirmation before the sync', (t) => {
  const group = committedTwo();
  const log = logOf('1', '1', '1');
  group.checks.acknowledges('b', 2, 'a', 1);
  group.checks.saw(standing('b', 'follower', 1, log, 2, { durable: 2 }));
  t.deepEqual(group.seen(), []);
  group.checks.acknowledges('b', 3, 'a', 1);
  t.deepEqual(group.seen(), ['acknowledged-durable']);
});

test('acknowledged-durable: what was confirmed is gone after a restart', (t) => {
  const group = committedTwo();
  group.checks.acknowledges('b', 2, 'a', 1);
  group.checks.opened(standing('b', 'follower', 1, logOf('1', '1'), 1, { life: 2 }), false);
  t.deepEqual(group.seen(), []);
  group.checks.opened(standing('b', 'follower', 1, logOf('1'), 1, { life: 3 }), false);
  t.deepEqual([...new Set(group.seen())], ['acknowledged-durable']);
});

test('acknowledged-durable: a member that was damaged owes nothing', (t) => {
  const group = committedTwo();
  group.checks.acknowledges('b', 2, 'a', 1);
  group.damaged.add('b');
  group.checks.opened(standing('b', 'follower', 0, logOf(), 0, { life: 2 }), true);
  t.deepEqual(group.seen(), []);
});

test('term-monotone: a term that goes back, over a restart too, or that was not saved', (t) => {
  const log = logOf('1', '1');
  const back = committedTwo();
  back.checks.saw(standing('b', 'follower', 4, log, 2));
  back.checks.opened(standing('b', 'follower', 3, log, 2, { life: 2 }), false);
  t.deepEqual(back.seen(), ['term-monotone']);
  const unsaved = committedTwo();
  unsaved.checks.saw(standing('b', 'follower', 4, log, 2, { savedTerm: 3 }));
  t.deepEqual(unsaved.seen(), ['term-monotone']);
});

test('commit-monotone: within a life the commit index never falls; a new life may begin below', (t) => {
  const log = logOf('1', '1');
  const group = committedTwo();
  group.checks.opened(standing('b', 'follower', 1, log, 1, { life: 2 }), false);
  t.deepEqual(group.seen(), []);
  group.checks.saw(standing('b', 'follower', 1, log, 0, { life: 2 }));
  t.true(group.seen().includes('commit-monotone'));
});

test('applied-monotone: nothing is applied before it is committed', (t) => {
  const group = committedTwo();
  group.checks.saw(standing('b', 'follower', 1, logOf('1', '1', '1'), 2, { applied: 3 }));
  t.deepEqual(group.seen(), ['applied-monotone']);
});

test('applied-monotone: a machine is ahead of its log only while both are replaced by a snapshot', (t) => {
  const group = committedTwo();
  const log = { ...logOf('1', '1', '1'), firstIndex: () => 4 };
  const machine = { applied: 2, machineIndex: 3 };
  group.checks.saw(standing('b', 'follower', 1, log, 2, machine));
  t.deepEqual(group.seen(), []);
  group.checks.saw(standing('b', 'follower', 1, { ...log, firstIndex: () => 3 }, 2, machine));
  t.deepEqual(group.seen(), ['applied-monotone']);
});

test('durable-mark: a mark beyond what was synced', (t) => {
  const group = committedTwo();
  const beyond = standing('b', 'follower', 1, logOf('1', '1'), 2, { durable: 1 });
  group.damaged.add('b');
  group.checks.saw(beyond);
  t.deepEqual(group.seen(), [], 'a log that was cut short by damage keeps its mark');
  group.damaged.clear();
  group.checks.saw(beyond);
  t.deepEqual(group.seen(), ['durable-mark']);
});

test('acknowledged-durable: what an earlier leader was told may be cut, although a later one was told of less', (t) => {
  const group = toldOfThree('a', 1);
  group.checks.saw(standing('b', 'follower', 2, logOf('1', '1', '1'), 2));
  group.checks.acknowledges('b', 2, 'c', 2);
  group.checks.saw(standing('b', 'follower', 2, logOf('1', '1', '2'), 2));
  t.deepEqual(group.seen(), []);
});

test('acknowledged-durable: what a later leader took away is not missed after a restart', (t) => {
  const group = toldOfThree('a', 1);
  group.checks.saw(standing('b', 'follower', 2, logOf('1', '1', '2'), 2));
  group.checks.opened(standing('b', 'follower', 2, logOf('1', '1', '2'), 2, { life: 2 }), false);
  t.deepEqual(group.seen(), []);
});

test('acknowledged-durable: what this leader was told is kept', (t) => {
  const group = toldOfThree('c', 2);
  group.checks.saw(standing('b', 'follower', 2, logOf('1', '1', '2'), 2));
  t.deepEqual(group.seen(), ['acknowledged-durable']);
});

test('vote-remembers: who lost what it confirmed votes again with a log of as late a term only', (t) => {
  for (const [log, seen] of [
    [logOf(), ['vote-remembers']],
    [logOf('1'), []],
  ] as const) {
    const group = committedTwo();
    group.checks.acknowledges('b', 2, 'a', 1);
    t.false(group.checks.isCautious('b'));
    group.damaged.add('b');
    const wiped = standing('b', 'follower', 0, logOf(), 0, { life: 2 });
    group.checks.opened(wiped, true, { mustNotice: true, cautious: () => true });
    t.true(group.checks.isCautious('b'));
    const now = standing('b', 'follower', 1, log, 0, { life: 2 });
    group.checks.saw(now);
    t.deepEqual(group.seen(), []);
    group.checks.votesAgain(now);
    t.deepEqual(group.seen(), seen);
    t.false(group.checks.isCautious('b'));
  }
});

test('committed-durable: the end of a joint phase is decided by both halves, what follows it by one', (t) => {
  const joint = [
    ['a', 'b', 'd'],
    ['a', 'b', 'c'],
  ];
  const group = checkedGroup(true, (index) => (index <= 1 ? [joint] : [[['a', 'b', 'd']], joint]));
  const log = logOf('1', '1');
  group.sync('a', log);
  group.sync('d', log);
  group.checks.saw(standing('a', 'leader', 1, log, 2));
  t.deepEqual(group.seen(), ['committed-durable']);
  t.true(group.messages()[0]?.includes('entry 1 '));
});

test('without synced acknowledgements what is committed is written by a majority, if not on its platters', (t) => {
  const group = checkedGroup(false);
  const log = logOf('1', '1');
  group.checks.saw(standing('b', 'follower', 1, logOf('1'), 0));
  group.checks.saw(standing('a', 'leader', 1, log, 1));
  t.deepEqual(group.seen(), []);
  group.checks.saw(standing('a', 'leader', 1, log, 2));
  t.deepEqual(group.seen(), ['committed-durable']);
});

test('without synced acknowledgements the end of a process costs nothing that was confirmed', (t) => {
  const reopened = (damaged: boolean): string[] => {
    const group = checkedGroup(false);
    group.checks.saw(standing('b', 'follower', 1, logOf('1', '1'), 0));
    group.checks.acknowledges('b', 2, 'a', 1);
    group.checks.opened(standing('b', 'follower', 1, logOf('1', '1'), 0, { life: 2 }), false);
    t.deepEqual(group.seen(), []);
    if (damaged) group.damaged.add('b');
    group.checks.opened(standing('b', 'follower', 1, logOf('1'), 0, { life: 3 }), damaged);
    return [...new Set(group.seen())];
  };
  t.deepEqual(reopened(false), ['acknowledged-durable']);
  t.deepEqual(reopened(true), [], 'a loss of power counts as damage');
});
