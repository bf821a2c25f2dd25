import { nodeNet, type Network, type ServerPort, type SocketPort } from '@ledgermq/protocol/net';
import {
  encodePeerFrame,
  PeerFrameDecoder,
  type Clock,
  type Logger,
  type Message,
  type Random,
  type TimerHandle,
  type Transport,
} from '@ledgermq/raft';
import { encodeHello, HelloReader } from './peer-hello.ts';

export interface PeerAddress {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

export interface PeerTransportConfig {
  readonly clusterName: string;
  readonly nodeId: string;
  readonly listenHost: string;
  readonly listenPort: number;
  /** The other nodes. */
  readonly peers: readonly PeerAddress[];
  /** Bytes that may wait for one peer; messages beyond are dropped and counted, Raft sends them again. */
  readonly sendBytesMax: number;
  /** For the connection and the answer to the hello. */
  readonly connectTimeoutMs: number;
  readonly reconnectMsMin: number;
  readonly reconnectMsMax: number;
  /** Inbound connections at once, strangers before their hello included. */
  readonly inboundMax: number;
  /** A connection that has not introduced itself within this time is closed. */
  readonly helloTimeoutMs: number;
}

export const peerTransportDefaults: Pick<
  PeerTransportConfig,
  'sendBytesMax' | 'connectTimeoutMs' | 'reconnectMsMin' | 'reconnectMsMax' | 'inboundMax' | 'helloTimeoutMs'
> = Object.freeze({
  sendBytesMax: 128 * 1024 * 1024,
  connectTimeoutMs: 1000,
  reconnectMsMin: 20,
  reconnectMsMax: 500,
  inboundMax: 256,
  helloTimeoutMs: 3000,
});

/** What a group's replica wants to hear of its peers. */
export interface PeerEvents {
  receive(from: string, messages: readonly Message[]): void;
  peerOpened(peer: string): void;
  peerClosed(peer: string): void;
}

export interface PeerTransportPorts {
  readonly clock: Pick<Clock, 'setTimer' | 'clearTimer'>;
  readonly random: Random;
  readonly logger: Logger;
  /** Default: that of this process. */
  readonly network?: Network;
}

/**
 * Connections to the other nodes, shared by all groups of this one. Each node makes one connection to each other node and
 * sends on it; what it receives comes on the connections that others made. A killed process closes its sockets, so a
 * closed connection in either direction is reported at once: it is the first hint that a leader is gone.
 */
export class PeerTransport {
  readonly #config: PeerTransportConfig;
  readonly #ports: PeerTransportPorts;
  readonly #groups: Map<string, PeerEvents> = new Map();
  readonly #outgoing: Map<string, OutgoingPeer>;
  readonly #inbound: Map<string, SocketPort> = new Map();
  readonly #sockets: Set<SocketPort> = new Set();
  /** Peers with a connection in either direction, until the loss of one is reported. */
  readonly #present: Set<string> = new Set();
  #server: ServerPort | null = null;
  #stopped = false;

  constructor(config: PeerTransportConfig, ports: PeerTransportPorts) {
    this.#config = config;
    this.#ports = ports;
    this.#outgoing = new Map(
      config.peers.map((peer) => [
        peer.id,
        new OutgoingPeer(peer, config, ports, {
          onOpen: () => {
            this.#present.add(peer.id);
            this.#each((events) => events.peerOpened(peer.id));
          },
          onClose: () => this.#gone(peer.id),
        }),
      ]),
    );
  }

  /** Messages that found no connection or a full buffer. */
  get dropped(): number {
    let dropped = 0;
    for (const peer of this.#outgoing.values()) dropped += peer.dropped;
    return dropped;
  }

  /** Resolves with the port. Rejects when it cannot be bound. */
  async start(): Promise<number> {
    const server = networkOf(this.#ports).createServer((socket) => this.#accept(socket));
    server.maxConnections = this.#config.inboundMax;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#config.listenPort, this.#config.listenHost, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => this.#ports.logger.warn('peer listener', { error: error.message }));
    for (const peer of this.#outgoing.values()) peer.start();
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#config.listenPort;
  }

  /** Closes everything. Nothing is reported any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#groups.clear();
    for (const peer of this.#outgoing.values()) peer.stop();
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Joins a group: its messages and the state of all peers go to `events`; the result sends for it. */
  join(group: string, events: PeerEvents): Transport {
    this.#groups.set(group, events);
    for (const [id, peer] of this.#outgoing) if (peer.open) events.peerOpened(id);
    return {
      send: (to, messages) => this.#outgoing.get(to)?.send(group, messages),
    };
  }

  leave(group: string): void {
    this.#groups.delete(group);
  }

  #each(tell: (events: PeerEvents) => void): void {
    for (const events of this.#groups.values()) tell(events);
  }

  #accept(socket: SocketPort): void {
    if (this.#stopped) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const hello = new HelloReader(this.#config.clusterName, this.#config.nodeId);
    const decoder = new PeerFrameDecoder();
    let peer: string | null = null;
    const deadline = this.#ports.clock.setTimer(this.#config.helloTimeoutMs, () => {
      if (peer === null) socket.destroy();
    });
    socket.on('data', (chunk) => {
      try {
        const rest = peer === null ? hello.push(chunk) : chunk;
        if (rest === null) return;
        if (peer === null) {
          peer = hello.peer;
          this.#introduced(peer, socket);
        }
        if (rest.length > 0) this.#deliver(peer, decoder.push(rest));
      } catch (error) {
        this.#ports.logger.warn('a peer connection is closed', {
          remote: socket.remoteAddress ?? '',
          error: error instanceof Error ? error.message : String(error),
        });
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      this.#ports.clock.clearTimer(deadline);
      this.#sockets.delete(socket);
      if (peer !== null && this.#inbound.get(peer) === socket) {
        this.#inbound.delete(peer);
        // The peer's process is most likely gone: our own connection to it is of no use either.
        if (this.#outgoing.get(peer)?.suspect() !== true) this.#gone(peer);
      }
    });
  }

  #introduced(peer: string, socket: SocketPort): void {
    if (!this.#outgoing.has(peer)) throw new Error(`node ${peer} is not configured here`);
    const previous = this.#inbound.get(peer);
    this.#inbound.set(peer, socket);
    this.#present.add(peer);
    previous?.destroy();
    socket.write(encodeHello(this.#config.clusterName, this.#config.nodeId, peer));
  }

  /** Reports a loss once, however many connections go with it. */
  #gone(peer: string): void {
    if (this.#stopped || !this.#present.delete(peer)) return;
    this.#each((events) => events.peerClosed(peer));
  }

  #deliver(peer: string, frames: ReturnType<PeerFrameDecoder['push']>): void {
    for (const { group, from, to, messages } of frames) {
      if (from !== peer || to !== this.#config.nodeId)
        throw new Error('a peer speaks in the name of another');
      this.#groups.get(group)?.receive(from, messages);
    }
  }
}

function networkOf(ports: PeerTransportPorts): Network {
  return ports.network ?? nodeNet.network;
}

interface OutgoingEvents {
  onOpen(): void;
  onClose(): void;
}

/** Frames smaller than this are joined before they are written; larger ones are handed on without a copy. */
const JOIN_BYTES_MAX = 65_536;

/** The connection that this node makes to one other node. */
class OutgoingPeer {
  readonly #peer: PeerAddress;
  readonly #config: PeerTransportConfig;
  readonly #ports: PeerTransportPorts;
  readonly #events: OutgoingEvents;
  #socket: SocketPort | null = null;
  #open = false;
  #timer: TimerHandle | null = null;
  #delayMs: number;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #flushScheduled = false;
  #stopped = false;
  dropped = 0;

  constructor(
    peer: PeerAddress,
    config: PeerTransportConfig,
    ports: PeerTransportPorts,
    events: OutgoingEvents,
  ) {
    this.#peer = peer;
    this.#config = config;
    this.#ports = ports;
    this.#events = events;
    this.#delayMs = config.reconnectMsMin;
  }

  get open(): boolean {
    return this.#open;
  }

  start(): void {
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#open = false;
    if (this.#timer !== null) this.#ports.clock.clearTimer(this.#timer);
    this.#socket?.destroy();
  }

  send(group: string, messages: readonly Message[]): void {
    const socket = this.#socket;
    if (!this.#open || socket === null) {
      this.dropped += messages.length;
      return;
    }
    const buffers = encodePeerFrame(group, this.#config.nodeId, this.#peer.id, messages);
    let bytes = 0;
    for (const buffer of buffers) bytes += buffer.length;
    if (socket.writableLength + this.#queuedBytes + bytes > this.#config.sendBytesMax) {
      this.dropped += messages.length;
      return;
    }
    for (const buffer of buffers) this.#queue.push(buffer);
    this.#queuedBytes += bytes;
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    // After the code that is running now, before the event loop looks at anything else.
    queueMicrotask(() => this.#flush());
  }

  /** Something else suggests that the peer is gone. True when its loss will be reported by `onClose`. */
  suspect(): boolean {
    this.#socket?.destroy();
    return this.#open;
  }

  #flush(): void {
    this.#flushScheduled = false;
    const queue = this.#queue;
    const bytes = this.#queuedBytes;
    this.#queue = [];
    this.#queuedBytes = 0;
    const socket = this.#socket;
    if (socket === null || !this.#open) return;
    if (queue.length === 1 && queue[0] !== undefined) {
      socket.write(queue[0]);
    } else if (bytes <= JOIN_BYTES_MAX) {
      socket.write(Buffer.concat(queue, bytes));
    } else {
      socket.cork();
      for (const buffer of queue) socket.write(buffer);
      socket.uncork();
    }
  }

  #connect(): void {
    this.#timer = null;
    if (this.#stopped) return;
    const { host, port, id } = this.#peer;
    const socket = networkOf(this.#ports).connect(host, port);
    this.#socket = socket;
    const deadline = this.#ports.clock.setTimer(this.#config.connectTimeoutMs, () => {
      if (!this.#open) socket.destroy();
    });
    socket.on('connect', () => {
      socket.write(encodeHello(this.#config.clusterName, this.#config.nodeId, id));
    });
    const answer = new HelloReader(this.#config.clusterName, this.#config.nodeId);
    socket.on('data', (chunk) => {
      // Nothing is ever sent to us behind the answer; reading on is how the end of the connection is noticed.
      if (this.#open || !this.#understands(answer, chunk)) {
        socket.destroy();
      } else if (answer.peer !== '') {
        this.#ports.clock.clearTimer(deadline);
        this.#delayMs = this.#config.reconnectMsMin;
        this.#open = true;
        this.#events.onOpen();
      }
    });
    socket.on('end', () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#ports.clock.clearTimer(deadline);
      this.#socket = null;
      const wasOpen = this.#open;
      this.#open = false;
      this.#queue = [];
      this.#queuedBytes = 0;
      if (this.#stopped) return;
      this.#reconnectLater();
      if (wasOpen) this.#events.onClose();
    });
  }

  /** False when these bytes are no answer of the node that was called. */
  #understands(answer: HelloReader, chunk: Buffer): boolean {
    try {
      const rest = answer.push(chunk);
      return rest === null || (rest.length === 0 && answer.peer === this.#peer.id);
    } catch (error) {
      this.#ports.logger.warn('a node called as a peer is none', {
        peer: this.#peer.id,
        error: error instanceof Error ? error.message : String(error),
      });
      return false;
    }
  }

  #reconnectLater(): void {
    const delay = this.#delayMs + this.#ports.random.nextInt(Math.ceil(this.#delayMs / 2));
    this.#delayMs = Math.min(this.#config.reconnectMsMax, this.#delayMs * 2);
    this.#timer = this.#ports.clock.setTimer(delay, () => this.#connect());
  }
}
