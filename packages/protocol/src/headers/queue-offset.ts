import { ProtocolError } from '../errors.ts';
import {
  newExtFields,
  putOptional,
  readInt,
  readLong,
  readOptionalBoolean,
  readOptionalText,
  readText,
} from '../field.ts';
import type { ExtFields } from '../field.ts';

/** GET_MIN_OFFSET (31) and GET_EARLIEST_MSG_STORETIME (32). */
export interface QueueHeader {
  readonly topic: string;
  readonly queueId: number;
  readonly brokerName: string | null;
}

export function decodeQueueHeader(ext: ExtFields): QueueHeader {
  return {
    topic: readText(ext, 'topic'),
    queueId: readInt(ext, 'queueId'),
    brokerName: readOptionalText(ext, 'bname'),
  };
}

export function encodeQueueHeader(header: QueueHeader): Record<string, string> {
  const ext = newExtFields();
  ext['topic'] = header.topic;
  ext['queueId'] = String(header.queueId);
  putOptional(ext, 'bname', header.brokerName);
  return ext;
}

/** GET_MAX_OFFSET (30): the next offset to be written. */
export interface MaxOffsetHeader extends QueueHeader {
  /** Absent counts as true: what consumers may see. */
  readonly committed: boolean | null;
}

export function decodeMaxOffsetHeader(ext: ExtFields): MaxOffsetHeader {
  return { ...decodeQueueHeader(ext), committed: readOptionalBoolean(ext, 'committed') };
}

export function encodeMaxOffsetHeader(header: MaxOffsetHeader): Record<string, string> {
  const ext = encodeQueueHeader(header);
  putOptional(ext, 'committed', header.committed);
  return ext;
}

/**
 * Which message a search by time looks for: `LOWER` the earliest stored at or after the time, `UPPER` the
 * latest stored at or before it.
 */
export type BoundaryType = 'LOWER' | 'UPPER';

/** SEARCH_OFFSET_BY_TIMESTAMP (29). */
export interface SearchOffsetHeader extends QueueHeader {
  /** Store time in ms since 1970. */
  readonly timestamp: number;
  readonly boundaryType: BoundaryType;
}

export function decodeSearchOffsetHeader(ext: ExtFields): SearchOffsetHeader {
  return {
    ...decodeQueueHeader(ext),
    timestamp: readLong(ext, 'timestamp'),
    boundaryType: parseBoundaryType(readOptionalText(ext, 'boundaryType')),
  };
}

export function encodeSearchOffsetHeader(header: SearchOffsetHeader): Record<string, string> {
  const ext = encodeQueueHeader(header);
  ext['timestamp'] = String(header.timestamp);
  ext['boundaryType'] = header.boundaryType;
  return ext;
}

/** Clients older than 4.9.4 send none and mean LOWER; Java writes the name in either case. */
function parseBoundaryType(text: string | null): BoundaryType {
  switch (text?.toUpperCase()) {
    case undefined:
    case 'LOWER':
      return 'LOWER';
    case 'UPPER':
      return 'UPPER';
    default:
      throw new ProtocolError('HEADER_INVALID', 'boundaryType is neither LOWER nor UPPER', {
        field: 'boundaryType',
      });
  }
}

/** The answer to 14, 29, 30 and 31. Java clients fail when `offset` is missing. */
export interface OffsetHeader {
  readonly offset: number;
}

export function decodeOffsetHeader(ext: ExtFields): OffsetHeader {
  return { offset: readLong(ext, 'offset') };
}

export function encodeOffsetHeader(header: OffsetHeader): Record<string, string> {
  const ext = newExtFields();
  ext['offset'] = String(header.offset);
  return ext;
}

/** The answer to 32: store time in ms of the earliest message, -1 for an empty queue. */
export interface TimestampHeader {
  readonly timestamp: number;
}

export function decodeTimestampHeader(ext: ExtFields): TimestampHeader {
  return { timestamp: readLong(ext, 'timestamp') };
}

export function encodeTimestampHeader(header: TimestampHeader): Record<string, string> {
  const ext = newExtFields();
  ext['timestamp'] = String(header.timestamp);
  return ext;
}
