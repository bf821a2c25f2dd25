import type { CrashMode } from '@ledgermq/store';

/**
 * A node by the part it plays in a group when the fault strikes, so that a script keeps its meaning when other faults are
 * taken out of it. `pick` chooses among those that fit; `any` fits every node, running or not.
 */
export interface Target {
  readonly role: 'leader' | 'follower' | 'any';
  /** Counted round the groups of the world. */
  readonly group: number;
  /** Counted round the nodes that fit. */
  readonly pick: number;
}

/** Which of a node's files is damaged. */
export type DamagedFile = 'segment-sealed' | 'segment-last' | 'hard-state' | 'durable-mark' | 'derived';

interface Lasting {
  /** Virtual milliseconds until it ends by itself. */
  readonly forMs: number;
}

interface Aimed {
  readonly at: Target;
}

interface Outage extends Aimed {
  /** Virtual milliseconds until the node is started again. */
  readonly downMs: number;
}

/** Of Raft messages on every link between brokers, or on those of one node only. */
interface Lossy extends Lasting {
  readonly at: Target | null;
  /** Chance per message. */
  readonly rate: number;
}

export type MessageFault =
  | (Lossy & { readonly kind: 'message-loss' })
  | (Lossy & { readonly kind: 'message-duplication' })
  /** Every message takes longer, in order. */
  | (Lasting & { readonly kind: 'message-delay'; readonly at: Target | null; readonly addedMs: number })
  /** Some messages take longer, so that others overtake them. */
  | (Lossy & { readonly kind: 'message-reorder'; readonly meanMs: number });

/** Partitions split the nodes in the order of their ids, turned round by `turn`. */
export type PartitionFault =
  /** The first `size` nodes and the others do not hear each other. */
  | (Lasting & { readonly kind: 'partition-halves'; readonly turn: number; readonly size: number })
  /** One node hears nobody (`deaf`), or nobody hears it. */
  | (Lasting & Aimed & { readonly kind: 'partition-one-way'; readonly deaf: boolean })
  /** Two halves that only the first node can hear, and that both hear only it. */
  | (Lasting & { readonly kind: 'partition-bridge'; readonly turn: number })
  /** Each node hears its neighbours only; of three nodes, each hears the one before it only. */
  | (Lasting & { readonly kind: 'partition-ring'; readonly turn: number });

export type ConnectionFault =
  /** A client is cut off from all brokers and name servers. */
  | (Lasting & { readonly kind: 'client-cut'; readonly client: number })
  /** All connections between a node and another node, or a client, break. */
  | (Aimed & {
      readonly kind: 'connection-reset';
      readonly peer: 'node' | 'client';
      readonly pick: number;
      /** Only this end learns of it. */
      readonly oneSided: boolean;
    });

export type ProcessFault =
  | (Outage & { readonly kind: 'kill' })
  /** The node loses power: what was not synced is lost, torn or reordered. */
  | (Outage & { readonly kind: 'power-loss'; readonly mode: Exclude<CrashMode, 'kill'> })
  | (Outage & { readonly kind: 'restart' })
  | {
      readonly kind: 'rolling-restart';
      readonly orderly: boolean;
      readonly downMs: number;
      readonly gapMs: number;
    }
  | { readonly kind: 'kill-all'; readonly mode: CrashMode; readonly downMs: number }
  | (Aimed & Lasting & { readonly kind: 'pause' })
  | { readonly kind: 'name-server-kill'; readonly pick: number; readonly downMs: number };

export type ClockFault =
  /** Local milliseconds per true millisecond. */
  | (Aimed & Lasting & { readonly kind: 'clock-drift'; readonly rate: number })
  /** Of the wall clock, to stay. */
  | (Aimed & { readonly kind: 'clock-jump'; readonly ms: number });

export type DiskFaultOfNode =
  | (Aimed & Lasting & { readonly kind: 'disk-slow'; readonly meanMs: number })
  | (Aimed & Lasting & { readonly kind: 'disk-stall' })
  /** The next sync of a file whose path ends so fails; the process must end, and is started again. */
  | (Aimed & { readonly kind: 'sync-failure'; readonly pathEnd: string; readonly downMs: number })
  | (Aimed & Lasting & { readonly kind: 'disk-full'; readonly roomBytes: number });

/** What loses data of a node; never of so many that the group could not know better. */
export type DamageFault =
  /** Bits of a file turn over, at a part `where` (0..1) of it. Restarts the node with `downMs`, null: it runs on. */
  | (Aimed & {
      readonly kind: 'bit-rot';
      readonly file: DamagedFile;
      readonly where: number;
      readonly bits: number;
      readonly downMs: number | null;
    })
  /** The node is killed, and a file has lost its end from a part `where` (0..1) of it on. */
  | (Outage & { readonly kind: 'truncation'; readonly file: DamagedFile; readonly where: number })
  | (Outage & { readonly kind: 'wipe' });

export type MembershipFault =
  | { readonly kind: 'learner-add'; readonly group: number; readonly pick: number }
  | { readonly kind: 'learner-promote'; readonly group: number; readonly pick: number }
  | { readonly kind: 'member-replace'; readonly group: number; readonly out: number; readonly pick: number }
  | { readonly kind: 'member-remove'; readonly group: number; readonly out: number }
  | { readonly kind: 'leadership-transfer'; readonly group: number; readonly pick: number };

/** What can be done to the world. */
export type Fault =
  | MessageFault
  | PartitionFault
  | ConnectionFault
  | ProcessFault
  | ClockFault
  | DiskFaultOfNode
  | DamageFault
  | MembershipFault;

export type FaultKind = Fault['kind'];

/** A fault and its moment. */
export interface FaultStep {
  /** Virtual milliseconds since the run began. */
  readonly atMs: number;
  readonly fault: Fault;
}
