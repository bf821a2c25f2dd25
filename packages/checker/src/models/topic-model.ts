import { CheckerError } from '../errors.ts';
import type { Operation } from '../history/operation.ts';
import { partitionBy, type Model, type Step } from '../linearizability/model.ts';

export type TopicAction = {
  readonly topic: string;
  readonly type: 'put' | 'create' | 'delete' | 'get';
  /** Canonical text of the configuration put or found; null for none. */
  readonly config: string | null;
};

const TYPES: ReadonlyMap<string, TopicAction['type']> = new Map([
  ['put-topic', 'put'],
  ['create-topic', 'create'],
  ['delete-topic', 'delete'],
  ['get-topic', 'get'],
]);

/**
 * The configuration of one topic.
 *
 * - `put-topic`: `{topic, config}` replaces the configuration.
 * - `create-topic`: `{topic, config}`, the automatic creation by a first send: puts it only where there is none.
 * - `delete-topic`: `{topic}`; of a topic that is not there it changes nothing.
 * - `get-topic`: `{topic}` -> `{config}`, null for none.
 *
 * A configuration is any JSON value, compared as a whole and without regard to the order of its fields.
 */
export const topicModel: Model<string | null, TopicAction> = {
  name: 'topic configuration',
  initial: null,
  read(operation: Operation): TopicAction | null {
    const type = TYPES.get(operation.f);
    if (type === undefined) return null;
    const { topic, config } = (operation.input ?? {}) as Record<string, unknown>;
    const puts = type === 'put' || type === 'create';
    if (typeof topic !== 'string' || (puts && (config === undefined || config === null)))
      throw invalid(operation, puts ? '{topic, config}' : '{topic}');
    if (type !== 'get') return { topic, type, config: puts ? canonical(config) : null };
    if (operation.outcome !== 'ok') return null;
    const { config: found } = (operation.output ?? {}) as Record<string, unknown>;
    if (found === undefined) throw invalid(operation, '{config}');
    return { topic, type, config: found === null ? null : canonical(found) };
  },
  partition: (steps) => partitionBy(steps, ({ topic }) => topic),
  step(state: string | null, { action }: Step<TopicAction>): readonly (string | null)[] {
    switch (action.type) {
      case 'put':
        return [action.config];
      case 'create':
        return [state ?? action.config];
      case 'delete':
        return [null];
      case 'get':
        return action.config === state ? [state] : [];
    }
  },
  keyOf: (state) => state ?? '',
  describe: (state) => state ?? 'no topic',
};

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

function invalid(operation: Operation, form: string): CheckerError {
  return new CheckerError(
    'OPERATION_INVALID',
    `operation ${operation.invoked}: the value of ${operation.f} must be ${form}`,
    { at: operation.invoked },
  );
}
