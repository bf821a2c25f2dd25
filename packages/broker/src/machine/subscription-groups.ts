import { ledgermq } from '#generated/command.js';
import {
  attributesWithinLimits,
  nameWithinLimits,
  normalizeAttributes,
  type Attributes,
} from './attributes.ts';
import { initialDataVersion, nextDataVersion, type DataVersion } from './data-version.ts';
import { machineLimits } from './machine-limits.ts';
import { rowPrefix, type StateChangeList } from './state-row.ts';

/** RocketMQ's SubscriptionGroupConfig. */
export interface SubscriptionGroupConfig {
  readonly groupName: string;
  readonly consumeEnable: boolean;
  readonly consumeFromMinEnable: boolean;
  readonly consumeBroadcastEnable: boolean;
  readonly consumeMessageOrderly: boolean;
  readonly retryQueueNums: number;
  readonly retryMaxTimes: number;
  readonly brokerId: number;
  readonly whichBrokerWhenConsumeSlowly: number;
  readonly notifyConsumerIdsChangedEnable: boolean;
  readonly groupSysFlag: number;
  readonly consumeTimeoutMinute: number;
  readonly attributes: Attributes;
}

export type SubscriptionGroupChange = 'changed' | 'unchanged' | 'invalid' | 'limit-exceeded';

/** The configuration that RocketMQ gives to a group created on first use. */
export function defaultSubscriptionGroup(groupName: string): SubscriptionGroupConfig {
  return {
    groupName,
    consumeEnable: true,
    consumeFromMinEnable: true,
    consumeBroadcastEnable: true,
    consumeMessageOrderly: false,
    retryQueueNums: 1,
    retryMaxTimes: 16,
    brokerId: 0,
    whichBrokerWhenConsumeSlowly: 1,
    notifyConsumerIdsChangedEnable: true,
    groupSysFlag: 0,
    consumeTimeoutMinute: 15,
    attributes: normalizeAttributes(null),
  };
}

/** All consumer groups. Changed by the machine only; everybody else reads. */
export class SubscriptionGroupTable {
  readonly #byName = new Map<string, SubscriptionGroupConfig>();
  readonly #dirty = new Set<string>();
  #dataVersion: DataVersion = initialDataVersion;

  get(name: string): SubscriptionGroupConfig | undefined {
    return this.#byName.get(name);
  }

  all(): IterableIterator<SubscriptionGroupConfig> {
    return this.#byName.values();
  }

  get size(): number {
    return this.#byName.size;
  }

  get dataVersion(): DataVersion {
    return this.#dataVersion;
  }

  put(group: SubscriptionGroupConfig, autoCreate: boolean, timestamp: number): SubscriptionGroupChange {
    if (!nameWithinLimits(group.groupName) || !attributesWithinLimits(group.attributes)) return 'invalid';
    const known = this.#byName.has(group.groupName);
    if (known && autoCreate) return 'unchanged';
    if (!known && this.#byName.size >= machineLimits.subscriptionGroupsMax) return 'limit-exceeded';
    this.#byName.set(group.groupName, group);
    this.#changed(group.groupName, timestamp);
    return 'changed';
  }

  delete(name: string, timestamp: number): boolean {
    if (!this.#byName.delete(name)) return false;
    this.#changed(name, timestamp);
    return true;
  }

  takeChanges(changes: StateChangeList): void {
    for (const name of this.#dirty) {
      const group = this.#byName.get(name);
      const key = rowPrefix.subscriptionGroup + name;
      if (group === undefined) {
        changes.delete(key);
      } else {
        changes.put(key, ledgermq.machine.SubscriptionGroupConfig.encode(group).finish());
      }
    }
    this.#dirty.clear();
  }

  /** Forgets everything, before the rows of a snapshot are restored. */
  reset(): void {
    this.#byName.clear();
    this.#dirty.clear();
    this.#dataVersion = initialDataVersion;
  }

  restore(version: DataVersion): void {
    this.#dataVersion = version;
  }

  restoreRow(value: Uint8Array): void {
    const group = readSubscriptionGroup(ledgermq.machine.SubscriptionGroupConfig.decode(value));
    this.#byName.set(group.groupName, group);
  }

  #changed(name: string, timestamp: number): void {
    this.#dataVersion = nextDataVersion(this.#dataVersion, timestamp);
    this.#dirty.add(name);
  }
}

/** Fills the defaults that protobuf leaves out. */
export function readSubscriptionGroup(
  proto: ledgermq.machine.SubscriptionGroupConfig.$Properties | null | undefined,
): SubscriptionGroupConfig {
  return {
    groupName: proto?.groupName ?? '',
    consumeEnable: proto?.consumeEnable ?? false,
    consumeFromMinEnable: proto?.consumeFromMinEnable ?? false,
    consumeBroadcastEnable: proto?.consumeBroadcastEnable ?? false,
    consumeMessageOrderly: proto?.consumeMessageOrderly ?? false,
    retryQueueNums: proto?.retryQueueNums ?? 0,
    retryMaxTimes: proto?.retryMaxTimes ?? 0,
    brokerId: proto?.brokerId ?? 0,
    whichBrokerWhenConsumeSlowly: proto?.whichBrokerWhenConsumeSlowly ?? 0,
    notifyConsumerIdsChangedEnable: proto?.notifyConsumerIdsChangedEnable ?? false,
    groupSysFlag: proto?.groupSysFlag ?? 0,
    consumeTimeoutMinute: proto?.consumeTimeoutMinute ?? 0,
    attributes: normalizeAttributes(proto?.attributes),
  };
}
