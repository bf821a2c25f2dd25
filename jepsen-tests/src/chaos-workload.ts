import type { HistoryRecorder } from '@ledgermq/checker';
import type { LocalCluster } from '@ledgermq/cluster';
import { setTimeout as delay } from 'node:timers/promises';
import type { QueueAddress } from './queue-requests.ts';
import { RecordedClient } from './recorded-client.ts';

export interface ChaosWorkloadOptions {
  readonly cluster: LocalCluster;
  readonly recorder: HistoryRecorder;
  readonly queues: readonly QueueAddress[];
  /** Seed of every choice. */
  readonly seed: number;
}

/** Longer than a stopped process stays stopped, so that what it answers afterwards is judged and not thrown away. */
const READ_TIMEOUT_MS = 8000;
/** Shorter, so that a lost answer is asked for again while the outcome is open. */
const SEND_TIMEOUT_MS = 1500;
/** Between two operations of one client; the load leaves room for the processes under test. */
const PAUSE_MS = 4;
/** After a refusal, most of which come from a node that is down. */
const REFUSED_PAUSE_MS = 20;
const REPEATS_MAX = 3;
const CONSUMER_GROUPS = 2;

/**
 * Clients of every node and queue that send, read and commit until they are stopped. A send without an answer is
 * repeated under the same UNIQ_KEY, as RocketMQ's clients do.
 */
export class ChaosWorkload {
  readonly #options: ChaosWorkloadOptions;
  readonly #clients: RecordedClient[] = [];
  readonly #running: Promise<void>[] = [];
  #stopped = false;
  #stored = 0;
  #nextId = 0;
  #random: number;

  constructor(options: ChaosWorkloadOptions) {
    this.#options = options;
    this.#random = options.seed;
  }

  /** Sends acknowledged so far. */
  get stored(): number {
    return this.#stored;
  }

  start(): void {
    const { layout } = this.#options.cluster;
    for (const queue of this.#options.queues) {
      const members = layout.groups.find((group) => group.brokerName === queue.brokerName)?.members ?? [];
      for (const { id, listenAddress } of members) {
        const client = (requestTimeoutMs: number): RecordedClient => {
          const { recorder } = this.#options;
          const made = new RecordedClient({
            recorder,
            node: id,
            address: listenAddress,
            queue,
            requestTimeoutMs,
          });
          this.#clients.push(made);
          return made;
        };
        this.#running.push(this.#sendLoop(client(SEND_TIMEOUT_MS)));
        this.#running.push(this.#sendLoop(client(SEND_TIMEOUT_MS)));
        this.#running.push(this.#readLoop(client(READ_TIMEOUT_MS)));
        this.#running.push(this.#offsetLoop(client(READ_TIMEOUT_MS)));
      }
    }
  }

  /** Resolves when every operation is settled. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
    for (const client of this.#clients) client.close();
  }

  async #sendLoop(client: RecordedClient): Promise<void> {
    while (!this.#stopped) {
      const uniqKey = (this.#nextId++).toString(16).toUpperCase().padStart(32, '0');
      for (let attempt = 0; attempt <= REPEATS_MAX; attempt++) {
        const result = await client.send(uniqKey);
        if (result === 'stored') this.#stored += 1;
        if (result === 'refused') await delay(REFUSED_PAUSE_MS);
        if (result !== 'unknown' || this.#stopped) break;
      }
      await delay(PAUSE_MS);
    }
  }

  async #readLoop(client: RecordedClient): Promise<void> {
    let position = 0;
    while (!this.#stopped) {
      if (this.#choose(3) === 0) await client.maxOffset();
      else position = await client.pull(position, this.#choose(4) === 0 ? 50 : 0);
      if (this.#choose(100) === 0) position = 0;
      await delay(PAUSE_MS);
    }
  }

  /** Commits rise, and now and then one comes late; a new group begins before its history gets too long to search. */
  async #offsetLoop(client: RecordedClient): Promise<void> {
    let offset = 0;
    for (let round = 0; !this.#stopped; round++) {
      const group = `recorded_group_${this.#choose(CONSUMER_GROUPS)}_${Math.floor(round / 200)}`;
      offset += this.#choose(5);
      if (this.#choose(2) === 0) await client.queryOffset(group);
      else await client.commitOffset(group, Math.max(0, offset - this.#choose(3) * this.#choose(3)));
      await delay(PAUSE_MS);
    }
  }

  #choose(count: number): number {
    this.#random = (this.#random * 48_271) % 2_147_483_647;
    return this.#random % count;
  }
}
