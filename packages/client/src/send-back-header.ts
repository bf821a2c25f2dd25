import type { MessageExt } from './message-ext.ts';

/**
 * The fields of CONSUMER_SEND_MSG_BACK (36): the broker finds the message by its physical offset and stores it again
 * for the group. Delay level 0 leaves the delay to the broker.
 */
export function encodeSendBackHeader(
  group: string,
  message: MessageExt,
  maxReconsumeTimes: number,
): Record<string, string> {
  return {
    offset: String(message.commitLogOffset),
    group,
    delayLevel: '0',
    originMsgId: message.msgId,
    originTopic: message.topic,
    unitMode: 'false',
    ...(maxReconsumeTimes < 0 ? {} : { maxReconsumeTimes: String(maxReconsumeTimes) }),
    bname: message.brokerName,
  };
}
