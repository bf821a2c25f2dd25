import type { NetClock, NetPorts } from '@ledgermq/protocol/net';

/** The only source of chance. */
export interface Random {
  /** A whole number n with 0 <= n < bound; `bound` is a positive safe integer. */
  nextInt(bound: number): number;
}

/** What tells this client from all others, and where it looks for what its options leave open. */
export interface ClientProcess {
  /** The process id; part of message ids and of the default instance name. */
  readonly pid: number;
  hostName(): string;
  /** An address of this machine, IPv4 or IPv6; part of message ids. */
  address(): string;
  /** Different for every producer and consumer of the process. */
  nextInstance(): number;
  /** Name servers as the environment names them. */
  namesrvAddr(): string | undefined;
  /** Where warnings and errors go when no logger is given; `line` has no line end. */
  complain(line: string): void;
}

/** Everything outside that a client depends on. */
export interface ClientPorts {
  readonly net: NetPorts;
  /** Tells the same time as `net.clock`. */
  readonly clock: NetClock;
  readonly random: Random;
  readonly process: ClientProcess;
}
