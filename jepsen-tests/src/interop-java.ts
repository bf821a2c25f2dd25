/**
 * `npm run interop:java`: the official Java client and mqadmin, in two generations, against a cluster that this program
 * starts itself, with the master of one group killed half-way through a second pass of the client. Says so and succeeds when Java or Maven
 * are not installed.
 */
import {
  fetchClusterStatus,
  findLeader,
  layoutOnFreePorts,
  LocalCluster,
  type ClusterLayout,
} from '@ledgermq/cluster';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const VERSIONS = ['4.9.8', '5.3.3'];
const MESSAGES_PER_MODE = '200';
const ADMIN_MESSAGES = '20';
const project = fileURLToPath(new URL('../../interop-java', import.meta.url));

function isInstalled(command: string, versionFlag: string): boolean {
  return spawnSync(command, [versionFlag], { stdio: 'ignore' }).status === 0;
}

function run(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { cwd: project, stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function waitForMasters(layout: ClusterLayout): Promise<void> {
  for (let i = 0; i < 400; i++) {
    const statuses = await fetchClusterStatus(layout);
    if (layout.groups.every(({ brokerName }) => findLeader(statuses, brokerName) !== null)) return;
    await delay(50);
  }
  throw new Error('no master was elected in every group');
}

/** One of the Java programs. */
function runJava(program: string, version: string, args: readonly string[]): Promise<number> {
  const classpath = [`target/${version}/classes`, `target/${version}/lib/*`].join(':');
  return run('java', [
    '-Drocketmq.client.logUseSlf4j=true',
    '-Drocketmq.home.dir=.',
    '-Dlogback.configurationFile=conf/logback_tools.xml',
    '-cp',
    classpath,
    `org.ledgermq.interop.${program}`,
    ...args,
  ]);
}

/** One run of the client; with `kill`, a master dies by SIGKILL while it runs and comes back. */
async function runClient(cluster: LocalCluster, version: string, kill: boolean): Promise<number> {
  const args = [cluster.namesrvAddr, MESSAGES_PER_MODE, ...(kill ? ['kill'] : [])];
  const finished = runJava('Interop', version, args);
  if (kill) {
    await delay(2500);
    const victim = await killMaster(cluster);
    await delay(3000);
    await cluster.startNode(victim);
  }
  return finished;
}

/** The commands of mqadmin; with `nodeDown`, while a node is dead that was a master. */
async function runAdmin(cluster: LocalCluster, version: string, nodeDown: boolean): Promise<number> {
  const args = [cluster.namesrvAddr, ADMIN_MESSAGES];
  if (!nodeDown) return runJava('Admin', version, args);
  const victim = await killMaster(cluster);
  await waitForMasters(cluster.layout);
  const failed = await runJava('Admin', version, args);
  await cluster.startNode(victim);
  await waitForMasters(cluster.layout);
  return failed;
}

async function killMaster(cluster: LocalCluster): Promise<string> {
  const group = cluster.layout.groups[0]?.brokerName ?? '';
  const victim = findLeader(await fetchClusterStatus(cluster.layout), group);
  if (victim === null) throw new Error(`${group} has no master`);
  console.log(`killing ${victim}, master of ${group}`);
  await cluster.killNode(victim);
  return victim;
}

async function main(): Promise<number> {
  if (!isInstalled('java', '-version') || !isInstalled('mvn', '-v')) {
    console.log('interop:java skipped: Java and Maven are not installed here');
    return 0;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'ledgermq-interop-'));
  const layout = await layoutOnFreePorts({ nodes: 3, groups: 3, dataDir });
  const cluster = new LocalCluster({ layout, dataDir, ephemeral: true });
  let failures = 0;
  await cluster.start();
  try {
    await waitForMasters(layout);
    for (const version of VERSIONS) {
      console.log(`rocketmq-client ${version}`);
      if ((await run('mvn', ['-q', '-B', `-Drocketmq.version=${version}`, 'process-classes'])) !== 0) {
        console.error(`rocketmq-client ${version} could not be fetched or compiled against`);
        failures++;
        continue;
      }
      if ((await runClient(cluster, version, false)) !== 0) failures++;
      console.log(`mqadmin ${version}`);
      if ((await runAdmin(cluster, version, false)) !== 0) failures++;
      console.log(`rocketmq-client ${version}, with a master killed meanwhile`);
      if ((await runClient(cluster, version, true)) !== 0) failures++;
      await waitForMasters(layout);
      console.log(`mqadmin ${version}, with a node down`);
      if ((await runAdmin(cluster, version, true)) !== 0) failures++;
    }
  } finally {
    await cluster.stop();
  }
  console.log(failures === 0 ? 'interop:java passed' : `interop:java: ${failures} runs failed`);
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();
