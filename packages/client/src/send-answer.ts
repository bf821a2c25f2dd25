import { decodeSendResponseHeader, ResponseCode, type RemotingCommand } from '@ledgermq/protocol';

export type SendStatus = 'SEND_OK' | 'FLUSH_DISK_TIMEOUT' | 'FLUSH_SLAVE_TIMEOUT' | 'SLAVE_NOT_AVAILABLE';

/** What an answer to a send means for the question whether the message is stored. */
export type SendAnswer =
  | {
      readonly type: 'stored';
      readonly status: SendStatus;
      readonly queueId: number;
      /** One per message, in order. */
      readonly queueOffsets: readonly number[];
      readonly offsetMsgIds: readonly string[];
    }
  /** Certainly not stored; another try, here or elsewhere, may succeed. */
  | {
      readonly type: 'not-stored';
      readonly code: number;
      readonly remark: string;
      /** "host:port" of the master, when the broker that refuses knows it. */
      readonly leaderAddress: string | null;
    }
  /** Certainly not stored and no try will change that. */
  | { readonly type: 'rejected'; readonly code: number; readonly remark: string }
  | { readonly type: 'unknown'; readonly code: number; readonly remark: string };

export function readSendAnswer(response: RemotingCommand, messages: number): SendAnswer {
  const remark = response.remark ?? `response code ${response.code}`;
  switch (response.code) {
    case ResponseCode.SUCCESS:
      return stored(response, 'SEND_OK', messages);
    case ResponseCode.FLUSH_DISK_TIMEOUT:
      return stored(response, 'FLUSH_DISK_TIMEOUT', messages);
    case ResponseCode.FLUSH_SLAVE_TIMEOUT:
      return stored(response, 'FLUSH_SLAVE_TIMEOUT', messages);
    case ResponseCode.SLAVE_NOT_AVAILABLE:
      return stored(response, 'SLAVE_NOT_AVAILABLE', messages);
    case ResponseCode.SERVICE_NOT_AVAILABLE:
    case ResponseCode.SYSTEM_BUSY:
    case ResponseCode.NO_PERMISSION:
    case ResponseCode.TOPIC_NOT_EXIST:
      return { type: 'not-stored', code: response.code, remark, leaderAddress: leaderAddressOf(response) };
    case ResponseCode.SYSTEM_ERROR:
      // The generic failure: some brokers answer so after they have stored the message.
      return { type: 'unknown', code: response.code, remark };
    default:
      return { type: 'rejected', code: response.code, remark };
  }
}

function stored(response: RemotingCommand, status: SendStatus, messages: number): SendAnswer {
  const header = decodeSendResponseHeader(response.extFields);
  const offsetMsgIds = messages === 1 ? [header.msgId] : header.msgId.split(',');
  const queueOffsets =
    header.queueOffsets ?? Array.from({ length: messages }, (_, index) => header.queueOffset + index);
  return { type: 'stored', status, queueId: header.queueId, queueOffsets, offsetMsgIds };
}

/** A hint that is no address is no hint. */
function leaderAddressOf(response: RemotingCommand): string | null {
  const address = response.extFields['leaderAddress'];
  return address !== undefined && /^.+:\d{1,5}$/.test(address) ? address : null;
}
