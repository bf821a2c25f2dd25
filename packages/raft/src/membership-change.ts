import {
  configurationFault,
  isJoint,
  sameConfiguration,
  type ConfigurationState,
} from './configuration-state.ts';
import type { MembershipTarget } from './proposal.ts';

export type MembershipPlan =
  | { readonly type: 'next'; readonly state: ConfigurationState }
  | { readonly type: 'invalid' }
  | { readonly type: 'unchanged' };

/**
 * The configuration that a group goes to next on its way from `current`, which is not joint, to `target`.
 *
 * One voter more or less needs no joint phase, since every majority before and every majority after share a voter
 * (thesis §4.1); a voter that becomes a learner is one less. Learners count nowhere, so any number of them may
 * change with it. Everything else goes through a joint configuration (thesis §4.3): what becomes of voters takes
 * effect at once for the incoming half, and an outgoing voter becomes a learner only when the phase ends.
 */
export function planMembership(current: ConfigurationState, target: MembershipTarget): MembershipPlan {
  const given = { voters: new Set(target.voters), learners: new Set(target.learners) };
  const voters = target.voters ?? current.voters.filter((id) => !given.learners.has(id));
  const learners = target.learners ?? current.learners.filter((id) => !given.voters.has(id));
  const final: ConfigurationState = {
    voters: [...voters],
    votersOutgoing: [],
    learners: [...learners],
    learnersNext: [],
    autoLeave: false,
  };
  if (configurationFault(final) !== null) return { type: 'invalid' };
  if (sameConfiguration(final, current)) return { type: 'unchanged' };
  if (votersChanged(current.voters, voters) <= 1) return { type: 'next', state: final };
  const before = new Set(current.voters);
  const joint: ConfigurationState = {
    voters: final.voters,
    votersOutgoing: [...current.voters],
    learners: final.learners.filter((id) => !before.has(id)),
    learnersNext: final.learners.filter((id) => before.has(id)),
    autoLeave: true,
  };
  return configurationFault(joint) === null ? { type: 'next', state: joint } : { type: 'invalid' };
}

/** The configuration after the joint phase of `state`. */
export function leaveJoint(state: ConfigurationState): ConfigurationState {
  if (!isJoint(state)) return state;
  return {
    voters: state.voters,
    votersOutgoing: [],
    learners: [...state.learners, ...state.learnersNext],
    learnersNext: [],
    autoLeave: false,
  };
}

/** Ids that are in one list and not in the other. */
function votersChanged(before: readonly string[], after: readonly string[]): number {
  const left = before.filter((id) => !after.includes(id)).length;
  return left + after.filter((id) => !before.includes(id)).length;
}
