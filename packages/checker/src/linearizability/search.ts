import type { Operation } from '../history/operation.ts';
import { EventList, type Event } from './event-list.ts';
import type { Model, Step } from './model.ts';
import { PlacedSet } from './placed-set.ts';

/** How far a search may go. */
export interface SearchBudget {
  /** Called for each step tried; the reason when the search must be given up. */
  spend(): UnknownReason | null;
  /** Most configurations that are remembered. */
  readonly configurationsMax: number;
}

export type UnknownReason = 'timeout' | 'too-many-steps' | 'too-many-configurations';

export type SearchResult =
  | { readonly type: 'linearizable'; readonly order: readonly Operation[] }
  | { readonly type: 'violation'; readonly witness: Witness }
  | { readonly type: 'unknown'; readonly reason: UnknownReason };

/** Why there is no legal order: the farthest that any order came. */
export interface Witness {
  /** A longest legal order of a beginning of the history. */
  readonly longest: readonly Operation[];
  /** The states in which it leaves the model. */
  readonly states: readonly string[];
  /** The operation that has returned by then and has no place. */
  readonly due: Operation;
  /** All operations that could come next in real time; none of them can take effect in those states. */
  readonly candidates: readonly Operation[];
}

interface Frame<State, Action> {
  readonly event: Event<Action>;
  readonly states: readonly State[];
}

/**
 * Looks for a legal order of operations that respects real time, by trying whatever may come next (Wing and Gong,
 * "Testing and verifying concurrent objects", 1993) and never trying to go on twice from the same set of operations in
 * the same states (Lowe 2017). An operation of unknown outcome may be placed anywhere after its invocation, or nowhere.
 */
export function searchOrder<State, Action>(
  model: Model<State, Action>,
  steps: readonly Step<Action>[],
  budget: SearchBudget,
): SearchResult {
  const list = new EventList(steps);
  const placed = new PlacedSet(list.returnedCount);
  const placedUnknown = new PlacedSet(list.unknownCount);
  const tried = new Set<string>();
  const frames: Frame<State, Action>[] = [];
  let states: readonly State[] = [model.initial];
  let statesKey = keyOfStates(model, states);
  let left = list.returnedCount;
  let witness: Witness | null = null;
  let event = list.first;
  while (left > 0 && event !== null) {
    if (event.kind !== 'return') {
      const exhausted = budget.spend();
      if (exhausted !== null) return { type: 'unknown', reason: exhausted };
      const next = stepAll(model, states, event.step);
      const nextKey = keyOfStates(model, next);
      const bits = event.kind === 'call' ? placed : placedUnknown;
      // An operation of unknown outcome that changes nothing needs no place.
      if (next.length > 0 && (event.kind === 'call' || nextKey !== statesKey)) {
        bits.add(event.bit);
        const configuration = `${placed.key()}|${placedUnknown.key()}|${nextKey}`;
        if (!tried.has(configuration)) {
          if (tried.size >= budget.configurationsMax)
            return { type: 'unknown', reason: 'too-many-configurations' };
          tried.add(configuration);
          frames.push({ event, states });
          list.lift(event);
          if (event.kind === 'call') left -= 1;
          [states, statesKey] = [next, nextKey];
          event = list.first;
          continue;
        }
        bits.delete(event.bit);
      }
      event = event.next;
      continue;
    }
    if (witness === null || frames.length > witness.longest.length)
      witness = witnessOf(model, frames, states, list, event);
    const frame = frames.pop();
    if (frame === undefined) return { type: 'violation', witness };
    list.unlift(frame.event);
    if (frame.event.kind === 'call') left += 1;
    (frame.event.kind === 'call' ? placed : placedUnknown).delete(frame.event.bit);
    states = frame.states;
    statesKey = keyOfStates(model, states);
    event = frame.event.next;
  }
  return { type: 'linearizable', order: frames.map((frame) => frame.event.step.operation) };
}

/** All states that may be left, from all that may have been before; each once, in a fixed order. */
function stepAll<State, Action>(
  model: Model<State, Action>,
  states: readonly State[],
  step: Step<Action>,
): readonly State[] {
  const [only] = states;
  if (states.length === 1 && only !== undefined) {
    const next = model.step(only, step);
    if (next.length < 2) return next;
  }
  const next = new Map<string, State>();
  for (const state of states) {
    for (const left of model.step(state, step)) next.set(model.keyOf(left), left);
  }
  return [...next].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, state]) => state);
}

function keyOfStates<State, Action>(model: Model<State, Action>, states: readonly State[]): string {
  const [only] = states;
  return states.length === 1 && only !== undefined
    ? model.keyOf(only)
    : JSON.stringify(states.map((state) => model.keyOf(state)));
}

function witnessOf<State, Action>(
  model: Model<State, Action>,
  frames: readonly Frame<State, Action>[],
  states: readonly State[],
  list: EventList<Action>,
  due: Event<Action>,
): Witness {
  const candidates: Operation[] = [];
  for (let event = list.first; event !== null && event !== due; event = event.next) {
    candidates.push(event.step.operation);
  }
  return {
    longest: frames.map(({ event }) => event.step.operation),
    states: states.map((state) => model.describe(state)),
    due: due.step.operation,
    candidates,
  };
}
