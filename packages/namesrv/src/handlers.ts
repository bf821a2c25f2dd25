import {
  checkRegistrationBodyCrc,
  createResponse,
  decodeBrokerIdentityHeader,
  decodeDataVersion,
  decodeDeleteTopicHeader,
  decodeKvKeyHeader,
  decodeKvNamespaceHeader,
  decodePutKvHeader,
  decodeRegisterBrokerBody,
  decodeRegisterBrokerHeader,
  decodeRouteRequestHeader,
  decodeTopicsByClusterHeader,
  decodeWritePermHeader,
  encodeClusterInfo,
  encodeDataVersion,
  encodeKvTable,
  encodeKvValueHeader,
  encodeQueryDataVersionResponseHeader,
  encodeRegisterBrokerResponseHeader,
  encodeTopicList,
  encodeTopicRoute,
  encodeWritePermResponse,
  ORDER_TOPIC_NAMESPACE,
  ProtocolError,
  RequestCode,
  ResponseCode,
  sameDataVersion,
  type BrokerData,
  type RemotingCommand,
} from '@ledgermq/protocol';
import type { KvConfig } from './kv-config.ts';
import type { BrokerView, RouteTable } from './route-table.ts';

/** What a request may need to know of the connection it came over, and of the time. */
export interface RequestContext {
  readonly connectionId: number;
  readonly now: number;
}

export interface HandlerPorts {
  readonly routes: RouteTable;
  readonly kv: KvConfig;
  /** Called after every change of the key-value settings; throws when they cannot be stored. */
  readonly saveKv: () => void;
  readonly brokerExpiryMs: number;
  readonly orderMessageEnable: boolean;
}

/** The least client version (4.9.4) that was told to expect quoted numeric keys. */
const STANDARD_JSON_VERSION = 401;
/** Bounds of the expiry a broker may ask for itself, ms. */
const EXPIRY_MS_MIN = 1000;
const EXPIRY_MS_MAX = 3_600_000;

type Handler = (request: RemotingCommand, context: RequestContext, ports: HandlerPorts) => RemotingCommand;

/** Every request a name server answers, by code. */
const handlers: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [RequestCode.REGISTER_BROKER, registerBroker],
  [RequestCode.UNREGISTER_BROKER, unregisterBroker],
  [RequestCode.QUERY_DATA_VERSION, queryDataVersion],
  [RequestCode.GET_ROUTEINFO_BY_TOPIC, routeByTopic],
  [RequestCode.GET_BROKER_CLUSTER_INFO, clusterInfo],
  [RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER, allTopics],
  [RequestCode.GET_TOPICS_BY_CLUSTER, topicsByCluster],
  [RequestCode.DELETE_TOPIC_IN_NAMESRV, deleteTopic],
  [RequestCode.WIPE_WRITE_PERM_OF_BROKER, wipeWritePerm],
  [RequestCode.ADD_WRITE_PERM_OF_BROKER, addWritePerm],
  [RequestCode.PUT_KV_CONFIG, putKv],
  [RequestCode.GET_KV_CONFIG, getKv],
  [RequestCode.DELETE_KV_CONFIG, deleteKv],
  [RequestCode.GET_KVLIST_BY_NAMESPACE, kvList],
]);

/** Answers a request; total: whatever is wrong with it becomes an answer. */
export function handleRequest(
  request: RemotingCommand,
  context: RequestContext,
  ports: HandlerPorts,
): RemotingCommand {
  const handler = handlers.get(request.code);
  if (handler === undefined) {
    return createResponse(request, ResponseCode.REQUEST_CODE_NOT_SUPPORTED, {
      remark: ` request type ${request.code} not supported`,
    });
  }
  try {
    return handler(request, context, ports);
  } catch (error) {
    const remark = error instanceof ProtocolError ? `${error.code}: ${error.message}` : String(error);
    return createResponse(request, ResponseCode.SYSTEM_ERROR, { remark });
  }
}

function registerBroker(
  request: RemotingCommand,
  context: RequestContext,
  ports: HandlerPorts,
): RemotingCommand {
  const header = decodeRegisterBrokerHeader(request.extFields);
  checkRegistrationBodyCrc(header, request.body);
  const body = decodeRegisterBrokerBody(request.body);
  const asked = header.heartbeatTimeoutMillis ?? ports.brokerExpiryMs;
  const result = ports.routes.register(
    {
      clusterName: header.clusterName,
      brokerName: header.brokerName,
      brokerAddr: header.brokerAddr,
      brokerId: header.brokerId,
      haServerAddr: header.haServerAddr,
      dataVersion: body.dataVersion,
      topics: [...body.topicConfigTable.values()].map((topic) => ({
        topic: topic.topicName,
        readQueueNums: topic.readQueueNums,
        writeQueueNums: topic.writeQueueNums,
        perm: topic.perm,
        topicSysFlag: topic.topicSysFlag,
      })),
      raftTerm: readRaftTerm(request.extFields['raftTerm']),
      expiryMs: Math.min(EXPIRY_MS_MAX, Math.max(EXPIRY_MS_MIN, asked)),
      connectionId: context.connectionId,
    },
    context.now,
  );
  if (result.type === 'refused') {
    return createResponse(request, ResponseCode.SYSTEM_ERROR, {
      remark: `register broker failed: ${result.reason}`,
    });
  }
  const ordered = ports.kv.list(ORDER_TOPIC_NAMESPACE);
  return createResponse(request, ResponseCode.SUCCESS, {
    extFields: encodeRegisterBrokerResponseHeader(result),
    ...(ordered === null ? {} : { body: encodeKvTable(ordered) }),
  });
}

/** Our brokers add the term in which they are master; others do not. */
function readRaftTerm(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function unregisterBroker(
  request: RemotingCommand,
  _context: RequestContext,
  ports: HandlerPorts,
): RemotingCommand {
  const { brokerName, brokerAddr } = decodeBrokerIdentityHeader(request.extFields);
  ports.routes.unregister(brokerName, brokerAddr);
  return createResponse(request, ResponseCode.SUCCESS);
}

function queryDataVersion(
  request: RemotingCommand,
  context: RequestContext,
  ports: HandlerPorts,
): RemotingCommand {
  const { brokerName, brokerAddr } = decodeBrokerIdentityHeader(request.extFields);
  const known = ports.routes.touch(brokerName, brokerAddr, context.now);
  const changed = known === null || !sameDataVersion(known, decodeDataVersion(request.body));
  return createResponse(request, ResponseCode.SUCCESS, {
    extFields: encodeQueryDataVersionResponseHeader({ changed }),
    ...(known === null ? {} : { body: encodeDataVersion(known) }),
  });
}

function routeByTopic(
  request: RemotingCommand,
  _context: RequestContext,
  ports: HandlerPorts,
): RemotingCommand {
  const header = decodeRouteRequestHeader(request.extFields);
  const route = ports.routes.lookup(header.topic);
  if (route === null) {
    return createResponse(request, ResponseCode.TOPIC_NOT_EXIST, {
      remark: `No topic route info in name server for the topic: ${header.topic}`,
    });
  }
  const standard = header.acceptStandardJsonOnly === true || request.version >= STANDARD_JSON_VERSION;
  const body = encodeTopicRoute(
    {
      orderTopicConf: ports.orderMessageEnable ? ports.kv.get(ORDER_TOPIC_NAMESPACE, header.topic) : null,
      queueDatas: route.queues,
      brokerDatas: route.brokers.map(brokerData),
      filterServerTable: new Map(),
    },
    standard ? 'standard' : 'fastjson',
  );
  return createResponse(request, ResponseCode.SUCCESS, { body });
}

function clusterInfo(
  request: RemotingCommand,
  _context: RequestContext,
  ports: HandlerPorts,
): RemotingCommand {
  const brokers = ports.routes.brokers();
  const clusters = new Map<string, string[]>();
  for (const { cluster, brokerName } of brokers) {
    const names = clusters.get(cluster);
    if (names === undefined) clusters.set(cluster, [brokerName]);
    else names.push(brokerName);
  }
  const body = encodeClusterInfo({
    brokerAddrTable: new Map(brokers.map((broker) => [broker.brokerName, brokerData(broker)])),
    clusterAddrTable: clusters,
  });
  return createResponse(request, ResponseCode.SUCCESS, { body });
}

function allTopics(request: RemotingCommand, _context: RequestContext, ports: HandlerPorts): RemotingCommand {
  return topicList(request, ports.routes.topics());
}

function topicsByCluster(
  request: RemotingCommand,
  _context: RequestContext,
  ports: HandlerPorts,
): RemotingCommand {
  const { cluster } = decodeTopicsByClusterHeader(request.extFields);
  return topicList(request, ports.routes.topicsOfCluster(cluster));
}

function topicList(request: RemotingCommand, topics: readonly string[]): RemotingCommand {
  return createResponse(request, ResponseCode.SUCCESS, {
    body: encodeTopicList({ topicList: topics, brokerAddr: null }),
  });
}

function deleteTopic(
  request: RemotingCommand,
  _context: RequestContext,
  ports: HandlerPorts,
): RemotingCommand {
  const { topic, clusterName } = decodeDeleteTopicHeader(request.extFields);
  ports.routes.deleteTopic(topic, clusterName);
  return createResponse(request, ResponseCode.SUCCESS);
}

function wipeWritePerm(
  request: RemotingCommand,
  _context: RequestContext,
  ports: HandlerPorts,
): RemotingCommand {
  const { brokerName } = decodeWritePermHeader(request.extFields);
  const touched = ports.routes.changeWritePermission(brokerName, false);
  return createResponse(request, ResponseCode.SUCCESS, {
    extFields: encodeWritePermResponse('wipeTopicCount', touched),
  });
}

function addWritePerm(
  request: RemotingCommand,
  _context: RequestContext,
  ports: HandlerPorts,
): RemotingCommand {
  const { brokerName } = decodeWritePermHeader(request.extFields);
  const touched = ports.routes.changeWritePermission(brokerName, true);
  return createResponse(request, ResponseCode.SUCCESS, {
    extFields: encodeWritePermResponse('addTopicCount', touched),
  });
}

function putKv(request: RemotingCommand, _context: RequestContext, ports: HandlerPorts): RemotingCommand {
  const { namespace, key, value } = decodePutKvHeader(request.extFields);
  if (!ports.kv.put(namespace, key, value)) {
    return createResponse(request, ResponseCode.SYSTEM_ERROR, {
      remark: 'the key-value table is full or the value too long',
    });
  }
  ports.saveKv();
  return createResponse(request, ResponseCode.SUCCESS);
}

function getKv(request: RemotingCommand, _context: RequestContext, ports: HandlerPorts): RemotingCommand {
  const { namespace, key } = decodeKvKeyHeader(request.extFields);
  const value = ports.kv.get(namespace, key);
  if (value !== null) {
    return createResponse(request, ResponseCode.SUCCESS, { extFields: encodeKvValueHeader({ value }) });
  }
  return createResponse(request, ResponseCode.QUERY_NOT_FOUND, {
    remark: `No config item, Namespace: ${namespace} Key: ${key}`,
  });
}

function deleteKv(request: RemotingCommand, _context: RequestContext, ports: HandlerPorts): RemotingCommand {
  const { namespace, key } = decodeKvKeyHeader(request.extFields);
  ports.kv.delete(namespace, key);
  ports.saveKv();
  return createResponse(request, ResponseCode.SUCCESS);
}

function kvList(request: RemotingCommand, _context: RequestContext, ports: HandlerPorts): RemotingCommand {
  const { namespace } = decodeKvNamespaceHeader(request.extFields);
  const pairs = ports.kv.list(namespace);
  if (pairs !== null) return createResponse(request, ResponseCode.SUCCESS, { body: encodeKvTable(pairs) });
  return createResponse(request, ResponseCode.QUERY_NOT_FOUND, {
    remark: `No config item, Namespace: ${namespace}`,
  });
}

function brokerData(broker: BrokerView): BrokerData {
  return { ...broker, enableActingMaster: false, zoneName: null };
}
