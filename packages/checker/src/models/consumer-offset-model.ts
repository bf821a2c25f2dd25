import { CheckerError } from '../errors.ts';
import type { Operation } from '../history/operation.ts';
import { isCount } from '../history/record.ts';
import { partitionBy, type Model, type Step } from '../linearizability/model.ts';

export type ConsumerOffsetAction =
  | { readonly type: 'commit'; readonly object: string; readonly offset: number; readonly force: boolean }
  | { readonly type: 'query'; readonly object: string; readonly offset: number | null };

/** No offset was ever committed. */
const NONE = -1;

/**
 * The consumer offset of one group in one queue.
 *
 * - `commit-offset`: `{group, queue, offset, force?}`. A commit raises the offset. A smaller one is acknowledged and
 *   changes nothing, because commits of one consumer overtake each other; only `force`, an administrator's reset, goes
 *   back. A negative offset means "nothing consumed" and changes nothing.
 * - `query-offset`: `{group, queue}` -> `{offset}`, null when none is known. Of a young queue, RocketMQ's brokers answer
 *   0 instead of "not found".
 */
export const consumerOffsetModel: Model<number, ConsumerOffsetAction> = {
  name: 'consumer offset',
  initial: NONE,
  read(operation: Operation): ConsumerOffsetAction | null {
    if (operation.f !== 'commit-offset' && operation.f !== 'query-offset') return null;
    const { group, queue, offset, force } = (operation.input ?? {}) as Record<string, unknown>;
    if (typeof group !== 'string' || typeof queue !== 'string') throw invalid(operation, '{group, queue}');
    const object = `${group} in ${queue}`;
    if (operation.f === 'commit-offset') {
      if (!Number.isSafeInteger(offset)) throw invalid(operation, '{group, queue, offset}');
      return { type: 'commit', object, offset: offset as number, force: force === true };
    }
    if (operation.outcome !== 'ok') return null;
    const { offset: found } = (operation.output ?? {}) as Record<string, unknown>;
    if (found !== null && !isCount(found)) throw invalid(operation, '{offset}, a whole number or null');
    return { type: 'query', object, offset: found };
  },
  partition: (steps) => partitionBy(steps, ({ object }) => object),
  step(committed: number, { action }: Step<ConsumerOffsetAction>): readonly number[] {
    const { offset } = action;
    if (action.type === 'commit') {
      if (action.offset < 0) return [committed];
      return [action.force ? action.offset : Math.max(committed, action.offset)];
    }
    if (committed === NONE) return offset === null || offset === 0 ? [committed] : [];
    return offset === committed ? [committed] : [];
  },
  keyOf: String,
  describe: (committed) => (committed === NONE ? 'no offset' : `offset ${committed}`),
};

function invalid(operation: Operation, form: string): CheckerError {
  return new CheckerError(
    'OPERATION_INVALID',
    `operation ${operation.invoked}: the value of ${operation.f} must be ${form}`,
    { at: operation.invoked },
  );
}
