import type { Message, Transport } from '@ledgermq/raft';
import type { PeerEvents } from './peer-transport.ts';

/**
 * One replica's way to its peers, from before its log is repaired until it stops. What comes from the peers goes to whoever
 * is in charge: the repair, then the driver.
 */
export class PeerLink {
  readonly transport: Transport;
  readonly #open: Set<string> = new Set();
  #target: PeerEvents | null = null;

  constructor(join: (events: PeerEvents) => Transport) {
    this.transport = join({
      receive: (from: string, messages: readonly Message[]) => this.#target?.receive(from, messages),
      peerOpened: (peer) => {
        this.#open.add(peer);
        this.#target?.peerOpened(peer);
      },
      peerClosed: (peer) => {
        this.#open.delete(peer);
        this.#target?.peerClosed(peer);
      },
    });
  }

  isOpen(peer: string): boolean {
    return this.#open.has(peer);
  }

  /** Puts `target` in charge and tells it of the connections that stand. */
  attach(target: PeerEvents): void {
    this.#target = target;
    for (const peer of this.#open) target.peerOpened(peer);
  }
}
