/** The members that a group is to have: who votes, and who only receives the log. */
export interface MembershipWish {
  readonly voters: readonly string[];
  readonly learners: readonly string[];
}

/**
 * Answer to an order of an operator. `accepted` means that it was begun, not that it has ended: a transfer may time out
 * and a change of members is done when a majority of both sets has it; the status of the group shows both.
 */
export type AdministrationAnswer =
  | { readonly type: 'accepted' }
  | { readonly type: 'unknown-group' }
  | { readonly type: 'refused'; readonly reason: string; readonly leader: string | null };

/** What an operator may ask of the groups of one node. */
export interface GroupAdministration {
  /** Hands the mastership of a group to another member. */
  transferLeadership(brokerName: string, to: string): AdministrationAnswer;
  /** Replaces the members of a group, by joint consensus where more than one voter changes. */
  changeMembers(brokerName: string, wish: MembershipWish): AdministrationAnswer;
}
