import { CommandFlag, asOneway, decodeCommand, encodeCommand } from '../command.ts';
import type { RemotingCommand } from '../command.ts';
import { FrameDecoder } from '../frame.ts';
import type { Frame } from '../frame.ts';
import { peekRequest } from '../hot-header.ts';
import { ConnectionError } from './connection-error.ts';
import { InFlight } from './in-flight.ts';
import type { Requester, Waiter } from './in-flight.ts';
import { nodeNet } from './node-net.ts';
import type { NetPorts, SocketPort, TimerHandle } from './ports.ts';
import { WriteQueue } from './write-queue.ts';

export interface ConnectionOptions {
  /** Largest frame accepted, in bytes, counting its length field. */
  readonly frameBytesMax: number;
  /**
   * While more bytes than this wait to be written to the peer, nothing more is read from it. Replies to what
   * it sent before may still pile up; when they exceed eight times this figure plus one frame the connection
   * is closed, because the peer evidently does not read.
   */
  readonly writeBufferBytesMax: number;
  /** Close after so long without a byte in either direction, in milliseconds; 0 = never. */
  readonly idleTimeoutMs: number;
  /** Most requests of our own that may wait for a response at once. */
  readonly requestsInFlightMax: number;
}

/** The figures of RocketMQ where it has them: 16 MiB frames, 120 s idle. */
export const CONNECTION_DEFAULTS: ConnectionOptions = Object.freeze({
  frameBytesMax: 16_777_216,
  writeBufferBytesMax: 8_388_608,
  idleTimeoutMs: 120_000,
  requestsInFlightMax: 65_536,
});

export interface ConnectionHandler {
  /**
   * All requests that one chunk from the socket completed, in order. The frames are views on that chunk:
   * whoever keeps bytes longer than this call keeps the whole chunk in memory and should copy instead.
   * An error thrown here closes the connection.
   */
  onFrames(frames: readonly Frame[], connection: Connection): void;
  /** Exactly once, after the connection became useless. Null = an orderly end by either side. */
  onClose(connection: Connection, error: Error | null): void;
}

const WRITE_OVERRUN_FACTOR = 8;
/** Deadlines are kept to this accuracy, so that requests made close together share one timer run. */
const TIMER_GRANULARITY_MS = 10;
/** A timer later than this shows that the event loop stood still, and sockets went unread meanwhile. */
const TIMER_LATE_MS = 50;
/** A clock takes no longer timer. */
const TIMER_DELAY_MS_MAX = 0x7fffffff;
/** After an orderly close, how long the last replies may take to leave. */
const CLOSE_LINGER_MS = 1_000;

/**
 * One socket that carries commands both ways: frames in, frames out, and the table of our own requests.
 *
 * Writes are gathered and leave once per turn of the event loop as one socket write. At most one write is
 * under way; what is queued meanwhile leaves together when it is done, so a slow peer makes writes larger,
 * not more numerous.
 */
export class Connection {
  /** Unique among all connections that were made with the same ports. */
  readonly id: number;
  /** `ip:port` of the peer, an IPv6 address in brackets. */
  readonly remoteAddress: string;
  readonly remoteHost: string;
  readonly remotePort: number;
  /** `ip:port` of our end. */
  readonly localAddress: string;

  readonly #socket: SocketPort;
  readonly #net: NetPorts;
  readonly #options: ConnectionOptions;
  readonly #handler: ConnectionHandler;
  readonly #decoder: FrameDecoder;
  readonly #queue = new WriteQueue();
  readonly #inFlight = new InFlight();
  readonly #overflowBytes: number;
  #closed = false;
  #paused = false;
  #flushScheduled = false;
  #writing = false;
  #writingBytes = 0;
  #lastActivityMs: number;
  #timer: TimerHandle | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #timerDeferred = false;

  /** Takes over a connected socket. */
  constructor(
    socket: SocketPort,
    options: ConnectionOptions,
    handler: ConnectionHandler,
    net: NetPorts = nodeNet,
  ) {
    this.id = net.turn.nextConnectionId();
    this.#socket = socket;
    this.#net = net;
    this.#options = options;
    this.#handler = handler;
    this.#decoder = new FrameDecoder({ frameBytesMax: options.frameBytesMax });
    this.#overflowBytes = options.writeBufferBytesMax * WRITE_OVERRUN_FACTOR + options.frameBytesMax;
    this.remoteHost = plainHost(socket.remoteAddress ?? '');
    this.remotePort = socket.remotePort ?? 0;
    this.remoteAddress = hostAndPort(this.remoteHost, this.remotePort);
    this.localAddress = hostAndPort(plainHost(socket.localAddress ?? ''), socket.localPort ?? 0);
    this.#lastActivityMs = this.#net.clock.monotonic();
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('end', () => this.#shutdown(null, 'now'));
    socket.on('error', (error) => this.#shutdown(error, 'now'));
    socket.on('close', () => this.#onSocketClosed());
    this.#armTimer(this.#lastActivityMs);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes accepted by `write` that the operating system has not taken yet. */
  get bufferedBytes(): number {
    return this.#queue.bytes + this.#writingBytes;
  }

  /** Requests of our own that wait for a response. */
  get requestsInFlight(): number {
    return this.#inFlight.size;
  }

  /**
   * Queue a whole frame; it leaves with everything else queued in this turn. The connection owns the buffer
   * from now on. On a closed connection the frame is dropped, as it would be on the wire.
   */
  write(frame: Buffer): void {
    if (!this.#closed) this.#enqueue(frame);
  }

  /** Hand what is queued to the socket now, unless a write is still under way (then when it is done). */
  flush(): void {
    this.#flushScheduled = false;
    if (this.#closed || this.#writing || this.#queue.empty) return;
    this.#lastActivityMs = this.#net.clock.monotonic();
    this.#writing = true;
    this.#writingBytes = this.#queue.bytes;
    this.#hand(this.#queue.takeAll(), this.#onWritten);
  }

  /**
   * Send a request and wait for its response, whatever its code. The opaque is assigned here. The body of
   * the response is a view on the chunk in which it arrived.
   * Rejects with a `ConnectionError`.
   */
  request(command: RemotingCommand, timeoutMs: number, signal?: AbortSignal): Promise<RemotingCommand> {
    return new Promise((resolve, reject) => {
      const requester: Requester = {
        encode: (opaque) => encodeCommand({ ...command, opaque }),
        onResponse: (frame, decoded) => resolve(decoded ?? decodeCommand(frame)),
        onFailure: reject,
      };
      this.#issue(requester, this.#net.clock.monotonic() + Math.max(0, timeoutMs), signal ?? null);
    });
  }

  /** As `request`, for many requests at little cost. `deadlineMs` is on the ports' monotonic clock. */
  requestFor(requester: Requester, deadlineMs: number): void {
    this.#issue(requester, deadlineMs, null);
  }

  /** Send a request that asks for no response: the one-way bit is set and the opaque assigned here. */
  sendOneway(command: RemotingCommand): void {
    if (this.#closed) return;
    this.#enqueue(encodeCommand({ ...asOneway(command), opaque: this.#inFlight.nextOpaque() }));
  }

  /**
   * End the connection. Without an error, what is queued still leaves first (for a second at most); with
   * one, the socket is dropped at once. Requests in flight are rejected. Calling it again changes nothing.
   */
  close(error?: Error): void {
    this.#shutdown(error ?? null, error === undefined ? 'drain' : 'now');
  }

  #issue(requester: Requester, deadlineMs: number, signal: AbortSignal | null): void {
    const refusal = this.#refuseRequest(signal);
    if (refusal !== null) {
      requester.onFailure(refusal);
      return;
    }
    const opaque = this.#inFlight.nextOpaque();
    const sequence = this.#enqueue(requester.encode(opaque));
    const release = signal === null ? null : this.#onAbort(signal, opaque);
    this.#inFlight.add(opaque, { requester, deadlineMs, sequence, release });
    if (this.#closed) this.#rejectAll(null);
    else if (deadlineMs + TIMER_GRANULARITY_MS < this.#timerDueMs)
      this.#armTimer(this.#net.clock.monotonic());
  }

  #refuseRequest(signal: AbortSignal | null): ConnectionError | null {
    if (this.#closed) {
      return new ConnectionError('CLOSED', `The connection to ${this.remoteAddress} is closed`, false);
    }
    if (signal?.aborted === true) {
      return new ConnectionError('ABORTED', 'The request was aborted', false, signal.reason);
    }
    const max = this.#options.requestsInFlightMax;
    if (this.#inFlight.size < max) return null;
    const text = `${max} requests to ${this.remoteAddress} are waiting for a response already`;
    return new ConnectionError('TOO_MANY_REQUESTS', text, false);
  }

  /** Reject the request when the signal fires. Returns the function that stops listening. */
  #onAbort(signal: AbortSignal, opaque: number): () => void {
    const abort = (): void => {
      const waiter = this.#inFlight.take(opaque);
      if (waiter === null) return;
      const written = !this.#queue.withdraw(waiter.sequence);
      waiter.requester.onFailure(
        new ConnectionError('ABORTED', 'The request was aborted', written, signal.reason),
      );
    };
    signal.addEventListener('abort', abort, { once: true });
    return () => signal.removeEventListener('abort', abort);
  }

  #enqueue(frame: Buffer): number {
    const sequence = this.#queue.push(frame);
    if (!this.#flushScheduled && !this.#writing) {
      this.#flushScheduled = true;
      this.#net.turn.atTurnEnd(this);
    }
    const buffered = this.bufferedBytes;
    if (buffered > this.#options.writeBufferBytesMax) {
      this.#pause();
      if (buffered > this.#overflowBytes) {
        const text = `${this.remoteAddress} leaves ${buffered} bytes unread`;
        this.#shutdown(new ConnectionError('OVERFLOW', text, true), 'now');
      }
    }
    return sequence;
  }

  #hand(pieces: readonly Buffer[], onWritten: () => void): void {
    const last = pieces.length - 1;
    if (last === 0) {
      this.#socket.write(pieces[0]!, onWritten);
      return;
    }
    this.#socket.cork();
    for (let i = 0; i < last; i += 1) this.#socket.write(pieces[i]!);
    this.#socket.write(pieces[last]!, onWritten);
    this.#socket.uncork();
  }

  /** One closure for the life of the connection. A failed write also raises `error` on the socket. */
  readonly #onWritten = (): void => {
    this.#writing = false;
    this.#writingBytes = 0;
    if (this.#closed) return;
    if (!this.#queue.empty && !this.#flushScheduled) this.flush();
    if (this.#paused && this.bufferedBytes <= this.#options.writeBufferBytesMax) this.#resume();
  };

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  #resume(): void {
    this.#paused = false;
    this.#socket.resume();
  }

  #onData(chunk: Buffer): void {
    if (this.#closed) return;
    this.#lastActivityMs = this.#net.clock.monotonic();
    try {
      const frames = this.#decoder.push(chunk);
      if (frames.length === 0) return;
      const requests = this.#settleResponses(frames);
      if (requests.length > 0) this.#handler.onFrames(requests, this);
    } catch (error) {
      this.#shutdown(error instanceof Error ? error : new Error(String(error)), 'now');
    }
  }

  /** Settle the responses among the frames and return the rest: the same array when there were none. */
  #settleResponses(frames: readonly Frame[]): readonly Frame[] {
    let requests: Frame[] | null = null;
    for (let i = 0; i < frames.length; i += 1) {
      const frame = frames[i]!;
      const peeked = peekRequest(frame);
      const decoded = peeked === null ? decodeCommand(frame) : null;
      const head = peeked ?? decoded!;
      if ((head.flag & CommandFlag.response) === 0) {
        requests?.push(frame);
        continue;
      }
      requests ??= frames.slice(0, i);
      const waiter = this.#inFlight.take(head.opaque);
      if (waiter !== null) this.#settle(waiter, frame, decoded);
    }
    return requests ?? frames;
  }

  #settle(waiter: Waiter, frame: Frame, decoded: RemotingCommand | null): void {
    try {
      waiter.requester.onResponse(frame, decoded);
    } catch (error) {
      waiter.requester.onFailure(new ConnectionError('CLOSED', 'The response cannot be read', true, error));
      throw error;
    }
  }

  #armTimer(nowMs: number): void {
    const idleMs = this.#options.idleTimeoutMs;
    const idleDueMs = idleMs > 0 ? this.#lastActivityMs + idleMs : Number.POSITIVE_INFINITY;
    const dueMs = Math.min(this.#inFlight.earliestDeadlineMs, idleDueMs);
    if (this.#timer !== null) this.#net.clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#timerDueMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(TIMER_GRANULARITY_MS, Math.ceil(dueMs - nowMs));
    this.#timer = this.#net.clock.setTimer(Math.min(delayMs, TIMER_DELAY_MS_MAX), this.#onTimer);
  }

  readonly #onTimer = (): void => {
    const nowMs = this.#net.clock.monotonic();
    if (!this.#timerDeferred && nowMs > this.#timerDueMs + TIMER_LATE_MS) {
      // The loop stalled: what the peer sent in time may lie unread. Read once before judging it.
      this.#timerDeferred = true;
      this.#timer = this.#net.clock.setTimer(TIMER_GRANULARITY_MS, this.#onTimer);
      return;
    }
    this.#timerDeferred = false;
    for (const waiter of this.#inFlight.takeExpired(nowMs)) {
      const written = !this.#queue.withdraw(waiter.sequence);
      const text = `No response from ${this.remoteAddress} in time`;
      waiter.requester.onFailure(new ConnectionError('TIMEOUT', text, written));
    }
    const idleMs = this.#options.idleTimeoutMs;
    if (idleMs > 0 && nowMs - this.#lastActivityMs >= idleMs) {
      const text = `No traffic with ${this.remoteAddress} for ${idleMs} ms`;
      this.#shutdown(new ConnectionError('IDLE', text, true), 'now');
    } else {
      this.#armTimer(nowMs);
    }
  };

  #shutdown(error: Error | null, how: 'drain' | 'now'): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== null) this.#net.clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#rejectAll(error);
    if (how === 'now') {
      this.#socket.destroy();
    } else {
      if (!this.#queue.empty) this.#hand(this.#queue.takeAll(), this.#onWritten);
      this.#timer = this.#net.clock.setTimer(CLOSE_LINGER_MS, () => this.#socket.destroy());
      this.#socket.destroySoon();
    }
    process.nextTick(notifyClosed, this.#handler, this, error);
  }

  /** A request whose frame is still in the queue is withdrawn: it is refused as certainly not sent. */
  #rejectAll(cause: Error | null): void {
    for (const waiter of this.#inFlight.takeAll()) {
      const written = !this.#queue.withdraw(waiter.sequence);
      const text = `The connection to ${this.remoteAddress} closed before the response`;
      waiter.requester.onFailure(new ConnectionError('CLOSED', text, written, cause ?? undefined));
    }
  }

  #onSocketClosed(): void {
    this.#shutdown(null, 'now');
    if (this.#timer !== null) this.#net.clock.clearTimer(this.#timer);
    this.#timer = null;
  }
}

function notifyClosed(handler: ConnectionHandler, connection: Connection, error: Error | null): void {
  handler.onClose(connection, error);
}

/** A listener on both families reports IPv4 peers as `::ffff:a.b.c.d`; everyone else knows them as a.b.c.d. */
function plainHost(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
