import { DefaultMQProducer } from '@ledgermq/client';

export interface SendCommandOptions {
  readonly namesrv: string;
  readonly tag?: string;
  readonly keys?: string;
  readonly count: number;
}

/** `ledgermq send TOPIC BODY`: one message (or `--count` of them, numbered) and where each was stored. */
export async function send(topic: string, body: string, options: SendCommandOptions): Promise<void> {
  await using producer = new DefaultMQProducer('ledgermq_cli', { namesrvAddr: options.namesrv });
  for (let i = 0; i < options.count; i++) {
    const result = await producer.send({
      topic,
      body: options.count === 1 ? body : `${body} ${i + 1}`,
      ...(options.tag === undefined ? {} : { tags: options.tag }),
      ...(options.keys === undefined ? {} : { keys: options.keys }),
    });
    const { messageQueue, queueOffset, msgId } = result;
    console.log(
      `stored ${messageQueue.brokerName} queue ${messageQueue.queueId} offset ${queueOffset} id ${msgId}`,
    );
  }
}
