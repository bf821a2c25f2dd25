import type { Message, SnapshotAnswer, SnapshotChunk } from './message.ts';
import { SnapshotReceiver } from './snapshot-receiver.ts';
import { SnapshotSender, type ChunkContent } from './snapshot-sender.ts';
import type { RaftDriverOptions } from './driver-options.ts';
import type { LogIndex } from './entry.ts';
import type { RaftStatus, RaftView, SnapshotTransfer } from './status.ts';
import type { SnapshotMeta } from './storage.ts';

export interface SnapshotExchangePorts {
  readonly options: Pick<
    RaftDriverOptions,
    'id' | 'config' | 'log' | 'machine' | 'snapshots' | 'clock' | 'logger'
  >;
  /** Where this member stands now. */
  readonly view: Pick<RaftView, 'term' | 'leader'>;
  send(message: Message): void;
  onSent(peer: string, index: LogIndex): void;
  onFailed(peer: string): void;
  install(meta: SnapshotMeta, from: string, term: number): Promise<boolean>;
  /** Something waits for `flush`. */
  schedule(): void;
  onFailure(error: unknown): void;
}

/**
 * The snapshot messages of one member, in either direction. What it has to say leaves with `flush` at the end of a turn: then
 * the term that a message names is saved, and the appends of the turn are on their way.
 */
export class SnapshotExchange {
  readonly #ports: SnapshotExchangePorts;
  readonly #sender: SnapshotSender;
  readonly #receiver: SnapshotReceiver;
  #answers: Omit<SnapshotAnswer, 'from' | 'term'>[] = [];
  /** Term in which this member leads, null while it does not. */
  #leadingTerm: number | null = null;
  #flushDue = false;

  constructor(ports: SnapshotExchangePorts) {
    const { options } = ports;
    const { snapshots: storage, clock, config, logger } = options;
    const schedule = (): void => {
      this.#flushDue = true;
      ports.schedule();
    };
    this.#ports = ports;
    this.#sender = new SnapshotSender({
      storage,
      clock,
      config,
      logger,
      firstIndex: () => options.log.firstIndex(),
      holds: ({ index, hash }) => options.log.positionAt(index)?.hash === hash,
      send: (to, chunk) => this.#sendChunk(to, chunk),
      onSent: (peer, index) => ports.onSent(peer, index),
      onFailed: (peer) => ports.onFailed(peer),
      schedule,
      onFailure: (error) => ports.onFailure(error),
    });
    this.#receiver = new SnapshotReceiver({
      storage,
      logger,
      appliedIndex: () => options.machine.appliedIndex,
      answer: (to, index, offset, status) => {
        this.#answers.push({ type: 'snapshot-answer', to, index, offset, status });
        schedule();
      },
      install: (meta, from, term) => ports.install(meta, from, term),
      onFailure: (error) => ports.onFailure(error),
    });
  }

  get chunksSent(): number {
    return this.#sender.chunksSent;
  }

  get chunksRefused(): number {
    return this.#receiver.chunksRefused;
  }

  /** Snapshots on their way now, in either direction. */
  transfers(): readonly SnapshotTransfer[] {
    const received = this.#receiver.transfer();
    return received === null ? this.#sender.transfers() : [...this.#sender.transfers(), received];
  }

  /** Followers that the core names as needing a snapshot. */
  due(peers: readonly string[]): void {
    if (peers.length > 0) this.#sender.due(peers);
  }

  /** A chunk that the core has seen: only the leader of the present term is listened to. */
  chunk(message: SnapshotChunk): void {
    const { term, leader } = this.#ports.view;
    if (message.term === term && message.from === leader) this.#receiver.chunk(message);
  }

  /** An answer that the core has seen. */
  answer(message: SnapshotAnswer): void {
    if (message.term === this.#leadingTerm) this.#sender.answer(message);
  }

  peerOpened(peer: string): void {
    this.#sender.peerOpened(peer);
  }

  /** Role or term changed. Transfers belong to one leadership. */
  roleChanged({ role, term }: RaftStatus): void {
    const leadingTerm = role === 'leader' ? term : null;
    if (leadingTerm === this.#leadingTerm) return;
    this.#leadingTerm = leadingTerm;
    this.#sender.stop();
  }

  /** Only these still belong to the group. */
  retain(members: ReadonlySet<string>): void {
    this.#sender.retain(members);
  }

  /** Sends what this turn has brought up. */
  flush(): void {
    if (!this.#flushDue) return;
    this.#flushDue = false;
    const ports = this.#ports;
    this.#sender.flush();
    if (this.#answers.length === 0) return;
    const answers = this.#answers;
    this.#answers = [];
    const { term } = ports.view;
    for (const answer of answers) ports.send({ ...answer, from: ports.options.id, term });
  }

  halt(): void {
    this.#sender.stop();
    this.#answers = [];
  }

  /** Resolves when no snapshot is being installed. */
  idle(): Promise<void> {
    return this.#receiver.idle();
  }

  #sendChunk(to: string, chunk: ChunkContent): void {
    const ports = this.#ports;
    if (this.#leadingTerm === null) return;
    ports.send({ type: 'snapshot-chunk', from: ports.options.id, to, term: this.#leadingTerm, ...chunk });
  }
}
