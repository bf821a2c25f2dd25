import { brokerMutants } from './broker-mutants.ts';
import { clientMutants } from './client-mutants.ts';
import { membershipMutants } from './membership-mutants.ts';
import type { Mutant } from './mutant.ts';
import { raftMutants } from './raft-mutants.ts';
import { storeMutants } from './store-mutants.ts';

/** Every bug that the simulation must find. */
export const mutants: readonly Mutant[] = [
  ...raftMutants,
  ...membershipMutants,
  ...storeMutants,
  ...brokerMutants,
  ...clientMutants,
];

/** The mutant of that name; throws if there is none. */
export function mutantNamed(name: string): Mutant {
  const found = mutants.find((mutant) => mutant.name === name);
  if (found === undefined) throw new Error(`there is no mutant ${name}`);
  return found;
}
