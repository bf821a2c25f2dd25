import {
  ENTRY_HEADER_BYTES,
  EntryKind,
  RaftNode,
  allocateFrame,
  configurationOf,
  parseRaftConfig,
  silentLogger,
  type Entry,
  type Logger,
  type Message,
  type ProposeResult,
  type RaftConfig,
  type Random,
  type Ready,
} from '../src/index.ts';
import { lastOf, SimulatedDisk, type DiskFault } from './simulated-disk.ts';

/** One write that the disk has not completed, and what must wait for it. */
interface PendingWrite {
  readonly afterSync: readonly Message[];
}

/** One member: the node, its disk, and what its driver would remember. */
export interface Member {
  readonly id: string;
  readonly disk: SimulatedDisk;
  node: RaftNode;
  up: boolean;
  applied: Entry[];
  writes: PendingWrite[];
}

export interface ClusterOptions {
  readonly ids: readonly string[];
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
 * crash is a call of the test.
 */
export class Cluster {
  readonly members: ReadonlyMap<string, Member>;
  /** Messages under way, oldest first. */
  network: Message[] = [];
  readonly #options: ClusterOptions;
  readonly #config: RaftConfig;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#config = parseRaftConfig({ electionTimeoutTicks: 10, heartbeatTicks: 1, ...options.config });
    this.members = new Map(
      options.ids.map((id) => {
        const disk = new SimulatedDisk(options.fault, options.logs?.[id]);
        return [id, { id, disk, node: this.#createNode(id, disk, 0), up: true, applied: [], writes: [] }];
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
    member.applied.push(...ready.committed);
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

  /** Delivers the message at `at` in the network. */
  deliver(at: number): void {
    const [message] = this.network.splice(at, 1);
    if (message !== undefined) this.receive(message);
  }

  receive(message: Message): void {
    const member = this.members.get(message.to);
    if (member !== undefined && member.up) member.node.step(message);
  }

  /** Power fails at a member; what its disk had not completed is lost. */
  crash(id: string): void {
    const member = this.member(id);
    member.up = false;
    member.writes = [];
    member.disk.crash();
  }

  /** Starts a crashed member. Its machine had made durable what it applied up to `appliedIndex`. */
  restart(id: string, appliedIndex: number = 0): void {
    const member = this.member(id);
    member.applied.length = appliedIndex;
    member.node = this.#createNode(id, member.disk, appliedIndex);
    member.up = true;
  }

  /** Carries out everything that waits, until nothing moves. `reaches` may cut messages off. */
  settle(reaches: (message: Message) => boolean = () => true): void {
    for (let round = 0; round < 10_000; round++) {
      let moved = false;
      for (const id of this.members.keys()) {
        while (this.ready(id)) moved = true;
        while (this.completeWrite(id)) moved = true;
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

  #createNode(id: string, disk: SimulatedDisk, appliedIndex: number): RaftNode {
    return new RaftNode({
      id,
      configuration: configurationOf(this.#options.ids),
      config: this.#config,
      log: disk.log,
      hardState: disk.hardState,
      appliedIndex,
      random: this.#options.random?.(id) ?? zeroRandom,
      logger: this.#options.logger?.(id) ?? silentLogger,
    });
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
