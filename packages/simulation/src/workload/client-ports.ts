import type { Clock } from '@ledgermq/raft';
import type { NetPorts } from '@ledgermq/protocol/net';
import type { RunParameters } from '../parameters.ts';
import type { History } from '../world/history.ts';
import type { SeededRandom } from '../world/seeded-random.ts';
import type { Topology } from './topology.ts';

/** What a simulated client program gets. */
export interface ClientPorts {
  /** The machine it runs on; also the name of the client. */
  readonly id: string;
  /** Its IP address. */
  readonly address: string;
  /** Which life of its program this is, from 1. */
  readonly life: number;
  readonly clock: Clock;
  readonly net: NetPorts;
  readonly random: SeededRandom;
  readonly history: History;
  readonly topology: Topology;
  readonly parameters: RunParameters;
  /** The latest term in which a member leads that broker group now, for what can only be judged term by term. */
  readonly masterTerm: (brokerName: string) => number | null;
  /** True when no further operation may begin. */
  readonly draining: () => boolean;
  /** Something was read that cannot be. */
  readonly report: (checker: string, message: string) => void;
  readonly count: (mark: string) => void;
}
