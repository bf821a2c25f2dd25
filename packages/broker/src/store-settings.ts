import {
  parseKeyIndexConfig,
  parseSegmentLogConfig,
  type DerivedStateConfig,
  type SegmentLogConfig,
} from '@ledgermq/store';
import { ConfigReader } from './config-reader.ts';
import { BrokerError } from './errors.ts';
import { applierDefaults, type ApplierConfig } from './replication/applier.ts';
import { keyIndexerDefaults, type KeyIndexerConfig } from './replication/key-indexer.ts';
import type { DiskSpaceConfig } from './replica-options.ts';
import { diskGuardDefaults } from './replication/disk-guard.ts';
import { logRetentionDefaults, type LogRetentionConfig } from './replication/log-retention.ts';
import { progressWatchDefaults, type ProgressWatchConfig } from './replication/progress-watch.ts';
import { snapshotScheduleDefaults, type SnapshotScheduleConfig } from './replication/snapshot-schedule.ts';

/** What the section `store` of a node's configuration says about each replica. */
export interface StoreSettings {
  readonly log: SegmentLogConfig;
  readonly derived: Partial<DerivedStateConfig>;
  readonly checkpoints: ApplierConfig;
  readonly snapshots: SnapshotScheduleConfig;
  readonly retention: LogRetentionConfig;
  readonly keyIndex: KeyIndexerConfig;
  readonly progress: ProgressWatchConfig;
  readonly diskSpace: DiskSpaceConfig;
}

/** Settings of the derived state that every replica must have alike: the machine has them as constants. */
const REPLICATED_SETTINGS = ['uniqKeyCountMax', 'uniqKeyWindowMs', 'queueCountMax'];
/** Told by group and member. */
const OWNER_SETTING = 'owner';
const BYTES_MAX = Number.MAX_SAFE_INTEGER;
const DAY_MS = 86_400_000;
const DISK_CHECK_MS_MAX = 4_000;
const HOURS_MAX = 1_000_000;
const DELETE_WHEN = '04';

type RetentionNumber = {
  [Name in keyof LogRetentionConfig]: LogRetentionConfig[Name] extends number ? Name : never;
}[keyof LogRetentionConfig];

/** Subsections have their own readers here or in the store; all other names are those of the segment log. */
export function parseStoreSettings(value: Readonly<Record<string, unknown>>): StoreSettings {
  const {
    derived = {},
    checkpoints = {},
    snapshots = {},
    retention = {},
    keyIndex = {},
    progress = {},
    diskSpace = {},
    ...log
  } = value;
  const faults: string[] = [];
  const settings = {
    log: parsedLog(log, faults),
    derived: readDerived(derived, faults),
    checkpoints: readSection('store.checkpoints', checkpoints, faults, readCheckpoints),
    snapshots: readSection('store.snapshots', snapshots, faults, (reader) => ({
      intervalBytes: reader.wholeNumber(
        'intervalBytes',
        snapshotScheduleDefaults.intervalBytes,
        1,
        BYTES_MAX,
      ),
    })),
    retention: readSection('store.retention', retention, faults, readRetention),
    keyIndex: readKeyIndex(keyIndex, faults),
    progress: readSection('store.progress', progress, faults, (reader) => ({
      intervalMs: reader.wholeNumber('intervalMs', progressWatchDefaults.intervalMs, 100, DAY_MS),
      bytesLeftMin: reader.wholeNumber('bytesLeftMin', progressWatchDefaults.bytesLeftMin, 1, BYTES_MAX),
    })),
    diskSpace: readSection('store.diskSpace', diskSpace, faults, (reader) => ({
      diskReserveBytes: reader.wholeNumber(
        'diskReserveBytes',
        diskGuardDefaults.diskReserveBytes,
        0,
        BYTES_MAX,
      ),
      // Sends resume within this time once there is room.
      diskCheckMs: reader.wholeNumber('diskCheckMs', diskGuardDefaults.diskCheckMs, 10, DISK_CHECK_MS_MAX),
    })),
  };
  if (faults.length > 0 || settings.log === null) {
    throw new BrokerError('CONFIG_INVALID', faults.join('; '), { faults });
  }
  return { ...settings, log: settings.log };
}

function readSection<T>(
  name: string,
  value: unknown,
  faults: string[],
  read: (reader: ConfigReader) => T,
): T {
  const reader = new ConfigReader(value, name, faults);
  const section = read(reader);
  reader.rejectUnknown();
  return section;
}

function readCheckpoints(reader: ConfigReader): ApplierConfig {
  const number = (name: keyof ApplierConfig, most: number): number =>
    reader.wholeNumber(name, applierDefaults[name], 1, most);
  return {
    checkpointBytes: number('checkpointBytes', BYTES_MAX),
    checkpointRecords: number('checkpointRecords', BYTES_MAX),
    checkpointIntervalMs: number('checkpointIntervalMs', DAY_MS),
    replayBytesMax: number('replayBytesMax', BYTES_MAX),
    replayRecordsMax: number('replayRecordsMax', BYTES_MAX),
  };
}

/** Ranges of the ratios as in RocketMQ, which moves what lies outside to the nearest bound; here it is a fault. */
function readRetention(reader: ConfigReader): LogRetentionConfig {
  const number = (name: RetentionNumber, least: number, most: number): number =>
    reader.wholeNumber(name, logRetentionDefaults[name], least, most);
  return {
    logBytesMax: number('logBytesMax', 0, BYTES_MAX),
    fileReservedTime: number('fileReservedTime', 0, HOURS_MAX),
    deleteWhen: readHours(reader),
    diskMaxUsedSpaceRatio: number('diskMaxUsedSpaceRatio', 10, 95),
    diskSpaceCleanForciblyRatio: number('diskSpaceCleanForciblyRatio', 30, 85),
    diskSpaceWarningLevelRatio: number('diskSpaceWarningLevelRatio', 35, 90),
    cleanFileForciblyEnable: reader.flag(
      'cleanFileForciblyEnable',
      logRetentionDefaults.cleanFileForciblyEnable,
    ),
    cleanResourceInterval: number('cleanResourceInterval', 100, DAY_MS),
    firstCleanDelay: number('firstCleanDelay', 0, DAY_MS),
  };
}

/** RocketMQ's form: "04", or several hours separated by semicolons. */
function readHours(reader: ConfigReader): readonly number[] {
  const text = reader.text('deleteWhen', DELETE_WHEN);
  const parts = text.split(';').map((part) => part.trim());
  if (parts.every((part) => /^([01]?[0-9]|2[0-3])$/.test(part))) return parts.map(Number);
  reader.fault('deleteWhen', `must be hours from 00 to 23 separated by ";", not "${text}"`);
  return logRetentionDefaults.deleteWhen;
}

/** `enabled`, and the limits of the files, which the store checks. */
function readKeyIndex(value: unknown, faults: string[]): KeyIndexerConfig {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const settings: { readonly enabled?: unknown } = isObject ? value : {};
  const { enabled = keyIndexerDefaults.enabled, ...files } = settings;
  if (!isObject) faults.push('store.keyIndex must be an object');
  if (typeof enabled !== 'boolean') faults.push('store.keyIndex.enabled must be true or false');
  try {
    return { ...keyIndexerDefaults, enabled: enabled === true, files: parseKeyIndexConfig(files) };
  } catch (error) {
    faults.push(`store.keyIndex: ${error instanceof Error ? error.message : String(error)}`);
    return keyIndexerDefaults;
  }
}

function parsedLog(value: unknown, faults: string[]): SegmentLogConfig | null {
  try {
    return parseSegmentLogConfig(value);
  } catch (error) {
    faults.push(`store: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** The store checks names and ranges; here it is only made sure that there are numbers to check. */
function readDerived(value: unknown, faults: string[]): Record<string, number> {
  const settings: Record<string, number> = {};
  for (const [name, setting] of Object.entries(value ?? {})) {
    if (REPLICATED_SETTINGS.includes(name)) {
      faults.push(`store.derived.${name} decides the replicated state and cannot be configured`);
    } else if (name === OWNER_SETTING) {
      faults.push('store.derived.owner cannot be configured');
    } else if (typeof setting === 'number') {
      settings[name] = setting;
    } else {
      faults.push(`store.derived.${name} must be a number`);
    }
  }
  return settings;
}
