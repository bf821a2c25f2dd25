import { closeSync, fdatasync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { silentLogger, type Entry } from '@ledgermq/raft';
import { NodeDisk, SegmentLog, segmentLogDefaults } from '@ledgermq/store';
import { median } from '../report.ts';
import { EntryMaker } from './entry-maker.ts';
import { groupCommit } from './group-commit.ts';
import { judge, type Figure, type PartOptions, type PartResult } from './part.ts';

/** Messages of one entry: what a turn of a busy master gathers, and the most that it puts into one. */
const BATCHES = [64, 220];
const CHUNK_BYTES = 16 * 1024 * 1024;
/** One run ends with the chunk that reaches either. */
const RUN_SECONDS = 2;
const RUN_BYTES = 512 * 1024 * 1024;
const TARGETS = [0, 1, 2, 3].map((queueId) => ({ topic: 'append', queueId }));
const SHARE_ASKED = 0.7;

const datasync = promisify(fdatasync);

interface Rates {
  readonly ceiling: number[];
  readonly log: number[];
}

/** MB/s of the log against the same writes and syncs to a plain file, in turn. */
export async function measureAppend({ directory, rounds, say }: PartOptions): Promise<PartResult> {
  const figures: Figure[] = [];
  const verdicts = [];
  const details: Record<string, Rates & { readonly share: number }> = {};
  for (const batch of BATCHES) {
    const rates: Rates = { ceiling: [], log: [] };
    for (let round = 0; round < rounds; round += 1) {
      rates.ceiling.push(await ceilingOnce(join(directory, 'plain'), batch));
      rates.log.push(await logOnce(join(directory, 'log'), batch));
      say(
        `append, ${batch} per entry: plain ${rates.ceiling.at(-1)?.toFixed(0)}, log ${rates.log.at(-1)?.toFixed(0)} MB/s`,
      );
    }
    const share = median(rates.log.map((rate, round) => rate / (rates.ceiling[round] ?? rate)));
    details[`${batch} messages per entry`] = { ...rates, share };
    figures.push(
      {
        name: `plain write + fdatasync, ${batch} messages per write`,
        value: median(rates.ceiling),
        unit: 'MB/s',
      },
      { name: `log append + sync, ${batch} messages per entry`, value: median(rates.log), unit: 'MB/s' },
    );
    const figure = `share of the disk's ceiling, ${batch} messages per entry`;
    verdicts.push(judge(figure, share * 100, '%', { least: SHARE_ASKED * 100 }));
  }
  return { figures, verdicts, details };
}

/** Frames for one chunk; they are sealed anew for every chunk, outside of what is measured. */
function frames(maker: EntryMaker, batch: number): Buffer[] {
  const first = maker.frame(TARGETS, batch);
  const count = Math.floor(CHUNK_BYTES / first.length);
  return [first, ...Array.from({ length: count - 1 }, () => maker.frame(TARGETS, batch))];
}

async function ceilingOnce(path: string, batch: number): Promise<number> {
  const buffers = frames(new EntryMaker(), batch);
  const file = openSync(path, 'w');
  let at = 0;
  let seconds = 0;
  try {
    while (seconds < RUN_SECONDS && at < RUN_BYTES) {
      seconds += await groupCommit(
        buffers.length,
        (position) => {
          const buffer = buffers[position] ?? Buffer.alloc(0);
          at += writeSync(file, buffer, 0, buffer.length, at);
        },
        () => datasync(file),
      );
    }
  } finally {
    closeSync(file);
    rmSync(path);
  }
  return at / seconds / 1e6;
}

async function logOnce(path: string, batch: number): Promise<number> {
  const maker = new EntryMaker();
  const buffers = frames(maker, batch);
  const log = SegmentLog.open(new NodeDisk(), path, segmentLogDefaults, silentLogger);
  let seconds = 0;
  try {
    while (seconds < RUN_SECONDS && log.endAddress() < RUN_BYTES) {
      const entries: Entry[] = buffers.map((buffer) => maker.seal(buffer));
      seconds += await groupCommit(
        entries.length,
        (position) => log.append(entries.slice(position, position + 1)),
        async () => {
          await log.sync();
          log.markCommitted(log.durableIndex);
        },
      );
    }
    return log.endAddress() / seconds / 1e6;
  } finally {
    await log.close();
    rmSync(path, { recursive: true });
  }
}
