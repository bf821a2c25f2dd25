import { ElectionTimer } from './election-timer.ts';
import type { Message, PreVoteResponse } from './message.ts';
import type { Raft } from './raft.ts';
import type { RoleBehaviour } from './role-behaviour.ts';

type Answer = Pick<PreVoteResponse, 'granted' | 'blank' | 'empty' | 'life'>;

/**
 * Asks whether it would be elected in the next term, and changes nothing (thesis §9.6).
 *
 * A blank voter's word does not count in an ordinary election, for it may have forgotten what it promised. Only when
 * every voter says that its log is empty, this member among them, is there nothing that anyone could have forgotten
 * without all having lost their files: then the group starts.
 */
export class PreCandidate implements RoleBehaviour {
  readonly role = 'pre-candidate';
  readonly leaderInOffice = false;
  readonly #raft: Raft;
  readonly #timer: ElectionTimer;
  readonly #answers = new Map<string, Answer>();

  constructor(raft: Raft) {
    this.#raft = raft;
    this.#timer = new ElectionTimer(raft.config.electionTimeoutTicks, raft.random);
  }

  /** Sends the requests. May end in the next role at once when this member is the only voter. */
  start(): void {
    const { id: from, log, configuration, voter } = this.#raft;
    const { lastIndex, lastTerm } = log;
    const term = this.#raft.term + 1;
    for (const to of configuration.voters) {
      if (to !== from) this.#raft.send({ type: 'pre-vote-request', from, to, term, lastIndex, lastTerm });
    }
    this.#record(from, { granted: true, ...voter.memory });
  }

  tick(): void {
    if (this.#timer.tick()) this.#raft.startElection();
  }

  step(message: Message): void {
    const raft = this.#raft;
    switch (message.type) {
      case 'append-request':
      case 'heartbeat-request':
      case 'snapshot-chunk':
        raft.becomeFollower(message.term, message.from);
        raft.step(message);
        return;
      case 'pre-vote-response':
        if (message.term === (message.granted ? raft.term + 1 : raft.term))
          this.#record(message.from, message);
        return;
      case 'vote-response':
      case 'append-accepted':
      case 'append-rejected':
      case 'heartbeat-response':
      case 'pre-vote-request':
      case 'vote-request':
      case 'timeout-now':
      case 'snapshot-answer':
      case 'repair-request':
      case 'repair-answer':
        return;
    }
  }

  persisted(): void {}

  configured(): void {}

  applied(): void {}

  connectionLost(): void {}

  checkInvariants(): void {}

  #record(voter: string, answer: Answer): void {
    const raft = this.#raft;
    // The first answer stands, as it does in the election that follows.
    if (!this.#answers.has(voter)) this.#answers.set(voter, answer);
    const result = raft.configuration.voteResult((id) => this.#ordinaryVote(id));
    if (result === 'won' && !raft.voter.memory.blank) raft.becomeCandidate({ type: 'ordinary' });
    else if (result === 'lost') raft.becomeFollower(raft.term, null);
    else if (this.#allEmpty()) raft.becomeCandidate({ type: 'bootstrap', lives: this.#lives() });
  }

  #ordinaryVote(id: string): boolean | undefined {
    const answer = this.#answers.get(id);
    return answer?.blank === true && answer.granted ? undefined : answer?.granted;
  }

  #allEmpty(): boolean {
    return this.#raft.configuration.voters.every((id) => {
      const answer = this.#answers.get(id);
      return answer !== undefined && answer.granted && answer.empty;
    });
  }

  #lives(): ReadonlyMap<string, number> {
    return new Map([...this.#answers].map(([id, { life }]) => [id, life]));
  }
}
