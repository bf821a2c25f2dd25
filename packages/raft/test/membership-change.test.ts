import test from 'ava';
import fc from 'fast-check';
import {
  configurationFault,
  configurationOf,
  isJoint,
  sameConfiguration,
} from '../src/configuration-state.ts';
import type { ConfigurationState } from '../src/configuration-state.ts';
import { leaveJoint, planMembership } from '../src/membership-change.ts';
import { overlap } from './quorums.ts';

const ids = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];

/** Voters and learners, by a number per id: 0 voter, 1 learner, 2 neither. */
const members = fc
  .array(fc.nat(2), { minLength: 6, maxLength: 6 })
  .map((roles) => ({
    voters: ids.filter((_id, at) => roles[at] === 0),
    learners: ids.filter((_id, at) => roles[at] === 1),
  }))
  .filter(({ voters }) => voters.length > 0);

test('every step shares a decider with the one before, and the steps end where they should', (t) => {
  let joint = 0;
  let direct = 0;
  const property = fc.property(members, members, (from, to) => {
    const current = { ...configurationOf(from.voters), learners: from.learners };
    const target = { ...configurationOf(to.voters), learners: to.learners };
    const plan = planMembership(current, to);
    if (plan.type !== 'next') return plan.type === 'unchanged' && sameConfiguration(current, target);
    if (isJoint(plan.state)) joint++;
    else direct++;
    const end = leaveJoint(plan.state);
    return (
      configurationFault(plan.state) === null &&
      overlap(current, plan.state) &&
      overlap(plan.state, end) &&
      sameConfiguration(end, target)
    );
  });
  fc.assert(property, { seed: 321, numRuns: 500 });
  t.true(joint > 100 && direct > 20, `${joint} joint, ${direct} direct`);
});

test('going straight to the target is caught', (t) => {
  const property = fc.property(members, members, (from, to) => {
    return overlap(configurationOf(from.voters), configurationOf(to.voters));
  });
  t.true(fc.check(property, { seed: 321, numRuns: 500 }).failed);
});

const three: ConfigurationState = { ...configurationOf(['n1', 'n2', 'n3']), learners: ['n4'] };

test('one voter more or less is one step', (t) => {
  for (const voters of [
    ['n1', 'n2'],
    ['n1', 'n2', 'n3', 'n5'],
  ]) {
    t.like(planMembership(three, { voters }), { state: { voters, votersOutgoing: [], learners: ['n4'] } });
  }
});

test('what is left out stays, and nobody is in both lists', (t) => {
  t.like(planMembership(three, { voters: ['n1', 'n2', 'n3', 'n4'] }), { state: { learners: [] } });
  t.like(planMembership(three, { learners: ['n3', 'n4'] }), { state: { voters: ['n1', 'n2'] } });
  t.like(planMembership(three, { learners: [] }), { state: { voters: ['n1', 'n2', 'n3'], learners: [] } });
});

test('swapping a voter is joint; an outgoing voter learns only when the phase ends', (t) => {
  const plan = planMembership(three, { voters: ['n1', 'n2', 'n4'], learners: ['n3', 'n5'] });
  t.deepEqual(plan, {
    type: 'next',
    state: {
      voters: ['n1', 'n2', 'n4'],
      votersOutgoing: ['n1', 'n2', 'n3'],
      learners: ['n5'],
      learnersNext: ['n3'],
      autoLeave: true,
    },
  });
});

test('targets that no group can have are refused, and so is no change', (t) => {
  t.is(planMembership(three, { voters: [] }).type, 'invalid');
  t.is(planMembership(three, { voters: ['n1', 'n1'] }).type, 'invalid');
  t.is(planMembership(three, { voters: ['n1'], learners: ['n1'] }).type, 'invalid');
  t.is(planMembership(three, { learners: ['n1', 'n2', 'n3'] }).type, 'invalid');
  t.is(planMembership(three, {}).type, 'unchanged');
  t.is(planMembership(three, { voters: ['n3', 'n2', 'n1'], learners: ['n4'] }).type, 'unchanged');
});
