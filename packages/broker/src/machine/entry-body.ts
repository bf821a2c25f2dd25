import { BrokerError } from '../errors.ts';

/*
 * Body of a data entry: u32 recordsBytes, the records back to back, then the protobuf CommandBatch (nothing when there
 * are no commands). Commands are applied before the records.
 */

/** Where the records begin in a body. */
export const RECORDS_AT = 4;

/** Where the parts of a body lie in the frame that holds it. */
export interface EntryBody {
  readonly recordsAt: number;
  readonly recordsEnd: number;
  /** To the end of the frame. */
  readonly commandsAt: number;
}

/** @throws BrokerError ENTRY_INVALID when the lengths disagree. */
export function locateBody(frame: Buffer, bodyAt: number): EntryBody {
  if (frame.length < bodyAt + RECORDS_AT)
    throw new BrokerError('ENTRY_INVALID', 'the body of an entry is cut off');
  const recordsAt = bodyAt + RECORDS_AT;
  const recordsEnd = recordsAt + frame.readUInt32BE(bodyAt);
  if (recordsEnd > frame.length) throw new BrokerError('ENTRY_INVALID', 'the records of an entry exceed it');
  return { recordsAt, recordsEnd, commandsAt: recordsEnd };
}
