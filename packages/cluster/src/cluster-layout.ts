/**
 * Where every process of a local cluster listens and keeps its files: a pure function of a few numbers, so that the
 * supervisor, the command line and the tests agree without asking each other.
 */

/** One broker group as seen from the layout: its name, who is preferred master and where each replica listens. */
export interface GroupLayout {
  readonly brokerName: string;
  readonly preferredLeader: string;
  readonly members: readonly { readonly id: string; readonly listenAddress: string }[];
}

/** One broker process: a node that hosts a replica of every group. */
export interface NodeLayout {
  readonly id: string;
  readonly peerAddress: string;
  readonly adminAddress: string;
  readonly dataDir: string;
}

export interface ClusterLayout {
  readonly clusterName: string;
  readonly host: string;
  readonly namesrvAddresses: readonly string[];
  readonly nodes: readonly NodeLayout[];
  readonly groups: readonly GroupLayout[];
}

/** Picks the port of a role; the default is the fixed scheme below, tests hand in free ports. */
export type PortPicker = (role: PortRole) => number;
export type PortRole =
  | { readonly type: 'namesrv'; readonly ordinal: number }
  | { readonly type: 'peer'; readonly node: number }
  | { readonly type: 'admin'; readonly node: number }
  | { readonly type: 'broker'; readonly node: number; readonly group: number };

/** RocketMQ's well-known ports for the first of each kind, then evenly spaced: 10911 + 100 * group + 10 * node. */
export const fixedPorts: PortPicker = (role) => {
  switch (role.type) {
    case 'namesrv':
      return 9876 + role.ordinal;
    case 'peer':
      return 40911 + role.node;
    case 'admin':
      return 18081 + role.node;
    case 'broker':
      return 10911 + 100 * role.group + 10 * role.node;
  }
};

export interface LayoutOptions {
  readonly nodes: number;
  readonly groups: number;
  readonly dataDir: string;
  readonly namesrvs?: number;
  readonly host?: string;
  readonly clusterName?: string;
  readonly pickPort?: PortPicker;
}

/** Upper bounds of a cluster on one machine; the port scheme has room for exactly these. */
export const NODES_MAX = 9;
export const GROUPS_MAX = 26;

/**
 * Lays out `nodes` broker processes, each hosting a replica of `groups` broker groups (broker-a, broker-b, ...). Group
 * g prefers node g modulo nodes as its master, so masters are spread and the loss of one node moves as few as possible.
 *
 * @throws RangeError when a count is outside its bounds.
 */
export function layoutCluster(options: LayoutOptions): ClusterLayout {
  const {
    nodes,
    groups,
    dataDir,
    namesrvs = 1,
    host = '127.0.0.1',
    clusterName = 'DefaultCluster',
  } = options;
  const pickPort = options.pickPort ?? fixedPorts;
  requireBetween('nodes', nodes, 1, NODES_MAX);
  requireBetween('groups', groups, 1, GROUPS_MAX);
  requireBetween('namesrvs', namesrvs, 1, NODES_MAX);
  const nodeLayouts = range(nodes).map((node) => ({
    id: `n${node + 1}`,
    peerAddress: `${host}:${pickPort({ type: 'peer', node })}`,
    adminAddress: `${host}:${pickPort({ type: 'admin', node })}`,
    dataDir: `${dataDir}/n${node + 1}`,
  }));
  return {
    clusterName,
    host,
    namesrvAddresses: range(namesrvs).map((ordinal) => `${host}:${pickPort({ type: 'namesrv', ordinal })}`),
    nodes: nodeLayouts,
    groups: range(groups).map((group) => ({
      brokerName: `broker-${String.fromCharCode(97 + group)}`,
      preferredLeader: `n${(group % nodes) + 1}`,
      members: nodeLayouts.map(({ id }, node) => ({
        id,
        listenAddress: `${host}:${pickPort({ type: 'broker', node, group })}`,
      })),
    })),
  };
}

/** Every "host:port" of the layout with the name of its user, for the check that all are free. */
export function addressesOf(layout: ClusterLayout): { readonly address: string; readonly role: string }[] {
  return [
    ...layout.namesrvAddresses.map((address, i) => ({ address, role: `name server ${i + 1}` })),
    ...layout.nodes.flatMap((node) => [
      { address: node.peerAddress, role: `node ${node.id} peer port` },
      { address: node.adminAddress, role: `node ${node.id} admin port` },
    ]),
    ...layout.groups.flatMap((group) =>
      group.members.map((member) => ({
        address: member.listenAddress,
        role: `${group.brokerName} replica on ${member.id}`,
      })),
    ),
  ];
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function requireBetween(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
  }
}
