/**
 * The share of one member of a consumer group: RocketMQ's AllocateMessageQueueAveragely. Every member computes its own
 * share, so all must see the same members and the same queues. Equal runs of neighbouring queues; the first members get
 * one more when it does not come out even.
 *
 * `queues` must be sorted alike by all members. Members are sorted here, by UTF-16 code units as Java does. A member
 * that is not in the list gets nothing.
 */
export function allocateQueuesAveragely<Queue>(
  queues: readonly Queue[],
  members: readonly string[],
  member: string,
): Queue[] {
  const sorted = [...new Set(members)].sort();
  const index = sorted.indexOf(member);
  if (index < 0) return [];
  const share = Math.floor(queues.length / sorted.length);
  const rest = queues.length % sorted.length;
  const start = index * share + Math.min(index, rest);
  return queues.slice(start, start + share + (index < rest ? 1 : 0));
}
