import type { GroupReplica } from '@ledgermq/broker';
import type { MemoryDisk, MemoryLevel } from '@ledgermq/store';

/** One replica of one broker group, as checks see it. A view stays valid over restarts: its fields change. */
export interface MemberView {
  /** The node; also the id of the member in its group. */
  readonly id: string;
  /** The broker group (broker name). */
  readonly group: string;
  /** Whether the process runs, be it paused. */
  readonly up: boolean;
  /** Counts the starts of the node, from 1; 0 before the first. */
  readonly life: number;
  /** From the moment the replica is opened until its process ends. */
  readonly replica: GroupReplica | null;
  readonly disk: MemoryDisk;
  /** Folder of this replica on that disk. */
  readonly directory: string;
  /** The state database of a folder of this node. */
  level(directory: string): MemoryLevel;
}
