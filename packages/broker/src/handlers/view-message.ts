import { RequestCode, ResponseCode, readLong } from '@ledgermq/protocol';
import type { RecordReader } from '../group-port.ts';
import { masterReads } from './route.ts';
import type { Route } from './route.ts';

/** VIEW_MESSAGE_BY_ID (33): one record by its byte address in the log, which every message id contains. */
export function viewMessageRoutes(reader: RecordReader): [number, Route][] {
  return [
    [
      RequestCode.VIEW_MESSAGE_BY_ID,
      masterReads((command, exchange) => {
        const offset = readLong(command.extFields, 'offset');
        const record = offset < 0 ? null : reader.readRecord(offset);
        if (record === null) {
          exchange.respond(ResponseCode.SYSTEM_ERROR, {
            remark: `can not find message by the offset, ${offset}`,
          });
        } else {
          exchange.respond(ResponseCode.SUCCESS, { body: record });
        }
      }),
    ],
  ];
}
