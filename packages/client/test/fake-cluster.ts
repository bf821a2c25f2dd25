import type { ExecutionContext } from 'ava';
import { FakeGroup } from './fake-group.ts';
import { FakeNameServer } from './fake-name-server.ts';

export interface FakeCluster {
  readonly nameServer: FakeNameServer;
  readonly namesrvAddr: string;
  /** broker-a, broker-b ... */
  readonly groups: readonly FakeGroup[];
}

export interface FakeClusterOptions {
  readonly groups?: number;
  readonly replicas?: number;
  /** Queues per broker group of each topic. */
  readonly topics?: Readonly<Record<string, number>>;
}

/** Name server and broker groups on loopback, stopped at the end of the test. The first replica is the master. */
export async function startFakeCluster(
  t: ExecutionContext,
  options: FakeClusterOptions = {},
): Promise<FakeCluster> {
  const nameServer = new FakeNameServer();
  t.teardown(() => nameServer.stop());
  const namesrvAddr = await nameServer.start();
  const groups: FakeGroup[] = [];
  for (let i = 0; i < (options.groups ?? 1); i += 1) {
    const group = await FakeGroup.start(`broker-${'abc'.charAt(i)}`, options.replicas ?? 1);
    t.teardown(() => group.stop());
    const [master = '', ...slaves] = group.addresses;
    nameServer.setBroker(group.brokerName, master, slaves);
    for (const [topic, queues] of Object.entries(options.topics ?? {})) {
      nameServer.setTopic(topic, group.brokerName, queues);
    }
    group.onGroup = (name) => nameServer.setTopic(`%RETRY%${name}`, group.brokerName, 1);
    groups.push(group);
  }
  return { nameServer, namesrvAddr, groups };
}

/** The only group of a cluster that was started with one. */
export function onlyGroup(cluster: FakeCluster): FakeGroup {
  const [group] = cluster.groups;
  if (group === undefined) throw new Error('the cluster has no group');
  return group;
}
