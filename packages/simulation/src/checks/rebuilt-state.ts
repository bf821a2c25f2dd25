import { BrokerMachine, machineLimits } from '@ledgermq/broker';
import { MemoryDisk, MemoryLevel, openDerivedState, type DerivedState } from '@ledgermq/store';
import type { ReadableLog } from './equal-logs.ts';

/** A machine that has applied nothing but a log. */
export interface RebuiltState {
  readonly machine: BrokerMachine;
  readonly derived: DerivedState;
  close(): Promise<void>;
}

const CHUNK_BYTES = 1 << 20;

/** Applies the log from its first entry, which must be the first of all, up to `index`. */
export async function rebuildState(log: ReadableLog, index: number): Promise<RebuiltState> {
  const disk = new MemoryDisk();
  const level = new MemoryLevel();
  const derived = await openDerivedState(
    { disk, level: () => level.connect(), immediate: queueMicrotask },
    '/rebuilt',
    {
      queueCountMax: machineLimits.queuesMax,
      uniqKeyCountMax: machineLimits.uniqKeyCountMax,
      uniqKeyWindowMs: machineLimits.uniqKeyWindowMs,
    },
  );
  const machine = new BrokerMachine(derived);
  for (let next = 1; next <= index;) {
    const entries = log.entries(next, index + 1, CHUNK_BYTES);
    if (entries.length === 0) throw new Error(`the log does not hold entry ${next}`);
    for (const entry of entries) machine.apply(entry);
    next += entries.length;
  }
  return { machine, derived, close: () => derived.close() };
}
