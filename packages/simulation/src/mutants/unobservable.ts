import type { Mutant } from './mutant.ts';

/** A bug that no run can show, why, and the directed test that does. */
export interface UnobservableMutant extends Omit<Mutant, 'expectedCheckers'> {
  readonly because: string;
  /** File and name of the test. */
  readonly test: string;
}

/** Bugs that another safeguard hides from clients and checks: not part of the catalogue. */
export const unobservableMutants: readonly UnobservableMutant[] = [
  {
    name: 'lease-too-long',
    breaks: "a leader trusts its lease for longer than the followers' patience",
    module: 'packages/raft/dist/src/leader.js',
    find: 'this.#roundBeforeTick = new Array(raft.config.electionTimeoutTicks - 2).fill(0);',
    replace: 'this.#roundBeforeTick = new Array(raft.config.electionTimeoutTicks * 6).fill(0);',
    because:
      'leases serve no reads that must be current: those ask a quorum (ReadIndex), and what a lease serves is committed in any case',
    test: 'packages/raft/test/node.test.ts: the lease is valid while a quorum answers, and ends before a follower can time out',
  },
];
