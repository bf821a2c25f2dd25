import { describeOperation, type Operation } from '../history/operation.ts';
import type { Model, Step } from './model.ts';
import { searchOrder, type SearchBudget, type UnknownReason, type Witness } from './search.ts';

export interface LinearizableOptions {
  /** For all partitions together; without a clock only the other limits hold. */
  readonly timeoutMs?: number;
  /** Monotonic milliseconds. */
  readonly clock?: { monotonic(): number };
  /** Steps of the model, for all partitions together. */
  readonly stepsMax?: number;
  /** Configurations remembered, for one partition. */
  readonly configurationsMax?: number;
}

export const LINEARIZABLE_LIMITS = { stepsMax: 20_000_000, configurationsMax: 2_000_000 } as const;

/**
 * The verdict on a history. `unknown` is not a good one: whoever asks must treat it as a failure, because a search that
 * was given up has shown nothing.
 */
export type LinearizableResult =
  | { readonly type: 'linearizable'; readonly partitions: number; readonly operations: number }
  | ({ readonly type: 'violation'; readonly model: string; readonly partition: string } & Witness)
  | {
      readonly type: 'unknown';
      readonly model: string;
      readonly partition: string;
      readonly reason: UnknownReason;
    };

/** Steps between two looks at the clock. */
const STEPS_PER_LOOK = 1024;

/**
 * Whether the operations that are the model's business could have taken effect one at a time, each between its
 * invocation and its completion. Partitions are independent objects and searched one by one (linearizability is
 * local: Herlihy and Wing 1990). Certain failures take no part.
 *
 * @throws CheckerError OPERATION_INVALID
 */
export function checkLinearizable<State, Action>(
  model: Model<State, Action>,
  operations: readonly Operation[],
  options: LinearizableOptions = {},
): LinearizableResult {
  const steps: Step<Action>[] = [];
  for (const operation of operations) {
    if (operation.outcome === 'fail') continue;
    const action = model.read(operation);
    if (action !== null) steps.push({ operation, action });
  }
  const budget = budgetOf(options);
  const partitions = model.partition(steps);
  let unknown: LinearizableResult | null = null;
  for (const [partition, part] of partitions) {
    const result = searchOrder(model, part, budget);
    if (result.type === 'violation')
      return { type: 'violation', model: model.name, partition, ...result.witness };
    if (result.type === 'unknown')
      unknown ??= { type: 'unknown', model: model.name, partition, reason: result.reason };
  }
  return unknown ?? { type: 'linearizable', partitions: partitions.size, operations: steps.length };
}

function budgetOf(options: LinearizableOptions): SearchBudget {
  const { timeoutMs = Infinity, clock, stepsMax = LINEARIZABLE_LIMITS.stepsMax } = options;
  const deadline = clock === undefined ? Infinity : clock.monotonic() + timeoutMs;
  let steps = 0;
  let late = false;
  return {
    configurationsMax: options.configurationsMax ?? LINEARIZABLE_LIMITS.configurationsMax,
    spend() {
      steps += 1;
      if (steps > stepsMax) return 'too-many-steps';
      if (clock !== undefined && steps % STEPS_PER_LOOK === 1) late ||= clock.monotonic() > deadline;
      return late ? 'timeout' : null;
    },
  };
}

const SHOWN_OF_LONGEST = 10;

/** The verdict with its witness, for people. */
export function describeLinearizable(result: LinearizableResult): string {
  if (result.type === 'linearizable')
    return `linearizable: ${result.operations} operations on ${result.partitions} objects`;
  const where = `${result.model}, ${result.partition}`;
  if (result.type === 'unknown') return `${where}: not decided (${result.reason})`;
  const { longest, states, due, candidates } = result;
  const line = (operation: Operation): string => `    ${describeOperation(operation)}`;
  return [
    `${where}: not linearizable`,
    `  the longest legal order has ${longest.length} operations and ends with`,
    ...longest.slice(-SHOWN_OF_LONGEST).map(line),
    `  which leaves ${states.join(' or ')}`,
    '  none of these can come next:',
    ...candidates.map(line),
    `  and operation ${due.invoked} has returned by then`,
  ].join('\n');
}
