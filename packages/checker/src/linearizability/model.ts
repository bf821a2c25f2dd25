import type { Operation } from '../history/operation.ts';

/** An operation together with what a model understands of it. */
export interface Step<Action> {
  readonly operation: Operation;
  readonly action: Action;
}

/**
 * The sequential behaviour against which concurrent operations are judged. It may be nondeterministic: then one
 * operation leaves several states, and a history is right when some choice explains it.
 */
export interface Model<State, Action> {
  readonly name: string;
  /**
   * What this operation does to the model; null when it is not its business.
   *
   * @throws CheckerError OPERATION_INVALID
   */
  read(operation: Operation): Action | null;
  /** Objects that do not influence each other, each with its operations. */
  partition(steps: readonly Step<Action>[]): ReadonlyMap<string, readonly Step<Action>[]>;
  readonly initial: State;
  /**
   * The states that the operation may leave when it takes effect in this one with the outcome it had; none when it
   * cannot. Of an unknown outcome: every state that it may leave, whatever it would have answered.
   */
  step(state: State, step: Step<Action>): readonly State[];
  /** Equal for states that no operation can tell apart, different for all others. */
  keyOf(state: State): string;
  describe(state: State): string;
}

/** Partition by a name that each action carries. */
export function partitionBy<Action>(
  steps: readonly Step<Action>[],
  keyOf: (action: Action) => string,
): Map<string, Step<Action>[]> {
  const parts = new Map<string, Step<Action>[]>();
  for (const step of steps) {
    const key = keyOf(step.action);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [step]);
    else part.push(step);
  }
  return parts;
}
