import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Standing } from '@ledgermq/raft';
import { NodeDisk, nodeLevel } from '@ledgermq/store';
import { verifyReplica } from '../../src/verification/verify-replica.ts';
import { copyFiles } from '../../src/verification/verify-folder.ts';
import { damages, type DamageName } from './damages.ts';
import { fileKinds, findFiles, pathsBelow, unknownPaths, type FileKindName } from './file-kinds.ts';
import type { GroupImage } from './group-images.ts';
import { PromiseWatch } from './promise-watch.ts';
import { realGroup, type LogLine, type RealGroup, type RealMember } from './real-group.ts';

export interface Cell {
  readonly kind: FileKindName;
  readonly damage: DamageName;
  /** Member whose file is damaged. */
  readonly victim: string;
  /** Member that starts only when the others have had time to elect. */
  readonly late: string | null;
}

/**
 * - as-ever: it starts as if nothing had happened, because nothing of value is lost.
 * - rebuilt: it makes what is lost anew from its own log and snapshots, or does without, and says so.
 * - repaired: it gets back what is lost from the other members, and does not count on what it forgot.
 * - refused: it does not start, and says what is lost, where, and what can be done.
 * - unnoticed: it starts as ever; `ledgermq store verify` finds the damage, and mends it with `--repair`.
 */
export type Outcome = 'as-ever' | 'rebuilt' | 'repaired' | 'refused' | 'unnoticed';

/** What was seen of a damaged member. */
export interface Observation {
  readonly outcome: Outcome;
  /** Where the doubtful bytes are, within the folder of the member. */
  readonly setAside: readonly string[];
  readonly error: Error | null;
  /** Whether the damaged bytes are where they were, or set aside. */
  readonly kept: boolean;
  readonly told: readonly string[];
}

/** Longer than several elections, virtual ms. */
const ELECTIONS_MS = 12_000;
const RESTARTS_MAX = 3;
let runs = 0;

/** Damages one file of a copy of the image, starts the group, and checks all that was promised. */
export async function runCell(
  t: ExecutionContext,
  image: GroupImage,
  foreign: string,
  scratch: string,
  cell: Cell,
): Promise<Observation | null> {
  runs += 1;
  const root = join(scratch, `cell-${runs}`);
  const kind = fileKinds[cell.kind];
  cpSync(image.root, root, { recursive: true, preserveTimestamps: true });
  try {
    const folder = join(root, cell.victim);
    const names = findFiles(folder, kind);
    const [name] = names;
    if (name === undefined) return null;
    const foreignNames = findFiles(foreign, kind);
    names.forEach((struck, at) => {
      const foreignName = foreignNames[at];
      damages[cell.damage].strike({
        path: join(folder, struck),
        kind,
        foreign: foreignName === undefined ? null : join(foreign, foreignName),
        seed: `${cell.kind} ${cell.damage}`,
      });
    });
    return await new CellRun(t, image, root, cell, name).run();
  } finally {
    rmSync(root, { recursive: true });
  }
}

class CellRun {
  readonly #t: ExecutionContext;
  readonly #image: GroupImage;
  readonly #root: string;
  readonly #cell: Cell;
  readonly #group: RealGroup;
  readonly #victim: RealMember;
  readonly #asideBefore: readonly string[];
  readonly #name: string;
  readonly #damaged: Buffer | null;
  readonly #promises: PromiseWatch;
  #error: Error | null = null;
  #standing: Standing | null = null;
  #logDamaged = false;

  constructor(t: ExecutionContext, image: GroupImage, root: string, cell: Cell, name: string) {
    this.#t = t;
    this.#image = image;
    this.#root = root;
    this.#cell = cell;
    this.#group = realGroup(root, image.shape);
    this.#victim = this.#group.member(cell.victim);
    this.#asideBefore = asideIn(this.#victim.directory);
    this.#name = name;
    this.#damaged = contentOf(join(this.#victim.directory, name));
    const promises = image.promises.get(cell.victim);
    if (promises === undefined) throw new Error(`there is no ${cell.victim}`);
    const standing = (): Standing | null => this.#victim.replica?.status().standing ?? null;
    this.#promises = new PromiseWatch(cell.victim, promises, standing);
    this.#group.watch = (message) => this.#promises.see(message);
  }

  async run(): Promise<Observation> {
    const group = this.#group;
    const history = this.#image.history.copy();
    await this.#start();
    for (let restarts = 0; this.#error === null; restarts += 1) {
      try {
        await history.check(this.#t, group);
        break;
      } catch (error) {
        // As a supervisor does with a process that ended itself.
        if (this.#victim.fatal.length <= restarts || restarts === RESTARTS_MAX) throw error;
        await group.stop(this.#victim.id);
        await this.#open(this.#victim.id);
      }
    }
    for (const { id, replica } of group.members.toReversed()) if (replica !== null) await group.stop(id);
    this.#t.deepEqual(this.#promises.broken, [], 'it keeps what it promised');
    const observation = this.#observe();
    const garbage = dirname(this.#name) === '.' ? 'garbage.bin' : `${dirname(this.#name)}/garbage.bin`;
    const unknown = unknownPaths(this.#victim.directory).filter((path) => path !== garbage);
    this.#t.deepEqual(unknown, [], 'all files are of a known kind');
    if (this.#error !== null || (await this.#isSound(false))) return observation;
    this.#t.true(await this.#isSound(true), 'it can be mended');
    this.#t.true(await this.#isSound(false), 'what is on disk afterwards is sound');
    return { ...observation, outcome: observation.outcome === 'as-ever' ? 'unnoticed' : observation.outcome };
  }

  async #start(): Promise<void> {
    const group = this.#group;
    const { late } = this.#cell;
    const early = group.members.filter(({ id }) => id !== late);
    const opening = Promise.all(early.map(({ id }) => this.#open(id)));
    if (late !== null) {
      const until = group.clock.monotonic() + ELECTIONS_MS;
      await group.until('elections are over', () => group.clock.monotonic() >= until);
      await this.#open(late);
    }
    await group.finish(opening);
  }

  async #open(id: string): Promise<void> {
    try {
      const opening = this.#group.open(id);
      await this.#group.finish(opening);
      if (id !== this.#cell.victim) return;
      this.#standing ??= this.#victim.live.status().standing;
      const { damage, tornBytes } = this.#victim.live.inspect().log.recovery;
      this.#logDamaged ||= damage !== null || tornBytes > 0;
    } catch (error) {
      if (id !== this.#cell.victim || !(error instanceof Error)) throw error;
      this.#error = error;
    }
  }

  #observe(): Observation {
    // A snapshot that falls due while another is written is no damage: replay is fast.
    const isDue = ({ level, text }: LogLine): boolean =>
      level !== 'info' && !text.startsWith('a snapshot is left out');
    const told = this.#victim.lines.filter(isDue).map(({ text }) => text);
    const texts = this.#victim.lines.map(({ text }) => text);
    const asked = texts.some((text) => /a hole of the log was filled|set aside too/.test(text));
    let outcome: Outcome = told.length > 0 ? 'rebuilt' : 'as-ever';
    if (asked || this.#logDamaged || this.#standing !== 'full') outcome = 'repaired';
    if (this.#error !== null) outcome = 'refused';
    const setAside = asideIn(this.#victim.directory).filter((path) => !this.#asideBefore.includes(path));
    return { outcome, setAside, error: this.#error, kept: this.#isKept(setAside), told };
  }

  /** Each piece is a part of a file, so it must be found in what the damage left. */
  #isKept(setAside: readonly string[]): boolean {
    const { directory } = this.#victim;
    const damaged = this.#damaged;
    if (damaged === null || damaged.length === 0) return true;
    if (contentOf(join(directory, this.#name))?.equals(damaged) === true) return true;
    return pathsBelow(directory)
      .filter((path) => setAside.some((piece) => path.startsWith(piece)))
      .some((path) => {
        const piece = contentOf(join(directory, path));
        return piece !== null && piece.length > 0 && damaged.includes(piece);
      });
  }

  /** Whether all that it has on disk now is sound, and equal to what the log makes; with `repair`, after mending. */
  async #isSound(repair: boolean): Promise<boolean> {
    const scratch = join(this.#root, `scratch-${(runs += 1)}`);
    mkdirSync(scratch);
    const disk = new NodeDisk();
    const { findings, repaired } = await verifyReplica({
      directory: this.#victim.directory,
      scratch,
      disk,
      level: nodeLevel,
      copyLevel: (from, to) => copyFiles(disk, from, to),
      clock: { immediate: setImmediate },
      repair,
      onProgress: () => undefined,
    });
    return findings.every(({ kind, part }) => kind !== 'damage' || repaired.includes(part));
  }
}

/** Null for a folder, and for nothing. */
function contentOf(path: string): Buffer | null {
  return existsSync(path) && !statSync(path).isDirectory() ? readFileSync(path) : null;
}

function asideIn(directory: string): string[] {
  return pathsBelow(directory).filter((path) => /(^|\/)set-aside\/[^/]+$/.test(path));
}
