import { join } from 'node:path';
import { parseRaftConfig, type Logger } from '@ledgermq/raft';
import { NodeDisk, nodeLevel, parseSegmentLogConfig, type Disk, type StateLevel } from '@ledgermq/store';
import { applierDefaults } from '../../src/replication/applier.ts';
import { keyIndexerDefaults } from '../../src/replication/key-indexer.ts';
import { logRetentionDefaults } from '../../src/replication/log-retention.ts';
import { ClusterMember } from '../cluster-member.ts';
import { ReplicaCluster, type ClusterConfig } from '../replica-cluster.ts';
import { OutsideWork, watched } from './watched.ts';

/** A line that a member logged. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Small files, so that a few hundred messages make several of every kind. */
export const realGroupConfig: ClusterConfig = {
  raft: parseRaftConfig({}),
  log: parseSegmentLogConfig({
    segmentBytes: 4_096,
    tailCacheBytes: 4_096,
    markIntervalBytes: 1_024,
    readChunkBytes: 4_096,
  }),
  derived: {},
  applier: { ...applierDefaults, checkpointIntervalMs: 200 },
  snapshots: { intervalBytes: 16_384 },
  retention: logRetentionDefaults,
  keyIndex: { ...keyIndexerDefaults, checkpointMs: 200, files: { slotsPerFile: 16, entriesPerFile: 64 } },
};

/** A member on the real disk, with the real database. */
export class RealMember extends ClusterMember {
  readonly directory: string;
  readonly disk: Disk;
  readonly lines: LogLine[] = [];
  readonly #work: OutsideWork;

  constructor(id: string, root: string, work: OutsideWork) {
    super(id);
    this.directory = join(root, id);
    this.disk = watched(new NodeDisk(), work);
    this.#work = work;
  }

  diskOfLife(): Disk {
    return this.disk;
  }

  connect(directory: string): StateLevel {
    return watched(nodeLevel(directory), this.#work);
  }

  crash(): void {
    throw new Error('a real member dies by a copy of its files');
  }

  override logger(): Logger {
    const line =
      (level: LogLine['level']) =>
      (text: string, fields: Readonly<Record<string, unknown>> = {}): void => {
        this.lines.push({ level, text, fields });
      };
    return { debug: () => undefined, info: line('info'), warn: line('warn'), error: line('error') };
  }
}

export type RealGroup = ReplicaCluster<RealMember>;

export interface GroupShape {
  readonly brokerName: string;
  readonly ids: readonly string[];
  /** Member that joins the group without a vote. */
  readonly learner?: string;
  /** Bytes of log that each member keeps at least; all of it if absent. */
  readonly retainedBytes?: number;
}

/** Members with folders of their ids within `root`; none of them runs. */
export function realGroup(root: string, { brokerName, ids, learner, retainedBytes }: GroupShape): RealGroup {
  const work = new OutsideWork();
  const members = ids.map((id) => new RealMember(id, root, work));
  const config: ClusterConfig =
    retainedBytes === undefined
      ? realGroupConfig
      : {
          ...realGroupConfig,
          snapshots: { intervalBytes: retainedBytes / 4 },
          retention: { ...logRetentionDefaults, logBytesMax: retainedBytes },
        };
  const founders = ids.filter((id) => id !== learner);
  return new ReplicaCluster(members, config, { settled: () => work.settled(), brokerName, founders });
}
