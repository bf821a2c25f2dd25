import { DefaultMQPushConsumer, type MessageExt } from '@ledgermq/client';
import { once } from 'node:events';

export interface TailOptions {
  readonly namesrv: string;
  readonly tag: string;
  readonly fromStart: boolean;
  /** Ends by itself after this many messages; 0 = never. */
  readonly count: number;
}

/** `ledgermq tail TOPIC`: prints messages as they arrive until Ctrl-C. Broadcasting: it disturbs no consumer group. */
export async function tail(topic: string, options: TailOptions): Promise<void> {
  const done = new AbortController();
  process.once('SIGINT', () => done.abort());
  process.once('SIGTERM', () => done.abort());
  let printed = 0;
  await using consumer = new DefaultMQPushConsumer(`ledgermq_tail_${process.pid}`, {
    namesrvAddr: options.namesrv,
    messageModel: 'BROADCASTING',
    consumeFromWhere: options.fromStart ? 'CONSUME_FROM_FIRST_OFFSET' : 'CONSUME_FROM_LAST_OFFSET',
  });
  consumer.subscribe(topic, options.tag, (message) => {
    if (done.signal.aborted) return;
    console.log(formatMessage(message));
    printed++;
    if (printed === options.count) done.abort();
  });
  await consumer.start();
  console.error(`waiting for messages in "${topic}" (Ctrl-C ends)`);
  if (!done.signal.aborted) await once(done.signal, 'abort');
}

function formatMessage(message: MessageExt): string {
  const time = new Date(message.storeTimestamp).toISOString().slice(11, 23);
  const tag = message.tags === undefined || message.tags === '' ? '' : ` [${message.tags}]`;
  const place = `${message.brokerName}/${message.queueId}@${message.queueOffset}`;
  return `${time} ${place}${tag} ${printable(message.body)}`;
}

/** Control characters would let a message rewrite the reader's terminal. */
function printable(body: Buffer): string {
  return body.toString('utf8').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}
