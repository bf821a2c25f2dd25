/**
 * Bounds of the replicated state. They are constants of the machine and not configuration: replicas that refused
 * at different points would no longer hold equal state. Changing one needs a new machine version.
 */
export const machineLimits = {
  topicsMax: 20_000,
  /** Of one topic, the greater of read and write queues. */
  topicQueuesMax: 4_096,
  /** Queues that ever received a record, deleted topics included; a replica gives its queue index as many places. */
  queuesMax: 1_048_576,
  /** Messages whose UNIQ_KEY is remembered. An entry of the largest size holds at most a quarter of so many. */
  uniqKeyCountMax: 1_048_576,
  /** How long a UNIQ_KEY is remembered, by storeTimestamp; milliseconds. */
  uniqKeyWindowMs: 600_000,
  subscriptionGroupsMax: 50_000,
  /** Pairs of consumer group and topic with a committed offset. */
  offsetRowsMax: 500_000,
  /** UTF-8 bytes of a topic or group name. */
  nameBytesMax: 255,
  attributesMax: 64,
  attributeBytesMax: 1_024,
} as const;
