import {
  createRequest,
  decodePullResponseHeader,
  encodePullHeader,
  PullSysFlag,
  RequestCode,
  ResponseCode,
} from '@ledgermq/protocol';
import { connect, CONNECTION_DEFAULTS, type Connection } from '@ledgermq/protocol/net';
import { setTimeout as delay } from 'node:timers/promises';

export interface BacklogRead {
  readonly host: string;
  readonly port: number;
  readonly topic: string;
  /** One consumer reads each of these queues over a connection of its own, one pull after the other. */
  readonly queueIds: readonly number[];
  readonly maxMsgNums: number;
  /** Bytes per second of all consumers together; null reads as fast as it goes. */
  readonly bytesPerSecond: number | null;
}

export interface BacklogReadResult {
  readonly messages: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly pulls: number;
  /** Pulls that were told to come back. */
  readonly refused: number;
}

const REQUEST_MS = 60_000;
const BUSY_PAUSE_MS = 5;

/** Reads queues from their first message to what was their last one at the start, or until `signal` fires. */
export async function readBacklog(read: BacklogRead, signal?: AbortSignal): Promise<BacklogReadResult> {
  const totals = { messages: 0, bytes: 0, pulls: 0, refused: 0 };
  const startedAt = performance.now();
  const pace = async (): Promise<void> => {
    if (read.bytesPerSecond === null) return;
    const dueMs = (totals.bytes / read.bytesPerSecond) * 1000 - (performance.now() - startedAt);
    if (dueMs > 1) await delay(dueMs);
  };
  const consume = async (queueId: number): Promise<void> => {
    const connection = await connect(read.host, read.port, CONNECTION_DEFAULTS, ignore, REQUEST_MS);
    try {
      let end = Infinity;
      for (let offset = 0; offset < end && signal?.aborted !== true;) {
        const answer = await connection.request(pullRequest(read, queueId, offset), REQUEST_MS);
        totals.pulls += 1;
        if (answer.code === ResponseCode.SYSTEM_BUSY) {
          totals.refused += 1;
          await delay(BUSY_PAUSE_MS);
          continue;
        }
        const header = decodePullResponseHeader(answer.extFields);
        end = Math.min(end, header.maxOffset);
        if (answer.code === ResponseCode.SUCCESS) {
          totals.messages += header.nextBeginOffset - offset;
          totals.bytes += answer.body.length;
        } else if (answer.code !== ResponseCode.PULL_OFFSET_MOVED) {
          throw new Error(`queue ${queueId} at ${offset}: ${answer.code} ${answer.remark ?? ''}`);
        }
        offset = header.nextBeginOffset;
        await pace();
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(read.queueIds.map(consume));
  return { ...totals, seconds: (performance.now() - startedAt) / 1000 };
}

function pullRequest(
  { topic, maxMsgNums }: BacklogRead,
  queueId: number,
  queueOffset: number,
): ReturnType<typeof createRequest> {
  const header = encodePullHeader({
    consumerGroup: 'bench_backlog',
    topic,
    queueId,
    queueOffset,
    maxMsgNums,
    sysFlag: PullSysFlag.subscription,
    commitOffset: 0,
    suspendTimeoutMillis: 0,
    subscription: '*',
    subVersion: 0,
    expressionType: 'TAG',
    maxMsgBytes: null,
    brokerName: null,
  });
  return createRequest(RequestCode.PULL_MESSAGE, header);
}

const ignore = {
  onFrames: (): void => undefined,
  onClose: (_connection: Connection, _error: Error | null): void => undefined,
};
