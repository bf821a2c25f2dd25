import type { SnapshotMeta } from '@ledgermq/raft';

const HOUR_MS = 3_600_000;

/** What decides how long messages are kept. Names and defaults are RocketMQ's, but for `logBytesMax`. */
export interface RetentionRules {
  /** Bytes of log kept at least; older parts go at any hour. 0 sets no limit by size. */
  readonly logBytesMax: number;
  /** Age in hours beyond which messages go in the hours of `deleteWhen`. */
  readonly fileReservedTime: number;
  /** Hours of the day, 0 to 23, local time. */
  readonly deleteWhen: readonly number[];
  /** Percent of the disk in use above which expired messages go at any hour. */
  readonly diskMaxUsedSpaceRatio: number;
  /** Percent above which messages go whatever their age. */
  readonly diskSpaceCleanForciblyRatio: number;
  /** Percent above which sends are refused. */
  readonly diskSpaceWarningLevelRatio: number;
  /** Whether messages that are not expired may go at all when the disk is nearly full. */
  readonly cleanFileForciblyEnable: boolean;
}

export const retentionRuleDefaults: RetentionRules = Object.freeze({
  logBytesMax: 0,
  fileReservedTime: 72,
  deleteWhen: Object.freeze([4]),
  diskMaxUsedSpaceRatio: 75,
  diskSpaceCleanForciblyRatio: 85,
  diskSpaceWarningLevelRatio: 90,
  cleanFileForciblyEnable: true,
});

/**
 * - 'size': only what exceeds `logBytesMax` goes.
 * - 'expired': what is older than `fileReservedTime` goes too.
 * - 'forced': the oldest part goes whatever its age.
 */
export type CleaningMode = 'size' | 'expired' | 'forced';

/** `hour`: of the day, local; `usedPercent`: of the disk, 0 to 100. */
export function cleaningMode(rules: RetentionRules, hour: number, usedPercent: number): CleaningMode {
  const forcedAbove = Math.min(rules.diskSpaceCleanForciblyRatio, rules.diskSpaceWarningLevelRatio);
  if (rules.cleanFileForciblyEnable && usedPercent > forcedAbove) return 'forced';
  return usedPercent > rules.diskMaxUsedSpaceRatio || rules.deleteWhen.includes(hour) ? 'expired' : 'size';
}

/** Hour of the day, 0 to 23, in UTC. */
export function hourInUtc(now: number): number {
  return Math.floor(now / HOUR_MS) % 24;
}

/** Store time in ms before which messages are expired. */
export function expiredBefore(rules: RetentionRules, now: number): number {
  return now - rules.fileReservedTime * HOUR_MS;
}

export interface DropInput {
  /** Snapshots within the log, oldest first: what goes ends at one. */
  readonly snapshots: readonly SnapshotMeta[];
  readonly endAddress: number;
  readonly mode: CleaningMode;
  /** All messages below this log address are expired; 0 when none is, or nobody looked. */
  readonly expiredAddress: number;
}

/**
 * The snapshots up to which the log may go: the first of them counts that lets anything go, since whole segments go; none
 * when all of it stays. By force the log goes piece by piece, one with each round: the disk may have room again after it.
 */
export function dropPoints(rules: RetentionRules, input: DropInput): readonly SnapshotMeta[] {
  const { snapshots, endAddress, mode, expiredAddress } = input;
  const { logBytesMax } = rules;
  const goes = ({ position }: SnapshotMeta): boolean =>
    (logBytesMax > 0 && endAddress - position.address >= logBytesMax) ||
    (mode !== 'size' && position.address <= expiredAddress);
  const point = snapshots.findLast(goes);
  if (mode === 'forced') return snapshots.slice(point === undefined ? 0 : snapshots.indexOf(point));
  return point === undefined ? [] : [point];
}
