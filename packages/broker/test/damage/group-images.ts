import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogPosition } from '@ledgermq/raft';
import { hardStateFileName, readHardState } from '@ledgermq/store';
import { GroupHistory } from './group-history.ts';
import type { Promises } from './promise-watch.ts';
import { realGroup, type GroupShape, type RealGroup } from './real-group.ts';

/** The files of a group at one moment, and what it had acknowledged by then. */
export interface GroupImage {
  readonly shape: GroupShape;
  readonly root: string;
  readonly history: GroupHistory;
  readonly leader: string;
  /** Had everything that was acknowledged, as the leader. */
  readonly follower: string;
  /** The third member; in a `lagging` image it lacks what was acknowledged last, in a `learning` one it has no vote. */
  readonly third: string;
  /** What each member had promised by then. */
  readonly promises: ReadonlyMap<string, Promises>;
}

/**
 * - stopped: in good order.
 * - killed: all processes at once, the files are as the system has them.
 * - lagging: the same, while the third member was cut off and the others went on.
 */
export type Ending = 'stopped' | 'killed' | 'lagging';

const NAME = 'broker-a';
const IDS = ['n1', 'n2', 'n3'];
const FIRST_LIFE = 70;
const SECOND_LIFE = 90;
const WITHOUT_CHECKPOINT = 10;
const WITHOUT_THIRD = 15;
/** Bytes of log that a compacted group keeps at least, and messages that surely are in them. */
const RETAINED_BYTES = 20_480;
const RETAINED_MESSAGES = 40;

/** Three members with every kind of file, after two lives. */
export async function makeGroupImages(root: string): Promise<Readonly<Record<Ending, GroupImage>>> {
  const past = await LivePast.live(root, { brokerName: NAME, ids: IDS });
  const { group, history, follower, third, leader } = past;
  const killed = past.take('killed');
  group.cut(third);
  await history.send(group, WITHOUT_THIRD);
  await settle(group);
  const lagging = past.take('lagging');
  group.heal(third);
  await group.level();
  past.note();
  for (const id of [third, follower, leader]) await group.stop(id);
  return { killed, lagging, stopped: past.take('stopped') };
}

/** A group of one member, stopped in good order: there is nobody to ask. Its name, and so its content, tells it from others. */
export async function makeLonelyImage(root: string, brokerName: string): Promise<GroupImage> {
  const past = await LivePast.live(root, { brokerName, ids: ['n1'] });
  past.note();
  await past.group.stop('n1');
  return past.take(brokerName);
}

/** Three members, killed, that have let the beginning of their logs go. */
export async function makeCompactedImage(root: string): Promise<GroupImage> {
  const shape = { brokerName: NAME, ids: IDS, retainedBytes: RETAINED_BYTES };
  return (await LivePast.live(root, shape)).take('compacted');
}

/** Two members with a vote and one without, killed. */
export async function makeLearningImage(root: string): Promise<GroupImage> {
  const shape = { brokerName: NAME, ids: IDS, learner: 'n3' };
  return (await LivePast.live(root, shape)).take('learning');
}

/** A group that has lived twice and lives on while images of it are taken. */
class LivePast {
  readonly group: RealGroup;
  readonly history: GroupHistory;
  readonly leader: string;
  readonly follower: string;
  readonly third: string;
  readonly #root: string;
  readonly #folder: string;
  readonly #shape: GroupShape;
  readonly #ends = new Map<string, LogPosition>();

  private constructor(
    root: string,
    shape: GroupShape,
    parts: Pick<LivePast, 'group' | 'history' | 'leader'> & { readonly folder: string },
  ) {
    const { learner, ids } = shape;
    this.#root = root;
    this.#folder = parts.folder;
    this.#shape = shape;
    this.group = parts.group;
    this.history = parts.history;
    this.leader = parts.leader;
    const others = ids.filter((id) => id !== parts.leader && id !== learner);
    this.follower = others[0] ?? '';
    this.third = learner ?? others[1] ?? '';
  }

  /** The last messages are in no checkpoint; everything else is in the files of the database, old and new ones. */
  static async live(root: string, shape: GroupShape): Promise<LivePast> {
    const folder = mkdtempSync(join(root, 'live-'));
    const group = realGroup(folder, shape);
    const { brokerName, learner, ids, retainedBytes } = shape;
    const history = new GroupHistory(
      brokerName === NAME ? 'message' : brokerName,
      retainedBytes === undefined ? Infinity : RETAINED_MESSAGES,
    );
    for (const id of ids) await group.open(id);
    if (learner !== undefined) await addLearner(group, ids, learner);
    await history.createTopics(group);
    await history.send(group, FIRST_LIFE);
    await settle(group);
    for (const id of ids.toReversed()) await group.stop(id);
    for (const id of ids) await group.open(id);
    await history.send(group, SECOND_LIFE);
    await settle(group);
    await history.send(group, WITHOUT_CHECKPOINT);
    await group.level();
    // A member that joins late comes without a memory and has to wait.
    if (learner !== undefined)
      await group.until('it is level', () => group.member(learner).live.status().standing === 'full');
    const { id: leader } = await group.leader();
    return new LivePast(root, shape, { group, history, leader, folder });
  }

  /** Takes down how far the logs are that can be asked: what is confirmed now is so for ever. */
  note(): void {
    for (const { id, replica } of this.group.members) {
      if (replica !== null) this.#ends.set(id, replica.inspect().log.lastPosition());
    }
  }

  take(name: string): GroupImage {
    this.note();
    const root = join(this.#root, name);
    cpSync(this.#folder, root, { recursive: true, preserveTimestamps: true });
    const promises = new Map(this.#shape.ids.map((id) => [id, this.#promisesOf(join(root, id), id)]));
    const { leader, follower, third } = this;
    return { shape: this.#shape, root, history: this.history.copy(), leader, follower, third, promises };
  }

  #promisesOf(folder: string, id: string): Promises {
    const end = this.#ends.get(id);
    const state = readHardState(readFileSync(join(folder, hardStateFileName)));
    if (end === undefined || state === null) throw new Error(`${id} has promised nothing`);
    return { lastIndex: end.index, lastTerm: end.term, term: state.term, votedFor: state.votedFor };
  }
}

async function addLearner(group: RealGroup, ids: readonly string[], learner: string): Promise<void> {
  const { live } = await group.leader();
  const refused = live.changeMembers({ voters: ids.filter((id) => id !== learner), learners: [learner] });
  if (refused !== null) throw new Error(`${learner} does not learn: ${refused}`);
  await group.until('it learns', () => group.member(learner).live.status().configuration.learners.length > 0);
}

/** Until checkpoints, snapshots and marks are written. */
async function settle(group: RealGroup): Promise<void> {
  const until = group.clock.monotonic() + 1_000;
  await group.until('all is written', () => group.clock.monotonic() >= until);
}
