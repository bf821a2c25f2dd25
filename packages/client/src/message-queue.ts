/** One queue of a topic on one broker group. */
export interface MessageQueue {
  readonly topic: string;
  readonly brokerName: string;
  readonly queueId: number;
}

/** A text that is equal for equal queues. */
export function queueKey({ topic, brokerName, queueId }: MessageQueue): string {
  return `${topic}@${brokerName}@${queueId}`;
}

/** RocketMQ's order of queues: topic, broker name, queue id. All members of a group must sort alike. */
export function compareQueues(a: MessageQueue, b: MessageQueue): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  if (a.brokerName !== b.brokerName) return a.brokerName < b.brokerName ? -1 : 1;
  return a.queueId - b.queueId;
}
