import { EventEmitter } from 'node:events';
import type { Pipe, PipeEnd, Segment } from './pipe.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

type Written = (error?: Error | null) => void;

interface PendingWrite {
  readonly bytes: Buffer;
  readonly done: Written | null;
}

/** What a socket needs of the machine it is on. */
export interface SocketKernel {
  readonly scheduler: Scheduler;
  /** Bytes that the kernels of both sides take before a writer has to wait. */
  readonly bufferBytes: number;
  /** The machine has power; without, nobody is told anything. */
  readonly powered: boolean;
  /** Calls `fn` when the machine has power again. */
  whenPowered(fn: () => void): void;
  closed(socket: SimSocket): void;
}

/** One end of a connection, as `net.Socket` shows it to a program. */
export class SimSocket extends EventEmitter implements PipeEnd {
  readonly process: Process;
  readonly localAddress: string;
  readonly localPort: number;
  readonly #kernel: SocketKernel;
  #remote: SocketAddress | undefined;
  #outgoing: Pipe | null = null;
  #incoming: Pipe | null = null;
  #writes: PendingWrite[] = [];
  #queuedBytes = 0;
  #corked = 0;
  #paused = false;
  #reading: Segment[] = [];
  #ending = false;
  #destroyWhenSent = false;
  #resetWaits = false;
  #peer: SimSocket | null = null;
  #finSent = false;
  #finReceived = false;
  #drainScheduled = false;
  destroyed = false;
  connecting: boolean;

  constructor(kernel: SocketKernel, process: Process, local: SocketAddress, connecting: boolean) {
    super();
    this.process = process;
    this.localAddress = local.address;
    this.localPort = local.port;
    this.#kernel = kernel;
    this.connecting = connecting;
  }

  get remoteAddress(): string | undefined {
    return this.destroyed ? undefined : this.#remote?.address;
  }

  get remotePort(): number | undefined {
    return this.destroyed ? undefined : this.#remote?.port;
  }

  get writableLength(): number {
    return this.#queuedBytes;
  }

  /** The kernel knows the peer from now on. */
  attach(outgoing: Pipe, incoming: Pipe, remote: SocketAddress): void {
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    this.#remote = remote;
  }

  /** Both ends of a connection know each other, for the flow of writes only. */
  meet(peer: SimSocket): void {
    this.#peer = peer;
  }

  write(bytes: Uint8Array, done?: Written): boolean {
    if (this.destroyed || this.#ending) {
      const error = coded('ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed');
      if (done !== undefined) this.#later('write failed', () => done(error));
      return false;
    }
    this.#writes.push({ bytes: Buffer.from(bytes), done: done ?? null });
    this.#queuedBytes += bytes.length;
    if (this.#corked === 0) this.#flush();
    return this.#queuedBytes === 0;
  }

  cork(): void {
    this.#corked += 1;
  }

  uncork(): void {
    this.#corked = Math.max(0, this.#corked - 1);
    if (this.#corked === 0) this.#flush();
  }

  pause(): this {
    this.#paused = true;
    return this;
  }

  resume(): this {
    if (!this.#paused) return this;
    this.#paused = false;
    this.#later('resume', () => this.#read());
    return this;
  }

  setNoDelay(_noDelay?: boolean): this {
    return this;
  }

  end(): this {
    this.#ending = true;
    this.#finish();
    return this;
  }

  /** Sends what is queued, then ends. */
  destroySoon(): void {
    this.#ending = true;
    this.#destroyWhenSent = true;
    if (this.#writes.length === 0) this.destroy();
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    const unread = this.#reading.length > 0 || this.#incoming?.busy === true;
    this.#close(unread ? 'reset' : 'fin');
    this.#report(error ?? null);
    return this;
  }

  /** The network ends this connection from outside. */
  fail(code: string, text: string): void {
    if (this.destroyed) return;
    this.#close(null);
    this.#report(coded(code, text));
  }

  /** The process ended: its kernel closes for it, or there is no kernel any more. */
  abandon(): void {
    if (this.destroyed) return;
    const unread = this.#reading.length > 0 || this.#incoming?.busy === true;
    this.#close(this.#kernel.powered ? (unread ? 'reset' : 'fin') : null);
  }

  arrived(segment: Segment): void {
    if (this.destroyed) {
      this.orphaned(segment);
      return;
    }
    switch (segment.type) {
      case 'reset':
        this.fail('ECONNRESET', 'read ECONNRESET');
        return;
      case 'open':
        this.connecting = false;
        this.emit('connect');
        this.#flush();
        this.#finish();
        return;
      case 'fin':
      case 'data':
        this.#reading.push(segment);
        this.#read();
        return;
    }
  }

  /** To what comes for a socket that is gone, its kernel answers with a reset, once there is one. */
  orphaned(segment: Segment): void {
    if (segment.type !== 'data') return;
    if (this.#kernel.powered) {
      this.#outgoing?.send({ type: 'reset' });
    } else if (!this.#resetWaits) {
      this.#resetWaits = true;
      this.#kernel.whenPowered(() => this.#outgoing?.send({ type: 'reset' }));
    }
  }

  #read(): void {
    while (!this.#paused && !this.destroyed) {
      const segment = this.#reading.shift();
      if (segment === undefined) return;
      if (segment.type === 'data') {
        this.#incoming?.read(segment.bytes.length);
        this.#kernel.scheduler.trace.bytes(segment.bytes);
        this.emit('data', segment.bytes);
        this.#peer?.mayDrain();
      } else {
        this.#finReceived = true;
        this.emit('end');
        // As sockets of Node do unless they were told otherwise: the other side has ended, so this side does.
        if (!this.destroyed) this.end();
      }
    }
  }

  /** Room became free on the way to the peer. */
  mayDrain(): void {
    if (this.#writes.length === 0 || this.#drainScheduled || this.destroyed) return;
    this.#drainScheduled = true;
    this.#later('drain', () => {
      this.#drainScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const pipe = this.#outgoing;
    if (this.connecting || this.destroyed || pipe === null || this.#writes.length === 0) return;
    let room = this.#kernel.bufferBytes - pipe.unread;
    if (room <= 0) return;
    const pieces: Buffer[] = [];
    for (let first = this.#writes[0]; first !== undefined && room > 0; first = this.#writes[0]) {
      const piece = first.bytes.subarray(0, room);
      pieces.push(piece);
      room -= piece.length;
      this.#queuedBytes -= piece.length;
      if (piece.length < first.bytes.length) {
        this.#writes[0] = { ...first, bytes: first.bytes.subarray(piece.length) };
      } else {
        this.#writes.shift();
        if (first.done !== null) process.nextTick(first.done);
      }
    }
    const [only] = pieces;
    pipe.send({
      type: 'data',
      bytes: pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces),
    });
    if (this.#ending && this.#writes.length === 0) process.nextTick(() => this.#finish());
  }

  #finish(): void {
    if (!this.#ending || this.destroyed || this.connecting || this.#writes.length > 0) return;
    if (this.#finReceived || this.#destroyWhenSent) {
      this.destroy();
    } else if (!this.#finSent) {
      this.#finSent = true;
      this.#outgoing?.send({ type: 'fin' });
    }
  }

  #close(tell: 'fin' | 'reset' | null): void {
    this.destroyed = true;
    this.#reading = [];
    if (tell !== null && !(tell === 'fin' && this.#finSent)) this.#outgoing?.send({ type: tell });
    if (tell === 'fin') this.#finSent = true;
    this.#kernel.closed(this);
  }

  /** Tells the program how the connection ended: first whoever waits for a write, then all others. */
  #report(error: Error | null): void {
    const writes = this.#writes.splice(0);
    this.#queuedBytes = 0;
    this.#later('close', () => {
      if (writes.length > 0) {
        const failure =
          error ?? coded('ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed');
        for (const { done } of writes) done?.(failure);
      }
      if (error !== null) this.emit('error', error);
      this.emit('close', error !== null);
    });
  }

  #later(kind: string, fn: () => void): void {
    this.#kernel.scheduler.after(0, this.process, kind, fn);
  }
}

export function coded(code: string, text: string): Error {
  return Object.assign(new Error(text), { code });
}
