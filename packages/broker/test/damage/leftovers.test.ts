import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { fileKinds, findFiles, pathsBelow, type FileKindName } from './file-kinds.ts';
import { makeGroupImages, makeLonelyImage, type Ending, type GroupImage } from './group-images.ts';
import { realGroup } from './real-group.ts';

/**
 * - removed: an unfinished copy that only this program can have made.
 * - aside: it is not of this log, and goes to `set-aside`.
 * - own: the name is used again, for a new content.
 * - left: nobody looks at it, and it is as it was.
 */
type Fate = 'removed' | 'aside' | 'own' | 'left';

interface Leftover {
  readonly path: string;
  /** What a sound file of another log in its place would be a copy of. */
  readonly like: FileKindName;
  readonly fate: Fate;
}

/** Names that crashes leave, and such as look like them. */
const leftovers: readonly Leftover[] = [
  { path: 'hard-state.new', like: 'hard-state', fate: 'left' },
  { path: 'log/durable-mark.new', like: 'durable-mark', fate: 'left' },
  { path: 'log/suspects.new', like: 'key-mark', fate: 'own' },
  { path: 'log/suspects', like: 'key-mark', fate: 'own' },
  { path: 'log/LOCK.4711.1', like: 'log-lock', fate: 'left' },
  { path: 'log/LOCK.4711.1.stale', like: 'log-lock', fate: 'left' },
  { path: 'log/00000000000000000000.log.new', like: 'first-segment', fate: 'aside' },
  { path: 'log/taking-1', like: 'new-snapshot', fate: 'aside' },
  { path: 'snapshots/taking-7', like: 'new-snapshot', fate: 'removed' },
  { path: 'snapshots/taking-notes', like: 'new-snapshot', fate: 'left' },
  { path: 'snapshots/incoming-notes', like: 'new-snapshot', fate: 'left' },
  { path: 'snapshots/taking-7.bak', like: 'new-snapshot', fate: 'left' },
  { path: 'derived/current.new', like: 'derived-number', fate: 'left' },
  { path: 'derived/99', like: 'queue-index', fate: 'left' },
  { path: 'derived/1.bak', like: 'queue-index', fate: 'left' },
  { path: 'derived/7.before', like: 'queue-index', fate: 'left' },
  { path: 'derived/LOCK.4711.1', like: 'log-lock', fate: 'left' },
  { path: 'key-index/mark.new', like: 'key-mark', fate: 'left' },
  { path: 'key-index/000000000000099.keys.retired', like: 'full-keys', fate: 'own' },
  { path: 'key-index/000000000000099.keys', like: 'full-keys', fate: 'removed' },
  { path: 'key-index/notes.retired', like: 'full-keys', fate: 'left' },
];

const contents = ['nothing', 'garbage', 'a sound file of another log'] as const;
type Content = (typeof contents)[number];

const root = mkdtempSync(join(tmpdir(), 'ledgermq-leftovers-'));
let images: Readonly<Record<Ending | 'lonely', GroupImage>> | null = null;
let foreign = '';

test.before(async (t) => {
  t.timeout(120_000);
  images = { ...(await makeGroupImages(root)), lonely: await makeLonelyImage(root, 'lonely') };
  const other = await makeLonelyImage(root, 'foreign');
  foreign = join(other.root, other.leader);
});
test.after.always(() => {
  rmSync(root, { recursive: true });
});

for (const [title, ending] of [
  ['a follower', 'killed'],
  ['the only member of its group', 'lonely'],
] as const) {
  for (const content of contents) {
    test.serial(`names that a crash leaves, with ${content}: ${title}`, async (t) => {
      if (images === null) throw new Error('there are no files');
      const image = images[ending];
      const victim = image.follower === '' ? image.leader : image.follower;
      const folder = join(root, `${ending} ${content}`);
      cpSync(image.root, folder, { recursive: true, preserveTimestamps: true });
      const planted = plant(join(folder, victim), content);
      const group = realGroup(folder, image.shape);
      await group.finish(Promise.all(image.shape.ids.map((id) => group.open(id))));
      await image.history.copy().check(t, group);
      for (const { id } of group.members.toReversed()) await group.stop(id);
      t.deepEqual(
        leftovers.map(({ path, fate }) => [
          path,
          fate === 'own' ? 'own' : fateOf(join(folder, victim), path, planted),
        ]),
        leftovers.map(({ path, fate }) => [path, fate]),
      );
      for (const { id, fatal } of group.members) t.deepEqual(fatal, [], id);
    });
  }
}

function plant(member: string, content: Content): ReadonlyMap<string, Buffer> {
  const planted = new Map<string, Buffer>();
  for (const { path, like } of leftovers) {
    const bytes = bytesOf(content, path, like);
    planted.set(path, bytes);
    mkdirSync(dirname(join(member, path)), { recursive: true });
    writeFileSync(join(member, path), bytes);
  }
  return planted;
}

function bytesOf(content: Content, path: string, like: FileKindName): Buffer {
  if (content === 'nothing') return Buffer.alloc(0);
  const [sound] = findFiles(foreign, fileKinds[like]);
  if (content === 'garbage' || sound === undefined) return Buffer.from(`${path} `.repeat(20));
  return readFileSync(join(foreign, sound));
}

function fateOf(member: string, path: string, planted: ReadonlyMap<string, Buffer>): Fate | 'changed' {
  if (existsSync(join(member, path)))
    return readFileSync(join(member, path)).equals(planted.get(path) ?? Buffer.alloc(0)) ? 'left' : 'changed';
  const folder = `${dirname(path)}/set-aside/`;
  const name = path.slice(dirname(path).length + 1);
  return pathsBelow(member).some((piece) => piece.startsWith(`${folder}${name}.at-0.`)) ? 'aside' : 'removed';
}
