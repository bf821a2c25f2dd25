import test from 'ava';
import fc from 'fast-check';
import { Progress } from '../src/progress.ts';

const LAST = 20;

/** Sends as a leader whose log ends at `LAST` would, `count` entries of ten bytes. */
function send(progress: Progress, count: number, round: number = 1): void {
  const entries = progress.paused ? 0 : Math.min(count, LAST - progress.next + 1);
  progress.sent(progress.next - 1 + entries, entries, entries * 10, 0, round);
}

test('a probe sends once and waits for the answer', (t) => {
  const progress = new Progress(5, 4, 1_000);
  t.is(progress.state, 'probe');
  t.true(progress.appendDue(LAST, 0));
  send(progress, 3);
  t.is(progress.next, 5);
  t.false(progress.appendDue(LAST, 0));
});

test('an accepted probe opens the pipeline', (t) => {
  const progress = new Progress(5, 2, 1_000);
  send(progress, 1);
  t.true(progress.accepted(5));
  t.is(progress.state, 'replicate');
  t.is(progress.next, 6);
  send(progress, 2);
  send(progress, 2);
  t.is(progress.next, 10);
  t.true(progress.paused);
  t.false(progress.appendDue(LAST, 0));
  progress.accepted(7);
  t.false(progress.paused);
});

test('the window closes by bytes as well', (t) => {
  const progress = new Progress(1, 100, 30);
  send(progress, 1);
  progress.accepted(1);
  send(progress, 3);
  t.true(progress.paused);
});

test('a rejected append goes back to probing at the place agreed on', (t) => {
  const progress = new Progress(1, 8, 1_000);
  send(progress, 1);
  progress.accepted(1);
  send(progress, 5);
  send(progress, 5);
  t.true(progress.rejected(6, 3));
  t.is(progress.state, 'probe');
  t.is(progress.next, 4);
  t.is(progress.match, 1);
});

test('an answer to an older append changes nothing', (t) => {
  const replicating = new Progress(1, 8, 1_000);
  send(replicating, 9);
  replicating.accepted(9);
  t.false(replicating.rejected(4, 2));
  t.is(replicating.match, 9);
  const probing = new Progress(8, 8, 1_000);
  t.false(probing.rejected(5, 4));
  t.is(probing.next, 8);
});

test('a follower that lost confirmed entries gets them again', (t) => {
  const progress = new Progress(1, 8, 1_000);
  send(progress, 10);
  progress.accepted(10);
  t.true(progress.rejected(10, 6));
  t.is(progress.match, 6);
  t.is(progress.next, 7);
});

test('a heartbeat answer lets one append out when the follower lacks entries', (t) => {
  const progress = new Progress(1, 1, 1_000);
  send(progress, 1);
  progress.accepted(1);
  send(progress, 2, 4);
  t.true(progress.paused);
  progress.heartbeatAnswered(4, LAST);
  t.false(progress.appendDue(LAST, 0), 'that heartbeat left before the append');
  progress.heartbeatAnswered(5, LAST);
  t.true(progress.appendDue(LAST, 0));
  t.true(progress.paused, 'so it has no entries');
  send(progress, 2, 5);
  t.false(progress.appendDue(LAST, 0));
});

test('a moved commit index travels alone only when nothing is under way', (t) => {
  const progress = new Progress(LAST, 8, 1_000);
  send(progress, 1);
  progress.accepted(LAST);
  t.true(progress.appendDue(LAST, 3));
  progress.sent(LAST, 0, 0, 3, 1);
  t.false(progress.appendDue(LAST, 3));
  t.true(progress.appendDue(LAST + 1, 4));
  progress.sent(LAST + 1, 1, 10, 4, 1);
  t.false(progress.appendDue(LAST + 1, 5), 'the acknowledgement of what is under way comes first');
  progress.accepted(LAST + 1);
  t.true(progress.appendDue(LAST + 1, 5));
});

test('a lost connection forgets what was under way and the answered rounds', (t) => {
  const progress = new Progress(1, 8, 1_000);
  send(progress, 2);
  progress.accepted(2);
  send(progress, 5);
  progress.heartbeatAnswered(7, LAST);
  progress.markActive();
  progress.connectionLost();
  t.is(progress.next, 3);
  t.is(progress.state, 'probe');
  t.is(progress.ackedRound, 0);
  t.false(progress.active);
});

test('whatever a follower answers, the invariants hold and entries are offered without a gap', (t) => {
  const answer = fc.oneof(
    fc.record({ type: fc.constant('accepted' as const), a: fc.integer({ min: 0, max: LAST }), b: fc.nat(0) }),
    fc.record({ type: fc.constant('rejected' as const), a: fc.nat(LAST), b: fc.nat(LAST) }),
    fc.record({ type: fc.constant('heartbeat' as const), a: fc.nat(9), b: fc.nat(0) }),
    fc.record({ type: fc.constant('lost' as const), a: fc.nat(0), b: fc.nat(0) }),
    fc.record({ type: fc.constant('send' as const), a: fc.integer({ min: 1, max: 4 }), b: fc.nat(9) }),
  );
  const property = fc.property(fc.integer({ min: 1, max: LAST + 1 }), fc.array(answer), (next, answers) => {
    const progress = new Progress(next, 3, 60);
    for (const { type, a, b } of answers) {
      if (type === 'accepted') progress.accepted(a);
      else if (type === 'rejected') progress.rejected(a, b);
      else if (type === 'heartbeat') progress.heartbeatAnswered(a, LAST);
      else if (type === 'lost') progress.connectionLost();
      else if (progress.appendDue(LAST, 0)) send(progress, a, b);
      progress.checkInvariants(LAST);
    }
  });
  fc.assert(property, { seed: 321, numRuns: 1_000 });
  t.pass();
});
