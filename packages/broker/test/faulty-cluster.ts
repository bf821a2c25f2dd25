import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { FaultyNodeDisk, NodeDisk } from '@ledgermq/store';
import { CrashingMember } from './cluster-member.ts';
import { clusterConfig, ReplicaCluster, type ClusterShape } from './replica-cluster.ts';

export type FaultyMember = CrashingMember<FaultyNodeDisk>;
export type FaultyCluster = ReplicaCluster<FaultyMember>;

export interface FaultyClusterOptions extends Pick<ClusterShape, 'diskSpace'> {
  readonly raft?: Readonly<Record<string, unknown>>;
}

/** What the disks of a test keep free. A checkpoint fits into the part that is left to it. */
export const RESERVE_BYTES: number = 4 * 1024 * 1024;
/** Far more than a test writes. */
const PLENTY_BYTES = 64 * 1024 * 1024;

/** Three replicas in virtual time whose files are real ones; the state database alone is in memory. */
export async function startFaultyCluster(
  t: ExecutionContext,
  {
    raft = {},
    diskSpace = { diskReserveBytes: RESERVE_BYTES, diskCheckMs: 1_000 },
  }: FaultyClusterOptions = {},
): Promise<FaultyCluster> {
  const base = new NodeDisk();
  const home = mkdtempSync(join(tmpdir(), 'ledgermq-disks-'));
  const members = ['n1', 'n2', 'n3'].map((id) => {
    const root = join(home, id);
    base.mkdir(root);
    const disk = new FaultyNodeDisk({
      base,
      root,
      attic: join(home, `${id}.attic`),
      syncsBase: false,
      capacityBytes: PLENTY_BYTES,
      sleep: {
        later: (ms, fn) => void cluster.clock.setTimer(ms, fn),
        // Time of all members is one: a thread that waits would stop the others too.
        block: () => undefined,
      },
    });
    return new CrashingMember(id, disk, join(root, 'data'));
  });
  t.teardown(async () => {
    await Promise.all(members.map(({ disk }) => disk.close()));
    rmSync(home, { recursive: true, force: true });
  });
  const cluster: FaultyCluster = new ReplicaCluster(members, clusterConfig(raft, 0, { diskSpace }));
  for (const { id } of members) await cluster.open(id);
  return cluster;
}

/** Somebody fills the disk until only so many bytes are left. */
export function leaveRoom({ disk, directory }: FaultyMember, bytes: number): void {
  disk.setCapacity(PLENTY_BYTES);
  const used = PLENTY_BYTES - disk.freeBytes(directory);
  disk.setCapacity(used + bytes);
}

export function freeRoom({ disk }: FaultyMember): void {
  disk.setCapacity(PLENTY_BYTES);
}
