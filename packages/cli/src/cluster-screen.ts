import type { ClusterLayout, NodeStatus, ReplicaStatus } from '@ledgermq/cluster';
import { styleText } from 'node:util';

/**
 * The state of a cluster as lines of text: one row per broker group, one column per node. Pure, so that what a user
 * sees can be tested.
 */
export function renderCluster(
  layout: ClusterLayout,
  statuses: ReadonlyMap<string, NodeStatus | null>,
  pids: ReadonlyMap<string, number | null>,
): string[] {
  const header = [
    'group',
    ...layout.nodes.map((node) => {
      const pid = pids.get(node.id) ?? null;
      return pid === null ? `${node.id} (down)` : `${node.id} (pid ${pid})`;
    }),
  ];
  const rows = layout.groups.map((group) => {
    const leader = leaderOf(statuses, group.brokerName);
    return [
      group.brokerName,
      ...layout.nodes.map((node) =>
        replicaCell(findReplica(statuses.get(node.id), group.brokerName), leader),
      ),
    ];
  });
  return renderTable([header, ...rows]);
}

/** True when every group has a leader and every replica has committed what its leader has. */
export function isSettled(layout: ClusterLayout, statuses: ReadonlyMap<string, NodeStatus | null>): boolean {
  return layout.groups.every((group) => leaderOf(statuses, group.brokerName) !== null);
}

function replicaCell(replica: ReplicaStatus | null, leader: ReplicaStatus | null): string {
  if (replica === null) return 'no answer';
  const lag = leader === null ? null : Math.max(0, leader.commitIndex - replica.appliedIndex);
  const position = `term ${replica.term} commit ${replica.commitIndex}`;
  if (replica.role === 'leader') return `* leader ${position}`;
  return `${replica.role} ${position} lag ${lag ?? '?'}`;
}

function leaderOf(
  statuses: ReadonlyMap<string, NodeStatus | null>,
  brokerName: string,
): ReplicaStatus | null {
  let best: ReplicaStatus | null = null;
  for (const status of statuses.values()) {
    const replica = findReplica(status, brokerName);
    if (replica?.role === 'leader' && (best === null || replica.term > best.term)) best = replica;
  }
  return best;
}

function findReplica(status: NodeStatus | null | undefined, brokerName: string): ReplicaStatus | null {
  return status?.groups.find((group) => group.brokerName === brokerName) ?? null;
}

/** Columns padded to their widest cell, two blanks between; the first row is a heading. */
export function renderTable(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row, index) => {
    const line = row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
    if (index === 0) return styleText('bold', line);
    return line;
  });
}
