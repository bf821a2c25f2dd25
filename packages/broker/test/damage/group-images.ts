import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { GroupHistory } from './group-history.ts';
import { realGroup, type RealGroup } from './real-group.ts';

/** The files of a group at one moment, and what it had acknowledged by then. */
export interface GroupImage {
  readonly brokerName: string;
  readonly root: string;
  readonly ids: readonly string[];
  readonly history: GroupHistory;
  readonly leader: string;
  /** Had everything that was acknowledged, as the leader. */
  readonly follower: string;
  /** The third member; in a `lagging` image it lacks what was acknowledged last. */
  readonly third: string;
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

/** Three members with every kind of file, after two lives. */
export async function makeGroupImages(root: string): Promise<Readonly<Record<Ending, GroupImage>>> {
  const live = join(root, 'live');
  const group = realGroup(live, IDS, NAME);
  const history = new GroupHistory('message');
  await fill(group, history);
  const { id: leader } = await group.leader();
  const [follower = '', third = ''] = IDS.filter((id) => id !== leader);
  const take = (ending: Ending): GroupImage => {
    cpSync(live, join(root, ending), { recursive: true, preserveTimestamps: true });
    return {
      brokerName: NAME,
      root: join(root, ending),
      ids: IDS,
      history: history.copy(),
      leader,
      follower,
      third,
    };
  };
  const killed = take('killed');
  group.cut(third);
  await history.send(group, WITHOUT_THIRD);
  await settle(group);
  const lagging = take('lagging');
  group.heal(third);
  await group.level();
  for (const id of [third, follower, leader]) await group.stop(id);
  return { killed, lagging, stopped: take('stopped') };
}

/** A group of one member, stopped in good order: there is nobody to ask. Its name, and so its content, tells it from others. */
export async function makeLonelyImage(root: string, name: string): Promise<GroupImage> {
  const live = join(root, `${name}-live`);
  const group = realGroup(live, ['n1'], name);
  const history = new GroupHistory(name);
  await fill(group, history);
  const image = join(root, name);
  await group.stop('n1');
  cpSync(live, image, { recursive: true, preserveTimestamps: true });
  return { brokerName: name, root: image, ids: ['n1'], history, leader: 'n1', follower: '', third: '' };
}

/** The last messages are in no checkpoint; everything else is in the files of the database, old and new ones. */
async function fill(group: RealGroup, history: GroupHistory): Promise<void> {
  for (const { id } of group.members) await group.open(id);
  await history.createTopics(group);
  await history.send(group, FIRST_LIFE);
  await settle(group);
  for (const { id } of group.members.toReversed()) await group.stop(id);
  for (const { id } of group.members) await group.open(id);
  await history.send(group, SECOND_LIFE);
  await settle(group);
  await history.send(group, WITHOUT_CHECKPOINT);
  await group.level();
}

/** Until checkpoints, snapshots and marks are written. */
async function settle(group: RealGroup): Promise<void> {
  const until = group.clock.monotonic() + 1_000;
  await group.until('all is written', () => group.clock.monotonic() >= until);
}
