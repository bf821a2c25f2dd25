import { Buffer } from 'node:buffer';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

import { dataVersionFromJson, dataVersionToJson, encodeDataVersion } from './data-version.ts';
import type { DataVersion } from './data-version.ts';
import { ProtocolError } from './errors.ts';
import {
  newExtFields,
  putOptional,
  readBoolean,
  readLong,
  readOptionalBoolean,
  readOptionalInt,
  readOptionalLong,
  readOptionalText,
  readText,
} from './field.ts';
import type { ExtFields } from './field.ts';
import { asJsonObject, jsonMembers, jsonTexts } from './json-field.ts';
import { isJsonArray, parseFastjson } from './java-json.ts';
import type { JsonObject, JsonValue } from './java-json.ts';
import { encodeJavaJson } from './java-json-writer.ts';
import type { JsonWritable } from './java-json-writer.ts';
import {
  topicConfigFromJson,
  topicConfigFromLine,
  topicConfigToJson,
  topicConfigToLine,
} from './topic-config.ts';
import type { TopicConfig } from './topic-config.ts';

/** Who a broker says it is: UNREGISTER_BROKER (104) and QUERY_DATA_VERSION (322, body a `DataVersion`). */
export interface BrokerIdentityHeader {
  readonly brokerName: string;
  /** `ip:port` at which clients reach it. */
  readonly brokerAddr: string;
  readonly clusterName: string;
  /** 0 = master. */
  readonly brokerId: number;
}

export function decodeBrokerIdentityHeader(ext: ExtFields): BrokerIdentityHeader {
  return {
    brokerName: readText(ext, 'brokerName'),
    brokerAddr: readText(ext, 'brokerAddr'),
    clusterName: readText(ext, 'clusterName'),
    brokerId: readLong(ext, 'brokerId'),
  };
}

export function encodeBrokerIdentityHeader(header: BrokerIdentityHeader): Record<string, string> {
  const ext = newExtFields();
  ext['brokerName'] = header.brokerName;
  ext['brokerAddr'] = header.brokerAddr;
  ext['clusterName'] = header.clusterName;
  ext['brokerId'] = String(header.brokerId);
  return ext;
}

/** REGISTER_BROKER (103). */
export interface RegisterBrokerHeader extends BrokerIdentityHeader {
  readonly haServerAddr: string;
  /** How long the name server may believe in the broker without news; null = its own limit. */
  readonly heartbeatTimeoutMillis: number | null;
  readonly enableActingMaster: boolean | null;
  /** What the sender says; some 5.3 brokers say false and compress, so the body itself decides. */
  readonly compressed: boolean;
  /** `registrationBodyCrc` of the body as sent; 0 = not to be checked. */
  readonly bodyCrc32: number;
  readonly zoneName: string | null;
}

export function decodeRegisterBrokerHeader(ext: ExtFields): RegisterBrokerHeader {
  return {
    ...decodeBrokerIdentityHeader(ext),
    haServerAddr: readText(ext, 'haServerAddr'),
    heartbeatTimeoutMillis: readOptionalLong(ext, 'heartbeatTimeoutMillis'),
    enableActingMaster: readOptionalBoolean(ext, 'enableActingMaster'),
    compressed: readOptionalBoolean(ext, 'compressed') ?? false,
    bodyCrc32: readOptionalInt(ext, 'bodyCrc32') ?? 0,
    zoneName: readOptionalText(ext, '__ZONE_NAME'),
  };
}

export function encodeRegisterBrokerHeader(header: RegisterBrokerHeader): Record<string, string> {
  const ext = encodeBrokerIdentityHeader(header);
  ext['haServerAddr'] = header.haServerAddr;
  putOptional(ext, 'heartbeatTimeoutMillis', header.heartbeatTimeoutMillis);
  putOptional(ext, 'enableActingMaster', header.enableActingMaster);
  ext['compressed'] = String(header.compressed);
  ext['bodyCrc32'] = String(header.bodyCrc32);
  putOptional(ext, '__ZONE_NAME', header.zoneName);
  return ext;
}

/** The header that answers 103; the fields are for slaves. Its body is a `KVTable` of ordered topics. */
export interface RegisterBrokerResponseHeader {
  readonly haServerAddr: string | null;
  /** Address of the member with id 0. */
  readonly masterAddr: string | null;
}

export function decodeRegisterBrokerResponseHeader(ext: ExtFields): RegisterBrokerResponseHeader {
  return {
    haServerAddr: readOptionalText(ext, 'haServerAddr'),
    masterAddr: readOptionalText(ext, 'masterAddr'),
  };
}

export function encodeRegisterBrokerResponseHeader(
  header: RegisterBrokerResponseHeader,
): Record<string, string> {
  const ext = newExtFields();
  putOptional(ext, 'haServerAddr', header.haServerAddr);
  putOptional(ext, 'masterAddr', header.masterAddr);
  return ext;
}

/** The header that answers 322: does the asker's table differ from what is known here? */
export interface QueryDataVersionResponseHeader {
  readonly changed: boolean;
}

export function decodeQueryDataVersionResponseHeader(ext: ExtFields): QueryDataVersionResponseHeader {
  return { changed: readBoolean(ext, 'changed') };
}

export function encodeQueryDataVersionResponseHeader(
  header: QueryDataVersionResponseHeader,
): Record<string, string> {
  const ext = newExtFields();
  ext['changed'] = String(header.changed);
  return ext;
}

/** Everything a broker serves: the body of 103. */
export interface RegisterBrokerBody {
  readonly dataVersion: DataVersion;
  /** By topic name. */
  readonly topicConfigTable: ReadonlyMap<string, TopicConfig>;
  readonly filterServerList: readonly string[];
}

/** The least sender version whose compressed bodies end with a section of queue mappings (5.0.0). */
export const QUEUE_MAPPING_VERSION = 413;

/** Compressed bodies beyond this size when inflated are refused. */
export const REGISTRATION_BYTES_MAX = 67_108_864;

/** What `bodyCrc32` of the header is: CRC-32 of the bytes on the wire without its highest bit. */
export function registrationBodyCrc(body: Buffer): number {
  return crc32(body) & 0x7fffffff;
}

/** Throws BODY_INVALID when the header carries a checksum and the body has another. */
export function checkRegistrationBodyCrc(header: RegisterBrokerHeader, body: Buffer): void {
  if (header.bodyCrc32 !== 0 && header.bodyCrc32 !== registrationBodyCrc(body)) {
    throw new ProtocolError('BODY_INVALID', 'crc32 not match', { field: 'bodyCrc32' });
  }
}

/** `version` is the remoting version of the command that will carry a compressed body. */
export function encodeRegisterBrokerBody(
  body: RegisterBrokerBody,
  form: { readonly compressed: boolean; readonly version: number },
): Buffer {
  return form.compressed ? encodeCompressed(body, form.version) : encodePlain(body);
}

/**
 * Reads the plain and the compressed form, and the bare topic table of brokers before 3.1. An empty body is
 * a broker without topics. Throws BODY_INVALID or one of the JSON codes.
 */
export function decodeRegisterBrokerBody(
  body: Buffer,
  inflatedBytesMax: number = REGISTRATION_BYTES_MAX,
): RegisterBrokerBody {
  if (body.length === 0) return NO_TOPICS;
  return body[0] === ZLIB_FIRST_BYTE ? decodeCompressed(inflate(body, inflatedBytesMax)) : decodePlain(body);
}

/** The first byte of a zlib stream with the usual 32 KiB window; no JSON text begins with it. */
const ZLIB_FIRST_BYTE = 0x78;

const NO_TOPICS: RegisterBrokerBody = Object.freeze({
  dataVersion: Object.freeze({ stateVersion: 0, timestamp: 0, counter: 0 }),
  topicConfigTable: new Map<string, TopicConfig>(),
  filterServerList: [],
});

function encodePlain(body: RegisterBrokerBody): Buffer {
  const table = Object.create(null) as Record<string, JsonWritable>;
  for (const [name, config] of body.topicConfigTable) table[name] = topicConfigToJson(config);
  return encodeJavaJson({
    filterServerList: body.filterServerList,
    topicConfigSerializeWrapper: {
      dataVersion: dataVersionToJson(body.dataVersion),
      topicConfigTable: table,
    },
  });
}

function decodePlain(body: Buffer): RegisterBrokerBody {
  const object = asJsonObject(parseFastjson(body), 'RegisterBrokerBody');
  const wrapper = object['topicConfigSerializeWrapper'];
  if (wrapper === undefined || wrapper === null) return decodeWrapper(object, []);
  return decodeWrapper(
    asJsonObject(wrapper, 'topicConfigSerializeWrapper'),
    jsonTexts(object, 'filterServerList'),
  );
}

function decodeWrapper(wrapper: JsonObject, filterServerList: readonly string[]): RegisterBrokerBody {
  const version = wrapper['dataVersion'];
  const topicConfigTable = new Map<string, TopicConfig>();
  for (const [name, config] of jsonMembers(wrapper, 'topicConfigTable')) {
    topicConfigTable.set(name, topicConfigFromJson(config, name));
  }
  return {
    dataVersion:
      version === undefined || version === null ? NO_TOPICS.dataVersion : dataVersionFromJson(version),
    topicConfigTable,
    filterServerList,
  };
}

/**
 * The compressed form, before compression:
 *
 *     i32 length, DataVersion as JSON
 *     i32 count, then per topic: i32 length, `topicConfigToLine`
 *     i32 length, filter server addresses as a JSON array
 *     i32 count, then per item: i32 length, queue mapping as JSON     (from version 413; none here)
 */
function encodeCompressed(body: RegisterBrokerBody, version: number): Buffer {
  const parts: Buffer[] = [];
  putBlock(parts, encodeDataVersion(body.dataVersion));
  putCount(parts, body.topicConfigTable.size);
  for (const config of body.topicConfigTable.values()) {
    putBlock(parts, Buffer.from(topicConfigToLine(config), 'utf8'));
  }
  putBlock(parts, encodeJavaJson(body.filterServerList));
  if (version >= QUEUE_MAPPING_VERSION) putCount(parts, 0);
  return deflateSync(Buffer.concat(parts));
}

function decodeCompressed(bytes: Buffer): RegisterBrokerBody {
  const reader = new BlockReader(bytes);
  const dataVersion = dataVersionFromJson(parseFastjson(reader.block()));
  const topicConfigTable = new Map<string, TopicConfig>();
  for (let left = reader.count(); left > 0; left -= 1) {
    const config = topicConfigFromLine(reader.block().toString('utf8'));
    topicConfigTable.set(config.topicName, config);
  }
  // The queue mappings that may follow describe static topics and change no route.
  return { dataVersion, topicConfigTable, filterServerList: filterServers(parseFastjson(reader.block())) };
}

function filterServers(value: JsonValue): string[] {
  return isJsonArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function inflate(body: Buffer, inflatedBytesMax: number): Buffer {
  try {
    return inflateSync(body, { maxOutputLength: inflatedBytesMax });
  } catch (cause) {
    throw new ProtocolError('BODY_INVALID', 'The registration cannot be inflated', { cause });
  }
}

function putCount(parts: Buffer[], count: number): void {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(count);
  parts.push(bytes);
}

function putBlock(parts: Buffer[], block: Buffer): void {
  putCount(parts, block.length);
  parts.push(block);
}

/** Reads counts and length-prefixed blocks, each checked against what is left. */
class BlockReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  count(): number {
    if (this.#bytes.length - this.#at < 4) throw this.#cutShort();
    const count = this.#bytes.readInt32BE(this.#at);
    this.#at += 4;
    if (count < 0) throw this.#cutShort();
    return count;
  }

  block(): Buffer {
    const length = this.count();
    if (length > this.#bytes.length - this.#at) throw this.#cutShort();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #cutShort(): ProtocolError {
    return new ProtocolError('BODY_INVALID', `The registration is cut short at byte ${this.#at}`);
  }
}
