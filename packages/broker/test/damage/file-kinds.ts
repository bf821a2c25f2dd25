import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A kind of file in the folder of a member. */
export interface FileKind {
  /** What the documentation calls it. */
  readonly title: string;
  /** Paths within the folder of the member. */
  readonly pattern: RegExp;
  /** Which of several, in the order of their names; negative counts from the end. */
  readonly choice: number;
  /** In the order in which they were written last instead. */
  readonly byTime?: boolean;
  /** Bytes [from, to) in which a flipped bit matters; the whole file if absent. */
  readonly used?: readonly [number, number];
  /** A folder: it can be missing or foreign as a whole. */
  readonly folder?: boolean;
  /** All that the pattern fits is struck, not one of it. */
  readonly all?: boolean;
  /** Damage is met when the place is read, and until then the file is written to. */
  readonly goesOn?: boolean;
  /** LevelDB itself replays or rewrites such a file and lets go of it. */
  readonly ofLevel?: boolean;
}

const slot = [0, 60] as const;

export type FileKindName =
  | 'hard-state'
  | 'durable-mark'
  | 'first-segment'
  | 'sealed-segment'
  | 'last-segment'
  | 'log-lock'
  | 'old-snapshot'
  | 'new-snapshot'
  | 'derived-number'
  | 'derived-lock'
  | 'queue-index'
  | 'queue-tails'
  | 'id-ring'
  | 'db-current'
  | 'db-manifest'
  | 'db-table'
  | 'db-log'
  | 'db-notes'
  | 'db-lock'
  | 'key-mark'
  | 'full-keys'
  | 'new-keys'
  | 'log-folder'
  | 'snapshot-folder'
  | 'derived-folder'
  | 'state-folder'
  | 'db-folder'
  | 'key-folder'
  | 'all-but-votes'
  | 'all-but-snapshots'
  | 'log-and-votes'
  | 'member-folder';

/** Every kind of file that a member may have. A name that none of these knows fails the test of the table. */
export const fileKinds: Readonly<Record<FileKindName, FileKind>> = {
  'hard-state': { title: 'term and vote (`hard-state`)', pattern: /^hard-state$/, choice: 0, used: slot },
  'durable-mark': {
    title: 'durable mark of the log (`log/durable-mark`)',
    pattern: /^log\/durable-mark$/,
    choice: 0,
    used: slot,
  },
  'first-segment': { title: 'first segment of the log', pattern: /^log\/\d{20}\.log$/, choice: 0 },
  'sealed-segment': { title: 'a segment in the middle of the log', pattern: /^log\/\d{20}\.log$/, choice: 4 },
  'last-segment': { title: 'last segment of the log', pattern: /^log\/\d{20}\.log$/, choice: -1 },
  'log-lock': { title: 'lock of the log (`log/LOCK`)', pattern: /^log\/LOCK$/, choice: 0 },
  'old-snapshot': { title: 'an older snapshot', pattern: /^snapshots\/\d{20}\.snap$/, choice: 0 },
  'new-snapshot': { title: 'the newest snapshot', pattern: /^snapshots\/\d{20}\.snap$/, choice: -1 },
  'derived-number': {
    title: 'number of the derived state (`derived/current`)',
    pattern: /^derived\/current$/,
    choice: 0,
    used: slot,
  },
  'derived-lock': {
    title: 'lock of the derived state',
    pattern: /^derived\/LOCK$/,
    choice: 0,
  },
  'queue-index': {
    title: 'queue index (`queue-index.dat`)',
    pattern: /^derived\/\d+\/queue-index\.dat$/,
    choice: 0,
    used: [4_096, 4_400],
    goesOn: true,
  },
  'queue-tails': {
    title: 'ends of queues (`queue-tails-*.dat`)',
    pattern: /^derived\/\d+\/queue-tails-\d\.dat$/,
    choice: -1,
    byTime: true,
    used: [0, 16],
  },
  'id-ring': {
    title: 'ids of messages (`uniq-keys-*.dat`)',
    pattern: /^derived\/\d+\/uniq-keys-\d+\.dat$/,
    choice: 0,
  },
  'db-current': {
    title: 'LevelDB `CURRENT`',
    pattern: /^derived\/\d+\/state-db\/CURRENT$/,
    choice: 0,
    ofLevel: true,
  },
  'db-manifest': {
    title: 'LevelDB `MANIFEST`',
    pattern: /^derived\/\d+\/state-db\/MANIFEST-\d+$/,
    choice: 0,
    ofLevel: true,
  },
  'db-table': {
    title: 'LevelDB table (`*.ldb`)',
    pattern: /^derived\/\d+\/state-db\/\d+\.ldb$/,
    choice: 0,
    used: [0, 3],
    ofLevel: true,
  },
  'db-log': {
    title: 'LevelDB log (`*.log`)',
    pattern: /^derived\/\d+\/state-db\/\d+\.log$/,
    choice: 0,
    ofLevel: true,
  },
  'db-notes': {
    title: 'notes of LevelDB (`LOG`)',
    pattern: /^derived\/\d+\/state-db\/LOG(\.old)?$/,
    choice: 0,
    ofLevel: true,
  },
  'db-lock': {
    title: 'lock of LevelDB',
    pattern: /^derived\/\d+\/state-db\/LOCK$/,
    choice: 0,
    ofLevel: true,
  },
  'key-mark': {
    title: 'mark of the key index (`key-index/mark`)',
    pattern: /^key-index\/mark$/,
    choice: 0,
    used: slot,
  },
  'full-keys': { title: 'a full file of the key index', pattern: /^key-index\/\d{15}\.keys$/, choice: 0 },
  'new-keys': { title: 'the newest file of the key index', pattern: /^key-index\/\d{15}\.keys$/, choice: -1 },
  'log-folder': { title: 'the folder `log`', pattern: /^log$/, choice: 0, folder: true },
  'snapshot-folder': { title: 'the folder `snapshots`', pattern: /^snapshots$/, choice: 0, folder: true },
  'derived-folder': { title: 'the folder `derived`', pattern: /^derived$/, choice: 0, folder: true },
  'state-folder': {
    title: 'the folder `derived/<number>`',
    pattern: /^derived\/\d+$/,
    choice: 0,
    folder: true,
  },
  'db-folder': {
    title: 'the folder `state-db`',
    pattern: /^derived\/\d+\/state-db$/,
    choice: 0,
    ofLevel: true,
    folder: true,
  },
  'key-folder': { title: 'the folder `key-index`', pattern: /^key-index$/, choice: 0, folder: true },
  // What is left tells less than after any single loss: no checkpoint shows that the log once went farther.
  'all-but-votes': {
    title: 'everything but term and vote',
    pattern: /^(log|snapshots|derived|key-index)$/,
    choice: 0,
    folder: true,
    all: true,
  },
  'all-but-snapshots': {
    title: 'everything but the snapshots',
    pattern: /^(log|hard-state|derived|key-index)$/,
    choice: 0,
    folder: true,
    all: true,
  },
  'log-and-votes': {
    title: 'the log, and term and vote',
    pattern: /^(log|hard-state)$/,
    choice: 0,
    folder: true,
    all: true,
  },
  'member-folder': {
    title: 'the whole folder of the member',
    pattern: /^(log|hard-state|snapshots|derived|key-index)$/,
    choice: 0,
    folder: true,
    all: true,
  },
};

/** Paths of all files and folders below a folder, relative to it, sorted. */
export function pathsBelow(root: string, inner = ''): string[] {
  return readdirSync(join(root, inner))
    .sort()
    .flatMap((name) => {
      const path = inner === '' ? name : `${inner}/${name}`;
      const isFolder = lstatSync(join(root, path)).isDirectory();
      return isFolder ? [path, ...pathsBelow(root, path)] : [path];
    });
}

/** The files of a kind in the folder of a member that a damage strikes, relative to it; none if it has none. */
export function findFiles(member: string, kind: FileKind): readonly string[] {
  const found = pathsBelow(member).filter((path) => kind.pattern.test(path));
  if (kind.byTime === true) {
    const writtenAt = (path: string): number => lstatSync(join(member, path)).mtimeMs;
    found.sort((a, b) => writtenAt(a) - writtenAt(b));
  }
  const chosen = found.at(kind.choice);
  if (kind.all === true) return found;
  return chosen === undefined ? [] : [chosen];
}

/** Paths in the folder of a member that the table does not know. */
export function unknownPaths(member: string): string[] {
  const kinds = Object.values(fileKinds);
  return pathsBelow(member).filter(
    (path) =>
      !/(^|\/)set-aside(\/|$)/.test(path) &&
      !kinds.some(({ pattern }) => pattern.test(path)) &&
      !/^log\/suspects$/.test(path),
  );
}

export const allFileKinds: readonly FileKindName[] = Object.keys(fileKinds) as FileKindName[];
