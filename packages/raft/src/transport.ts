import type { Message } from './message.ts';

/** Carries messages to other members. Raft needs no more than "perhaps, and in any order". */
export interface Transport {
  /**
   * Sends messages to the member `to`, in order when the connection holds. Returns at once, never throws, and
   * drops what it cannot carry (no connection, full buffer). The messages and their entry frames must not be
   * changed; the transport may keep them until they are written.
   */
  send(to: string, messages: readonly Message[]): void;
}
