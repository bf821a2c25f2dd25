import { ledgermq } from '#generated/command.js';
import {
  locateRecord,
  ProtocolError,
  RECORD_BYTES_MIN,
  recordQueueId,
  recordStoreTimestamp,
  recordTotalSize,
  type RecordParts,
} from '@ledgermq/protocol';
import { ENTRY_HEADER_BYTES, EntryKind, entryBody, type Entry } from '@ledgermq/raft';
import type { QueueIndex, UniqKeyTable } from '@ledgermq/store';
import { BrokerError } from '../errors.ts';
import { Arrivals } from './arrivals.ts';
import {
  decodeCommandBatch,
  MACHINE_VERSION,
  readSettings,
  type Command,
  type MachineSettings,
} from './command.ts';
import { ConsumerOffsetTable, type ConsumerOffset } from './consumer-offsets.ts';
import { restoreDataVersion } from './data-version.ts';
import { locateBody } from './entry-body.ts';
import { machineLimits } from './machine-limits.ts';
import type { Queue } from './queues.ts';
import { RecordFate, RecordOutcomes } from './record-outcomes.ts';
import { RecordProperties } from './record-properties.ts';
import { rowPrefix, StateChangeList, type StateChanges } from './state-row.ts';
import { SubscriptionGroupTable } from './subscription-groups.ts';
import { TopicTable, type Topic } from './topics.ts';

/** What became of a command; the same on every replica. */
export type CommandReply = 'changed' | 'unchanged' | 'invalid' | 'limit-exceeded';

/** Derived state that the machine writes and that is restored together with its rows. */
export interface MachineStores {
  readonly queueIndex: QueueIndex;
  readonly uniqKeys: UniqKeyTable;
}

const NO_REPLIES: readonly CommandReply[] = [];

/**
 * The replicated state of a broker group: a pure function of the entries applied, total for every entry that a master of
 * a known version proposes. It decides queue offsets and recognises repeated sends. It reads no clock and does no I/O; an
 * exception here means that this program cannot follow the log any further.
 */
export class BrokerMachine {
  readonly topics: TopicTable = new TopicTable();
  readonly groups: SubscriptionGroupTable = new SubscriptionGroupTable();
  readonly offsets: ConsumerOffsetTable = new ConsumerOffsetTable();
  readonly arrivals: Arrivals = new Arrivals();
  /** Fates of the records of the entry applied last. */
  readonly outcomes: RecordOutcomes = new RecordOutcomes();
  readonly #stores: MachineStores;
  readonly #properties: RecordProperties = new RecordProperties();
  #settings: MachineSettings = { enableSendDeduplication: true };
  #bootstrapped = false;
  /** By queue number; queues of deleted topics leave their place empty. */
  readonly #queuesByNumber: (Queue | undefined)[] = [];
  #nextQueueNumber = 0;
  #messages = 0;
  #rowDirty = false;
  /** Body of the membership entry applied last: who belongs to the group is replicated state like any other. */
  #membership: Buffer | null = null;
  #membershipDirty = false;
  /** The topic of the last record: messages of one entry tend to be of few topics. */
  #lastTopic: Topic | null = null;

  constructor(stores: MachineStores) {
    this.#stores = stores;
  }

  /** Whether the first command of the first leader was applied. */
  get bootstrapped(): boolean {
    return this.#bootstrapped;
  }

  /** The membership entry applied last, as its body; null while the group has the members that it began with. */
  get membership(): Buffer | null {
    return this.#membership;
  }

  get settings(): MachineSettings {
    return this.#settings;
  }

  /** Queues that have received a message. */
  get queueCount(): number {
    return this.#nextQueueNumber;
  }

  /** Messages stored since this object was made. */
  get messageCount(): number {
    return this.#messages;
  }

  /** Applies one entry; returns the replies of its commands. `outcomes` holds the fates of its records. */
  apply(entry: Entry): readonly CommandReply[] {
    this.outcomes.clear();
    if (entry.kind === EntryKind.Membership) this.#putMembership(entryBody(entry));
    if (entry.kind !== EntryKind.Data) return NO_REPLIES;
    const { frame } = entry;
    const body = locateBody(frame, ENTRY_HEADER_BYTES);
    const replies =
      body.commandsAt === frame.length ? NO_REPLIES : this.#applyCommands(frame.subarray(body.commandsAt));
    this.#lastTopic = null;
    for (let at = body.recordsAt; at < body.recordsEnd;) {
      if (body.recordsEnd - at < RECORD_BYTES_MIN) throw invalidRecord('is cut off');
      const size = recordTotalSize(frame, at);
      if (size < RECORD_BYTES_MIN || at + size > body.recordsEnd) throw invalidRecord('exceeds its entry');
      this.#applyRecord(frame, at, size, entry.address + at);
      at += size;
    }
    return replies;
  }

  /** Rows changed since the last call, for one checkpoint. */
  takeChanges(): StateChanges {
    const changes = new StateChangeList();
    this.topics.takeChanges(changes);
    this.groups.takeChanges(changes);
    this.offsets.takeChanges(changes);
    if (this.#rowDirty || changes.puts.length + changes.deletes.length > 0) {
      changes.put(rowPrefix.machine, this.#encodeRow());
    }
    this.#rowDirty = false;
    if (this.#membershipDirty && this.#membership !== null)
      changes.put(rowPrefix.membership, this.#membership);
    this.#membershipDirty = false;
    return changes;
  }

  /** Takes over the rows of a checkpoint or snapshot in place of everything held now. */
  restore(rows: Iterable<{ readonly key: Buffer; readonly value: Buffer }>): void {
    this.#reset();
    for (const { key, value } of rows) {
      const name = key.toString();
      if (name === rowPrefix.machine) this.#restoreRow(value);
      else if (name === rowPrefix.membership) this.#membership = value;
      else if (name.startsWith(rowPrefix.topic)) this.topics.restoreRow(value);
      else if (name.startsWith(rowPrefix.subscriptionGroup)) this.groups.restoreRow(value);
      else if (name.startsWith(rowPrefix.consumerOffset)) this.offsets.restoreRow(value);
      else
        throw new BrokerError('STORE_FAILED', `the state database holds a row of an unknown kind: ${name}`);
    }
    for (const { topicName } of this.topics.all()) {
      const queues = this.topics.topic(topicName)?.queues.all() ?? [];
      for (const queue of queues) this.#queuesByNumber[queue.number] = queue;
    }
  }

  /** The queue of a topic that has received messages, else undefined. */
  queue(topicName: string, queueId: number): Queue | undefined {
    return this.topics.topic(topicName)?.queues.get(queueId);
  }

  #reset(): void {
    this.topics.reset();
    this.groups.reset();
    this.offsets.reset();
    this.outcomes.clear();
    this.#settings = { enableSendDeduplication: true };
    this.#bootstrapped = false;
    this.#queuesByNumber.length = 0;
    this.#nextQueueNumber = 0;
    this.#rowDirty = false;
    this.#membership = null;
    this.#membershipDirty = false;
    this.#lastTopic = null;
  }

  #putMembership(body: Buffer): void {
    this.#membership = Buffer.from(body);
    this.#membershipDirty = true;
  }

  #applyCommands(bytes: Buffer): CommandReply[] {
    return decodeCommandBatch(bytes).map((command) => this.#applyCommand(command));
  }

  #applyCommand(command: Command): CommandReply {
    switch (command.type) {
      case 'putTopic':
        return this.topics.put(command.topic, command.autoCreate, command.timestamp);
      case 'deleteTopic':
        return this.#deleteTopic(command.topicName, command.timestamp);
      case 'putSubscriptionGroup':
        return this.groups.put(command.group, command.autoCreate, command.timestamp);
      case 'deleteSubscriptionGroup': {
        if (command.cleanOffset) this.offsets.deleteGroup(command.groupName);
        return this.groups.delete(command.groupName, command.timestamp) ? 'changed' : 'unchanged';
      }
      case 'commitOffsets': {
        let reply: CommandReply = 'unchanged';
        for (const commit of command.commits) {
          const change = this.#commitOffset(commit, command.force);
          if (change !== 'unchanged') reply = change;
        }
        return reply;
      }
      case 'putSettings':
        return this.#putSettings(command.settings);
      case 'bootstrap': {
        if (this.#bootstrapped) return 'unchanged';
        this.#bootstrapped = true;
        this.#rowDirty = true;
        this.#settings = command.settings;
        for (const topic of command.topics) this.topics.put(topic, true, command.timestamp);
        for (const group of command.groups) this.groups.put(group, true, command.timestamp);
        return 'changed';
      }
    }
  }

  /**
   * A commit may be on its way while its topic is deleted. Kept, it would count for the next topic of that name, whose
   * first messages the group would then never see.
   */
  #commitOffset(commit: ConsumerOffset, force: boolean): CommandReply {
    if (this.topics.get(commit.topic) === undefined) return 'invalid';
    return this.offsets.commit(commit, force);
  }

  #putSettings(settings: MachineSettings): CommandReply {
    if (settings.enableSendDeduplication === this.#settings.enableSendDeduplication) return 'unchanged';
    this.#settings = settings;
    this.#rowDirty = true;
    return 'changed';
  }

  #deleteTopic(topicName: string, timestamp: number): CommandReply {
    const topic = this.topics.delete(topicName, timestamp);
    if (topic === null) return 'unchanged';
    this.offsets.deleteTopic(topicName);
    for (const number of topic.queues.numbers()) {
      this.arrivals.forget(number);
      this.#stores.queueIndex.dropQueue(number);
      this.#queuesByNumber[number] = undefined;
    }
    return 'changed';
  }

  #applyRecord(frame: Buffer, at: number, size: number, address: number): void {
    const parts = locate(frame, at);
    const queueId = recordQueueId(frame, at);
    const topic = this.#topicOf(frame, parts);
    if (topic === null || queueId < 0 || queueId >= topic.queueCount) {
      this.outcomes.add(RecordFate.TOPIC_MISSING, queueId, 0, address);
      return;
    }
    const properties = this.#properties;
    properties.scan(frame, parts.propertiesAt, parts.propertiesBytes);
    const { uniqKeyAt, uniqKeyBytes, tagsCode } = properties;
    const keyed =
      uniqKeyBytes > 0 &&
      topic.deduplicated &&
      !properties.optedOut &&
      this.#settings.enableSendDeduplication;
    const { queueIndex, uniqKeys } = this.#stores;
    if (keyed) {
      const known = uniqKeys.find(topic.number, frame, uniqKeyAt, uniqKeyBytes);
      if (known >= 0) {
        const first = this.#queuesByNumber[uniqKeys.queueNumber(known)];
        const place = first?.queueId ?? queueId;
        this.outcomes.add(RecordFate.DUPLICATE, place, uniqKeys.queueOffset(known), uniqKeys.address(known));
        return;
      }
    }
    const queue = topic.queues.get(queueId) ?? this.#openQueue(topic, queueId);
    if (queue === null) {
      this.outcomes.add(RecordFate.INVALID, queueId, 0, address);
      return;
    }
    const { number } = queue;
    const queueOffset = queueIndex.nextOffset(number);
    const storeTimestamp = recordStoreTimestamp(frame, at);
    if (keyed) {
      uniqKeys.insert(
        topic.number,
        frame,
        uniqKeyAt,
        uniqKeyBytes,
        number,
        queueOffset,
        address,
        storeTimestamp,
      );
    }
    queueIndex.append(number, queueOffset, address, size, tagsCode, storeTimestamp);
    this.#messages += 1;
    this.outcomes.add(RecordFate.STORED, queueId, queueOffset, address);
    this.arrivals.add(queue, queueOffset + 1, tagsCode);
  }

  #topicOf(frame: Buffer, { topicAt, topicBytes }: RecordParts): Topic | null {
    const last = this.#lastTopic;
    if (last !== null && last.nameBytes.length === topicBytes) {
      if (frame.compare(last.nameBytes, 0, topicBytes, topicAt, topicAt + topicBytes) === 0) return last;
    }
    const topic = this.topics.topic(frame.toString('utf8', topicAt, topicAt + topicBytes)) ?? null;
    if (topic !== null) this.#lastTopic = topic;
    return topic;
  }

  #openQueue(topic: Topic, queueId: number): Queue | null {
    if (this.#nextQueueNumber >= machineLimits.queuesMax) return null;
    const queue = topic.queues.assign(queueId, this.#nextQueueNumber);
    this.#queuesByNumber[queue.number] = queue;
    this.#nextQueueNumber += 1;
    this.#rowDirty = true;
    this.topics.markDirty(topic);
    return queue;
  }

  #encodeRow(): Uint8Array {
    return ledgermq.machine.MachineRow.encode({
      version: MACHINE_VERSION,
      bootstrapped: this.#bootstrapped,
      settings: this.#settings,
      topics: this.topics.dataVersion,
      subscriptionGroups: this.groups.dataVersion,
      nextTopicNumber: this.topics.nextNumber,
      nextQueueNumber: this.#nextQueueNumber,
    }).finish();
  }

  #restoreRow(value: Buffer): void {
    const row = ledgermq.machine.MachineRow.decode(value);
    if ((row.version ?? 0) > MACHINE_VERSION) {
      throw new BrokerError(
        'STORE_FAILED',
        `the state is of version ${row.version ?? 0}, newer than this program`,
      );
    }
    this.#bootstrapped = row.bootstrapped ?? false;
    this.#settings = readSettings(row.settings);
    this.#nextQueueNumber = row.nextQueueNumber ?? 0;
    this.topics.restore(restoreDataVersion(row.topics), row.nextTopicNumber ?? 0);
    this.groups.restore(restoreDataVersion(row.subscriptionGroups));
  }
}

function locate(frame: Buffer, at: number): RecordParts {
  try {
    return locateRecord(frame, at);
  } catch (error) {
    if (error instanceof ProtocolError) throw invalidRecord(error.message);
    throw error;
  }
}

/** The entry's checksum held, so a master wrote it so: to go on by guessing would part this replica from the others. */
function invalidRecord(why: string): BrokerError {
  return new BrokerError('ENTRY_INVALID', `a record of an entry ${why}`);
}
