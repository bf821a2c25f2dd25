import type { Message } from '@ledgermq/raft';
import type { CrashMode } from '@ledgermq/store';
import type { MemoryDisk } from '@ledgermq/store';
import type { RunParameters } from '../parameters.ts';
import type { TimelineEvent } from '../timeline-event.ts';
import type { HistoryEvent } from './history.ts';
import type { MemberView } from './member-view.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a process does at present. `failed`: it ended itself because of a failed disk or a broken invariant. */
export type NodeState = 'down' | 'starting' | 'up' | 'stopping' | 'failed';

/** One machine of the world that runs a broker node: its disk stays, its lives come and go. */
export interface WorldNode {
  readonly id: string;
  readonly state: NodeState;
  readonly paused: boolean;
  /** Counts the starts, from 1; 0 before the first. */
  readonly life: number;
  readonly disk: MemoryDisk;
  /** The error with which the present or last life ended itself. */
  readonly failure: Error | null;
  /** Starts a life, if none runs. */
  start(): void;
  /** The process ends at once. All but 'kill' take the machine's power too: nobody is told of the closed connections. */
  kill(mode: CrashMode): void;
  /** Asks the process to end in order; it may take its time. */
  stop(): void;
  /** The process gets no time any more; the machine's kernel goes on. */
  pause(): void;
  resume(): void;
  /** Ends the process, and all files are gone: as if the machine were replaced by an empty one. */
  wipe(): void;
  /** Local milliseconds per true millisecond, from now on (1 = exact). */
  setClockRate(rate: number): void;
  /** Moves the wall clock, not the monotonic one. */
  jumpWallClock(ms: number): void;
  /** Mean time that a sync, rename or truncation of this disk takes, in milliseconds; null: as drawn. */
  setDiskLatency(meanMs: number | null): void;
  /** Holds all completions of the disk until released. */
  setDiskStalled(stalled: boolean): void;
}

/** Links between machines; ids are those of nodes, name servers and client machines. */
export interface WorldNetwork {
  /** Nothing passes from one to the other; the bytes wait. One direction only. */
  block(from: string, to: string): void;
  unblock(from: string, to: string): void;
  /** Unblocks all links and takes away every slowness. */
  heal(): void;
  blocked(from: string, to: string): boolean;
  /** Added to the latency of each chunk on this link, in milliseconds. */
  slow(from: string, to: string, ms: number): void;
  /** Ends all connections between the two with ECONNRESET on both sides. */
  reset(a: string, b: string): number;
  /** As `reset`, but only the first one learns of it; the other one when it writes. */
  resetOneSide(told: string, untold: string): number;
}

/** Chances per Raft message between two nodes, each direction by itself. */
export interface MessageFaultRates {
  readonly loss: number;
  readonly duplication: number;
  /** Chance of a delay of its own, by which later messages overtake it. */
  readonly delay: number;
  readonly delayMeanMs: number;
}

/** A whole cluster with its clients under virtual time. */
export interface World {
  readonly seed: number;
  readonly parameters: RunParameters;
  /** Virtual milliseconds since the run began. */
  readonly now: number;
  /** Names of the broker groups. */
  readonly groups: readonly string[];
  readonly nodes: readonly WorldNode[];
  /** Ids of the machines of name servers. */
  readonly nameServers: readonly WorldNode[];
  /** Ids of the machines of clients. */
  readonly clients: readonly string[];
  readonly network: WorldNetwork;
  /** What the clients saw so far. */
  readonly history: readonly HistoryEvent[];
  /** True from the moment at which faults ended. */
  readonly healing: boolean;
  node(id: string): WorldNode;
  members(): readonly MemberView[];
  member(id: string, group: string): MemberView;
  /** Rates of faults of Raft messages from one node to another; null for none. */
  setMessageFaults(from: string, to: string, rates: MessageFaultRates | null): void;
  /** Called after each event of a node, when its microtasks have run. */
  onStep(hook: (node: WorldNode) => void): void;
  /** Called when a node's life begins or ends. */
  onLife(hook: (node: WorldNode) => void): void;
  /** Called when a replica was opened, before it takes part in anything. */
  onReplica(hook: (member: MemberView) => void): void;
  /** Called with the Raft messages of a member when it hands them to its transport, before any fault strikes them. */
  onSend(hook: (member: MemberView, messages: readonly Message[]) => void): void;
  /** Calls `fn` so much later, in virtual milliseconds. */
  after(ms: number, fn: () => void): void;
  /** The stream of chance of that name. */
  random(name: string): SeededRandom;
  /** A line of the time-line; the moment is added. */
  note(event: Omit<TimelineEvent, 'atMs'>): void;
  /** Counts a mark of coverage. */
  count(mark: string, by?: number): void;
}
