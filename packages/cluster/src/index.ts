export {
  addressesOf,
  fixedPorts,
  layoutCluster,
  GROUPS_MAX,
  NODES_MAX,
  type ClusterLayout,
  type GroupLayout,
  type LayoutOptions,
  type NodeLayout,
  type PortPicker,
  type PortRole,
} from './cluster-layout.ts';
export { LocalCluster, layoutOnFreePorts, type LocalClusterOptions } from './local-cluster.ts';
export {
  fetchClusterStatus,
  fetchNodeStatus,
  findLeader,
  type NodeStatus,
  type ReplicaStatus,
} from './node-status.ts';
export { findPortOwner, freePorts, isPortFree, type PortOwner } from './port-owner.ts';
export { SERVER_NODE_ARGUMENTS, ServerProcess, type ServerProcessOptions } from './server-process.ts';
export { ClusterError, type ClusterErrorCode } from './errors.ts';
