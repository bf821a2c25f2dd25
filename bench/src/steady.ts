/**
 * `npm run steady -- [--minutes N] [--load full|none] [--groups N] [--in-flight N] [--retain-mb N] [--json FILE]`.
 *
 * A cluster of three real processes under no load or under as much as one client can offer, and nothing is done to it. An
 * election after the first one of each group is therefore a false one. Prints terms and stalls of every replica as it goes
 * and at the end; exit code 1 if any term moved.
 */
import { fetchClusterStatus, type LocalCluster } from '@ledgermq/cluster';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBenchCluster, TOPIC } from './bench-cluster.ts';
import { runSendLoad } from './cluster-load.ts';
import { machine, writeReport } from './report.ts';

const { values: args } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    load: { type: 'string', default: 'none' },
    groups: { type: 'string', default: '3' },
    'in-flight': { type: 'string', default: '512' },
    'retain-mb': { type: 'string', default: '1024' },
    json: { type: 'string' },
  },
});
const minutes = Number(args.minutes);
const LOOK_MS = 10_000;
const BODY_BYTES = 1024;
const WARMUP_MS = 2_000;

/** Term and leader of every replica, as "node/group". */
interface Standing {
  readonly term: number;
  readonly role: string;
  readonly stalls: number;
  readonly longestStallMs: number;
}

async function look(cluster: LocalCluster): Promise<Map<string, Standing>> {
  const standings = new Map<string, Standing>();
  for (const [node, status] of await fetchClusterStatus(cluster.layout, 5_000)) {
    for (const { brokerName, term, role, stalls, longestStallMs } of status?.groups ?? []) {
      standings.set(`${node}/${brokerName}`, { term, role, stalls, longestStallMs });
    }
  }
  return standings;
}

/** The cluster settles first: a group whose preferred master came late has its first transfers behind it. */
async function settled(cluster: LocalCluster): Promise<Map<string, Standing>> {
  const SETTLE_MS = 15_000;
  await delay(SETTLE_MS);
  return look(cluster);
}

function elections(before: ReadonlyMap<string, Standing>, now: ReadonlyMap<string, Standing>): number {
  const byGroup = new Map<string, number>();
  for (const [place, { term }] of now) {
    const group = place.slice(place.indexOf('/') + 1);
    const moved = term - (before.get(place)?.term ?? term);
    byGroup.set(group, Math.max(byGroup.get(group) ?? 0, moved));
  }
  return [...byGroup.values()].reduce((sum, moved) => sum + moved, 0);
}

const directory = mkdtempSync(join(tmpdir(), 'ledgermq-steady-'));
const cluster = await startBenchCluster(directory, 'SYNC_FLUSH', Number(args.groups), {
  store: { retention: { logBytesMax: Number(args['retain-mb']) * 1024 * 1024 } },
});
let falseElections = 0;
let sent = 0;
let failed = 0;
let longestStallMs = 0;
try {
  const before = await settled(cluster);
  const endsAt = performance.now() + minutes * 60_000;
  const load =
    args.load === 'full'
      ? runSendLoad({
          namesrvAddr: cluster.namesrvAddr,
          topic: TOPIC,
          inFlight: Number(args['in-flight']),
          bodyBytes: BODY_BYTES,
          warmupMs: WARMUP_MS,
          durationMs: minutes * 60_000 - WARMUP_MS,
          batch: false,
        })
      : null;
  while (performance.now() < endsAt) {
    await delay(Math.min(LOOK_MS, Math.max(0, endsAt - performance.now())));
    const now = await look(cluster);
    falseElections = elections(before, now);
    longestStallMs = Math.max(0, ...[...now.values()].map((standing) => standing.longestStallMs));
    const left = Math.max(0, Math.round((endsAt - performance.now()) / 1000));
    console.log(
      `${left} s left: ${falseElections} false elections, longest stall of an event loop ${longestStallMs} ms`,
    );
  }
  const result = await load;
  sent = result?.acknowledged ?? 0;
  failed = result?.failed ?? 0;
} finally {
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
}
const report = {
  method:
    `three nodes, ${args.groups} groups, SYNC_FLUSH, ${minutes} min, load ${args.load}` +
    (args.load === 'full'
      ? ` (one client, ${args['in-flight']} sends of ${BODY_BYTES} bytes in flight)`
      : ''),
  machine: machine(),
  falseElections,
  longestStallMs,
  sent,
  failed,
};
console.log(JSON.stringify(report, null, 2));
writeReport(args.json, report);
process.exitCode = falseElections === 0 && failed === 0 ? 0 : 1;
