import { ResponseCode } from '@ledgermq/protocol';
import type { RemotingCommand } from '@ledgermq/protocol';
import type { Clock, TimerHandle } from '@ledgermq/raft';
import type { Exchange } from '../exchange.ts';
import type { Leadership, LeadershipPort } from '../group-port.ts';

/**
 * What a request needs of the replica that executes it:
 *
 * - `proposals`: the right to propose; a mastership that is over refuses by itself.
 * - `stored`: a master as far as it can know. What it reads is committed and never changes, but there may be more.
 * - `current`: a master that a quorum confirmed after the request came, so that the answer knows everything that was
 *   acknowledged to anyone before.
 */
export type MasterNeed = 'proposals' | 'stored' | 'current';

/** One request that only the master may execute, together with the ways to execute it. */
export interface MasterRequest {
  readonly exchange: Exchange;
  readonly need: MasterNeed;
  /** Bytes that waiting for a master keeps in memory. */
  readonly bytes: number;
  /** Executing it twice leaves the same state and gives the same answer, so a lost answer may be asked for again. */
  readonly repeatable: boolean;
  /** How long another replica may take to answer, in milliseconds. */
  readonly answerMs: number;
  /** Executes it here; only called while this replica is the master. */
  run(): void;
  /** The request as a command, for the way to another replica. */
  command(): RemotingCommand;
}

/** Sends a command to another replica; rejects with an error whose `written` is false when it certainly never left. */
export interface MasterClient {
  forward(address: string, command: RemotingCommand, timeoutMs: number): Promise<RemotingCommand>;
}

export interface MasterRouterOptions {
  /** Longest wait for a master in milliseconds, counted from the arrival of a proposal. */
  readonly sendParkMs: number;
  /** After a failed attempt at the known master, the next one waits so long unless the role changes before. */
  readonly retryMs: number;
  /** Parked requests are looked at this often. */
  readonly scanMs: number;
  readonly parkedRequestsMax: number;
  readonly parkedBytesMax: number;
  /** Member id to "host:port" of that member's listener for clients. */
  readonly memberAddresses: ReadonlyMap<string, string>;
}

interface Parked {
  readonly request: MasterRequest;
  /** Monotonic milliseconds after which nobody waits any more. */
  readonly deadline: number;
  /** Not tried again before this moment, unless the role changes. */
  readonly notBefore: number;
}

/** Marks a request that already travelled between replicas, and carries its client's "ip:port". */
export const FORWARDED_FOR = 'forwardedFor';
/** Marks an answer 14 of a replica that certainly did not execute the request because it is not the master. */
export const NOT_LEADER = 'notLeader';
export const LEADER_ADDRESS = 'leaderAddress';

/**
 * Takes every request that needs the master to wherever the master is: executes it here, forwards it, or keeps it
 * while there is no master, so that a client notices an election as a slow answer and not as an error.
 *
 * A forwarded request is never forwarded again: a replica that is not the master refuses it with a mark, and the
 * replica that the client talks to decides anew. So no loop is possible, whatever the replicas believe.
 */
export class MasterRouter {
  readonly #leadership: LeadershipPort;
  readonly #client: MasterClient;
  readonly #clock: Clock;
  readonly #options: MasterRouterOptions;
  #parked: Parked[] = [];
  #parkedBytes = 0;
  #timer: TimerHandle | null = null;
  #stopped = false;
  /** As of the last change; a proposal that still believes in an old mastership is refused and comes back. */
  #leadershipNow: Leadership;

  constructor(leadership: LeadershipPort, client: MasterClient, clock: Clock, options: MasterRouterOptions) {
    this.#leadership = leadership;
    this.#leadershipNow = leadership.current();
    this.#client = client;
    this.#clock = clock;
    this.#options = options;
  }

  get parkedCount(): number {
    return this.#parked.length;
  }

  get parkedBytes(): number {
    return this.#parkedBytes;
  }

  /** True when a request with this need may be executed here and now; the test of the hot path. */
  mayRunHere(need: Exclude<MasterNeed, 'current'>): boolean {
    return this.#leadershipNow.leading && (need === 'proposals' || this.#leadership.readsAreCurrent());
  }

  submit(request: MasterRequest): void {
    this.#route(request, this.#deadlineOf(request));
  }

  /** Takes back a request that this replica began to execute and certainly did not (the proposer refused it). */
  defer(request: MasterRequest): void {
    if (request.exchange.forwardedFor !== null) {
      this.#refuse(request, 'this replica is not the master');
    } else {
      this.#park(request, this.#deadlineOf(request), this.#clock.monotonic() + this.#options.retryMs);
    }
  }

  /** Tries everything that waits again, in the order of arrival. */
  leadershipChanged(): void {
    this.#leadershipNow = this.#leadership.current();
    this.#retry(() => true);
  }

  /** "host:port" of the master, when one is known and is a member. */
  leaderAddress(): string | null {
    const { leader } = this.#leadershipNow;
    return leader === null ? null : (this.#options.memberAddresses.get(leader) ?? null);
  }

  /** Refuses what waits. */
  stop(): void {
    this.#stopped = true;
    const parked = this.#takeParked();
    for (const { request } of parked) {
      this.#refuse(request, 'this replica is stopping');
    }
    this.#stopTimer();
  }

  #route(request: MasterRequest, deadline: number): void {
    const { exchange } = request;
    if (exchange.abandoned) {
      return;
    }
    if (this.#stopped) {
      this.#refuse(request, 'this replica is stopping');
      return;
    }
    const { leading } = this.#leadershipNow;
    if (request.need === 'current') {
      if (leading) {
        this.#runConfirmed(request, deadline);
        return;
      }
    } else if (this.mayRunHere(request.need)) {
      request.run();
      return;
    }
    const address = leading ? null : this.leaderAddress();
    if (exchange.forwardedFor !== null && !leading) {
      this.#refuse(request, 'this replica is not the master');
    } else if (address === null) {
      this.#park(request, deadline, 0);
    } else {
      this.#forward(request, address, deadline);
    }
  }

  #runConfirmed(request: MasterRequest, deadline: number): void {
    this.#leadership.confirm((confirmed) => {
      if (confirmed) {
        if (!request.exchange.abandoned) request.run();
      } else if (request.exchange.forwardedFor !== null) {
        this.#refuse(request, 'this replica is not the master');
      } else {
        this.#park(request, deadline, this.#clock.monotonic() + this.#options.retryMs);
      }
    });
  }

  #forward(request: MasterRequest, address: string, deadline: number): void {
    const { exchange } = request;
    const command = request.command();
    const forwarded: RemotingCommand = {
      ...command,
      // In binary form, because the receiver scans JSON headers of sends and pulls for their own fields only and would
      // pass over the mark.
      serializeType: 1,
      extFields: { ...command.extFields, [FORWARDED_FOR]: exchange.connection.remoteAddress },
    };
    this.#client.forward(address, forwarded, request.answerMs).then(
      (response) => {
        this.#forwardAnswered(request, response, deadline);
      },
      (error: unknown) => {
        this.#forwardFailed(request, error, deadline);
      },
    );
  }

  #forwardAnswered(request: MasterRequest, response: RemotingCommand, deadline: number): void {
    if (response.extFields[NOT_LEADER] !== undefined) {
      this.#park(request, deadline, this.#clock.monotonic() + this.#options.retryMs);
      return;
    }
    request.exchange.respond(response.code, {
      extFields: response.extFields,
      body: response.body,
      remark: response.remark,
    });
  }

  #forwardFailed(request: MasterRequest, error: unknown, deadline: number): void {
    const text = error instanceof Error ? error.message : String(error);
    const notBefore = this.#clock.monotonic() + this.#options.retryMs;
    if (certainlyNotSent(error)) {
      this.#park(request, deadline, notBefore);
    } else if (request.repeatable) {
      if (request.need === 'proposals') request.exchange.loseAttempt();
      this.#park(request, this.#deadlineOf(request), notBefore);
    } else {
      request.exchange.respond(ResponseCode.SYSTEM_ERROR, {
        remark: `[UNKNOWN_OUTCOME] the master was lost before it answered: ${text}`,
      });
    }
  }

  #park(request: MasterRequest, deadline: number, notBefore: number): void {
    if (this.#stopped || deadline <= this.#clock.monotonic()) {
      this.#refuse(request, this.#stopped ? 'this replica is stopping' : 'no master in time');
      return;
    }
    if (
      this.#parked.length >= this.#options.parkedRequestsMax ||
      this.#parkedBytes + request.bytes > this.#options.parkedBytesMax
    ) {
      this.#refuse(request, 'no master, and too many requests wait for one');
      return;
    }
    this.#parked.push({ request, deadline, notBefore });
    this.#parkedBytes += request.bytes;
    this.#startTimer();
  }

  #refuse(request: MasterRequest, remark: string): void {
    const address = this.leaderAddress();
    const extFields: Record<string, string> = { [NOT_LEADER]: 'true' };
    if (address !== null) {
      extFields[LEADER_ADDRESS] = address;
    }
    request.exchange.respond(ResponseCode.SERVICE_NOT_AVAILABLE, { extFields, remark });
  }

  /** Takes all out first, so that a request parked again by its own attempt waits for the next occasion. */
  #retry(due: (parked: Parked) => boolean): void {
    const now = this.#clock.monotonic();
    for (const parked of this.#takeParked()) {
      const { request, deadline } = parked;
      if (request.exchange.abandoned) {
        continue;
      }
      if (deadline <= now) {
        this.#refuse(request, 'no master in time');
      } else if (due(parked)) {
        this.#route(request, deadline);
      } else {
        this.#park(request, deadline, parked.notBefore);
      }
    }
  }

  #takeParked(): Parked[] {
    const parked = this.#parked;
    this.#parked = [];
    this.#parkedBytes = 0;
    return parked;
  }

  /**
   * A send is answered within the park time of its arrival, because its client's timeout runs; a read that lost its
   * master in the middle of a long poll is given the park time anew.
   */
  #deadlineOf(request: MasterRequest): number {
    const from = request.need === 'proposals' ? request.exchange.arrivedAt : this.#clock.monotonic();
    return from + this.#options.sendParkMs;
  }

  #startTimer(): void {
    this.#timer ??= this.#clock.setTimer(this.#options.scanMs, () => {
      this.#timer = null;
      const now = this.#clock.monotonic();
      this.#retry((parked) => parked.notBefore <= now);
      if (this.#parked.length > 0) {
        this.#startTimer();
      }
    });
  }

  #stopTimer(): void {
    if (this.#timer !== null) {
      this.#clock.clearTimer(this.#timer);
      this.#timer = null;
    }
  }
}

function certainlyNotSent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'written' in error && error.written === false;
}
