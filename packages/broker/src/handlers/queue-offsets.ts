import {
  RequestCode,
  ResponseCode,
  decodeMaxOffsetHeader,
  decodeQueueHeader,
  decodeSearchOffsetHeader,
  encodeOffsetHeader,
  encodeTimestampHeader,
} from '@ledgermq/protocol';
import type { QueueReader, TimeReader } from '../group-port.ts';
import { masterReads } from './route.ts';
import type { Route } from './route.ts';

/** Store time of a queue without messages. */
const NO_MESSAGE = -1;

/**
 * Where a queue begins and ends, and what lies at a point in time (29, 30, 31, 32). As in RocketMQ, a queue that nobody
 * wrote to is answered like an empty one and not refused: consumers ask before the first message.
 */
export function queueOffsetRoutes(reader: QueueReader & TimeReader): [number, Route][] {
  return [
    [
      RequestCode.GET_MAX_OFFSET,
      masterReads((command, exchange) => {
        const { topic, queueId } = decodeMaxOffsetHeader(command.extFields);
        const offset = reader.bounds(topic, queueId)?.maxOffset ?? 0;
        exchange.respond(ResponseCode.SUCCESS, { extFields: encodeOffsetHeader({ offset }) });
      }),
    ],
    [
      RequestCode.GET_MIN_OFFSET,
      masterReads((command, exchange) => {
        const { topic, queueId } = decodeQueueHeader(command.extFields);
        const offset = reader.bounds(topic, queueId)?.minOffset ?? 0;
        exchange.respond(ResponseCode.SUCCESS, { extFields: encodeOffsetHeader({ offset }) });
      }),
    ],
    [
      RequestCode.SEARCH_OFFSET_BY_TIMESTAMP,
      masterReads((command, exchange) => {
        const { topic, queueId, timestamp, boundaryType } = decodeSearchOffsetHeader(command.extFields);
        const known = reader.bounds(topic, queueId) !== null;
        const offset = known ? reader.findOffsetByTime(topic, queueId, timestamp, boundaryType) : 0;
        exchange.respond(ResponseCode.SUCCESS, { extFields: encodeOffsetHeader({ offset }) });
      }),
    ],
    [
      RequestCode.GET_EARLIEST_MSG_STORETIME,
      masterReads((command, exchange) => {
        const { topic, queueId } = decodeQueueHeader(command.extFields);
        const timestamp = earliestStoreTime(reader, topic, queueId);
        exchange.respond(ResponseCode.SUCCESS, { extFields: encodeTimestampHeader({ timestamp }) });
      }),
    ],
  ];
}

function earliestStoreTime(reader: QueueReader & TimeReader, topic: string, queueId: number): number {
  const bounds = reader.bounds(topic, queueId);
  if (bounds === null) {
    return NO_MESSAGE;
  }
  return reader.storeTimestamp(topic, queueId, bounds.minOffset) ?? NO_MESSAGE;
}
