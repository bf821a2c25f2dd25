import type { GroupReplica } from '@ledgermq/broker';
import type { LogFields, Message } from '@ledgermq/raft';
import type { RunParameters } from '../parameters.ts';
import type { TimelineEvent } from '../timeline-event.ts';
import type { Violation } from '../violation.ts';
import { DeliveryLedger } from '../workload/delivery-ledger.ts';
import { queueName, type QueuePlace, type Topology } from '../workload/topology.ts';
import { churn } from './churn.ts';
import { History, type HistoryEvent } from './history.ts';
import { Layout } from './layout.ts';
import { Member } from './member.ts';
import type { MemberView } from './member-view.ts';
import { MessageFaults } from './message-faults.ts';
import type { Process } from './process.ts';
import { ProgramHost, type Life, type Program } from './program-host.ts';
import { Scheduler } from './scheduler.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimNetwork } from './sim-network.ts';
import { SimPrograms } from './sim-programs.ts';
import type { MessageFaultRates, World, WorldNode } from './world.ts';

/** A process that ended itself is started again after a while in this range, as a supervisor does. */
const RESTART_MS_MIN = 300;
const RESTART_MS_MAX = 3_000;

/** The whole of a run: scheduler, machines, programs, clients, and what was seen. */
export class SimWorld implements World {
  readonly seed: number;
  readonly parameters: RunParameters;
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly violations: Violation[] = [];
  readonly coverage: Map<string, number> = new Map();
  /** What reached the group of push consumers, if the run has one. */
  readonly deliveries: DeliveryLedger = new DeliveryLedger();
  readonly #layout: Layout;
  readonly #topology: Topology;
  readonly #root: SeededRandom;
  readonly #onEvent: ((event: TimelineEvent) => void) | null;
  readonly #recorder: History;
  readonly #faults: MessageFaults;
  readonly #nodes: Map<string, ProgramHost> = new Map();
  readonly #nameServers: ProgramHost[] = [];
  readonly #clients: ProgramHost[] = [];
  readonly #pushHosts: ProgramHost[] = [];
  readonly #members: Member[] = [];
  readonly #stepHooks: ((node: WorldNode) => void)[] = [];
  readonly #lifeHooks: ((node: WorldNode) => void)[] = [];
  readonly #sendHooks: ((member: MemberView, messages: readonly Message[]) => void)[] = [];
  readonly #replicaHooks: ((member: MemberView) => void)[] = [];
  #healing = false;
  #draining = false;
  #ended = false;

  constructor(
    seed: number,
    parameters: RunParameters,
    onEvent: ((event: TimelineEvent) => void) | null = null,
  ) {
    this.seed = seed;
    this.parameters = parameters;
    this.#onEvent = onEvent;
    this.#root = new SeededRandom(seed);
    this.#layout = new Layout(parameters);
    this.#topology = this.#layout.topology();
    this.scheduler = new Scheduler({
      onStep: (process) => this.#stepped(process),
      onThrown: (process, error) => this.thrown(process, error),
    });
    this.network = new SimNetwork(this.scheduler, this.#root.stream('network'), {
      meanMs: parameters.latencyMs,
      tailChance: parameters.latencyTail,
      splitChance: parameters.splitChance,
      bufferBytes: parameters.socketBufferBytes,
    });
    this.#faults = new MessageFaults(this.scheduler, this.#root.stream('messages'), (mark) =>
      this.count(mark),
    );
    this.#recorder = new History({
      now: () => this.scheduler.now,
      onEvent: (event) => {
        this.scheduler.trace.name(event.type);
        this.scheduler.trace.text(JSON.stringify(event.value));
      },
    });
    this.#build();
  }

  get now(): number {
    return this.scheduler.now;
  }

  get groups(): readonly string[] {
    return this.#layout.groups;
  }

  get nodes(): readonly ProgramHost[] {
    return [...this.#nodes.values()];
  }

  get nameServers(): readonly ProgramHost[] {
    return this.#nameServers;
  }

  get clients(): readonly string[] {
    return this.#clients.map(({ id }) => id);
  }

  get history(): readonly HistoryEvent[] {
    return this.#recorder.events;
  }

  /** Operations of clients without an outcome. */
  get openOperations(): number {
    return this.#recorder.open;
  }

  get healing(): boolean {
    return this.#healing;
  }

  node(id: string): ProgramHost {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  members(): readonly MemberView[] {
    return this.#members;
  }

  member(id: string, group: string): MemberView {
    const member = this.#members.find((one) => one.id === id && one.group === group);
    if (member === undefined) throw new Error(`no member ${id} of ${group}`);
    return member;
  }

  setMessageFaults(from: string, to: string, rates: MessageFaultRates | null): void {
    this.#faults.set(from, to, rates);
  }

  onStep(hook: (node: WorldNode) => void): void {
    this.#stepHooks.push(hook);
  }

  onLife(hook: (node: WorldNode) => void): void {
    this.#lifeHooks.push(hook);
  }

  onSend(hook: (member: MemberView, messages: readonly Message[]) => void): void {
    this.#sendHooks.push(hook);
  }

  onReplica(hook: (member: MemberView) => void): void {
    this.#replicaHooks.push(hook);
  }

  after(ms: number, fn: () => void): void {
    this.scheduler.after(ms, null, 'world', fn);
  }

  random(name: string): SeededRandom {
    return this.#root.stream(name);
  }

  note(event: Omit<TimelineEvent, 'atMs'>): void {
    this.#onEvent?.({ atMs: this.now, ...event });
  }

  count(mark: string, by = 1): void {
    this.coverage.set(mark, (this.coverage.get(mark) ?? 0) + by);
  }

  report(checker: string, message: string): void {
    this.violations.push({ checker, atMs: this.now, message });
    this.note({ node: null, kind: 'violation', text: `${checker}: ${message}` });
  }

  /** Starts everything, within the first moments of the run. */
  start(): void {
    const random = this.random('start');
    for (const server of this.#nameServers) this.after(random.nextInt(50), () => server.start());
    for (const node of this.#nodes.values()) this.after(random.nextInt(500), () => node.start());
    for (const client of this.#clients) this.after(1_000 + random.nextInt(500), () => client.start());
    for (const host of this.#pushHosts) churn(this, host);
  }

  /** Queues that hold messages which no push consumer got; empty in a run without push consumers. */
  undelivered(): string[] {
    if (this.#pushHosts.length === 0) return [];
    return this.#queues().flatMap(({ queue, start, end }) =>
      this.deliveries.isComplete(queueName(queue), start, end) ? [] : [queueName(queue)],
    );
  }

  /** Faults are over: everything runs, and nothing stands in its way. Clients go on. */
  heal(): void {
    this.#healing = true;
    this.#faults.clear();
    this.network.heal();
    for (const host of [...this.nodes, ...this.#nameServers]) {
      host.resume();
      host.setClockRate(1);
      host.setDiskStalled(false);
      host.setDiskLatency(null);
      host.start();
    }
  }

  /** No client begins anything new. */
  drain(): void {
    this.#draining = true;
  }

  /** The run is over: every process ends, so that nothing of it goes on. Leaves no trace. */
  end(): void {
    this.#ended = true;
    for (const host of this.#hosts()) if (host.process !== null) host.kill('kill');
  }

  /** Code of a process threw, or a promise of it was rejected and nobody cared: a real process would end. */
  thrown(process: Process | null, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.report('uncaught', `${process?.host ?? 'world'}: ${text}`);
    const host = this.#hosts().find((one) => one.process !== null && one.process === process);
    host?.fail(error instanceof Error ? error : new Error(text));
  }

  /** The queues that clients write to, and where they end by what some replica has applied. */
  #queues(): { queue: QueuePlace; start: number; end: number }[] {
    const { topics, queuesPerTopic } = this.#topology;
    return this.groups.flatMap((brokerName) => {
      const queues = this.#members.find(({ group, replica }) => group === brokerName && replica !== null)
        ?.replica?.queues;
      return topics.flatMap((topic) =>
        Array.from({ length: queuesPerTopic }, (_, queueId) => {
          const bounds = queues?.bounds(topic, queueId);
          const queue = { topic, brokerName, queueId };
          return { queue, start: bounds?.minOffset ?? 0, end: bounds?.maxOffset ?? 0 };
        }),
      );
    });
  }

  #hosts(): readonly ProgramHost[] {
    return [...this.#nodes.values(), ...this.#nameServers, ...this.#clients];
  }

  #build(): void {
    const { nodes, nameServers, producers, consumers, pushConsumers, groups } = this.#layout;
    const programs = this.#programs();
    for (const id of nameServers) {
      this.#nameServers.push(this.#host(id, (life) => programs.nameServer(id, life)));
    }
    for (const id of nodes) {
      const host = this.#host(id, (life) => programs.broker(id, life));
      this.#nodes.set(id, host);
      for (const group of groups) this.#members.push(new Member(host, group));
    }
    for (const id of producers) {
      this.#clients.push(this.#host(id, (life) => programs.producer(id, life)));
    }
    for (const id of consumers) {
      this.#clients.push(this.#host(id, (life) => programs.consumer(id, life)));
    }
    for (const id of pushConsumers) {
      const host = this.#host(id, (life) => programs.pushConsumer(id, life));
      this.#clients.push(host);
      this.#pushHosts.push(host);
    }
  }

  #programs(): SimPrograms {
    return new SimPrograms({
      layout: this.#layout,
      faults: this.#faults,
      deliveries: this.deliveries,
      clients: {
        history: this.#recorder,
        topology: this.#topology,
        parameters: this.parameters,
        masterTerm: (brokerName) => this.#masterTerm(brokerName),
        draining: () => this.#draining,
        report: (checker, message) => this.report(checker, message),
        count: (mark) => this.count(mark),
      },
      onLog: (id, level, text, fields) => this.#logged(id, level, text, fields),
      onReplica: (id, replica) => this.#opened(id, replica),
      watcherOf: (id, group) => {
        const member = this.member(id, group);
        return (messages) => {
          for (const hook of this.#sendHooks) hook(member, messages);
        };
      },
    });
  }

  #host(id: string, launch: (life: Life) => Program): ProgramHost {
    return new ProgramHost({
      id,
      scheduler: this.scheduler,
      network: this.network,
      machine: this.network.addMachine(id, this.#layout.addressOf(id)),
      random: this.#root.stream(`machine ${id}`),
      syncMs: this.parameters.syncMs,
      launch,
      onChange: (host) => this.#changed(host),
    });
  }

  #changed(host: ProgramHost): void {
    if (this.#ended) return;
    const { id, state, life, failure } = host;
    this.scheduler.trace.name(`${id} ${state}`);
    const why = failure === null ? '' : `: ${causesOf(failure)}`;
    this.note({ node: id, kind: state, text: `life ${life}${why}` });
    this.count(`node ${state}`);
    if (state === 'down' || state === 'failed') {
      for (const member of this.#members) if (member.host === host) member.opened(null);
    }
    if (state === 'failed') {
      const ms = this.random(`restart ${id} ${life}`).between(RESTART_MS_MIN, RESTART_MS_MAX);
      this.after(ms, () => {
        if (host.state === 'failed' && host.life === life) host.start();
      });
    }
    if (this.#nodes.get(id) === host) for (const hook of this.#lifeHooks) hook(host);
  }

  #stepped(process: Process): void {
    if (this.#stepHooks.length === 0) return;
    const node = this.#nodes.get(process.host);
    if (node === undefined || node.process !== process) return;
    for (const hook of this.#stepHooks) hook(node);
  }

  #opened(id: string, replica: GroupReplica): void {
    for (const member of this.#members) {
      if (member.id !== id || member.group !== replica.brokerName) continue;
      member.opened(replica);
      for (const hook of this.#replicaHooks) hook(member);
    }
  }

  #logged(id: string, level: string, text: string, fields: LogFields | undefined): void {
    this.count(`log: ${text}`);
    this.scheduler.trace.name(text);
    if (this.#onEvent !== null) {
      const detail = fields === undefined ? '' : ` ${JSON.stringify(fields)}`;
      this.note({ node: id, kind: level, text: text + detail });
    }
  }

  #masterTerm(group: string): number | null {
    const leaders = this.#members
      .filter((member) => member.group === group)
      .flatMap(({ replica }) => replica?.status() ?? [])
      .filter(({ role }) => role === 'leader');
    return leaders.length === 0 ? null : Math.max(...leaders.map(({ term }) => term));
  }
}

/** The messages of an error and of what caused it. */
function causesOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? `${error.message} < ${causesOf(cause)}` : error.message;
}
