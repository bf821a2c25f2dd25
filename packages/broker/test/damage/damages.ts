import { cpSync, lstatSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { FileKind } from './file-kinds.ts';

/** What a damage works on. */
export interface Victim {
  readonly path: string;
  readonly kind: FileKind;
  /** A sound file of the same kind of another group. */
  readonly foreign: string | null;
  /** Names the cell; decides by chance which bit it is. */
  readonly seed: string;
}

export interface Damage {
  readonly title: string;
  readonly forFolders: boolean;
  strike(victim: Victim): void;
}

export type DamageName = 'flip' | 'half' | 'empty' | 'zeros' | 'missing' | 'foreign' | 'beside';

export const damages: Readonly<Record<DamageName, Damage>> = {
  flip: { title: 'a bit flipped', forFolders: false, strike: flip },
  half: { title: 'cut to half', forFolders: false, strike: cutToHalf },
  empty: { title: 'emptied', forFolders: false, strike: ({ path }) => truncateSync(path, 0) },
  zeros: { title: 'last third zeros', forFolders: false, strike: zeroTail },
  missing: { title: 'missing', forFolders: true, strike: ({ path }) => rmSync(path, { recursive: true }) },
  foreign: { title: 'from another group', forFolders: true, strike: replace },
  beside: { title: 'garbage beside it', forFolders: true, strike: putGarbage },
};

function flip({ path, kind, seed }: Victim): void {
  const bytes = readFileSync(path);
  const [from, to] = kind.used ?? [0, bytes.length];
  const chance = crc32(seed);
  const at = from + (chance % Math.max(1, Math.min(to, bytes.length) - from));
  if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << (chance >>> 29));
  writeFileSync(path, bytes);
}

function cutToHalf({ path }: Victim): void {
  truncateSync(path, Math.floor(statSync(path).size / 2));
}

function putGarbage({ path, seed }: Victim): void {
  writeFileSync(join(dirname(path), 'garbage.bin'), seed.repeat(50));
}

function zeroTail({ path }: Victim): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0, Math.floor((bytes.length * 2) / 3)));
}

function replace({ path, foreign }: Victim): void {
  if (foreign === null) throw new Error('the other group has no such file');
  rmSync(path, { recursive: true });
  if (lstatSync(foreign).isDirectory()) cpSync(foreign, path, { recursive: true });
  else writeFileSync(path, readFileSync(foreign));
}
