import { asJsonObject, jsonArray, jsonBoolean, jsonText } from '../json-field.ts';
import { parseFastjson } from '../java-json.ts';
import { encodeJavaJson } from '../java-json-writer.ts';
import { messageQueueFromJson, messageQueueToJson } from '../message-queue.ts';
import type { MessageQueue } from '../message-queue.ts';

/** The body of LOCK_BATCH_MQ (41) and UNLOCK_BATCH_MQ (42); their headers have no fields. */
export interface LockQueuesBody {
  readonly consumerGroup: string;
  readonly clientId: string;
  /** Asked by another member of the group, which must not be relayed again. */
  readonly onlyThisBroker: boolean;
  readonly mqSet: readonly MessageQueue[];
}

export function encodeLockQueues(body: LockQueuesBody): Buffer {
  return encodeJavaJson({
    clientId: body.clientId,
    consumerGroup: body.consumerGroup,
    mqSet: body.mqSet.map(messageQueueToJson),
    onlyThisBroker: body.onlyThisBroker,
  });
}

export function decodeLockQueues(body: Buffer): LockQueuesBody {
  const object = asJsonObject(parseFastjson(body), 'LockBatchRequestBody');
  return {
    consumerGroup: jsonText(object, 'consumerGroup'),
    clientId: jsonText(object, 'clientId'),
    onlyThisBroker: jsonBoolean(object, 'onlyThisBroker', false),
    mqSet: jsonArray(object, 'mqSet').map(messageQueueFromJson),
  };
}

/** The body that answers 41: the queues that the client holds now. It must be present even when empty. */
export function encodeLockedQueues(lockOKMQSet: readonly MessageQueue[]): Buffer {
  return encodeJavaJson({ lockOKMQSet: lockOKMQSet.map(messageQueueToJson) });
}

export function decodeLockedQueues(body: Buffer): MessageQueue[] {
  const object = asJsonObject(parseFastjson(body), 'LockBatchResponseBody');
  return jsonArray(object, 'lockOKMQSet').map(messageQueueFromJson);
}
