import { newExtFields, putOptional, readText } from '../field.ts';
import type { ExtFields } from '../field.ts';

/** The namespace in which the queue order of ordered topics is kept: topic -> `brokerA:4;brokerB:4`. */
export const ORDER_TOPIC_NAMESPACE = 'ORDER_TOPIC_CONFIG';

/** GET_KV_CONFIG (101) and DELETE_KV_CONFIG (102). */
export interface KvKeyHeader {
  readonly namespace: string;
  readonly key: string;
}

export function decodeKvKeyHeader(ext: ExtFields): KvKeyHeader {
  return { namespace: readText(ext, 'namespace'), key: readText(ext, 'key') };
}

export function encodeKvKeyHeader(header: KvKeyHeader): Record<string, string> {
  const ext = newExtFields();
  ext['namespace'] = header.namespace;
  ext['key'] = header.key;
  return ext;
}

/** PUT_KV_CONFIG (100). */
export interface PutKvHeader extends KvKeyHeader {
  readonly value: string;
}

export function decodePutKvHeader(ext: ExtFields): PutKvHeader {
  return { ...decodeKvKeyHeader(ext), value: readText(ext, 'value') };
}

export function encodePutKvHeader(header: PutKvHeader): Record<string, string> {
  const ext = encodeKvKeyHeader(header);
  ext['value'] = header.value;
  return ext;
}

/** The answer to 101; null goes with code 22. */
export interface KvValueHeader {
  readonly value: string | null;
}

export function decodeKvValueHeader(ext: ExtFields): KvValueHeader {
  return { value: ext['value'] ?? null };
}

export function encodeKvValueHeader(header: KvValueHeader): Record<string, string> {
  const ext = newExtFields();
  putOptional(ext, 'value', header.value);
  return ext;
}

/** GET_KVLIST_BY_NAMESPACE (219); answered with a `KVTable` body. */
export interface KvNamespaceHeader {
  readonly namespace: string;
}

export function decodeKvNamespaceHeader(ext: ExtFields): KvNamespaceHeader {
  return { namespace: readText(ext, 'namespace') };
}

export function encodeKvNamespaceHeader(header: KvNamespaceHeader): Record<string, string> {
  const ext = newExtFields();
  ext['namespace'] = header.namespace;
  return ext;
}
