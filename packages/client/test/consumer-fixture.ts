import { encodeProperties } from '@ledgermq/protocol';
import type { ExecutionContext } from 'ava';
import { DefaultMQPushConsumer, type MessageExt, type PushConsumerOptions } from '../src/index.ts';
import type { FakeCluster } from './fake-cluster.ts';
import type { FakeGroup } from './fake-group.ts';
import { Watch } from './signals.ts';

/** A consumer of the group "billing" that is shut down at the end of the test. */
export function newConsumer(
  t: ExecutionContext,
  cluster: FakeCluster,
  options: PushConsumerOptions = {},
  group: string = 'billing',
): DefaultMQPushConsumer {
  const consumer = new DefaultMQPushConsumer(group, {
    namesrvAddr: cluster.namesrvAddr,
    logger: false,
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    ...options,
  });
  t.teardown(() => consumer.shutdown());
  return consumer;
}

/** What a listener got, and a way to wait for it. */
export class Inbox {
  readonly messages: MessageExt[] = [];
  readonly watch: Watch = new Watch();

  readonly take = (message: MessageExt): void => {
    this.messages.push(message);
    this.watch.notice();
  };

  get bodies(): string[] {
    return this.messages.map(({ body }) => body.toString());
  }

  /** Bodies once there are so many. */
  async first(count: number): Promise<string[]> {
    await this.watch.until(() => this.messages.length >= count);
    return this.bodies;
  }
}

let keys = 0;

/** Stores a message as a producer would have it stored, and answers pulls that wait for it. */
export function append(group: FakeGroup, topic: string, queueId: number, body: string, tags?: string): void {
  keys += 1;
  const properties = new Map([['UNIQ_KEY', `KEY${keys}`]]);
  if (tags !== undefined) properties.set('TAGS', tags);
  group.storage.append({
    topic,
    queueId,
    body: Buffer.from(body),
    properties: encodeProperties(properties),
  });
  group.wake();
}

/** What the group has committed of a queue. */
export function offsetOf(
  group: FakeGroup,
  topic: string,
  queueId: number,
  consumers: string = 'billing',
): unknown {
  return group.storage.offsets.get(`${consumers}@${topic}@${queueId}`);
}
