import test from 'ava';
import type { Message } from '@ledgermq/raft';
import { PreVoteCheck } from '../../src/checks/pre-vote-check.ts';
import { QuorumContactCheck } from '../../src/checks/quorum-contact-check.ts';
import { isQuorum } from '../../src/checks/quorums.ts';
import { ViolationList } from '../../src/checks/reporter.ts';
import { VoteDurabilityCheck } from '../../src/checks/vote-durability-check.ts';

function list(): ViolationList {
  return new ViolationList(
    () => 0,
    () => undefined,
  );
}

const quorumOf =
  (...voters: readonly string[]) =>
  (_candidate: string, agrees: (voter: string) => boolean): boolean =>
    isQuorum([voters], agrees);

/** Checks read the envelope and the few fields that are given here. */
function message(
  fields: Partial<Message> & { readonly type: Message['type']; readonly granted?: boolean },
): Message {
  return { from: 'a', to: 'b', term: 1, ...fields } as Message;
}

test('pre-vote: a campaign needs the leave of a majority, for this very term', (t) => {
  const violations = list();
  const check = new PreVoteCheck('g', violations, quorumOf('a', 'b', 'c'));
  check.sent(message({ type: 'pre-vote-response', from: 'b', to: 'a', term: 2, granted: true }));
  check.sent(message({ type: 'vote-request', term: 2 }));
  t.is(violations.violations.length, 0);
  check.sent(message({ type: 'pre-vote-response', from: 'b', to: 'a', term: 3, granted: false }));
  check.sent(message({ type: 'vote-request', term: 3 }));
  t.is(violations.violations[0]?.checker, 'pre-vote');
});

test('pre-vote: one voter that says it twice is one', (t) => {
  const violations = list();
  const check = new PreVoteCheck('g', violations, quorumOf('a', 'b', 'c', 'd', 'e'));
  for (let time = 0; time < 2; time += 1)
    check.sent(message({ type: 'pre-vote-response', from: 'b', to: 'a', term: 2, granted: true }));
  check.sent(message({ type: 'vote-request', term: 2 }));
  t.is(violations.violations.length, 1);
});

test('check-quorum: a leader that hears from a majority stays, one that does not must go', (t) => {
  const violations = list();
  const check = new QuorumContactCheck('g', violations, 3_000);
  for (let ms = 0; ms < 10_000; ms += 50) {
    check.sent('b', 'a', ms);
    check.saw('a', 1, [['a', 'b', 'c']], ms);
  }
  t.is(violations.violations.length, 0);
  for (let ms = 10_000; ms < 15_000; ms += 50) check.saw('a', 1, [['a', 'b', 'c']], ms);
  t.is(violations.violations[0]?.checker, 'check-quorum');
});

test('check-quorum: time in which the leader did not run does not count', (t) => {
  const violations = list();
  const check = new QuorumContactCheck('g', violations, 3_000);
  check.saw('a', 1, [['a', 'b', 'c']], 0);
  check.saw('a', 1, [['a', 'b', 'c']], 60_000);
  check.saw('a', null, [['a', 'b', 'c']], 60_010);
  t.is(violations.violations.length, 0);
});

test('vote-durable: term and vote are saved and synced before they are told', (t) => {
  const saved = { term: 2, votedFor: 'b', commit: 0, standing: 'full' } as const;
  const grant = message({ type: 'vote-response', term: 2, granted: true });
  const good = list();
  t.is(
    new VoteDurabilityCheck('g', good).sent(grant, saved, () => true),
    'b',
  );
  t.is(good.violations.length, 0);
  const unsynced = list();
  new VoteDurabilityCheck('g', unsynced).sent(grant, saved, () => false);
  t.is(unsynced.violations.length, 1);
  const unsaved = list();
  new VoteDurabilityCheck('g', unsaved).sent(grant, { ...saved, votedFor: null }, () => true);
  t.is(unsaved.violations.length, 1);
  const earlier = list();
  new VoteDurabilityCheck('g', earlier).sent(message({ type: 'append-request', term: 3 }), saved, () => true);
  t.is(earlier.violations[0]?.checker, 'vote-durable');
});

test('vote-durable: a pre-vote may speak of a term to come', (t) => {
  const saved = { term: 2, votedFor: null, commit: 0, standing: 'full' } as const;
  const violations = list();
  const check = new VoteDurabilityCheck('g', violations);
  t.is(
    check.sent(message({ type: 'pre-vote-request', term: 3 }), saved, () => true),
    null,
  );
  t.is(
    check.sent(message({ type: 'vote-response', term: 2, granted: false }), saved, () => true),
    null,
  );
  t.is(violations.violations.length, 0);
});
