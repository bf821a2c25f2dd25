import {
  RequestCode,
  ResponseCode,
  decodeQueryMessageHeader,
  encodeQueryMessageResponseHeader,
} from '@ledgermq/protocol';
import type { Exchange } from '../exchange.ts';
import type { KeyLookup, KeyLookupResult, KeyReader } from '../group-port.ts';
import { masterReads } from './route.ts';
import type { Route } from './route.ts';

/** RocketMQ: maxMsgsNumBatch, and defaultQueryMaxNum, which holds for queries by unique key. */
const QUERY_COUNT_MAX = 64;
const UNIQ_KEY_QUERY_COUNT = 32;
/** Clients take frames of 16 MiB; one message may be as large as `maxMessageSize`. */
const QUERY_BYTES_MAX = 8 * 1024 * 1024;

/**
 * QUERY_MESSAGE (12): the newest messages of a topic with a key in a range of store times, in the order of the log. RocketMQ
 * compares hashes only and leaves the rest to the client; here every message that is answered has the key.
 */
export function queryMessageRoutes(keys: KeyReader): [number, Route][] {
  return [
    [
      RequestCode.QUERY_MESSAGE,
      masterReads((command, exchange) => {
        const header = decodeQueryMessageHeader(command.extFields);
        const { topic, key, beginTimestamp, endTimestamp, uniqueKey } = header;
        const lookup: KeyLookup = {
          topic,
          key,
          uniqKeyOnly: uniqueKey,
          begin: beginTimestamp,
          end: endTimestamp,
          countMax: uniqueKey ? UNIQ_KEY_QUERY_COUNT : Math.max(0, Math.min(header.maxNum, QUERY_COUNT_MAX)),
          bytesMax: QUERY_BYTES_MAX,
        };
        keys.findByKey(lookup, (found) => answer(exchange, found));
      }),
    ],
  ];
}

function answer(exchange: Exchange, found: KeyLookupResult | null): void {
  if (found === null) {
    exchange.respond(ResponseCode.SYSTEM_ERROR, { remark: 'the key index is not available' });
    return;
  }
  const extFields = encodeQueryMessageResponseHeader({
    indexLastUpdateTimestamp: found.lastTimestamp,
    indexLastUpdatePhyoffset: found.lastPhysicalOffset,
  });
  if (found.records.length === 0) {
    const remark = 'can not find message, maybe time range not correct';
    exchange.respond(ResponseCode.QUERY_NOT_FOUND, { extFields, remark });
  } else {
    exchange.respond(ResponseCode.SUCCESS, { extFields, body: Buffer.concat(found.records) });
  }
}
