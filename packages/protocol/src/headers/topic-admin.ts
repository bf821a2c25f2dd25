import {
  newExtFields,
  putOptional,
  readBoolean,
  readInt,
  readOptionalBoolean,
  readOptionalInt,
  readOptionalText,
  readText,
} from '../field.ts';
import type { ExtFields } from '../field.ts';

/** UPDATE_AND_CREATE_TOPIC (17). */
export interface CreateTopicHeader {
  readonly topic: string;
  readonly defaultTopic: string;
  readonly readQueueNums: number;
  readonly writeQueueNums: number;
  /** 4 read, 2 write, 1 inherit. */
  readonly perm: number;
  /** `SINGLE_TAG` or `MULTI_TAG`. */
  readonly topicFilterType: string;
  readonly order: boolean;
  readonly topicSysFlag: number | null;
  /** `+key=value,-key` changes; null = none. */
  readonly attributes: string | null;
  readonly force: boolean | null;
}

export function decodeCreateTopicHeader(ext: ExtFields): CreateTopicHeader {
  return {
    topic: readText(ext, 'topic'),
    defaultTopic: readText(ext, 'defaultTopic'),
    readQueueNums: readInt(ext, 'readQueueNums'),
    writeQueueNums: readInt(ext, 'writeQueueNums'),
    perm: readInt(ext, 'perm'),
    topicFilterType: readText(ext, 'topicFilterType'),
    order: readBoolean(ext, 'order'),
    topicSysFlag: readOptionalInt(ext, 'topicSysFlag'),
    attributes: readOptionalText(ext, 'attributes'),
    force: readOptionalBoolean(ext, 'force'),
  };
}

export function encodeCreateTopicHeader(header: CreateTopicHeader): Record<string, string> {
  const ext = newExtFields();
  ext['topic'] = header.topic;
  ext['defaultTopic'] = header.defaultTopic;
  ext['readQueueNums'] = String(header.readQueueNums);
  ext['writeQueueNums'] = String(header.writeQueueNums);
  ext['perm'] = String(header.perm);
  ext['topicFilterType'] = header.topicFilterType;
  ext['order'] = String(header.order);
  putOptional(ext, 'topicSysFlag', header.topicSysFlag);
  putOptional(ext, 'attributes', header.attributes);
  putOptional(ext, 'force', header.force);
  return ext;
}

/** DELETE_TOPIC_IN_BROKER (215), and DELETE_TOPIC_IN_NAMESRV (216), which may name a cluster. */
export interface DeleteTopicHeader {
  readonly topic: string;
  readonly clusterName: string | null;
}

export function decodeDeleteTopicHeader(ext: ExtFields): DeleteTopicHeader {
  return { topic: readText(ext, 'topic'), clusterName: readOptionalText(ext, 'clusterName') };
}

export function encodeDeleteTopicHeader(header: DeleteTopicHeader): Record<string, string> {
  const ext = newExtFields();
  ext['topic'] = header.topic;
  putOptional(ext, 'clusterName', header.clusterName);
  return ext;
}

/** GET_TOPICS_BY_CLUSTER (224). */
export interface TopicsByClusterHeader {
  readonly cluster: string;
}

export function decodeTopicsByClusterHeader(ext: ExtFields): TopicsByClusterHeader {
  return { cluster: readText(ext, 'cluster') };
}

export function encodeTopicsByClusterHeader(header: TopicsByClusterHeader): Record<string, string> {
  const ext = newExtFields();
  ext['cluster'] = header.cluster;
  return ext;
}

/** WIPE_WRITE_PERM_OF_BROKER (205) and ADD_WRITE_PERM_OF_BROKER (327). */
export interface WritePermHeader {
  readonly brokerName: string;
}

export function decodeWritePermHeader(ext: ExtFields): WritePermHeader {
  return { brokerName: readText(ext, 'brokerName') };
}

export function encodeWritePermHeader(header: WritePermHeader): Record<string, string> {
  const ext = newExtFields();
  ext['brokerName'] = header.brokerName;
  return ext;
}

/** The answer to 205 (`wipeTopicCount`) and 327 (`addTopicCount`): how many topics were changed. */
export function encodeWritePermResponse(
  field: 'wipeTopicCount' | 'addTopicCount',
  topicCount: number,
): Record<string, string> {
  const ext = newExtFields();
  ext[field] = String(topicCount);
  return ext;
}

export function decodeWritePermResponse(field: 'wipeTopicCount' | 'addTopicCount', ext: ExtFields): number {
  return readInt(ext, field);
}
