import {
  ENTRY_HEADER_BYTES,
  EntryKind,
  RaftNode,
  allocateFrame,
  parseRaftConfig,
  silentLogger,
  type Logger,
  type Message,
  type ProposeResult,
  type RaftConfig,
  type Random,
  type Ready,
  type SnapshotChunk,
} from '../src/index.ts';
import { Machine, type KeptSnapshot } from './machine.ts';
import { lastOf, SimulatedDisk, type DiskFault } from './simulated-disk.ts';

/** One write that the disk has not completed, and what must wait for it. */
interface PendingWrite {
  readonly afterSync: readonly Message[];
}

/** One member: the node, its disk, and what its driver would remember. */
export interface Member {
  readonly id: string;
  readonly disk: SimulatedDisk;
  readonly machine: Machine;
  node: RaftNode;
  up: boolean;
  /** Counts the lives of the process. */
  life: number;
  /** All files were lost since the member last had its full standing. */
  lost: boolean;
  writes: PendingWrite[];
  /** A snapshot that is being installed, and its sender. */
  installing: { readonly snapshot: KeptSnapshot; readonly from: string } | null;
}

export interface ClusterOptions {
  /** Every process, whether or not it belongs to the group at first. */
  readonly ids: readonly string[];
  /** The group at first; all `ids` if left out. */
  readonly voters?: readonly string[];
  /** Members on whose disks nothing ever was; by default those that are no voters at first. */
  readonly blank?: readonly string[];
  readonly config?: Partial<RaftConfig>;
  readonly random?: (id: string) => Random;
  readonly logger?: (id: string) => Logger;
  readonly fault?: DiskFault;
  /** Terms of the entries that members have at the start, durably. */
  readonly logs?: Readonly<Record<string, readonly number[]>>;
  /** Called for every Ready before it is carried out. */
  readonly onReady?: (id: string, ready: Ready) => void;
  readonly onSend?: (message: Message) => void;
}

/** Always the shortest timeout; tests that need others bring their own. */
const zeroRandom: Random = { nextInt: () => 0 };

/**
 * Several members, a disk for each, and a network that moves nothing by itself: every tick, delivery, write and
 * crash is a call of the test. A snapshot travels as one message.
 */
export class Cluster {
  readonly members: ReadonlyMap<string, Member>;
  /** Messages under way, oldest first. */
  network: Message[] = [];
  readonly #options: ClusterOptions;
  readonly #config: RaftConfig;
  /** Content of every snapshot ever taken, by the hash of its last entry. */
  readonly #snapshots = new Map<string, KeptSnapshot>();

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#config = parseRaftConfig({ electionTimeoutTicks: 10, heartbeatTicks: 1, ...options.config });
    const voters = options.voters ?? options.ids;
    const blank = options.blank ?? options.ids.filter((id) => !voters.includes(id));
    this.members = new Map(
      options.ids.map((id) => {
        const disk = new SimulatedDisk(options.fault, blank.includes(id) ? null : (options.logs?.[id] ?? []));
        const machine = new Machine(voters);
        const node = this.#createNode(id, disk, machine, 0);
        const start = { up: true, life: 1, lost: false, writes: [], installing: null };
        return [id, { id, disk, machine, node, ...start }];
      }),
    );
  }

  member(id: string): Member {
    const member = this.members.get(id);
    if (member === undefined) throw new Error(`no member ${id}`);
    return member;
  }

  node(id: string): RaftNode {
    return this.member(id).node;
  }

  leaders(): string[] {
    return [...this.members.values()]
      .filter((member) => member.up && member.node.status().role === 'leader')
      .map((member) => member.id);
  }

  propose(id: string, text: string): ProposeResult {
    const frame = allocateFrame(Buffer.byteLength(text));
    frame.write(text, ENTRY_HEADER_BYTES);
    return this.node(id).propose(EntryKind.Data, frame);
  }

  /** Takes one Ready and does what a driver does up to the start of the sync. */
  ready(id: string): boolean {
    const member = this.member(id);
    if (!member.up || !member.node.hasReady()) return false;
    const ready = member.node.ready();
    this.#options.onReady?.(id, ready);
    if (ready.hardState !== null) member.disk.saveHardState(ready.hardState);
    if (ready.hardState?.standing === 'full') member.lost = false;
    for (const message of ready.messages) this.#send(message);
    if (ready.entries.length > 0) {
      member.disk.append(ready.entries);
      member.writes.push({ afterSync: ready.afterSync });
      if (this.#options.fault === 'acknowledges-early') {
        const { index, term } = lastOf(ready.entries);
        member.node.persisted(index, term);
      }
    } else {
      for (const message of ready.afterSync) this.#sendOrStep(member, message);
    }
    member.machine.apply(ready.committed);
    for (const peer of ready.snapshotsDue) this.#sendSnapshot(member, peer);
    for (const fetch of ready.fetches) member.node.entryFetched(fetch);
    return true;
  }

  /** The oldest write of a member becomes durable. Returns false if there is none. */
  completeWrite(id: string): boolean {
    const member = this.member(id);
    const write = member.writes.shift();
    if (!member.up || write === undefined) return false;
    const { index, term } = member.disk.completeWrite();
    member.node.persisted(index, term);
    for (const message of write.afterSync) this.#sendOrStep(member, message);
    return true;
  }

  /** Takes a snapshot at the applied index. Returns false if there is nothing new to take. */
  snapshot(id: string): boolean {
    const { machine, disk } = this.member(id);
    const index = machine.applied.length;
    const position = disk.log.positionAt(index);
    if (position === null || index <= (machine.snapshots.at(-1)?.meta.position.index ?? 0)) return false;
    const configuration = machine.configurationAt(index);
    const snapshot = {
      meta: { position, configuration, bytes: index, crc: position.hash },
      applied: machine.applied.slice(0, index),
    };
    machine.snapshots.push(snapshot);
    this.#snapshots.set(keyOf(position.index, position.hash), snapshot);
    return true;
  }

  /** Drops the log up to `index`, or up to the newest snapshot, whichever is less. */
  compact(id: string, index: number = Infinity): void {
    const { machine, disk } = this.member(id);
    const to = Math.min(index, machine.snapshots.at(-1)?.meta.position.index ?? 0);
    if (to >= disk.log.firstIndex() && to <= disk.durableLog.lastPosition().index) disk.dropTo(to);
    while ((machine.snapshots[0]?.meta.position.index ?? Infinity) < disk.log.firstIndex() - 1)
      machine.snapshots.shift();
  }

  /** The snapshot that a member is installing becomes durable. Returns false if there is none. */
  completeInstall(id: string): boolean {
    const member = this.member(id);
    const { installing, disk, machine, node } = member;
    if (!member.up || installing === null) return false;
    const { snapshot, from } = installing;
    const lost = disk.reset(snapshot.meta.position);
    machine.install(snapshot);
    member.installing = null;
    member.writes = [];
    node.snapshotInstalled(snapshot.meta);
    // The disk may still report what was on its way to the old log.
    for (const { index, term } of lost) node.persisted(index, term);
    const { index } = snapshot.meta.position;
    const { term } = node.status();
    this.#send({ type: 'snapshot-answer', from: id, to: from, term, index, offset: 0, status: 'installed' });
    return true;
  }

  /** Delivers the message at `at` in the network. */
  deliver(at: number): void {
    const [message] = this.network.splice(at, 1);
    if (message !== undefined) this.receive(message);
  }

  receive(message: Message): void {
    const member = this.members.get(message.to);
    if (member === undefined || !member.up) return;
    member.node.step(message);
    if (message.type === 'snapshot-chunk') this.#receiveSnapshot(member, message);
    if (message.type !== 'snapshot-answer' || message.term !== member.node.status().term) return;
    if (message.status === 'installed') member.node.snapshotSent(message.from, message.index);
    else member.node.snapshotFailed(message.from);
  }

  /** Power fails at a member; what its disk had not completed is lost. */
  crash(id: string): void {
    const member = this.member(id);
    member.up = false;
    member.writes = [];
    member.installing = null;
    member.disk.crash();
  }

  /** All files of a member that is down are lost. */
  lose(id: string): void {
    const member = this.member(id);
    member.disk.lose();
    member.machine.lose();
    member.lost = true;
  }

  /** Starts a crashed member. Its machine had made durable what it applied up to `appliedIndex`. */
  restart(id: string, appliedIndex: number = 0): void {
    const member = this.member(id);
    const index = Math.max(appliedIndex, member.disk.log.firstIndex() - 1);
    member.machine.cutTo(index);
    member.node = this.#createNode(id, member.disk, member.machine, index);
    member.up = true;
    member.life++;
  }

  /** Carries out everything that waits, until nothing moves. `reaches` may cut messages off. */
  settle(reaches: (message: Message) => boolean = () => true): void {
    for (let round = 0; round < 10_000; round++) {
      let moved = false;
      for (const id of this.members.keys()) {
        while (this.ready(id)) moved = true;
        while (this.completeWrite(id)) moved = true;
        if (this.completeInstall(id)) moved = true;
      }
      const messages = this.network;
      this.network = [];
      for (const message of messages) if (reaches(message)) this.receive(message);
      if (!moved && messages.length === 0) return;
    }
    throw new Error('the cluster does not come to rest');
  }

  checkInvariants(): void {
    for (const member of this.members.values()) if (member.up) member.node.checkInvariants();
  }

  #createNode(id: string, disk: SimulatedDisk, machine: Machine, appliedIndex: number): RaftNode {
    return new RaftNode({
      id,
      configuration: machine.configurationAt(appliedIndex),
      config: this.#config,
      log: disk.log,
      hardState: disk.hardState,
      appliedIndex,
      random: this.#options.random?.(id) ?? zeroRandom,
      logger: this.#options.logger?.(id) ?? silentLogger,
    });
  }

  /** Sends the oldest snapshot from which the retained log goes on. */
  #sendSnapshot(member: Member, to: string): void {
    const start = member.disk.log.firstIndex() - 1;
    const snapshot = member.machine.snapshots.find(({ meta }) => meta.position.index >= start);
    if (snapshot === undefined) {
      member.node.snapshotFailed(to);
      return;
    }
    const { term } = member.node.status();
    const { meta } = snapshot;
    const chunk = { snapshot: meta, offset: 0, data: Buffer.alloc(0), crc: 0 };
    this.#send({ type: 'snapshot-chunk', from: member.id, to, term, ...chunk });
  }

  #receiveSnapshot(member: Member, { from, term, snapshot: meta }: SnapshotChunk): void {
    const { index, hash } = meta.position;
    const verdict = member.node.installSnapshot(meta, from, term);
    if (verdict === 'install') {
      const snapshot = this.#snapshots.get(keyOf(index, hash));
      if (snapshot === undefined) throw new Error(`nobody took a snapshot at ${index}`);
      member.installing = { snapshot, from };
      return;
    }
    const status = verdict === 'known' ? 'installed' : 'refused';
    const answer = { type: 'snapshot-answer', from: member.id, to: from, index, offset: 0, status } as const;
    this.#send({ ...answer, term: member.node.status().term });
  }

  #sendOrStep(member: Member, message: Message): void {
    if (message.to === member.id) member.node.step(message);
    else this.#send(message);
  }

  #send(message: Message): void {
    this.#options.onSend?.(message);
    this.network.push(message);
  }
}

function keyOf(index: number, hash: number): string {
  return `${index} ${hash}`;
}
