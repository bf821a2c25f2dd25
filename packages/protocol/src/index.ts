export { ProtocolError } from './errors.ts';
export type { ProtocolErrorCode, ProtocolErrorDetails } from './errors.ts';

export {
  FRAME_BYTES_MAX,
  FRAME_PREFIX_BYTES,
  FrameDecoder,
  HEADER_BYTES_MAX,
  writeFramePrefix,
} from './frame.ts';
export type { Frame, FrameDecoderOptions, SerializeType } from './frame.ts';
export {
  asOneway,
  CommandFlag,
  createRequest,
  createResponse,
  decodeCommand,
  encodeCommand,
  encodeCommandAround,
  isOneway,
  isResponse,
  PROTOCOL_VERSION,
} from './command.ts';
export type { CommandHeader, RemotingCommand, ResponseParts } from './command.ts';
export { EXT_FIELDS_MAX } from './command-json.ts';
export { LANGUAGES } from './language.ts';
export { peekCode, peekRequest, scanPullHeader, scanSendHeaderV2 } from './hot-header.ts';
export type { HotRequest } from './hot-header.ts';
export { scanSendResponse } from './send-response-scan.ts';
export type { ScannedSendResponse } from './send-response-scan.ts';
export type { PeekedHeader } from './header-peek.ts';
export { sendResponseTemplate } from './send-response-template.ts';
export type { SendReply } from './send-response-template.ts';
export { RequestCode } from './request-code.ts';
export { ResponseCode } from './response-code.ts';

export {
  decodeSendHeader,
  decodeSendHeaderV1,
  decodeSendHeaderV2,
  decodeSendResponseHeader,
  DEFAULT_REGION,
  encodeSendHeaderV1,
  encodeSendHeaderV2,
  encodeSendResponseHeader,
} from './headers/send-message.ts';
export type { SendHeader, SendResponseHeader } from './headers/send-message.ts';

export {
  decodeProperties,
  encodeProperties,
  GROUP_LENGTH_MAX,
  javaStringHash,
  MESSAGE_BODY_BYTES_MAX,
  MessageProperty,
  PROPERTIES_BYTES_MAX,
  STORED_TOPIC_BYTES_MAX,
  SysFlag,
  tagsCode,
  tagsCodeOfBytes,
  TOPIC_LENGTH_MAX,
  TRANSIENT_PROPERTY_PREFIX,
  validateGroup,
  validateTopic,
} from './message.ts';
export {
  findProperty,
  locateRecord,
  patchOffsets,
  readRecord,
  readRecords,
  RECORD_BYTES_MIN,
  RECORD_MAGIC_V1,
  RECORD_MAGIC_V2,
  recordBornTimestamp,
  recordPhysicalOffset,
  recordQueueId,
  recordQueueOffset,
  recordSize,
  recordStoreTimestamp,
  recordSysFlag,
  recordTotalSize,
  writeRecord,
} from './message-record.ts';
export type { MessageRecord, RecordParts, RecordSpec } from './message-record.ts';
export { BATCH_ITEMS_MAX, decodeBatch, encodeBatch } from './message-batch.ts';
export type { BatchItem, BatchItemSpec } from './message-batch.ts';
export { decodeHostAddress, encodeHostAddress, HOST_V4_BYTES, HOST_V6_BYTES } from './host-address.ts';
export type { HostAddress } from './host-address.ts';
export {
  createOffsetMsgId,
  offsetMsgIdAt,
  offsetMsgIdPrefix,
  parseOffsetMsgId,
  UniqKeyGenerator,
} from './message-id.ts';
export type { OffsetMsgId, UniqKeyParts } from './message-id.ts';

export {
  parseInt32,
  parseLong,
  putOptional,
  newExtFields,
  readBoolean,
  readInt,
  readLong,
  readOptionalBoolean,
  readOptionalInt,
  readOptionalLong,
  readOptionalText,
  readText,
} from './field.ts';
export type { ExtFields } from './field.ts';
export { isJsonArray, isJsonObject, JSON_LIMITS, JsonEntries, parseFastjson } from './java-json.ts';
export type { JsonEntry, JsonLimits, JsonObject, JsonValue } from './java-json.ts';
export { encodeJavaJson, writeJavaJson } from './java-json-writer.ts';
export type { JavaJsonStyle, JsonWritable } from './java-json-writer.ts';
export {
  asJsonObject,
  jsonArray,
  jsonBoolean,
  jsonInteger,
  jsonIntegers,
  jsonMembers,
  jsonObjectEntries,
  jsonText,
  jsonTextListMap,
  jsonTextMap,
  jsonTextOrNull,
  jsonTexts,
} from './json-field.ts';
export {
  messageQueueFromJson,
  messageQueueToJson,
  queueNumbersFromJson,
  queueNumbersToJson,
} from './message-queue.ts';
export type { MessageQueue, QueueNumber } from './message-queue.ts';
export {
  dataVersionFromJson,
  dataVersionToJson,
  decodeDataVersion,
  encodeDataVersion,
  sameDataVersion,
} from './data-version.ts';
export type { DataVersion } from './data-version.ts';
export {
  plainTopic,
  topicConfigFromJson,
  topicConfigFromLine,
  topicConfigToJson,
  topicConfigToLine,
  TopicPerm,
} from './topic-config.ts';
export type { TopicConfig, TopicFilterType } from './topic-config.ts';
export {
  brokerDataFromJson,
  brokerDataToJson,
  decodeTopicRoute,
  encodeTopicRoute,
  MASTER_ID,
  queueDataFromJson,
  queueDataToJson,
  topicRouteFromJson,
  topicRouteToJson,
} from './topic-route.ts';
export type { BrokerData, QueueData, TopicRouteData } from './topic-route.ts';
export { decodeClusterInfo, encodeClusterInfo } from './cluster-info.ts';
export type { ClusterInfo } from './cluster-info.ts';
export {
  ExpressionType,
  matchesTagsCode,
  parseTagExpression,
  SUBSCRIBE_ALL,
  subscriptionFromJson,
  subscriptionToJson,
  tagSubscription,
} from './subscription.ts';
export type { SubscriptionData, TagExpression } from './subscription.ts';
export { decodeKvTable, decodeTopicList, encodeKvTable, encodeTopicList } from './name-list.ts';
export type { TopicList } from './name-list.ts';
export {
  checkRegistrationBodyCrc,
  decodeBrokerIdentityHeader,
  decodeQueryDataVersionResponseHeader,
  decodeRegisterBrokerBody,
  decodeRegisterBrokerHeader,
  decodeRegisterBrokerResponseHeader,
  encodeBrokerIdentityHeader,
  encodeQueryDataVersionResponseHeader,
  encodeRegisterBrokerBody,
  encodeRegisterBrokerHeader,
  encodeRegisterBrokerResponseHeader,
  QUEUE_MAPPING_VERSION,
  REGISTRATION_BYTES_MAX,
  registrationBodyCrc,
} from './broker-registration.ts';
export type {
  BrokerIdentityHeader,
  QueryDataVersionResponseHeader,
  RegisterBrokerBody,
  RegisterBrokerHeader,
  RegisterBrokerResponseHeader,
} from './broker-registration.ts';
export {
  decodePullHeader,
  decodePullResponseHeader,
  encodePullHeader,
  encodePullResponseHeader,
  PullSysFlag,
} from './headers/pull-message.ts';
export type { PullHeader, PullResponseHeader } from './headers/pull-message.ts';
export {
  decodeQueryConsumerOffsetHeader,
  decodeUpdateConsumerOffsetHeader,
  encodeQueryConsumerOffsetHeader,
  encodeUpdateConsumerOffsetHeader,
} from './headers/consumer-offset.ts';
export type { QueryConsumerOffsetHeader, UpdateConsumerOffsetHeader } from './headers/consumer-offset.ts';
export {
  decodeMaxOffsetHeader,
  decodeOffsetHeader,
  decodeQueueHeader,
  decodeSearchOffsetHeader,
  decodeTimestampHeader,
  encodeMaxOffsetHeader,
  encodeOffsetHeader,
  encodeQueueHeader,
  encodeSearchOffsetHeader,
  encodeTimestampHeader,
} from './headers/queue-offset.ts';
export type {
  BoundaryType,
  MaxOffsetHeader,
  OffsetHeader,
  QueueHeader,
  SearchOffsetHeader,
  TimestampHeader,
} from './headers/queue-offset.ts';
export {
  decodeQueryMessageHeader,
  decodeQueryMessageResponseHeader,
  encodeQueryMessageHeader,
  encodeQueryMessageResponseHeader,
} from './headers/query-message.ts';
export type { QueryMessageHeader, QueryMessageResponseHeader } from './headers/query-message.ts';
export {
  decodeConsumeStats,
  decodeConsumeStatsHeader,
  decodeTopicStats,
  decodeTopicStatsHeader,
  encodeConsumeStats,
  encodeConsumeStatsHeader,
  encodeTopicStats,
  encodeTopicStatsHeader,
} from './headers/queue-stats.ts';
export type {
  ConsumedQueueStats,
  ConsumeStats,
  ConsumeStatsHeader,
  TopicQueueStats,
  TopicStats,
  TopicStatsHeader,
} from './headers/queue-stats.ts';
export { decodeHeartbeat, encodeHeartbeat } from './headers/heartbeat.ts';
export type { ConsumerData, ConsumeType, HeartbeatData, MessageModel } from './headers/heartbeat.ts';
export {
  decodeConsumerGroupHeader,
  decodeConsumerList,
  decodeUnregisterClientHeader,
  encodeConsumerGroupHeader,
  encodeConsumerList,
  encodeUnregisterClientHeader,
} from './headers/consumer-group.ts';
export type { ConsumerGroupHeader, UnregisterClientHeader } from './headers/consumer-group.ts';
export {
  decodeLockedQueues,
  decodeLockQueues,
  encodeLockedQueues,
  encodeLockQueues,
} from './headers/lock-queues.ts';
export type { LockQueuesBody } from './headers/lock-queues.ts';
export { decodeRouteRequestHeader, encodeRouteRequestHeader } from './headers/route.ts';
export type { RouteRequestHeader } from './headers/route.ts';
export {
  decodeCreateTopicHeader,
  decodeDeleteTopicHeader,
  decodeTopicsByClusterHeader,
  decodeWritePermHeader,
  decodeWritePermResponse,
  encodeCreateTopicHeader,
  encodeDeleteTopicHeader,
  encodeTopicsByClusterHeader,
  encodeWritePermHeader,
  encodeWritePermResponse,
} from './headers/topic-admin.ts';
export type {
  CreateTopicHeader,
  DeleteTopicHeader,
  TopicsByClusterHeader,
  WritePermHeader,
} from './headers/topic-admin.ts';
export {
  decodeKvKeyHeader,
  decodeKvNamespaceHeader,
  decodeKvValueHeader,
  decodePutKvHeader,
  encodeKvKeyHeader,
  encodeKvNamespaceHeader,
  encodeKvValueHeader,
  encodePutKvHeader,
  ORDER_TOPIC_NAMESPACE,
} from './headers/kv-config.ts';
export type { KvKeyHeader, KvNamespaceHeader, KvValueHeader, PutKvHeader } from './headers/kv-config.ts';
