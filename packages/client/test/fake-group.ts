import {
  asOneway,
  createRequest,
  createResponse,
  decodeCommand,
  encodeCommand,
  encodeConsumerGroupHeader,
  isOneway,
  RequestCode,
  type Frame,
  type RemotingCommand,
} from '@ledgermq/protocol';
import { CONNECTION_DEFAULTS, Listener, type Connection } from '@ledgermq/protocol/net';
import { answerRequest } from './fake-answers.ts';
import { FakeStorage } from './fake-storage.ts';
import { Watch } from './signals.ts';

/** One request as a replica got it. */
export interface Received {
  readonly replica: number;
  readonly command: RemotingCommand;
}

/** What happens to a request instead of an ordinary answer. */
export type Intervention =
  | {
      readonly type: 'answer';
      readonly code: number;
      readonly remark?: string;
      readonly extFields?: Readonly<Record<string, string>>;
    }
  /** It is executed, and the connection closes before the answer. */
  | { readonly type: 'execute-and-close' }
  | { readonly type: 'close' }
  /** Neither executed nor answered. */
  | { readonly type: 'silence' };

interface HeldPull {
  readonly command: RemotingCommand;
  readonly connection: Connection;
  readonly key: string;
}

interface Replica {
  readonly listener: Listener;
  readonly address: string;
}

/**
 * A broker group of several replicas on loopback. All serve alike, as replicas that forward to their master do; a test
 * can step in between through `intervene`, and read in `received` what came.
 */
export class FakeGroup {
  readonly brokerName: string;
  readonly storage: FakeStorage = new FakeStorage();
  readonly received: Received[] = [];
  readonly watch: Watch = new Watch();
  /** Client ids by consumer group, with the connections over which they sent heartbeats. */
  readonly members: Map<string, Map<string, Set<Connection>>> = new Map();
  intervene: (command: RemotingCommand, replica: number) => Intervention | null = () => null;
  /** Called for each consumer group that sends a heartbeat, as brokers create its retry topic then. */
  onGroup: (group: string) => void = () => undefined;
  readonly #replicas: Replica[] = [];
  #held: HeldPull[] = [];

  private constructor(brokerName: string) {
    this.brokerName = brokerName;
  }

  static async start(brokerName: string, replicas: number): Promise<FakeGroup> {
    const group = new FakeGroup(brokerName);
    for (let i = 0; i < replicas; i += 1) {
      const listener = group.#listen(i);
      group.#replicas.push({ listener, address: `127.0.0.1:${await listener.start()}` });
    }
    return group;
  }

  get addresses(): string[] {
    return this.#replicas.map(({ address }) => address);
  }

  stopReplica(replica: number): Promise<void> {
    return this.#replicas[replica]?.listener.stop() ?? Promise.resolve();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#replicas.map(({ listener }) => listener.stop()));
  }

  count(code: number): number {
    return this.received.filter(({ command }) => command.code === code).length;
  }

  /** Requests of one code, oldest first. */
  of(code: number): RemotingCommand[] {
    return this.received.filter(({ command }) => command.code === code).map(({ command }) => command);
  }

  /** Answers every held pull whose queue has something now. */
  wake(): void {
    const held = this.#held;
    this.#held = [];
    for (const { command, connection } of held) this.#serve(command, connection);
    this.watch.notice();
  }

  hold(command: RemotingCommand, connection: Connection, key: string): void {
    this.#held.push({ command, connection, key });
  }

  /** Queues with a pull that waits. */
  get heldQueues(): string[] {
    return this.#held.filter(({ connection }) => !connection.closed).map(({ key }) => key);
  }

  notifyMembers(group: string): void {
    const header = encodeConsumerGroupHeader({ consumerGroup: group });
    const frame = encodeCommand(asOneway(createRequest(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, header)));
    for (const connections of this.members.get(group)?.values() ?? []) {
      for (const connection of connections) connection.write(Buffer.from(frame));
    }
  }

  join(group: string, clientId: string, connection: Connection): void {
    const members = this.members.get(group) ?? new Map<string, Set<Connection>>();
    this.members.set(group, members);
    const isNew = !members.has(clientId);
    const connections = members.get(clientId) ?? new Set();
    members.set(clientId, connections.add(connection));
    this.onGroup(group);
    if (isNew) this.notifyMembers(group);
  }

  leave(group: string, clientId: string): void {
    if (this.members.get(group)?.delete(clientId) === true) this.notifyMembers(group);
  }

  #listen(replica: number): Listener {
    return new Listener(
      { ...CONNECTION_DEFAULTS, host: '127.0.0.1', port: 0, connectionsMax: 100 },
      {
        onFrames: (frames, connection) => {
          for (const frame of frames) this.#onFrame(frame, connection, replica);
          this.watch.notice();
        },
        onClose: (connection) => this.#onClose(connection),
      },
    );
  }

  #onFrame(frame: Frame, connection: Connection, replica: number): void {
    const view = decodeCommand(frame);
    const command = { ...view, body: Buffer.from(view.body) };
    this.received.push({ replica, command });
    const intervention = this.intervene(command, replica);
    switch (intervention?.type) {
      case undefined:
        this.#serve(command, connection);
        return;
      case 'answer': {
        const { code, remark = null, extFields = {} } = intervention;
        connection.write(encodeCommand(createResponse(command, code, { remark, extFields })));
        return;
      }
      case 'execute-and-close':
        answerRequest(this, command, connection);
        connection.close(new Error('closed before the answer'));
        return;
      case 'close':
        connection.close(new Error('closed without executing'));
        return;
      case 'silence':
        return;
    }
  }

  #serve(command: RemotingCommand, connection: Connection): void {
    const answer = answerRequest(this, command, connection);
    if (answer !== null && !isOneway(command)) connection.write(encodeCommand(answer));
  }

  #onClose(connection: Connection): void {
    this.#held = this.#held.filter((pull) => pull.connection !== connection);
    for (const [group, members] of this.members) {
      for (const [clientId, connections] of members) {
        connections.delete(connection);
        if (connections.size === 0) this.leave(group, clientId);
      }
    }
    this.watch.notice();
  }
}
