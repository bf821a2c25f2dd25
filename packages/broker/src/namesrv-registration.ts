import { RequestCode, createRequest, encodeBrokerIdentityHeader } from '@ledgermq/protocol';
import type { Clock, Logger, TimerHandle } from '@ledgermq/raft';
import { NamesrvLink } from './namesrv-link.ts';
import type { NamesrvConnector } from './namesrv-link.ts';
import { RegistrationCommand } from './registration-command.ts';
import type { RegistrationSnapshot } from './registration-command.ts';
import type { TopicAnnouncer } from './topic-creation.ts';

export interface NamesrvRegistrationOptions {
  readonly addresses: readonly string[];
  readonly firstRepeatMs: number;
  readonly periodMs: number;
  readonly requestTimeoutMs: number;
  readonly reconnectMs: number;
  /** Longest time that `announce` keeps its caller waiting. */
  readonly announceWaitMs: number;
  /** Callers of `announce` waiting at once; more are called back at once. */
  readonly announcementsMax: number;
}

export interface NamesrvRegistrationPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly connect: NamesrvConnector;
  snapshot(): RegistrationSnapshot;
}

interface Announcement {
  readonly number: number;
  readonly deadline: number;
  readonly done: () => void;
}

/**
 * Registers one replica with all name servers: at start, on every change of role or topics, and periodically. Changes
 * of one event-loop turn travel together.
 */
export class NamesrvRegistration implements TopicAnnouncer {
  readonly #ports: NamesrvRegistrationPorts;
  readonly #options: NamesrvRegistrationOptions;
  readonly #links: readonly NamesrvLink[];
  #number = 0;
  #scheduled = false;
  #announcements: Announcement[] = [];
  #periodTimer: TimerHandle | null = null;
  #waitTimer: TimerHandle | null = null;
  #running = false;

  constructor(ports: NamesrvRegistrationPorts, options: NamesrvRegistrationOptions) {
    this.#ports = ports;
    this.#options = options;
    const { connect, clock, logger } = ports;
    const command = new RegistrationCommand();
    this.#links = options.addresses.map(
      (address) =>
        new NamesrvLink(
          address,
          {
            connect,
            clock,
            logger,
            registration: () => command.of(ports.snapshot()),
            onProgress: () => {
              this.#settle();
            },
          },
          options,
        ),
    );
  }

  start(): void {
    if (!this.#running) {
      this.#running = true;
      this.changed();
      this.#repeatAfter(this.#options.firstRepeatMs);
    }
  }

  /** Says farewell to the name servers (104) and closes the connections. */
  async stop(): Promise<void> {
    if (!this.#running) {
      return;
    }
    this.#running = false;
    const { clock } = this.#ports;
    for (const timer of [this.#periodTimer, this.#waitTimer]) {
      if (timer !== null) {
        clock.clearTimer(timer);
      }
    }
    this.#periodTimer = null;
    this.#waitTimer = null;
    const waiting = this.#announcements;
    this.#announcements = [];
    for (const { done } of waiting) {
      done();
    }
    const farewell = createRequest(
      RequestCode.UNREGISTER_BROKER,
      encodeBrokerIdentityHeader(this.#ports.snapshot()),
    );
    await Promise.all(this.#links.map((link) => link.stop(farewell)));
  }

  /** Role or topics changed: registers anew at the end of this turn. */
  changed(): void {
    this.#number += 1;
    if (!this.#scheduled) {
      this.#scheduled = true;
      this.#ports.clock.immediate(() => {
        this.#scheduled = false;
        this.#wantAll();
      });
    }
  }

  announce(done: () => void): void {
    this.changed();
    if (!this.#running || this.#announcements.length >= this.#options.announcementsMax) {
      done();
      return;
    }
    const deadline = this.#ports.clock.monotonic() + this.#options.announceWaitMs;
    this.#announcements.push({ number: this.#number, deadline, done });
    this.#startWaitTimer();
  }

  #wantAll(): void {
    if (this.#running) {
      for (const link of this.#links) {
        link.want(this.#number);
      }
    }
  }

  /** Calls back those whose news every reachable server has confirmed. A server that is away keeps nobody waiting. */
  #settle(): void {
    const connected = this.#links.filter((link) => link.connected);
    const known = connected.length === 0 ? -1 : Math.min(...connected.map((link) => link.confirmed));
    this.#release(({ number }) => number <= known);
  }

  #release(due: (announcement: Announcement) => boolean): void {
    const settled = this.#announcements.filter(due);
    if (settled.length === 0) {
      return;
    }
    this.#announcements = this.#announcements.filter((announcement) => !due(announcement));
    for (const { done } of settled) {
      done();
    }
  }

  #startWaitTimer(): void {
    const [first] = this.#announcements;
    if (this.#waitTimer !== null || first === undefined) {
      return;
    }
    const { clock } = this.#ports;
    this.#waitTimer = clock.setTimer(Math.max(1, first.deadline - clock.monotonic()), () => {
      this.#waitTimer = null;
      const now = clock.monotonic();
      this.#release(({ deadline }) => deadline <= now);
      this.#startWaitTimer();
    });
  }

  #repeatAfter(ms: number): void {
    this.#periodTimer = this.#ports.clock.setTimer(ms, () => {
      this.changed();
      this.#repeatAfter(this.#options.periodMs);
    });
  }
}
