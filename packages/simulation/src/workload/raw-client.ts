import type { Program } from '../world/program-host.ts';
import type { ClientPorts } from './client-ports.ts';
import { GroupRequests } from './group-requests.ts';
import { LockOperations } from './lock-operations.ts';
import { OffsetOperations } from './offset-operations.ts';
import { Pace } from './pace.ts';
import { PullOperations } from './pull-operations.ts';
import { SendOperations } from './send-operations.ts';
import { TopicOperations } from './topic-operations.ts';

const WORKERS = 3;

/** How often what is done, relative to each other. */
const MIX = {
  pull: 40,
  maxOffset: 10,
  commitOffset: 12,
  queryOffset: 10,
  send: 14,
  putTopic: 2,
  getTopic: 5,
  lock: 5,
  unlock: 2,
} as const;

/** A program that speaks to brokers in single commands: consumers, administrators, producers that repeat themselves. */
export class RawClient implements Program {
  readonly #ports: ClientPorts;
  readonly #requests: GroupRequests;
  readonly #pace: Pace;
  readonly #actions: Readonly<Record<keyof typeof MIX, () => Promise<void>>>;
  #stopped = false;

  constructor(ports: ClientPorts) {
    const { clock, random, parameters } = ports;
    this.#ports = ports;
    this.#requests = new GroupRequests(ports);
    this.#pace = new Pace(clock, random, parameters, WORKERS * (parameters.producers + parameters.consumers));
    const pulls = new PullOperations(ports, this.#requests);
    const offsets = new OffsetOperations(ports, this.#requests);
    const sends = new SendOperations(ports, this.#requests);
    const topics = new TopicOperations(ports, this.#requests);
    const locks = new LockOperations(ports, this.#requests);
    this.#actions = {
      pull: () => pulls.pull(),
      maxOffset: () => pulls.maxOffset(),
      commitOffset: () => offsets.commit(),
      queryOffset: () => offsets.query(),
      send: () => sends.send(),
      putTopic: () => topics.put(),
      getTopic: () => topics.get(),
      lock: () => locks.lock(),
      unlock: () => locks.unlock(),
    };
  }

  start(): Promise<void> {
    for (let worker = 0; worker < WORKERS; worker += 1) void this.#work();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#requests.stop();
    return Promise.resolve();
  }

  async #work(): Promise<void> {
    const { random, draining } = this.#ports;
    for (;;) {
      await this.#pace.next();
      if (this.#stopped || draining()) return;
      await this.#actions[random.weighted(MIX)]();
    }
  }
}
