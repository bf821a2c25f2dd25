import type { Operation } from '../history/operation.ts';
import { parseQueueOperation, type ReadOperation, type SendOperation } from '../log/queue-history.ts';
import { partitionBy, type Model, type Step } from '../linearizability/model.ts';

export type AppendLogAction =
  | ({ readonly type: 'send'; readonly queue: string } & SendOperation)
  | ({ readonly type: 'read'; readonly queue: string } & ReadOperation);

/**
 * A queue as a list of ids: a send appends its id unless it is there already and answers with the id's place; a strong
 * read sees the whole list. Its states are whole lists, so it is for small histories, where it is the measure of the
 * log checker.
 */
export const appendLogModel: Model<readonly string[], AppendLogAction> = {
  name: 'append log',
  initial: [],
  read(operation: Operation): AppendLogAction | null {
    const parsed = parseQueueOperation(operation);
    if (parsed === null) return null;
    if (parsed.send !== undefined) return { type: 'send', queue: parsed.queue, ...parsed.send };
    const { read, queue } = parsed;
    return read.kind === 'seek' || operation.outcome !== 'ok' ? null : { type: 'read', queue, ...read };
  },
  partition: (steps) => partitionBy(steps, ({ queue }) => queue),
  step(ids: readonly string[], { action }: Step<AppendLogAction>): readonly (readonly string[])[] {
    return action.type === 'send' ? send(ids, action) : read(ids, action);
  },
  keyOf: (ids) => ids.join('\u0000'),
  describe: (ids) => `[${ids.join(', ')}]`,
};

function send(ids: readonly string[], { id, offset }: SendOperation): readonly (readonly string[])[] {
  const known = ids.indexOf(id);
  const place = known === -1 ? ids.length : known;
  if (offset !== -1 && offset !== place) return [];
  return [known === -1 ? [...ids, id] : ids];
}

function read(
  ids: readonly string[],
  { from, entries, end, strong }: ReadOperation,
): readonly (readonly string[])[] {
  if (strong && end !== -1 && end !== ids.length) return [];
  const first = from === -1 ? (entries[0]?.[0] ?? 0) : from;
  const right = entries.every(([offset, id], i) => offset === first + i && ids[offset] === id);
  return right ? [ids] : [];
}
