import type { NetClock } from '@ledgermq/protocol/net';
import type { MessageQueue } from './message-queue.ts';
import type { PendingSend } from './shipment.ts';

export interface BatchLimits {
  /** Messages of one frame. */
  readonly maxMessages: number;
  /** Bytes of bodies and properties of one frame. */
  readonly maxBytes: number;
}

interface Gathering {
  readonly queue: MessageQueue;
  sends: PendingSend[];
  bytes: number;
}

/**
 * Gathers the sends of one turn of the event loop by queue; at its end, or when a frame is full, they leave together.
 * Order within a queue is the order of the calls.
 */
export class TurnBatcher {
  readonly #limits: BatchLimits;
  readonly #ship: (queue: MessageQueue, sends: readonly PendingSend[]) => void;
  readonly #clock: Pick<NetClock, 'immediate'>;
  readonly #gathering: Map<MessageQueue, Gathering> = new Map();
  #scheduled = false;

  constructor(
    limits: BatchLimits,
    clock: Pick<NetClock, 'immediate'>,
    ship: (queue: MessageQueue, sends: readonly PendingSend[]) => void,
  ) {
    this.#limits = limits;
    this.#clock = clock;
    this.#ship = ship;
  }

  /** `queue` is compared by identity: the producer hands in the route's own objects. */
  add(queue: MessageQueue, send: PendingSend): void {
    const bytes = send.message.body.length + send.message.properties.length;
    let gathering = this.#gathering.get(queue);
    if (gathering === undefined) {
      gathering = { queue, sends: [], bytes: 0 };
      this.#gathering.set(queue, gathering);
    }
    const fits = gathering.bytes + bytes <= this.#limits.maxBytes && canShare(gathering.sends[0], send);
    if (gathering.sends.length > 0 && !fits) this.#release(gathering);
    gathering.sends.push(send);
    gathering.bytes += bytes;
    if (gathering.sends.length >= this.#limits.maxMessages) this.#release(gathering);
    if (!this.#scheduled) {
      this.#scheduled = true;
      this.#clock.immediate(() => this.flush());
    }
  }

  flush(): void {
    this.#scheduled = false;
    const all = [...this.#gathering.values()];
    this.#gathering.clear();
    for (const gathering of all) if (gathering.sends.length > 0) this.#ship(gathering.queue, gathering.sends);
  }

  #release(gathering: Gathering): void {
    const { sends } = gathering;
    gathering.sends = [];
    gathering.bytes = 0;
    this.#ship(gathering.queue, sends);
  }
}

/** A batch has one sysFlag for all its messages, and its retries one rule about moving to another queue. */
function canShare(first: PendingSend | undefined, next: PendingSend): boolean {
  return (
    first === undefined ||
    (first.message.sysFlag === next.message.sysFlag && first.queueFixed === next.queueFixed)
  );
}
