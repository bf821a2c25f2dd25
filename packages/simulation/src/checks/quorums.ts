import type { ConfigurationState } from '@ledgermq/raft';

/** Voters whose majority decides; in a joint configuration those of both halves, each of which must agree (paper §6). */
export function halvesOf({ voters, votersOutgoing }: ConfigurationState): readonly (readonly string[])[] {
  return votersOutgoing.length === 0 ? [voters] : [voters, votersOutgoing];
}

/** Whether those who agree are a majority of each half. */
export function isQuorum(
  halves: readonly (readonly string[])[],
  agrees: (voter: string) => boolean,
): boolean {
  return halves.every((voters) => voters.filter(agrees).length > voters.length / 2);
}

/**
 * Whether no two decisions can be taken apart from each other, one by each configuration. Every choice of members is
 * tried: as much as a group can have here is a handful.
 */
export function quorumsOverlap(one: ConfigurationState, other: ConfigurationState): boolean {
  const a = halvesOf(one);
  const b = halvesOf(other);
  const members = [...new Set([...a.flat(), ...b.flat()])];
  for (let choice = 0; choice < 2 ** members.length; choice += 1) {
    const chosen = new Set(members.filter((_, bit) => (choice & (1 << bit)) !== 0));
    // If both a choice and its complement can decide, they can decide against each other.
    if (isQuorum(a, (id) => chosen.has(id)) && isQuorum(b, (id) => !chosen.has(id))) return false;
  }
  return true;
}
