import {
  PROTOCOL_VERSION,
  RequestCode,
  createRequest,
  encodeBrokerIdentityHeader,
  encodeRegisterBrokerBody,
  encodeRegisterBrokerHeader,
  registrationBodyCrc,
} from '@ledgermq/protocol';
import type { DataVersion, RemotingCommand, TopicConfig } from '@ledgermq/protocol';
import type { Clock, Logger, TimerHandle } from '@ledgermq/raft';
import { NamesrvLink } from './namesrv-link.ts';
import type { NamesrvConnector } from './namesrv-link.ts';
import type { TopicAnnouncer } from './topic-creation.ts';

/** What a replica tells the name servers about itself. */
export interface RegistrationSnapshot {
  readonly clusterName: string;
  readonly brokerName: string;
  /** "ip:port" at which clients reach this replica. */
  readonly brokerAddr: string;
  /** 0 while this replica is the master, otherwise its member ordinal, counted from 1. */
  readonly brokerId: number;
  /** The Raft term in which it holds that role. */
  readonly term: number;
  readonly dataVersion: DataVersion;
  readonly topics: Iterable<TopicConfig>;
  /** Broker-wide permission, ANDed into that of every topic. */
  readonly brokerPermission: number;
}

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

/**
 * Extension field of a registration: the Raft term of the sender. A name server that knows it ignores a master of an
 * older term, so the late registration of a deposed master does not replace the new one.
 */
export const RAFT_TERM_FIELD = 'raftTerm';

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
    this.#links = options.addresses.map(
      (address) =>
        new NamesrvLink(
          address,
          {
            connect,
            clock,
            logger,
            registration: () => registrationOf(ports.snapshot()),
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

/** REGISTER_BROKER (103) with the whole topic table. */
function registrationOf(snapshot: RegistrationSnapshot): RemotingCommand {
  const { brokerPermission, dataVersion } = snapshot;
  const topicConfigTable = new Map<string, TopicConfig>();
  for (const topic of snapshot.topics) {
    topicConfigTable.set(topic.topicName, { ...topic, perm: topic.perm & permMask(brokerPermission) });
  }
  const body = encodeRegisterBrokerBody(
    { dataVersion, topicConfigTable, filterServerList: [] },
    { compressed: false, version: PROTOCOL_VERSION },
  );
  const header = encodeRegisterBrokerHeader({
    clusterName: snapshot.clusterName,
    brokerName: snapshot.brokerName,
    brokerAddr: snapshot.brokerAddr,
    brokerId: snapshot.brokerId,
    // Replication has ports of its own; clients never use this address, but the field is required.
    haServerAddr: snapshot.brokerAddr,
    heartbeatTimeoutMillis: null,
    enableActingMaster: null,
    compressed: false,
    bodyCrc32: registrationBodyCrc(body),
    zoneName: null,
  });
  return createRequest(
    RequestCode.REGISTER_BROKER,
    { ...header, [RAFT_TERM_FIELD]: String(snapshot.term) },
    body,
  );
}

const READ_WRITE = 6;

/** A broker with all rights leaves the permissions as they are, the inherit bit included. */
function permMask(brokerPermission: number): number {
  return (brokerPermission & READ_WRITE) === READ_WRITE ? ~0 : brokerPermission;
}
