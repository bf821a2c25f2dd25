import { get } from 'node:http';
import type { ClusterLayout } from './cluster-layout.ts';

/** One replica as its node reports it on the admin port. */
export interface ReplicaStatus {
  readonly brokerName: string;
  readonly role: string;
  readonly term: number;
  readonly leader: string | null;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly lastIndex: number;
  /** How often the node's event loop stood still for more than half an election time-out, and how long at most. */
  readonly stalls: number;
  readonly longestStallMs: number;
}

export interface NodeStatus {
  readonly heapUsedBytes: number;
  readonly nodeId: string;
  readonly groups: readonly ReplicaStatus[];
}

/** Status of every node of a layout, by id; null for a node that does not answer within `timeoutMs`. */
export async function fetchClusterStatus(
  layout: ClusterLayout,
  timeoutMs: number = 1000,
): Promise<ReadonlyMap<string, NodeStatus | null>> {
  const statuses = await Promise.all(
    layout.nodes.map(async (node) => [node.id, await fetchNodeStatus(node.adminAddress, timeoutMs)] as const),
  );
  return new Map(statuses);
}

/** The node that calls itself leader of the group in the highest term, or null. */
export function findLeader(
  statuses: ReadonlyMap<string, NodeStatus | null>,
  brokerName: string,
): string | null {
  let best: { id: string; term: number } | null = null;
  for (const [id, status] of statuses) {
    const replica = status?.groups.find((group) => group.brokerName === brokerName);
    if (replica?.role === 'leader' && (best === null || replica.term > best.term))
      best = { id, term: replica.term };
  }
  return best?.id ?? null;
}

export function fetchNodeStatus(adminAddress: string, timeoutMs: number): Promise<NodeStatus | null> {
  return new Promise((resolve) => {
    const request = get(`http://${adminAddress}/status`, { timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => resolve(null));
      response.on('end', () => resolve(parseStatus(Buffer.concat(chunks).toString())));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
  });
}

function parseStatus(text: string): NodeStatus | null {
  try {
    return JSON.parse(text) as NodeStatus;
  } catch {
    return null;
  }
}
