import test from 'ava';
import fc from 'fast-check';
import { Configuration } from '../src/configuration.ts';
import {
  CONFIGURATION_MEMBERS_MAX,
  configurationFault,
  configurationOf,
  decodeConfiguration,
  encodeConfiguration,
  sameConfiguration,
  type ConfigurationState,
} from '../src/configuration-state.ts';
import { majorityIndex, majorityVote } from '../src/quorum.ts';
import { decides, subsets } from './quorums.ts';

const ids = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];
const half = fc.subarray(ids, { minLength: 1 });

/** Any configuration of up to six voters, joint or not. */
const state: fc.Arbitrary<ConfigurationState> = fc
  .record({ voters: half, votersOutgoing: fc.oneof(fc.constant<string[]>([]), half) })
  .map(({ voters, votersOutgoing }) => ({ ...configurationOf(voters), votersOutgoing }));

type IndexRule = (one: ConfigurationState, valueOf: (id: string) => number) => number;
const rule: IndexRule = (one, valueOf) => new Configuration(one).agreedIndex(valueOf);

/** The definition, by trying every group: the highest value that all members of a group that decides have reached. */
function agreesOnIndex(agreed: IndexRule): fc.IProperty<[ConfigurationState, number[]]> {
  const values = fc.array(fc.nat(4), { minLength: ids.length, maxLength: ids.length });
  return fc.property(state, values, (one, given) => {
    const valueOf = (id: string): number => given[ids.indexOf(id)] ?? 0;
    let best = 0;
    for (const group of subsets(ids)) {
      if (decides(one, group)) best = Math.max(best, Math.min(...[...group].map(valueOf)));
    }
    return agreed(one, valueOf) === best;
  });
}

test('the index agreed on is the one found by trying every group of members', (t) => {
  fc.assert(agreesOnIndex(rule), { seed: 311, numRuns: 1_500 });
  t.pass();
});

test('a rule that asks only one half is caught', (t) => {
  const incoming: IndexRule = (one, valueOf) => majorityIndex(one.voters, valueOf);
  const outgoing: IndexRule = (one, valueOf) =>
    majorityIndex(one.votersOutgoing.length > 0 ? one.votersOutgoing : one.voters, valueOf);
  const together: IndexRule = (one, valueOf) =>
    majorityIndex([...new Set([...one.voters, ...one.votersOutgoing])], valueOf);
  for (const wrong of [incoming, outgoing, together]) {
    t.true(fc.check(agreesOnIndex(wrong), { seed: 311, numRuns: 1_500 }).failed);
  }
});

type Vote = boolean | undefined;
type VoteRule = (one: ConfigurationState, voteOf: (id: string) => Vote) => string;

/** The definition: won by who granted, pending if the missing answers could still win it, lost otherwise. */
function agreesOnVote(result: VoteRule): fc.IProperty<[ConfigurationState, Vote[]]> {
  const votes = fc.array(fc.constantFrom<Vote>(true, false, undefined), { minLength: 6, maxLength: 6 });
  return fc.property(state, votes, (one, given) => {
    const granted = new Set(ids.filter((_id, at) => given[at] === true));
    const possible = new Set(ids.filter((_id, at) => given[at] !== false));
    const expected = decides(one, granted) ? 'won' : decides(one, possible) ? 'pending' : 'lost';
    return result(one, (id) => given[ids.indexOf(id)]) === expected;
  });
}

test('a vote is decided exactly when the missing answers cannot change it, in both halves', (t) => {
  fc.assert(
    agreesOnVote((one, voteOf) => new Configuration(one).voteResult(voteOf)),
    { seed: 312, numRuns: 2_000 },
  );
  const oneHalf = agreesOnVote((one, voteOf) => majorityVote(one.voters, voteOf));
  t.true(fc.check(oneHalf, { seed: 312, numRuns: 2_000 }).failed);
});

test('members are the voters of both halves and the learners', (t) => {
  const configuration = new Configuration({
    voters: ['n3', 'n1'],
    votersOutgoing: ['n2', 'n1'],
    learners: ['n9'],
    learnersNext: ['n2'],
    autoLeave: true,
  });
  t.deepEqual(configuration.voters, ['n1', 'n2', 'n3']);
  t.deepEqual(configuration.members, ['n1', 'n2', 'n3', 'n9']);
  t.true(configuration.joint && configuration.isVoter('n2') && configuration.isLearner('n9'));
  t.false(configuration.isVoter('n9') || configuration.isMember('n4'));
});

test('states that no group can have are refused', (t) => {
  const good = configurationOf(['n1', 'n2']);
  const bad: Partial<ConfigurationState>[] = [
    { voters: [] },
    { voters: ['n1', 'n1'] },
    { voters: ['n1', ''] },
    { voters: ['x'.repeat(256)] },
    { learners: ['n1'] },
    { votersOutgoing: ['n3'], learners: ['n3'] },
    { learnersNext: ['n3'] },
    { votersOutgoing: ['n1'], learnersNext: ['n1'] },
    { autoLeave: true },
    { learners: Array.from({ length: CONFIGURATION_MEMBERS_MAX }, (_, at) => `l${at}`) },
  ];
  t.is(configurationFault(good), null);
  for (const change of bad) {
    t.throws(
      () => new Configuration({ ...good, ...change }),
      { code: 'CONFIG_INVALID' },
      JSON.stringify(change),
    );
    t.throws(() => decodeConfiguration(encodeConfiguration({ ...good, ...change })), {
      code: 'CONFIG_INVALID',
    });
  }
});

test('a configuration survives its encoding; other bytes are refused by code', (t) => {
  const property = fc.property(state, (one) => {
    return sameConfiguration(one, decodeConfiguration(encodeConfiguration(one)));
  });
  fc.assert(property, { seed: 313, numRuns: 200 });
  t.throws(() => decodeConfiguration(Buffer.from([0x0a, 0x7f])), { code: 'CONFIG_INVALID' });
  t.throws(() => decodeConfiguration(Buffer.alloc(0)), { code: 'CONFIG_INVALID' });
});
