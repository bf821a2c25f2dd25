import {
  PullSysFlag,
  ResponseCode,
  TopicPerm,
  decodePullHeader,
  encodePullResponseHeader,
} from '@ledgermq/protocol';
import type { PullHeader, RemotingCommand } from '@ledgermq/protocol';
import type { Clock } from '@ledgermq/raft';
import type { ClientRegistry } from '../clients/client-registry.ts';
import type { ColdPace } from '../delivery/cold-pace.ts';
import type { ColdPulls } from '../delivery/cold-pulls.ts';
import type { HeldPulls } from '../delivery/held-pulls.ts';
import type { Exchange } from '../exchange.ts';
import { answerCommand, guarded, refusalOf } from '../failure.ts';
import type {
  ConfigurationProposer,
  ConsumerOffsetsPort,
  OffsetProposer,
  QueueBounds,
  QueueRead,
  QueueReader,
  SubscriptionGroupView,
  SubscriptionGroupsPort,
  TopicsPort,
} from '../group-port.ts';
import { pullFilter, type TagFilter } from './pull-filter.ts';
import type { Retry } from './route.ts';

export interface PullPorts {
  readonly topics: TopicsPort;
  readonly groups: SubscriptionGroupsPort;
  readonly queues: QueueReader;
  readonly offsets: ConsumerOffsetsPort;
  readonly proposer: ConfigurationProposer & OffsetProposer;
  readonly clients: ClientRegistry;
  readonly held: HeldPulls;
  readonly cold: ColdPulls;
  readonly pace: ColdPace;
  readonly clock: Clock;
  /** See `LeadershipPort.confirm`: asked before a client is told that there is no more. */
  confirmReads(done: (confirmed: boolean) => void): void;
}

export interface PullOptions {
  readonly brokerPermission: number;
  readonly autoCreateSubscriptionGroup: boolean;
  readonly maxTransferCount: number;
  readonly maxTransferBytes: number;
  /** Longest hold in milliseconds whatever the client asks; clients give up after 30 s. */
  readonly holdMsMax: number;
}

type ConsumePermissions = Pick<SubscriptionGroupView, 'consumeEnable' | 'consumeBroadcastEnable'>;
/** Of a group that is made on first use. */
const newGroup: ConsumePermissions = { consumeEnable: true, consumeBroadcastEnable: true };

type ColdRead = Extract<QueueRead, { readonly type: 'cold' }>;
/** The messages are older than the tail, and sends come first. */
interface PacedRead {
  readonly type: 'paced';
  readonly bytes: number;
}
/** What one pull of older messages has behind it. */
interface Attempt {
  readonly paid: boolean;
  readonly fetches: number;
}

/**
 * How often a pull waits for the disk. The first wait is for all its messages, the others for the first one alone, which is
 * there then, unless the log has moved on.
 */
const FETCHES_MAX = 4;
const FIRST_ATTEMPT: Attempt = { paid: false, fetches: 0 };

/** The id of the master, from which all clients read. */
const MASTER_ID = 0;

/** PULL_MESSAGE (11) and LITE_PULL_MESSAGE (361) with long polling. */
export class PullMessageHandler {
  readonly #ports: PullPorts;
  readonly #options: PullOptions;

  constructor(ports: PullPorts, options: PullOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  handle(command: RemotingCommand, exchange: Exchange, retry: Retry): void {
    this.pull(decodePullHeader(command.extFields), exchange, retry);
  }

  /** Serves a pull whose header is already decoded. */
  pull(header: PullHeader, exchange: Exchange, retry: Retry): void {
    const { groups, proposer } = this.#ports;
    const group = groups.get(header.consumerGroup);
    if ((this.#options.brokerPermission & TopicPerm.read) === 0) {
      exchange.respond(ResponseCode.NO_PERMISSION, { remark: 'the broker pulling message is forbidden' });
    } else if (group !== undefined) {
      this.#pullAsGroup(header, group, exchange, retry);
    } else if (this.#options.autoCreateSubscriptionGroup) {
      proposer.createSubscriptionGroup(header.consumerGroup, (outcome) => {
        if (outcome.type === 'refused' && outcome.reason === 'disk-full') {
          // Reads go on without room for the group: it reads as what it would have become.
          guarded(exchange, () => this.#pullAsGroup(header, newGroup, exchange, retry));
          return;
        }
        answerCommand(exchange, outcome, retry, () => {
          this.#pullAsGroup(header, groups.get(header.consumerGroup), exchange, retry);
        });
      });
    } else {
      this.#refuseGroup(header.consumerGroup, exchange);
    }
  }

  #pullAsGroup(
    header: PullHeader,
    group: ConsumePermissions | undefined,
    exchange: Exchange,
    retry: Retry,
  ): void {
    const topic = this.#ports.topics.get(header.topic);
    if (group === undefined) {
      this.#refuseGroup(header.consumerGroup, exchange);
    } else if (!group.consumeEnable) {
      exchange.respond(ResponseCode.NO_PERMISSION, {
        remark: `subscription group no permission, ${header.consumerGroup}`,
      });
    } else if (topic === undefined) {
      exchange.respond(ResponseCode.TOPIC_NOT_EXIST, {
        remark: `topic[${header.topic}] not exist, apply first please!`,
      });
    } else if ((topic.perm & TopicPerm.read) === 0) {
      exchange.respond(ResponseCode.NO_PERMISSION, {
        remark: `the topic[${header.topic}] pulling message is forbidden`,
      });
    } else if (header.queueId < 0 || header.queueId >= topic.readQueueNums) {
      exchange.respond(ResponseCode.INVALID_PARAMETER, {
        remark: `queueId[${header.queueId}] is illegal, topic:[${header.topic}] topicConfig.readQueueNums:[${topic.readQueueNums}]`,
      });
    } else {
      const found = pullFilter(header, group, this.#ports.clients);
      if (found.type === 'refused') {
        exchange.respond(found.code, { remark: found.remark });
        return;
      }
      this.#commitOffset(header);
      this.#readOrHold(header, found.matches, exchange, retry);
    }
  }

  #refuseGroup(group: string, exchange: Exchange): void {
    exchange.respond(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, {
      remark: `subscription group [${group}] does not exist`,
    });
  }

  /** Consumers tell their progress with each pull; only a change is worth a replicated command. */
  #commitOffset(header: PullHeader): void {
    const { consumerGroup, topic, queueId, commitOffset } = header;
    if (
      (header.sysFlag & PullSysFlag.commitOffset) !== 0 &&
      commitOffset >= 0 &&
      this.#ports.offsets.get(consumerGroup, topic, queueId) !== commitOffset
    ) {
      // Nobody waits for this outcome: the next pull or commit of this queue repeats the offset.
      this.#ports.proposer.commitOffset(consumerGroup, topic, queueId, commitOffset, () => undefined);
    }
  }

  #readOrHold(header: PullHeader, matches: TagFilter, exchange: Exchange, retry: Retry): void {
    const { topic, queueId, queueOffset } = header;
    const bounds = this.#ports.queues.bounds(topic, queueId);
    const nothingNew = bounds === null ? queueOffset === 0 : queueOffset === bounds.maxOffset;
    if (nothingNew && this.#hold(header, matches, exchange)) {
      return;
    }
    this.#readConfirmed(header, matches, exchange, retry);
  }

  /**
   * Messages that are here are committed and may be served at once. That there are none, and where the queue ends then, is
   * true only of a replica that is still the master: a deposed one would deny what its successor has acknowledged.
   */
  #readConfirmed(
    header: PullHeader,
    matches: TagFilter,
    exchange: Exchange,
    lost: () => void,
    attempt: Attempt = FIRST_ATTEMPT,
  ): void {
    const { queues } = this.#ports;
    const read = (bounds: QueueBounds | null): void => {
      const wait = this.#read(header, bounds, matches, exchange, attempt.paid);
      if (wait?.type === 'cold') this.#fetch(wait, header, matches, exchange, lost, attempt);
      else if (wait !== null) this.#giveWay(wait, header, matches, exchange, lost);
    };
    const bounds = queues.bounds(header.topic, header.queueId);
    const { queueOffset } = header;
    if (bounds !== null && queueOffset >= bounds.minOffset && queueOffset < bounds.maxOffset) {
      read(bounds);
      return;
    }
    this.#ports.confirmReads((confirmed) => {
      guarded(exchange, () => {
        if (confirmed) read(queues.bounds(header.topic, header.queueId));
        else lost();
      });
    });
  }

  /** Has the messages read off the event loop, and then looks at everything again: meanwhile it may have changed. */
  #fetch(
    { bytes, addresses }: ColdRead,
    header: PullHeader,
    matches: TagFilter,
    exchange: Exchange,
    lost: () => void,
    { fetches }: Attempt,
  ): void {
    const { queues, cold } = this.#ports;
    const parked =
      fetches < FETCHES_MAX &&
      cold.park({
        connection: exchange.connection,
        bytes,
        fetch: (done) => {
          queues.fetch(fetches === 0 ? addresses : addresses.slice(0, 1), done);
        },
        resume: () => {
          guarded(exchange, () => {
            this.#readConfirmed(header, matches, exchange, lost, { paid: true, fetches: fetches + 1 });
          });
        },
        fail: (error) => {
          const { code, remark } = refusalOf(error);
          exchange.respond(code, { remark });
        },
      });
    if (!parked) refuseWait(exchange);
  }

  /** Lets the sends go first; everything is looked at again afterwards, as above. */
  #giveWay(
    { bytes }: PacedRead,
    header: PullHeader,
    matches: TagFilter,
    exchange: Exchange,
    lost: () => void,
  ): void {
    const waits = this.#ports.pace.wait({
      connection: exchange.connection,
      bytes,
      resume: () => {
        guarded(exchange, () => {
          this.#readConfirmed(header, matches, exchange, lost, { paid: true, fetches: 0 });
        });
      },
    });
    if (!waits) refuseWait(exchange);
  }

  #hold(header: PullHeader, matches: TagFilter, exchange: Exchange): boolean {
    if ((header.sysFlag & PullSysFlag.suspend) === 0 || exchange.oneway) {
      return false;
    }
    const { held, queues, clock } = this.#ports;
    const holdMs = Math.min(Math.max(0, header.suspendTimeoutMillis), this.#options.holdMsMax);
    return held.hold({
      connection: exchange.connection,
      topic: header.topic,
      queueId: header.queueId,
      fromOffset: header.queueOffset,
      deadline: clock.monotonic() + holdMs,
      matches,
      resume: () => {
        guarded(exchange, () => {
          this.#readConfirmed(header, matches, exchange, () => {
            // The client repeats the pull at once, and then it goes the way to the new master.
            const bounds = queues.bounds(header.topic, header.queueId);
            answer(exchange, ResponseCode.PULL_NOT_FOUND, 'MASTER_CHANGED', header.queueOffset, bounds);
          });
        });
      },
    });
  }

  /**
   * One pass of reading; the mapping of states to codes follows the table of the pull request. Returns what has to be waited
   * for first, or null when there is an answer.
   */
  #read(
    header: PullHeader,
    bounds: QueueBounds | null,
    matches: TagFilter,
    exchange: Exchange,
    paid: boolean,
  ): ColdRead | PacedRead | null {
    const { topic, queueId, queueOffset } = header;
    if (bounds === null || bounds.maxOffset === 0) {
      const status = bounds === null ? 'NO_MATCHED_LOGIC_QUEUE' : 'NO_MESSAGE_IN_QUEUE';
      const code = queueOffset === 0 ? ResponseCode.PULL_NOT_FOUND : ResponseCode.PULL_OFFSET_MOVED;
      answer(exchange, code, status, 0, bounds);
    } else if (queueOffset < bounds.minOffset) {
      answer(exchange, ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_TOO_SMALL', bounds.minOffset, bounds);
    } else if (queueOffset === bounds.maxOffset) {
      answer(exchange, ResponseCode.PULL_NOT_FOUND, 'OFFSET_OVERFLOW_ONE', queueOffset, bounds);
    } else if (queueOffset > bounds.maxOffset) {
      answer(exchange, ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_OVERFLOW_BADLY', bounds.maxOffset, bounds);
    } else {
      const read = this.#ports.queues.read(topic, queueId, queueOffset, {
        countMax: Math.max(1, Math.min(header.maxMsgNums, this.#options.maxTransferCount)),
        bytesMax: bytesMaxOf(header, this.#options.maxTransferBytes),
        matches,
      });
      switch (read.type) {
        case 'found':
          if (read.coldBytes > 0 && !paid && !this.#ports.pace.take(read.coldBytes)) {
            return { type: 'paced', bytes: read.coldBytes };
          }
          exchange.respondBody(
            { extFields: answerFields(read.nextBeginOffset, bounds), remark: 'FOUND' },
            read.bytes,
            (frame, at) => {
              read.copyTo(frame, at);
            },
          );
          return null;
        case 'cold':
          return paid || this.#ports.pace.take(read.bytes) ? read : { type: 'paced', bytes: read.bytes };
        case 'none-matched':
          answer(
            exchange,
            ResponseCode.PULL_RETRY_IMMEDIATELY,
            'NO_MATCHED_MESSAGE',
            read.nextBeginOffset,
            bounds,
          );
          return null;
        case 'gone':
          answer(
            exchange,
            ResponseCode.PULL_RETRY_IMMEDIATELY,
            'MESSAGE_WAS_REMOVING',
            read.nextBeginOffset,
            bounds,
          );
          return null;
      }
    }
    return null;
  }
}

function bytesMaxOf(header: PullHeader, limit: number): number {
  const wanted = header.maxMsgBytes;
  return wanted === null || wanted < 1 ? limit : Math.min(wanted, limit);
}

function refuseWait(exchange: Exchange): void {
  exchange.respond(ResponseCode.SYSTEM_BUSY, {
    remark: '[OVERLOAD]system busy, too many pulls wait for older messages',
  });
}

function answer(
  exchange: Exchange,
  code: number,
  status: string,
  nextBeginOffset: number,
  bounds: QueueBounds | null,
): void {
  exchange.respond(code, { extFields: answerFields(nextBeginOffset, bounds), remark: status });
}

/** All four offsets are in every answer: clients fail on a missing one. */
function answerFields(nextBeginOffset: number, bounds: QueueBounds | null): Record<string, string> {
  return encodePullResponseHeader({
    suggestWhichBrokerId: MASTER_ID,
    nextBeginOffset,
    minOffset: bounds?.minOffset ?? 0,
    maxOffset: bounds?.maxOffset ?? 0,
    topicSysFlag: 0,
    groupSysFlag: 0,
  });
}
