import type { HardState, Logger } from '@ledgermq/raft';
import type { SegmentLogConfig } from './config.ts';
import type { Disk } from './disk.ts';
import { durableMarkFileName } from './durable-mark.ts';
import { HardStateFile } from './hard-state-file.ts';
import { SegmentLog } from './segment-log.ts';
import type { StoreMetrics } from './store-metrics.ts';
import { segmentBase } from './segment-header.ts';

export interface MemberFilesOptions {
  readonly disk: Disk;
  /** Directory of the log; made if it is missing. */
  readonly logDirectory: string;
  /** File of the hard state; its directory must exist. */
  readonly hardStatePath: string;
  readonly config: SegmentLogConfig;
  readonly logger: Logger;
  /** Tells the files of this member from those of others, which count as damage; 0, or absent, for any. */
  readonly owner?: number;
  readonly metrics?: StoreMetrics;
}

/** What a member knows of its past: its log, and what it promised. */
export interface MemberFiles {
  readonly log: SegmentLog;
  readonly hardState: HardStateFile;
}

/**
 * Opens log and hard state together, because each tells whether the other one was lost. A member that may have
 * forgotten a vote or an entry that it confirmed comes up as 'repairing', and that is durable before anything that
 * shows the loss is tidied away. A new member is 'blank', and the first thing it writes is that.
 */
export async function openMemberFiles(options: MemberFilesOptions): Promise<MemberFiles> {
  const { disk, logDirectory, hardStatePath, config, logger, owner = 0, metrics } = options;
  const hadLog = holdsLog(disk, logDirectory);
  const hadHardState = disk.exists(hardStatePath);
  let hardState: HardStateFile | null = null;
  let log: SegmentLog | null = null;
  try {
    if (!hadLog) {
      hardState = HardStateFile.open(disk, hardStatePath, null, owner, metrics);
      // Nobody votes before the log is there, so that log is gone.
      if (hardState.load().standing === 'full') becomeRepairing(hardState, 0);
    }
    log = SegmentLog.open(disk, logDirectory, config, logger, owner, metrics);
    const last = log.lastPosition();
    hardState ??= HardStateFile.open(disk, hardStatePath, { lastTerm: last.term }, owner, metrics);
    const { standing, term } = hardState.load();
    const forgetful = log.recovery.inDoubt || term < last.term || (standing === 'blank' && last.index > 0);
    if (forgetful && standing !== 'repairing') becomeRepairing(hardState, last.term);
    if (log.recovery.inDoubt) await log.endDoubt();
    if (hardState.load().standing === 'repairing') {
      const fields = { hadLog, hadHardState, hardState: hardState.found, logInDoubt: log.recovery.inDoubt };
      logger.warn('this member does not vote before it has caught up', fields);
    }
    return { log, hardState };
  } catch (error) {
    hardState?.close();
    await log?.close();
    throw error;
  }
}

function becomeRepairing(hardState: HardStateFile, lastTerm: number): void {
  const state: HardState = hardState.load();
  const term = Math.max(state.term, lastTerm);
  const votedFor = term === state.term ? state.votedFor : null;
  hardState.save({ ...state, term, votedFor, standing: 'repairing' });
}

function holdsLog(disk: Disk, directory: string): boolean {
  if (!disk.exists(directory)) return false;
  return disk.list(directory).some((name) => name === durableMarkFileName || segmentBase(name) !== null);
}
