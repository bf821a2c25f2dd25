import { dirname } from 'node:path/posix';
import type { CrashMode, CrashRandom } from './unsynced-changes.ts';

/** A name appears (`from` null), disappears (`to` null), or becomes another. */
interface NameChange<Inode> {
  readonly from: string | null;
  readonly to: string | null;
  readonly inode: Inode;
}

/**
 * The names of files as running processes see them and as they are on the platter. Changes reach the platter in their
 * order, as a journalling file system does it: whatever precedes the last change in a folder goes with its sync.
 */
export class NameJournal<Inode> {
  /** As processes see them. */
  #names = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  /** Not yet durable, oldest first. */
  #changes: NameChange<Inode>[] = [];

  get names(): ReadonlyMap<string, Inode> {
    return this.#names;
  }

  get durable(): ReadonlyMap<string, Inode> {
    return this.#durable;
  }

  change(inode: Inode, from: string | null, to: string | null): void {
    const change = { from, to, inode };
    apply(this.#names, change);
    this.#changes.push(change);
  }

  /** A file that was there before. */
  adopt(name: string, inode: Inode): void {
    this.#names.set(name, inode);
    this.#durable.set(name, inode);
  }

  sync(directory: string): void {
    const last = this.#changes.findLastIndex(({ from, to }) =>
      [from, to].some((path) => path !== null && dirname(path) === directory),
    );
    for (const change of this.#changes.splice(0, last + 1)) apply(this.#durable, change);
  }

  /** Every file that a loss of power could leave, each once. */
  reachable(): Set<Inode> {
    const changed = this.#changes.map(({ inode }) => inode);
    return new Set([...this.#names.values(), ...this.#durable.values(), ...changed]);
  }

  crash(mode: Exclude<CrashMode, 'kill'>, random: CrashRandom): void {
    const kept = mode === 'lose' ? 0 : random.nextInt(this.#changes.length + 1);
    for (const change of this.#changes.slice(0, kept)) apply(this.#durable, change);
    this.#changes = [];
    this.#names = new Map(this.#durable);
  }

  /** Lose a name, or all below it, from the platter too. */
  drop(name: string): void {
    this.#changes = this.#changes.filter(
      ({ from, to }) => ![from, to].some((at) => at !== null && isWithin(at, name)),
    );
    for (const names of [this.#names, this.#durable]) {
      for (const entry of [...names.keys()]) if (isWithin(entry, name)) names.delete(entry);
    }
  }
}

/** Whether a path is a folder (or file) or something in it. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

function apply<Inode>(names: Map<string, Inode>, change: NameChange<Inode>): void {
  if (change.from !== null) names.delete(change.from);
  if (change.to !== null) names.set(change.to, change.inode);
}
