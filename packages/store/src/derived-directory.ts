import { join } from 'node:path/posix';
import type { Disk } from './disk.ts';
import { StoreError } from './errors.ts';
import { SetAside, setAsideFolder } from './set-aside.ts';
import { SlotFile } from './slot-file.ts';
import { noStoreMetrics, type StoreMetrics } from './store-metrics.ts';

const CURRENT_FILE = 'current';

/** "LMQG" */
const CURRENT_MAGIC = 0x4c4d5147;

/** In the slot file: u64 current, u64 given, big-endian. */
interface Numbers {
  /** Number of the folder that counts; 0 for none, because what it holds was found damaged. */
  readonly current: number;
  /** Highest number ever given to a folder. */
  readonly given: number;
}

/**
 * The directory of the derived state: each state has a numbered folder of its own, and the file `current` says which
 * number counts. So another state can be built beside the present one and take its place in one write. A number is
 * never used twice, hence the file also says which one was given out last. Folders with other numbers were never
 * completed, or are left over.
 */
export class DerivedDirectory {
  readonly path: string;
  readonly #disk: Disk;
  #numbers: Numbers;

  private constructor(disk: Disk, path: string, numbers: Numbers) {
    this.#disk = disk;
    this.path = path;
    this.#numbers = numbers;
  }

  /** A directory that is new begins with number 1. INDEX_CORRUPT if the number is unreadable or lost. */
  static open(disk: Disk, path: string): DerivedDirectory {
    const file = join(path, CURRENT_FILE);
    let numbers: Numbers | null;
    try {
      numbers = readNumbers(disk, file);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'STATE_INVALID') throw error;
      throw new StoreError('INDEX_CORRUPT', `${file} is damaged`, { file, cause: error });
    }
    if (numbers !== null) return DerivedDirectory.#existing(disk, path, numbers);
    if (contents(disk, path).length > 0)
      throw new StoreError('INDEX_CORRUPT', `${file} is missing`, { file });
    return DerivedDirectory.#begin(disk, path, 1);
  }

  /** A directory that cannot be opened, or whose state cannot: everything goes aside, and the next number begins. */
  static replace(
    disk: Disk,
    path: string,
    metrics: Pick<StoreMetrics, 'setAside'> = noStoreMetrics,
  ): DerivedDirectory {
    const setAside = new SetAside(disk, path, { kind: 'derived', metrics });
    const names = contents(disk, path);
    const folder = join(path, setAsideFolder);
    const aside = disk.exists(folder) ? disk.list(folder) : [];
    let highest = 0;
    for (const name of [...names, ...aside]) highest = Math.max(highest, numberOf(name));
    try {
      highest = Math.max(highest, readNumbers(disk, join(path, CURRENT_FILE))?.given ?? 0);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'STATE_INVALID') throw error;
      setAside.takeFile(CURRENT_FILE, 'damaged');
    }
    for (const name of names) setAside.takeFile(name, 'damaged');
    return DerivedDirectory.#begin(disk, path, highest + 1);
  }

  static #existing(disk: Disk, path: string, numbers: Numbers): DerivedDirectory {
    const directory = new DerivedDirectory(disk, path, numbers);
    const file = directory.current;
    if (numbers.current === 0) {
      throw new StoreError('INDEX_CORRUPT', `${path} was found damaged when it was read`, { file: path });
    }
    if (!disk.exists(file)) throw new StoreError('INDEX_CORRUPT', `${file} is missing`, { file });
    return directory;
  }

  static #begin(disk: Disk, path: string, number: number): DerivedDirectory {
    const numbers = { current: number, given: number };
    SlotFile.create(disk, join(path, CURRENT_FILE), CURRENT_MAGIC, encodeNumbers(numbers)).close();
    return new DerivedDirectory(disk, path, numbers);
  }

  /** The folder that counts. */
  get current(): string {
    return join(this.path, String(this.#numbers.current));
  }

  /** A folder for another state; it counts once `switchTo` was called. */
  async next(): Promise<{ readonly number: number; readonly path: string }> {
    const number = this.#numbers.given + 1;
    // Somebody else has put it there.
    if (this.#disk.exists(join(this.path, String(number)))) {
      new SetAside(this.#disk, this.path).takeFile(String(number), 'foreign');
    }
    await this.#write({ ...this.#numbers, given: number });
    return { number, path: join(this.path, String(number)) };
  }

  /** From now on the folder of this number counts. Durable when it resolves; everything in it was before. */
  async switchTo(number: number): Promise<void> {
    await this.#disk.syncDirectory(this.path);
    await this.#write({ ...this.#numbers, current: number });
  }

  async #write(numbers: Numbers): Promise<void> {
    const slots = SlotFile.open(this.#disk, join(this.path, CURRENT_FILE), CURRENT_MAGIC);
    if (slots === null) throw new StoreError('STORAGE_FAILED', 'the number of the derived state is gone');
    try {
      // Both slots: damage to one must not bring back the number of a folder that is gone.
      for (let slot = 0; slot < 2; slot += 1) {
        slots.write(encodeNumbers(numbers));
        await slots.sync();
      }
    } finally {
      slots.close();
    }
    this.#numbers = numbers;
  }

  /** No folder counts any more. Durable when it returns, on the caller's thread. */
  condemn(): void {
    const numbers = { ...this.#numbers, current: 0 };
    SlotFile.create(this.#disk, join(this.path, CURRENT_FILE), CURRENT_MAGIC, encodeNumbers(numbers)).close();
  }

  /** Remove the folders that were given a number here and do not count. */
  async removeOthers(): Promise<void> {
    for (const name of contents(this.#disk, this.path)) {
      const { current, given } = this.#numbers;
      const number = numberOf(name);
      if (name === String(number) && number > 0 && number <= given && number !== current) {
        await this.#disk.removeTree(join(this.path, name));
      }
    }
  }
}

/** What may hold a state: everything but the lock, the number and what is set aside. */
function contents(disk: Disk, path: string): string[] {
  return disk
    .list(path)
    .filter((name) => !name.startsWith('LOCK') && !name.startsWith(CURRENT_FILE) && name !== setAsideFolder);
}

/** Number of a folder, also of one that was set aside; 0 for any other name. */
function numberOf(name: string): number {
  return Number(/^(\d{1,15})(\.|$)/.exec(name)?.[1] ?? 0);
}

/** Null without a file; STATE_INVALID if it is damaged. */
function readNumbers(disk: Disk, file: string): Numbers | null {
  const slots = SlotFile.open(disk, file, CURRENT_MAGIC);
  if (slots === null) return null;
  const { payload } = slots;
  slots.close();
  return { current: Number(payload.readBigUInt64BE(0)), given: Number(payload.readBigUInt64BE(8)) };
}

function encodeNumbers({ current, given }: Numbers): Buffer {
  const payload = Buffer.alloc(16);
  payload.writeBigUInt64BE(BigInt(current), 0);
  payload.writeBigUInt64BE(BigInt(given), 8);
  return payload;
}
