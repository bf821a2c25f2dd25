/** What a request for votes carries when it neither starts a group nor was asked for by a leader. */
export const plainVote = { transfer: false, bootstrap: false, life: 0 } as const;

/** What the answer to a pre-vote carries from a member that remembers everything and has entries. */
export const plainAnswer = { blank: false, empty: false, life: 0 } as const;
