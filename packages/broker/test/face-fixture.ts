import { Buffer } from 'node:buffer';
import { createRequest, encodeHeartbeat, encodeSendHeaderV2, tagSubscription } from '@ledgermq/protocol';
import type { RemotingCommand, SendHeader } from '@ledgermq/protocol';
import { silentLogger } from '@ledgermq/raft';
import { ColdPace } from '../src/delivery/cold-pace.ts';
import type { MasterClient } from '../src/forwarding/master-router.ts';
import { GroupFace } from '../src/group-face.ts';
import { brokerConfig } from './broker-config.ts';
import { MemoryGroup } from './memory-group.ts';
import { RecordingConnection, framesOf } from './recording-connection.ts';
import { VirtualClock } from './virtual-clock.ts';

/** One request that was forwarded, and the two ways in which it may end. */
export interface Forwarded {
  readonly address: string;
  readonly command: RemotingCommand;
  answer(response: RemotingCommand): void;
  fail(error: Error): void;
}

/** A master elsewhere, played by the test. */
export class FakeMaster implements MasterClient {
  readonly forwarded: Forwarded[] = [];

  forward(address: string, command: RemotingCommand): Promise<RemotingCommand> {
    return new Promise((resolve, reject) => {
      this.forwarded.push({ address, command, answer: resolve, fail: reject });
    });
  }
}

export interface HeartbeatOptions {
  readonly clientId?: string;
  readonly tags?: string;
  readonly messageModel?: 'CLUSTERING' | 'BROADCASTING';
  readonly connection?: RecordingConnection;
}

/** A replica's network face over a group in memory. */
export class FaceFixture {
  readonly clock: VirtualClock = new VirtualClock();
  readonly group: MemoryGroup = new MemoryGroup();
  readonly master: FakeMaster = new FakeMaster();
  /** Announcements not confirmed yet; confirmed at once unless `holdAnnouncements` is set. */
  readonly announced: (() => void)[] = [];
  readonly connection: RecordingConnection = new RecordingConnection();
  readonly face: GroupFace;
  holdAnnouncements = false;
  /** Messages that this process was sent, as far as pulls have to give way to them. */
  sent = 0;
  #opaque = 0;

  constructor(config: Readonly<Record<string, unknown>> = {}) {
    const parsed = brokerConfig(config);
    const [groupConfig] = parsed.groups;
    if (groupConfig === undefined) {
      throw new Error('the configuration of a test names no group');
    }
    this.group.addTopic('TBW102', 8, 7);
    this.face = new GroupFace(parsed, groupConfig, 10_911, {
      group: this.group,
      masterClient: this.master,
      announcer: {
        announce: (done) => {
          if (this.holdAnnouncements) {
            this.announced.push(done);
          } else {
            done();
          }
        },
      },
      coldPace: new ColdPace(this.clock, () => this.sent, parsed.limits),
      clock: this.clock,
      random: { nextInt: () => 0 },
      logger: silentLogger,
      processId: 1,
    });
    this.group.onArrival = (topic, queueId, maxOffset, code) => {
      this.face.onArrival(topic, queueId, maxOffset, code);
    };
    this.face.onLeadership();
  }

  /** Sends a request and returns its opaque. */
  request(
    code: number,
    extFields: Readonly<Record<string, string>> = {},
    body: Buffer = Buffer.alloc(0),
    change: Partial<RemotingCommand> = {},
    connection: RecordingConnection = this.connection,
  ): number {
    this.#opaque += 1;
    const command = { ...createRequest(code, extFields, body, this.#opaque), ...change };
    this.face.onFrames(framesOf(command), connection);
    return command.opaque;
  }

  /** Sends a request and returns its answer, which must be there when the turn ends. */
  ask(
    code: number,
    extFields: Readonly<Record<string, string>> = {},
    body: Buffer = Buffer.alloc(0),
    change: Partial<RemotingCommand> = {},
  ): RemotingCommand {
    const opaque = this.request(code, extFields, body, change);
    this.clock.endTurn();
    const answer = this.connection.answer(opaque);
    if (answer === undefined) {
      throw new Error(`request ${code} was not answered`);
    }
    return answer;
  }

  send(change: Partial<SendHeader> = {}, body = 'hello'): RemotingCommand {
    return this.ask(310, encodeSendHeaderV2(sendHeader(change)), Buffer.from(body));
  }

  /** Makes another replica, or none, the master. */
  lead(leader: string | null, term = 2): void {
    this.group.leadershipNow = { leading: leader === 'n1', leader, term };
    this.face.onLeadership();
  }

  heartbeat(group: string, topics: readonly string[], options: HeartbeatOptions = {}): void {
    const {
      clientId = 'c1',
      tags = '*',
      messageModel = 'CLUSTERING',
      connection = this.connection,
    } = options;
    const body = encodeHeartbeat({
      clientID: clientId,
      producerDataSet: [],
      consumerDataSet: [
        {
          groupName: group,
          consumeType: 'CONSUME_PASSIVELY',
          messageModel,
          consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
          subscriptionDataSet: topics.map((topic) => tagSubscription(topic, tags, 100)),
          unitMode: false,
        },
      ],
      heartbeatFingerprint: 0,
      withoutSub: false,
    });
    this.request(34, {}, body, {}, connection);
  }
}

export function sendHeader(change: Partial<SendHeader> = {}): SendHeader {
  return {
    producerGroup: 'p',
    topic: 'T',
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    flag: 0,
    properties: 'TAGS\u0001A\u0002UNIQ_KEY\u00010123456789ABCDEF0123456789ABCDEF\u0002',
    reconsumeTimes: 0,
    unitMode: false,
    maxReconsumeTimes: null,
    batch: false,
    brokerName: null,
    ...change,
  };
}

/** Ext fields of a pull; `sysFlag` 0 asks without waiting and by the heartbeat's subscription. */
export function pullFields(change: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    consumerGroup: 'g',
    topic: 'T',
    queueId: '0',
    queueOffset: '0',
    maxMsgNums: '32',
    sysFlag: '0',
    commitOffset: '0',
    suspendTimeoutMillis: '15000',
    subVersion: '0',
    ...change,
  };
}
