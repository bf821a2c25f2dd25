/**
 * Majority arithmetic: pure functions over sets of voters, with no reference to a member's state. A joint
 * configuration (paper §6) is two such sets, `incoming` and `outgoing`; outside of a change the second is empty.
 */

export type VoteResult = 'won' | 'lost' | 'pending';

/** Number of voters that makes a majority of `voterCount` (>= 1). */
export function majority(voterCount: number): number {
  return Math.floor(voterCount / 2) + 1;
}

/**
 * The highest value that a majority of the voters has reached. `valueOf` gives the value of one voter, 0 if it is
 * not known. No voters: 0, so that nothing is ever committed by nobody.
 */
export function majorityIndex(voters: readonly string[], valueOf: (voter: string) => number): number {
  if (voters.length === 0) return 0;
  const values = new Array<number>(voters.length);
  for (let i = 0; i < voters.length; i++) {
    // An insertion sort, descending: groups have three to seven voters and this runs for each acknowledgement.
    const value = valueOf(voters[i] as string);
    let at = i;
    while (at > 0 && (values[at - 1] as number) < value) {
      values[at] = values[at - 1] as number;
      at--;
    }
    values[at] = value;
  }
  return values[majority(voters.length) - 1] as number;
}

/** State of an election; `voteOf` gives a voter's answer, undefined while there is none. */
export function majorityVote(
  voters: readonly string[],
  voteOf: (voter: string) => boolean | undefined,
): VoteResult {
  let granted = 0;
  let missing = 0;
  for (const voter of voters) {
    const vote = voteOf(voter);
    if (vote === undefined) missing++;
    else if (vote) granted++;
  }
  const needed = majority(voters.length);
  if (granted >= needed) return 'won';
  return granted + missing >= needed ? 'pending' : 'lost';
}

/** The highest value on which a majority of each half agrees; an empty outgoing half demands nothing. */
export function jointIndex(
  incoming: readonly string[],
  outgoing: readonly string[],
  valueOf: (voter: string) => number,
): number {
  const index = majorityIndex(incoming, valueOf);
  return outgoing.length === 0 ? index : Math.min(index, majorityIndex(outgoing, valueOf));
}

/** Won when it is in both halves, lost when it is in one; an empty outgoing half demands nothing. */
export function jointVote(
  incoming: readonly string[],
  outgoing: readonly string[],
  voteOf: (voter: string) => boolean | undefined,
): VoteResult {
  const one = majorityVote(incoming, voteOf);
  if (outgoing.length === 0) return one;
  const other = majorityVote(outgoing, voteOf);
  if (one === 'lost' || other === 'lost') return 'lost';
  return one === 'won' && other === 'won' ? 'won' : 'pending';
}
