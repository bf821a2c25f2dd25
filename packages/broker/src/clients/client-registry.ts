import type { ConsumerData, HeartbeatData, SubscriptionData } from '@ledgermq/protocol';
import type { ClientConnection } from '../exchange.ts';

/** Where a heartbeat came from, and what the header of its request says about the client. */
export interface HeartbeatSender {
  readonly connection: ClientConnection;
  readonly language: string;
  readonly version: number;
}

/** One live member of a producer or consumer group. */
export interface ClientEntry extends HeartbeatSender {
  readonly clientId: string;
  /** Monotonic milliseconds of the latest heartbeat. */
  readonly seenAt: number;
}

export interface ConsumerGroupView {
  readonly groupName: string;
  readonly consumeType: string;
  readonly messageModel: string;
  readonly consumeFromWhere: string;
  readonly clients: ReadonlyMap<string, ClientEntry>;
  readonly subscriptions: ReadonlyMap<string, SubscriptionData>;
}

interface ConsumerGroup {
  groupName: string;
  consumeType: string;
  messageModel: string;
  consumeFromWhere: string;
  clients: Map<string, ClientEntry>;
  subscriptions: Map<string, SubscriptionData>;
}

export interface ClientRegistryOptions {
  /** A client that sent no heartbeat for longer is gone; RocketMQ's channelExpiredTimeout, 120 s. */
  readonly channelExpiredTimeoutMs: number;
  /** Memberships of all groups together. */
  readonly clientsMax: number;
  readonly subscriptionsPerGroupMax: number;
  /** Called for each consumer group whose members or subscriptions changed and that still has members. */
  readonly onGroupChanged: (group: ConsumerGroupView) => void;
}

/**
 * Who produces to and consumes from this replica. Volatile: every client sends a heartbeat to every replica every
 * 30 s, so each replica knows the members without replication and a new master knows them at once.
 */
export class ClientRegistry {
  readonly #options: ClientRegistryOptions;
  readonly #producers = new Map<string, Map<string, ClientEntry>>();
  readonly #consumers = new Map<string, ConsumerGroup>();
  #memberships = 0;

  constructor(options: ClientRegistryOptions) {
    this.#options = options;
  }

  /** Number of (group, client) pairs held. */
  get memberships(): number {
    return this.#memberships;
  }

  consumerGroup(group: string): ConsumerGroupView | undefined {
    return this.#consumers.get(group);
  }

  consumerGroups(): Iterable<ConsumerGroupView> {
    return this.#consumers.values();
  }

  producerGroup(group: string): ReadonlyMap<string, ClientEntry> | undefined {
    return this.#producers.get(group);
  }

  /** Client ids of a consumer group, in the order in which they joined. */
  consumerIds(group: string): string[] {
    return [...(this.#consumers.get(group)?.clients.keys() ?? [])];
  }

  /**
   * Takes a heartbeat. Returns false, with nothing changed for the group concerned, when a limit forbids to keep all
   * of it; the client then stays unknown there, which is visible to it as an empty consumer list.
   */
  heartbeat(beat: HeartbeatData, sender: HeartbeatSender, now: number): boolean {
    const entry: ClientEntry = { ...sender, clientId: beat.clientID, seenAt: now };
    let complete = true;
    for (const { groupName } of beat.producerDataSet) {
      complete = this.#joinProducers(groupName, entry) && complete;
    }
    for (const consumer of beat.consumerDataSet) {
      complete = this.#joinConsumers(consumer, entry, beat.withoutSub) && complete;
    }
    return complete;
  }

  unregister(clientId: string, producerGroup: string | null, consumerGroup: string | null): void {
    if (producerGroup !== null) {
      this.#leaveProducers(producerGroup, clientId);
    }
    if (consumerGroup !== null) {
      this.#leaveConsumers(consumerGroup, [clientId]);
    }
  }

  /** Removes every membership that was last confirmed over this connection. */
  connectionClosed(connection: ClientConnection): void {
    this.#removeWhere((entry) => entry.connection === connection);
  }

  expire(now: number): void {
    const oldest = now - this.#options.channelExpiredTimeoutMs;
    this.#removeWhere((entry) => entry.seenAt < oldest);
  }

  #joinProducers(group: string, entry: ClientEntry): boolean {
    let members = this.#producers.get(group);
    if (members?.has(entry.clientId) !== true && this.#memberships >= this.#options.clientsMax) {
      return false;
    }
    if (members === undefined) {
      members = new Map();
      this.#producers.set(group, members);
    }
    this.#memberships += members.has(entry.clientId) ? 0 : 1;
    members.set(entry.clientId, entry);
    return true;
  }

  #joinConsumers(beat: ConsumerData, entry: ClientEntry, withoutSub: boolean): boolean {
    let group = this.#consumers.get(beat.groupName);
    const previous = group?.clients.get(entry.clientId);
    if (
      (previous === undefined && this.#memberships >= this.#options.clientsMax) ||
      beat.subscriptionDataSet.length > this.#options.subscriptionsPerGroupMax
    ) {
      return false;
    }
    if (group === undefined) {
      group = {
        groupName: beat.groupName,
        consumeType: beat.consumeType,
        messageModel: beat.messageModel,
        consumeFromWhere: beat.consumeFromWhere,
        clients: new Map(),
        subscriptions: new Map(),
      };
      this.#consumers.set(beat.groupName, group);
    }
    group.consumeType = beat.consumeType;
    group.messageModel = beat.messageModel;
    group.consumeFromWhere = beat.consumeFromWhere;
    this.#memberships += previous === undefined ? 1 : 0;
    group.clients.set(entry.clientId, entry);
    // Such a heartbeat only says that the client is alive; what it subscribed before still holds.
    const resubscribed = !withoutSub && replaceSubscriptions(group, beat.subscriptionDataSet);
    if (previous === undefined || previous.connection !== entry.connection || resubscribed) {
      this.#options.onGroupChanged(group);
    }
    return true;
  }

  #leaveProducers(group: string, clientId: string): void {
    const members = this.#producers.get(group);
    if (members?.delete(clientId) === true) {
      this.#memberships -= 1;
      if (members.size === 0) {
        this.#producers.delete(group);
      }
    }
  }

  #leaveConsumers(groupName: string, clientIds: readonly string[]): void {
    const group = this.#consumers.get(groupName);
    if (group === undefined) {
      return;
    }
    let removed = 0;
    for (const clientId of clientIds) {
      removed += group.clients.delete(clientId) ? 1 : 0;
    }
    this.#memberships -= removed;
    if (group.clients.size === 0) {
      this.#consumers.delete(groupName);
    } else if (removed > 0) {
      this.#options.onGroupChanged(group);
    }
  }

  #removeWhere(gone: (entry: ClientEntry) => boolean): void {
    for (const [group, members] of this.#producers) {
      for (const entry of members.values()) {
        if (gone(entry)) {
          this.#leaveProducers(group, entry.clientId);
        }
      }
    }
    for (const [groupName, group] of this.#consumers) {
      const leaving = [...group.clients.values()].filter(gone).map((entry) => entry.clientId);
      if (leaving.length > 0) {
        this.#leaveConsumers(groupName, leaving);
      }
    }
  }
}

/**
 * The latest heartbeat decides the whole subscription of its group. An older version of a known topic (a heartbeat
 * that was overtaken) does not replace a newer one. Returns whether the set of topics or an expression changed.
 */
function replaceSubscriptions(group: ConsumerGroup, subscriptions: readonly SubscriptionData[]): boolean {
  let changed = false;
  const topics = new Set<string>();
  for (const next of subscriptions) {
    topics.add(next.topic);
    const known = group.subscriptions.get(next.topic);
    if (known !== undefined && known.subVersion > next.subVersion) {
      continue;
    }
    changed ||=
      known === undefined ||
      known.subString !== next.subString ||
      known.expressionType !== next.expressionType;
    group.subscriptions.set(next.topic, next);
  }
  for (const topic of group.subscriptions.keys()) {
    if (!topics.has(topic)) {
      group.subscriptions.delete(topic);
      changed = true;
    }
  }
  return changed;
}
