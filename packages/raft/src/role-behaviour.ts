import type { Message } from './message.ts';
import type { Role } from './status.ts';

/**
 * What a member does in one role. An object lives as long as the member stays in that role and term, so state
 * that must not outlive either (votes, progress, acknowledgements owed) cannot.
 */
export interface RoleBehaviour {
  readonly role: Role;
  /**
   * True while a leader of this term is in office as far as this member can tell. Then votes are refused, so
   * that a member that merely missed heartbeats cannot depose it (thesis §4.2.3).
   */
  readonly leaderInOffice: boolean;
  tick(): void;
  /** A message of this term, or a pre-vote answer; requests for votes never come here. */
  step(message: Message): void;
  /** The durable end of the log moved. */
  persisted(): void;
  /** A membership entry was applied, or a snapshot brought another configuration. May end the role. */
  configured(): void;
  /** Entries were handed out for applying. */
  applied(): void;
  /** The connection to `peer` closed. */
  connectionLost(peer: string): void;
  checkInvariants(): void;
}
