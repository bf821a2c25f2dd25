export { Namesrv, type NamesrvLogger, type NamesrvPorts } from './namesrv.ts';
export { namesrvDefaults, parseNamesrvArgs, type NamesrvConfig } from './config.ts';
export { handleRequest, type HandlerPorts, type RequestContext } from './handlers.ts';
export { KvConfig } from './kv-config.ts';
export type { KvStore } from './kv-store.ts';
export { RouteTable, type BrokerRegistration, type RouteView } from './route-table.ts';
