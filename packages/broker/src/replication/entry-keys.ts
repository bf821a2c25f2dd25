import {
  locateRecord,
  ProtocolError,
  recordStoreTimestamp,
  recordSysFlag,
  recordTotalSize,
  SysFlag,
  type RecordParts,
} from '@ledgermq/protocol';
import { ENTRY_HEADER_BYTES, EntryKind, type Entry } from '@ledgermq/raft';
import { hashKeyOfTopic, hashTopic } from '@ledgermq/store';
import { locateBody } from '../machine/entry-body.ts';
import { RecordKeys } from './record-keys.ts';

const keys = new RecordKeys();

/** Takes note of one key: hash of topic and key, log address and store time of the message. */
export type KeySink = (hash: number, address: number, storeTimestamp: number) => void;

/**
 * Tells the keys of all messages of an entry. It is a function of the entry alone: a repeated send that the machine did not
 * store is told too, and is refused when somebody looks the message up.
 */
export function visitKeys({ kind, frame, address }: Entry, sink: KeySink): void {
  if (kind !== EntryKind.Data) return;
  const { recordsAt, recordsEnd } = locateBody(frame, ENTRY_HEADER_BYTES);
  for (let at = recordsAt; at < recordsEnd;) {
    const parts = locate(frame, at);
    // The machine refuses such an entry; here nothing of it is worth a key.
    if (parts === null) return;
    keys.scan(frame, parts.propertiesAt, parts.propertiesBytes);
    if (
      keys.count > 0 &&
      (recordSysFlag(frame, at) & SysFlag.TRANSACTION_MASK) !== SysFlag.TRANSACTION_ROLLBACK
    ) {
      const topicHash = hashTopic(frame, parts.topicAt, parts.topicBytes);
      const storeTimestamp = recordStoreTimestamp(frame, at);
      for (let number = 0; number < keys.count; number += 1) {
        sink(
          hashKeyOfTopic(topicHash, frame, keys.at(number), keys.bytes(number)),
          address + at,
          storeTimestamp,
        );
      }
    }
    at += recordTotalSize(frame, at);
  }
}

function locate(frame: Buffer, at: number): RecordParts | null {
  try {
    return locateRecord(frame, at);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
