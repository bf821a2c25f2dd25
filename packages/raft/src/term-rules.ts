import type { Message } from './message.ts';
import type { VoterMemory } from './voter.ts';

/**
 * What a member of `term` says to who asks in an earlier one: that it is over, so that a deposed leader steps down.
 * Null for answers, which nobody waits for any more.
 */
export function answerToEarlierTerm(message: Message, term: number, memory: VoterMemory): Message | null {
  const envelope = { from: message.to, to: message.from, term };
  switch (message.type) {
    case 'pre-vote-request':
      return { ...envelope, type: 'pre-vote-response', granted: false, ...memory };
    case 'vote-request':
      return { ...envelope, type: 'vote-response', granted: false };
    case 'append-request':
    case 'heartbeat-request':
    case 'snapshot-chunk':
      // Round 0 was never sent, so this answers nothing; only its term counts.
      return { ...envelope, type: 'heartbeat-response', round: 0 };
    case 'pre-vote-response':
    case 'vote-response':
    case 'append-accepted':
    case 'append-rejected':
    case 'heartbeat-response':
    case 'timeout-now':
    case 'snapshot-answer':
    case 'repair-request':
    case 'repair-answer':
      return null;
  }
}
