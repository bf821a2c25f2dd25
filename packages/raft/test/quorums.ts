import type { ConfigurationState } from '../src/index.ts';

/** Whether `ids` decide in `state`, by the definition: more than half of each half. */
export function decides(state: ConfigurationState, ids: ReadonlySet<string>): boolean {
  const inMajority = (half: readonly string[]): boolean =>
    half.filter((id) => ids.has(id)).length * 2 > half.length;
  return inMajority(state.voters) && (state.votersOutgoing.length === 0 || inMajority(state.votersOutgoing));
}

export function subsets(ids: readonly string[]): Set<string>[] {
  return Array.from({ length: 2 ** ids.length }, (_, bits) => {
    return new Set(ids.filter((_id, at) => (bits >> at) % 2 === 1));
  });
}

/** Whether two groups that decide, one in each configuration, always share a member. Tries every group. */
export function overlap(one: ConfigurationState, other: ConfigurationState): boolean {
  const ids = [...new Set([one, other].flatMap((state) => [...state.voters, ...state.votersOutgoing]))];
  return subsets(ids).every((group) => {
    const rest = new Set(ids.filter((id) => !group.has(id)));
    return !(decides(one, group) && decides(other, rest));
  });
}
