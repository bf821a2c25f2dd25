import type { HistoryRecorder, OpenOperation, RecordedProcess } from '@ledgermq/checker';
import {
  decodeOffsetHeader,
  decodeProperties,
  decodePullResponseHeader,
  decodeSendResponseHeader,
  readRecords,
  ResponseCode,
  type RemotingCommand,
} from '@ledgermq/protocol';
import { connect, CONNECTION_DEFAULTS, ConnectionError, type Connection } from '@ledgermq/protocol/net';
import {
  commitOffsetRequest,
  maxOffsetRequest,
  pullRequest,
  queryOffsetRequest,
  queueName,
  sendRequest,
  type QueueAddress,
} from './queue-requests.ts';

export interface RecordedClientOptions {
  readonly recorder: HistoryRecorder;
  /** The node to whose listener it talks, whoever is master. */
  readonly node: string;
  readonly address: string;
  readonly queue: QueueAddress;
  readonly requestTimeoutMs: number;
}

export type SendResult = 'stored' | 'refused' | 'unknown';

const CONNECT_TIMEOUT_MS = 500;
/** Remark of an answer that leaves open whether the request was executed. */
const UNKNOWN_OUTCOME = '[UNKNOWN_OUTCOME]';

/**
 * A client that speaks the wire protocol to one node of a group, one request at a time, and records what it asks and
 * what it is told. What left this process and was not answered has an unknown outcome.
 */
export class RecordedClient {
  readonly #options: RecordedClientOptions;
  readonly #process: RecordedProcess;
  readonly #queue: string;
  #connection: Connection | null = null;

  constructor(options: RecordedClientOptions) {
    this.#options = options;
    this.#process = options.recorder.process();
    this.#queue = queueName(options.queue);
  }

  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  async send(uniqKey: string): Promise<SendResult> {
    const { queue } = this.#options;
    const open = this.#invoke('send', [this.#queue, uniqKey, null]);
    const response = await this.#ask(open, sendRequest(queue, uniqKey));
    if (response === 'not-sent') return 'refused';
    if (response === 'no-answer') return 'unknown';
    if (response.code === ResponseCode.SUCCESS) {
      const { queueOffset } = decodeSendResponseHeader(response.extFields);
      open.ok([this.#queue, uniqKey, queueOffset], this.#place);
      return 'stored';
    }
    return this.#refused(open, response);
  }

  /**
   * Resolves with the offset to go on from; `from` itself when nothing was learned. A pull promises what is committed
   * and never changes, and not that nothing newer exists: a master that was replaced while it stood still may answer
   * once more. That is what queries of the end are for.
   */
  async pull(from: number, holdMs: number = 0): Promise<number> {
    const open = this.#invoke('pull', { queue: this.#queue, from });
    const response = await this.#ask(open, pullRequest(this.#options.queue, from, holdMs));
    if (typeof response === 'string') return from;
    switch (response.code) {
      case ResponseCode.SUCCESS:
      case ResponseCode.PULL_NOT_FOUND:
      case ResponseCode.PULL_RETRY_IMMEDIATELY:
      case ResponseCode.PULL_OFFSET_MOVED: {
        const { nextBeginOffset, maxOffset } = decodePullResponseHeader(response.extFields);
        const found = response.code === ResponseCode.SUCCESS;
        const entries = found ? placedIds(response.body) : [];
        open.ok(
          {
            queue: this.#queue,
            from,
            entries,
            highWatermark: maxOffset,
            strong: false,
            ...(found ? { next: nextBeginOffset } : {}),
          },
          this.#place,
        );
        return found ? nextBeginOffset : from;
      }
      default:
        this.#refused(open, response);
        return from;
    }
  }

  /** The end of the queue; null when it was not told. */
  async maxOffset(): Promise<number | null> {
    const open = this.#invoke('max-offset', { queue: this.#queue });
    const response = await this.#ask(open, maxOffsetRequest(this.#options.queue));
    if (typeof response === 'string') return null;
    if (response.code !== ResponseCode.SUCCESS) {
      this.#refused(open, response);
      return null;
    }
    const { offset } = decodeOffsetHeader(response.extFields);
    open.ok({ queue: this.#queue, offset }, this.#place);
    return offset;
  }

  async commitOffset(group: string, offset: number): Promise<void> {
    const open = this.#invoke('commit-offset', { group, queue: this.#queue, offset });
    const response = await this.#ask(open, commitOffsetRequest(this.#options.queue, group, offset));
    if (typeof response === 'string') return;
    if (response.code === ResponseCode.SUCCESS) open.ok(null, this.#place);
    else this.#refused(open, response);
  }

  async queryOffset(group: string): Promise<void> {
    const open = this.#invoke('query-offset', { group, queue: this.#queue });
    const response = await this.#ask(open, queryOffsetRequest(this.#options.queue, group));
    if (typeof response === 'string') return;
    if (response.code === ResponseCode.SUCCESS)
      open.ok({ offset: decodeOffsetHeader(response.extFields).offset }, this.#place);
    else if (response.code === ResponseCode.QUERY_NOT_FOUND) open.ok({ offset: null }, this.#place);
    else this.#refused(open, response);
  }

  get #place(): { readonly node: string } {
    return { node: this.#options.node };
  }

  #invoke(f: string, value: unknown): OpenOperation {
    return this.#process.invoke(f, value, this.#place);
  }

  /** Without an answer the operation is settled here. */
  async #ask(
    open: OpenOperation,
    request: RemotingCommand,
  ): Promise<RemotingCommand | 'not-sent' | 'no-answer'> {
    try {
      const connection = await this.#connected();
      return await connection.request(request, this.#options.requestTimeoutMs);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      // A late answer must not meet the next request.
      this.close();
      if (error.written) open.info([error.code], this.#place);
      else open.fail([error.code], this.#place);
      return error.written ? 'no-answer' : 'not-sent';
    }
  }

  #refused(open: OpenOperation, { code, remark }: RemotingCommand): SendResult {
    const error = [String(code), remark ?? ''];
    if (code === ResponseCode.SYSTEM_ERROR && remark?.startsWith(UNKNOWN_OUTCOME) === true) {
      open.info(error, this.#place);
      return 'unknown';
    }
    open.fail(error, this.#place);
    return 'refused';
  }

  async #connected(): Promise<Connection> {
    if (this.#connection !== null) return this.#connection;
    const { address } = this.#options;
    const [host = '', port = ''] = address.split(':');
    const handler = {
      onFrames() {},
      onClose: (closed: Connection) => {
        if (this.#connection === closed) this.#connection = null;
      },
    };
    const connection = await connect(host, Number(port), CONNECTION_DEFAULTS, handler, CONNECT_TIMEOUT_MS);
    this.#connection = connection;
    return connection;
  }
}

/** Offsets and UNIQ_KEYs of the records in the body of a pull's answer. */
export function placedIds(body: Buffer): [number, string][] {
  return readRecords(body, { verifyBody: true }).map(({ queueOffset, properties }) => [
    queueOffset,
    decodeProperties(properties).get('UNIQ_KEY') ?? '',
  ]);
}
