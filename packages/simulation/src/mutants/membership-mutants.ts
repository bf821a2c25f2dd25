import type { Mutant } from './mutant.ts';

const raft = (file: string): string => `packages/raft/dist/src/${file}.js`;

/** Bugs of what changes a group: membership, transfer of leadership, snapshots, members that lost their files, reads. */
export const membershipMutants: readonly Mutant[] = [
  {
    name: 'joint-quorum-uses-one-half',
    breaks: 'in a joint configuration the incoming voters alone commit',
    module: raft('quorum'),
    find: 'return outgoing.length === 0 ? index : Math.min(index, majorityIndex(outgoing, valueOf));',
    replace: 'return index;',
    expectedCheckers: ['committed-durable', 'membership-overlap'],
  },
  {
    name: 'joint-phase-skipped',
    breaks: 'several voters are exchanged in one step',
    module: raft('membership-change'),
    find: 'if (votersChanged(current.voters, voters) <= 1)',
    replace: 'if (true)',
    expectedCheckers: ['membership-overlap'],
  },
  {
    name: 'two-membership-changes-pending',
    breaks: 'a change of the members is proposed before the one before it is applied',
    module: raft('leader'),
    find: 'if (configuration.joint || log.membershipPending)',
    replace: 'if (configuration.joint)',
    expectedCheckers: ['membership-overlap'],
  },
  {
    name: 'member-without-files-counts-as-full',
    breaks: 'a member that lost its files votes and campaigns as if it remembered',
    module: raft('standing-state'),
    find: 'this.#standing = standing;',
    replace: "this.#standing = standing === 'blank' ? 'full' : standing;",
    expectedCheckers: ['vote-remembers', 'one-vote', 'leader-completeness', 'committed-durable'],
  },
  {
    name: 'repaired-too-early',
    breaks: 'a member that lost its files votes again as soon as it hears a leader',
    module: raft('standing-state'),
    find: "if (this.#standing === 'blank')",
    replace: "if (this.#standing !== 'full') this.#standing = 'full'; if (false)",
    expectedCheckers: ['vote-remembers', 'one-vote', 'leader-completeness', 'committed-durable'],
  },
  {
    name: 'repaired-by-a-part',
    breaks: 'a member that lost its files votes again with a part of what its leader had committed',
    module: raft('standing-state'),
    find: 'if (this.#target?.term !== currentTerm || index < this.#target.index)',
    replace: 'if (this.#target?.term !== currentTerm || index === 0)',
    expectedCheckers: ['vote-remembers', 'leader-completeness'],
  },
  {
    name: 'read-index-confirmed-by-an-older-round',
    breaks: 'a read is confirmed by a heartbeat round that began before it was asked for',
    module: raft('read-index'),
    find: 'this.#pending.push({ id, index, round });',
    replace: 'this.#pending.push({ id, index, round: round - 1 });',
    expectedCheckers: ['read-current', 'stale-read', 'linearizable', 'watermark-regression'],
  },
  {
    name: 'snapshot-over-a-newer-log',
    breaks: 'a snapshot replaces a log that holds more',
    module: raft('raft'),
    find: 'if (index <= log.commitIndex)',
    replace: 'if (false)',
    expectedCheckers: ['acknowledged-durable', 'committed-durable', 'commit-monotone', 'uncaught'],
  },
  {
    name: 'told-to-campaign-before-caught-up',
    breaks: 'a leader hands over to a member whose log is behind',
    module: raft('transfer'),
    find: 'if (this.#told || match < lastIndex)',
    replace: 'if (this.#told)',
    expectedCheckers: ['transfer'],
  },
];
