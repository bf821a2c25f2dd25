import {
  fetchClusterStatus,
  findLeader,
  layoutOnFreePorts,
  LocalCluster,
  type ClusterLayout,
} from '@ledgermq/cluster';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerSummary } from '../failover-demo/ledger.ts';
import { Workload } from '../failover-demo/workload.ts';

export interface DemoFailoverOptions {
  readonly kills: number;
  readonly rate: number;
  readonly nodes: number;
  readonly groups: number;
  readonly flush: 'SYNC_FLUSH' | 'ASYNC_FLUSH';
  /** File for the result as JSON, if any. */
  readonly json?: string;
}

export interface FailoverReport {
  readonly kills: readonly {
    readonly brokerName: string;
    readonly node: string;
    readonly firstAckMs: number;
  }[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly summary: LedgerSummary;
}

const TOPIC = 'FailoverDemo';
const QUEUES_PER_BROKER = 4;
/** Quiet time before each kill, so that every failover starts from a healthy cluster. */
const SETTLE_MS = 1000;
const RECOVER_TIMEOUT_MS = 30_000;
const DRAIN_TIMEOUT_MS = 60_000;

/**
 * `ledgermq demo failover`: a cluster of its own on free ports, a steady load on all groups, and one master after the
 * other killed with SIGKILL and started again. Returns the exit code: 0 only when nothing acknowledged was lost, nothing
 * was stored twice and no send failed.
 */
export async function demoFailover(options: DemoFailoverOptions): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ledgermq-failover-'));
  const layout = await layoutOnFreePorts({ nodes: options.nodes, groups: options.groups, dataDir });
  const cluster = new LocalCluster({ layout, dataDir, ephemeral: true, flushDiskType: options.flush });
  const brokerNames = layout.groups.map((group) => group.brokerName);
  console.log(
    `starting ${options.nodes} nodes and ${options.groups} broker groups; ` +
      `${options.rate} messages/s, ${options.kills} kills, ${options.flush}`,
  );
  await cluster.start();
  const workload = new Workload(
    {
      namesrvAddr: cluster.namesrvAddr,
      topic: TOPIC,
      brokerNames,
      queuesPerBroker: QUEUES_PER_BROKER,
      rate: options.rate,
    },
    (message) => console.log(message),
  );
  try {
    await waitHealthy(layout, RECOVER_TIMEOUT_MS);
    await workload.start();
    const kills: FailoverReport['kills'][number][] = [];
    for (let i = 0; i < options.kills; i++) {
      await delay(SETTLE_MS);
      kills.push(await killOnce(cluster, workload, brokerNames[i % brokerNames.length] ?? '', i + 1));
    }
    await workload.drain(DRAIN_TIMEOUT_MS);
    const report = summarize(kills, workload.ledger.summary());
    printReport(report);
    if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(report, null, 2));
    return isClean(report.summary) ? 0 : 1;
  } finally {
    await workload.stop();
    await cluster.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function killOnce(
  cluster: LocalCluster,
  workload: Workload,
  brokerName: string,
  number: number,
): Promise<FailoverReport['kills'][number]> {
  const before = await fetchClusterStatus(cluster.layout);
  const victim = findLeader(before, brokerName);
  if (victim === null) throw new Error(`${brokerName} has no master to kill`);
  const since = performance.now();
  const acknowledged = workload.firstAcknowledgement(brokerName, since);
  const dead = cluster.killNode(victim);
  const firstAckMs = await acknowledged;
  await dead;
  const after = await fetchClusterStatus(cluster.layout);
  const successor = findLeader(after, brokerName) ?? '?';
  console.log(
    `kill ${String(number).padStart(3)}: ${brokerName} lost its master ${victim}; first acknowledged send after ` +
      `${firstAckMs.toFixed(0)} ms, new master ${successor}`,
  );
  await cluster.startNode(victim);
  await waitHealthy(cluster.layout, RECOVER_TIMEOUT_MS);
  return { brokerName, node: victim, firstAckMs };
}

/** Every node answers, every group has a leader, and no replica is far behind it. */
async function waitHealthy(layout: ClusterLayout, timeoutMs: number): Promise<void> {
  const lagMax = 100;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const statuses = await fetchClusterStatus(layout);
    const healthy = layout.groups.every(({ brokerName }) => {
      const leader = findLeader(statuses, brokerName);
      const replicas = [...statuses.values()].map((s) =>
        s?.groups.find((group) => group.brokerName === brokerName),
      );
      const commit = Math.max(...replicas.map((replica) => replica?.commitIndex ?? 0));
      return (
        leader !== null &&
        replicas.every((replica) => replica !== undefined && commit - replica.appliedIndex <= lagMax)
      );
    });
    if (healthy) return;
    if (performance.now() > deadline)
      throw new Error(`the cluster did not become healthy within ${timeoutMs} ms`);
    await delay(50);
  }
}

function summarize(kills: FailoverReport['kills'], summary: LedgerSummary): FailoverReport {
  const sorted = kills.map((kill) => kill.firstAckMs).sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { kills, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: sorted.at(-1) ?? 0, summary };
}

function printReport({ kills, p50Ms, p99Ms, maxMs, summary }: FailoverReport): void {
  console.log('');
  console.log(
    `kill to first acknowledged send, ${kills.length} kills: p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms, ` +
      `max ${maxMs.toFixed(0)} ms`,
  );
  console.log(`sent          ${summary.sent}`);
  console.log(`acknowledged  ${summary.acknowledged}`);
  console.log(`failed        ${summary.failed}`);
  console.log(
    `received      ${summary.received} (${summary.redelivered} redeliveries of the same stored message)`,
  );
  console.log(`duplicated    ${summary.duplicated}`);
  console.log(`lost          ${summary.lost}`);
  if (summary.misplaced > 0) console.log(`misplaced     ${summary.misplaced}`);
}

function isClean({ lost, duplicated, failed, misplaced }: LedgerSummary): boolean {
  return lost === 0 && duplicated === 0 && failed === 0 && misplaced === 0;
}
