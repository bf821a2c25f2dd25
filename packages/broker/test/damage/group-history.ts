import type { ExecutionContext } from 'ava';
import { decodeProperties, readRecord } from '@ledgermq/protocol';
import type { KeyLookupResult } from '../../src/group-port.ts';
import { readQueue } from '../read-queue.ts';
import type { RealGroup, RealMember } from './real-group.ts';

const TOPICS = ['T', 'U'] as const;
const QUEUES = 3;
const GROUP = 'g';
/** Messages that are sent together. */
const TOGETHER = 5;
/** As many cross at least one place at which snapshots are taken, where the log is let go up to one. */
const UNTIL_SNAPSHOT = 30;

interface Stored {
  readonly number: number;
  readonly key: string;
  readonly body: string;
}

interface Message {
  readonly topic: string;
  readonly queueId: number;
  readonly uniqKey: string;
  readonly body: string;
}

/** Everything that a group has acknowledged, and whether a member still has it. */
export class GroupHistory {
  readonly #name: string;
  readonly #keptAtLeast: number;
  readonly #queues: Map<string, Map<number, Stored>>;
  readonly #offsets: Map<string, number>;
  #sent: number;

  /** `name` begins every body, so that groups differ. `keptAtLeast`: so many of the newest messages retention leaves. */
  constructor(name: string, keptAtLeast: number, past?: GroupHistory) {
    this.#name = name;
    this.#keptAtLeast = keptAtLeast;
    const queues = past === undefined ? [] : [...past.#queues];
    this.#queues = new Map(queues.map(([place, stored]) => [place, new Map(stored)]));
    this.#offsets = new Map(past === undefined ? [] : past.#offsets);
    this.#sent = past === undefined ? 0 : past.#sent;
  }

  /** As it is now; it goes on apart from this one. */
  copy(): GroupHistory {
    return new GroupHistory(this.#name, this.#keptAtLeast, this);
  }

  async createTopics(group: RealGroup): Promise<void> {
    for (const topic of TOPICS) await group.createTopic(topic);
  }

  /** Sends so many messages and, now and then, commits how far the consumers are. */
  async send(group: RealGroup, count: number): Promise<void> {
    for (const end = this.#sent + count; this.#sent < end;) {
      const wave = Array.from({ length: Math.min(TOGETHER, end - this.#sent) }, (_, i) => this.#sent + i);
      this.#sent += wave.length;
      await Promise.all(wave.map((number) => this.#sendOne(group, number)));
      const topic = TOPICS[wave.length % 2] ?? 'T';
      const queueId = this.#sent % QUEUES;
      await group.commitOffset(this.#sent, topic, queueId);
      this.#offsets.set(`${topic}/${queueId}`, this.#sent);
    }
  }

  /** A member has applied all that the others have: every acknowledged message, offset, topic, and no message twice. */
  async check(t: ExecutionContext, group: RealGroup): Promise<void> {
    await group.level();
    await this.#checkMembers(t, group);
    // Tables of ids that differ between members would tear their queues apart here.
    for (const number of [0, 1, 7, this.#sent - 1]) {
      const { topic, queueId, uniqKey, body } = this.#messageOf(number);
      const told = await group.send({ topic, queueId, uniqKey, body });
      t.true(told.duplicate, `message ${number} is known`);
    }
    await this.send(group, this.#keptAtLeast === Infinity ? TOGETHER : UNTIL_SNAPSHOT);
    await group.level();
    await this.#checkMembers(t, group);
  }

  /** What a queue must hold that begins at `minOffset`: retention may have taken what is before, if it is old enough. */
  #expected(stored: ReadonlyMap<number, Stored>, minOffset: number): Map<number, string> {
    const kept = [...stored].filter(
      ([offset, { number }]) => offset >= minOffset || number >= this.#sent - this.#keptAtLeast,
    );
    return new Map(kept.map(([offset, { key, body }]) => [offset, `${key} ${body}`]));
  }

  async #sendOne(group: RealGroup, number: number): Promise<void> {
    const message = this.#messageOf(number);
    const { topic, queueId, uniqKey, body } = message;
    const told = await group.send(message);
    const queue = this.#queues.get(`${topic}/${queueId}`) ?? new Map<number, Stored>();
    this.#queues.set(`${topic}/${queueId}`, queue.set(told.queueOffset, { number, key: uniqKey, body }));
  }

  #messageOf(number: number): Message {
    const uniqKey = `k${number}`;
    const body = `${this.#name} ${number} `.repeat(6);
    return { topic: TOPICS[number % 2] ?? 'T', queueId: number % QUEUES, uniqKey, body };
  }

  async #checkMembers(t: ExecutionContext, group: RealGroup): Promise<void> {
    for (const member of group.members) {
      if (member.replica !== null) await group.finish(this.#checkMember(t, member));
    }
  }

  async #checkMember(t: ExecutionContext, { id, live }: RealMember): Promise<void> {
    t.deepEqual(
      TOPICS.filter((topic) => live.topics.get(topic) === undefined),
      [],
      `${id} has the topics`,
    );
    for (const [place, offset] of this.#offsets) {
      const [topic = '', queueId = ''] = place.split('/');
      t.is(live.offsets.get(GROUP, topic, Number(queueId)), offset, `${id} has the offset of ${place}`);
    }
    for (const [place, stored] of this.#queues) {
      const [topic = '', queueId = ''] = place.split('/');
      const found = await readAll(live, topic, Number(queueId));
      t.deepEqual(
        found.messages,
        this.#expected(stored, found.minOffset),
        `${id} has the messages of ${place}`,
      );
      const { key } = [...stored.values()].at(-1) as Stored;
      const lookup = { topic, key, uniqKeyOnly: true, begin: 0, end: Number.MAX_SAFE_INTEGER };
      const looked = await new Promise<KeyLookupResult | null>((resolve) => {
        live.keys.findByKey({ ...lookup, countMax: 2, bytesMax: 10_000 }, resolve);
      });
      t.is(looked?.records.length, 1, `${id} finds ${key}`);
    }
  }
}

async function readAll(
  { queues }: RealMember['live'],
  topic: string,
  queueId: number,
): Promise<{ readonly minOffset: number; readonly messages: Map<number, string> }> {
  const messages = new Map<number, string>();
  const bounds = queues.bounds(topic, queueId);
  for (let offset = bounds?.minOffset ?? 0; offset < (bounds?.maxOffset ?? 0);) {
    const limits = { countMax: 64, bytesMax: 100_000, matches: null };
    const { read, body } = await readQueue(queues, topic, queueId, offset, limits);
    if (read.type !== 'found' || body === null) break;
    for (let at = 0; at < body.length;) {
      const record = readRecord(body, at, { verifyBody: true });
      at += record.totalSize;
      const key = decodeProperties(record.properties).get('UNIQ_KEY') ?? '';
      messages.set(Number(record.queueOffset), `${key} ${record.body.toString()}`);
    }
    offset = read.nextBeginOffset;
  }
  return { minOffset: bounds?.minOffset ?? 0, messages };
}
