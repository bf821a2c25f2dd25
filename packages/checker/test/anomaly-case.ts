import type { AnomalyType, LogCheckOptions } from '../src/index.ts';
import type { QueueScript } from './queue-script.ts';

/** One way in which a queue can be wrong, beside one that is right. */
export interface AnomalyCase {
  readonly type: AnomalyType;
  readonly name: string;
  readonly options?: LogCheckOptions;
  /** Shows this anomaly and no other. */
  readonly bad: (script: QueueScript) => void;
  /** Nearly the same, and right. */
  readonly fine: (script: QueueScript) => void;
}
