import type { TurnFlush } from './turn-flush.ts';

/** A running timer, as the clock that made it knows it. */
export type TimerHandle = object | number;

/**
 * Time, for everything that uses sockets. It has the shape of the consensus library's clock, so that one object can
 * serve both.
 */
export interface NetClock {
  /** Wall-clock milliseconds since 1970; may jump. */
  now(): number;
  /** Milliseconds, fractional, from an arbitrary start; never goes back. All deadlines are on it. */
  monotonic(): number;
  /** Calls `fn` once, not before `ms` milliseconds have passed; `ms` is at most 2^31 - 1. */
  setTimer(ms: number, fn: () => void): TimerHandle;
  /** Ends a timer; one that fired or was ended already is ignored. */
  clearTimer(handle: TimerHandle): void;
  /** Calls `fn` once after the input of the present event-loop turn was read. Calls keep their order. */
  immediate(fn: () => void): void;
}

/** What a socket reports; the names and the order are those of `node:net`. */
export interface SocketEvents {
  /** The connection stands (only on the side that made it). */
  connect: [];
  /** Bytes, in the order in which the peer wrote them. The buffer is the listener's to keep. */
  data: [chunk: Buffer];
  /** The peer ended its side; everything it wrote was reported before. */
  end: [];
  /** Followed by `close`. */
  error: [error: Error];
  /** Last of all, once, whatever the reason. */
  close: [];
}

/**
 * One end of a stream of bytes: the part of `net.Socket` that is in use. When the peer ends its side, this side ends by
 * itself after what was written has left (`allowHalfOpen` is false).
 */
export interface SocketPort {
  /** Undefined while connecting and after the end. */
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  /** Bytes written that the system has not taken yet. */
  readonly writableLength: number;

  on<E extends keyof SocketEvents>(event: E, listener: (...args: SocketEvents[E]) => void): unknown;
  once<E extends keyof SocketEvents>(event: E, listener: (...args: SocketEvents[E]) => void): unknown;
  off<E extends keyof SocketEvents>(event: E, listener: (...args: SocketEvents[E]) => void): unknown;

  /**
   * Sends the bytes; the buffer is the socket's from now on. What is written before `connect` leaves then. `done` is
   * called once, never within this call, when the system has taken the bytes or it is certain that it never will. A
   * write after `destroy` is reported with an error; those under way at a `destroy` may be reported either way.
   */
  write(bytes: Buffer, done?: (error?: Error | null) => void): boolean;
  /** Writes after this one leave together at `uncork`. */
  cork(): void;
  uncork(): void;
  /** No further `data` until `resume`; a peer that goes on writing finds that its writes are not taken any more. */
  pause(): unknown;
  resume(): unknown;
  /** Drops the connection in both directions; what was not taken yet is lost. `close` follows. */
  destroy(): unknown;
  /** Lets what was written leave, tells the peer that it is the end, and then destroys. */
  destroySoon(): void;
  setNoDelay(noDelay: boolean): unknown;
}

/** Accepts connections on one address: the part of `net.Server` that is in use. */
export interface ServerPort {
  /** Connections beyond this number are closed as soon as they are accepted. */
  maxConnections: number;
  /** Port 0 is a free one. `onListening` or the event `error` (address in use ...) follows. */
  listen(port: number, host: string, onListening: () => void): unknown;
  /** The address while listening. */
  address(): { readonly port: number } | string | null;
  /** Accepts no more at once; `onClosed` is called when all accepted connections are closed too. */
  close(onClosed: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

/** Where connections come from. Simulation replaces it with one in memory. */
export interface Network {
  /** `connect` or `error` follows, never within this call. Bytes leave at once, without Nagle's delay. */
  connect(host: string, port: number): SocketPort;
  /** `onSocket` gets every connection accepted. */
  createServer(onSocket: (socket: SocketPort) => void): ServerPort;
}

/** Everything outside that code with connections depends on. One process, or one simulated node, has one of these. */
export interface NetPorts {
  readonly network: Network;
  readonly clock: NetClock;
  readonly turn: TurnFlush;
}
