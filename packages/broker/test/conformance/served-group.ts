import { Buffer } from 'node:buffer';
import { createRequest, encodeSendHeaderV2, readRecords } from '@ledgermq/protocol';
import type { MessageRecord, RemotingCommand } from '@ledgermq/protocol';
import { silentLogger } from '@ledgermq/raft';
import { ColdPace } from '../../src/delivery/cold-pace.ts';
import { GroupFace } from '../../src/group-face.ts';
import type { LogRetentionConfig } from '../../src/replication/log-retention.ts';
import { brokerConfig } from '../broker-config.ts';
import { sendHeader } from '../face-fixture.ts';
import { RecordingConnection, framesOf } from '../recording-connection.ts';
import { ReplicaCluster, type Member } from '../replica-cluster.ts';

type Fields = Readonly<Record<string, string>>;

export interface TestSend {
  readonly topic?: string;
  readonly queueId?: number;
  readonly uniqKey?: string;
  /** As a producer writes them: words separated by spaces. */
  readonly keys?: string;
  readonly body?: string;
}

/** Where a message lies, as its producer and a consumer would learn it. */
export interface Sent {
  readonly queueOffset: number;
  readonly physicalOffset: number;
  readonly storeTimestamp: number;
}

/**
 * A broker group of one member, asked by requests as a client makes them: the real handlers over a real replica with its
 * store on a disk in memory, in virtual time. It lives through restarts.
 */
export class ServedGroup {
  readonly cluster: ReplicaCluster;
  readonly #connection: RecordingConnection = new RecordingConnection();
  #face: GroupFace | null = null;
  #opaque = 0;

  private constructor(cluster: ReplicaCluster) {
    this.cluster = cluster;
  }

  /** `retained`: bytes of log kept, 0 for all of it; in both cases pieces are small unless it is 0. */
  static async start(retained = 0, retention: Partial<LogRetentionConfig> = {}): Promise<ServedGroup> {
    const group = new ServedGroup(await ReplicaCluster.start({}, retained, { members: 1, retention }));
    for (const topic of ['T', 'U']) await group.cluster.createTopic(topic);
    return group;
  }

  get member(): Member {
    return this.cluster.member('n1');
  }

  get now(): number {
    return this.cluster.clock.now();
  }

  /** An answer to one request. */
  async ask(code: number, fields: Fields = {}, body: Buffer = Buffer.alloc(0)): Promise<RemotingCommand> {
    const opaque = await this.#request(code, fields, body);
    return this.#answer(opaque);
  }

  async offsetOf(code: number, fields: Fields): Promise<number> {
    const answer = await this.ask(code, { topic: 'T', queueId: '0', ...fields });
    if (answer.code !== 0) throw new Error(`${code} was answered with ${answer.code}: ${answer.remark}`);
    return Number(answer.extFields['offset'] ?? answer.extFields['timestamp']);
  }

  /** All in one turn, so that they have one store time. */
  async send(...messages: readonly TestSend[]): Promise<Sent[]> {
    const opaques: number[] = [];
    for (const message of messages) opaques.push(await this.#send(message));
    const sent: Sent[] = [];
    for (const opaque of opaques) sent.push(await this.#sent(opaque));
    return sent;
  }

  /** The records that a query by key is answered with; none for "not found". */
  async query(key: string, fields: Fields = {}): Promise<MessageRecord[]> {
    const answer = await this.ask(12, {
      topic: 'T',
      key,
      maxNum: '64',
      beginTimestamp: '0',
      endTimestamp: '9223372036854775807',
      ...fields,
    });
    if (answer.code === 22) return [];
    if (answer.code !== 0) throw new Error(`the query was answered with ${answer.code}: ${answer.remark}`);
    return [...readRecords(answer.body)];
  }

  pass(ms: number): Promise<void> {
    const until = this.cluster.clock.monotonic() + ms;
    return this.cluster.until('time passes', () => this.cluster.clock.monotonic() >= until);
  }

  /** Messages to queue 3 until the log no longer begins where it did. */
  async sendUntilLogGoes(): Promise<void> {
    const before = this.member.live.logRange().start;
    for (let i = 0; this.member.live.logRange().start === before; i += 1) {
      if (i > 2_000) throw new Error('the log does not go');
      await this.send({ queueId: 3, body: 'x'.repeat(500) });
    }
  }

  /** In order, killed, or with the loss of power. */
  async restart(how: 'stop' | 'kill' | 'lose'): Promise<void> {
    this.#face?.stop();
    this.#face = null;
    if (how === 'stop') await this.cluster.stop('n1');
    else this.cluster.kill('n1', how);
    await this.cluster.open('n1');
    await this.cluster.level();
  }

  async #send({ topic = 'T', queueId = 0, uniqKey, keys, body = 'body' }: TestSend): Promise<number> {
    let properties = 'WAIT\u0001true\u0002';
    if (uniqKey !== undefined) properties += `UNIQ_KEY\u0001${uniqKey}\u0002`;
    if (keys !== undefined) properties += `KEYS\u0001${keys}\u0002`;
    const header = sendHeader({ topic, queueId, properties });
    return this.#request(310, encodeSendHeaderV2(header), Buffer.from(body));
  }

  async #sent(opaque: number): Promise<Sent> {
    const answer = await this.#answer(opaque);
    if (answer.code !== 0) throw new Error(`a send was answered with ${answer.code}: ${answer.remark}`);
    const physicalOffset = Number.parseInt((answer.extFields['msgId'] ?? '').slice(-16), 16);
    const viewed = await this.ask(33, { offset: String(physicalOffset) });
    const [record] = readRecords(viewed.body);
    if (record === undefined) throw new Error('a message just stored cannot be viewed');
    const { queueOffset, storeTimestamp } = record;
    return { queueOffset, physicalOffset, storeTimestamp };
  }

  async #request(code: number, fields: Fields, body: Buffer): Promise<number> {
    this.#opaque += 1;
    const opaque = this.#opaque;
    const face = await this.#open();
    face.onFrames(framesOf(createRequest(code, fields, body, opaque)), this.#connection);
    return opaque;
  }

  async #answer(opaque: number): Promise<RemotingCommand> {
    await this.cluster.until('a request is answered', () => this.#connection.answer(opaque) !== undefined);
    const { written } = this.#connection;
    const answer = this.#connection.answer(opaque) as RemotingCommand;
    written.splice(written.indexOf(answer), 1);
    return answer;
  }

  /** The face of this life, when its replica is the master. */
  async #open(): Promise<GroupFace> {
    if (this.#face !== null) return this.#face;
    const { live } = await this.cluster.leader();
    const config = brokerConfig();
    const [groupConfig] = config.groups;
    if (groupConfig === undefined) throw new Error('the configuration of a test names no group');
    this.#face = new GroupFace(config, groupConfig, 10_911, {
      group: live,
      masterClient: { forward: () => Promise.reject(new Error('there is nobody else')) },
      announcer: { announce: (done) => done() },
      coldPace: new ColdPace(this.cluster.clock, () => 0, config.limits),
      clock: this.cluster.clock,
      random: { nextInt: () => 0 },
      logger: silentLogger,
      processId: 1,
    });
    this.#face.onLeadership();
    return this.#face;
  }
}
