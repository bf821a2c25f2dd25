import type { ConfigurationState } from '@ledgermq/raft';
import type { World } from '../world/world.ts';
import type { FaultAtlas } from './fault-atlas.ts';
import type { MembershipFault } from './fault.ts';
import { NOTHING_TO_HIT, struck, UNSAFE, type Strike } from './strike.ts';
import { hitOf, type Hit } from './target.ts';

/** With fewer voters a group would not survive the faults that meet it. */
const VOTERS_MIN = 3;

/** Changes of members and transfers of leadership, ordered while other faults are at work. */
export class MembershipFaults {
  readonly #world: World;
  readonly #atlas: FaultAtlas;

  constructor(world: World, atlas: FaultAtlas) {
    this.#world = world;
    this.#atlas = atlas;
  }

  strike(fault: MembershipFault): Strike {
    const hit = hitOf(this.#world, { role: 'leader', group: fault.group, pick: 0 });
    if (hit === null) return NOTHING_TO_HIT;
    const group = this.#world.groups[fault.group % this.#world.groups.length] ?? '';
    const { replica } = this.#world.member(hit.node.id, group);
    if (replica === null) return NOTHING_TO_HIT;
    const { configuration } = replica.status();
    if (fault.kind === 'leadership-transfer') {
      const others = configuration.voters.filter((id) => id !== hit.node.id);
      const to = others[fault.pick % Math.max(1, others.length)];
      if (to === undefined) return NOTHING_TO_HIT;
      return answered(hit, `to ${to}`, replica.transferLeadership(to));
    }
    const wish = this.#wish(fault, configuration);
    if (wish === null) return NOTHING_TO_HIT;
    // A smaller group may no longer have the majority of intact members that the damage counted on.
    if (this.#atlas.damaged.length > 0) return UNSAFE;
    const text = `voters ${wish.voters.join(' ')}${wish.learners.length > 0 ? `, learners ${wish.learners.join(' ')}` : ''}`;
    const refusal = replica.changeMembers(wish);
    if (refusal === null) {
      for (const id of wish.voters) if (!configuration.voters.includes(id)) this.#atlas.joined(id);
    }
    return answered(hit, text, refusal);
  }

  /** The members that the group shall have; null when there is nobody to add, promote or take away. */
  #wish(
    fault: Exclude<MembershipFault, { kind: 'leadership-transfer' }>,
    { voters, learners }: ConfigurationState,
  ): { readonly voters: readonly string[]; readonly learners: readonly string[] } | null {
    const outside = this.#world.nodes
      .map(({ id }) => id)
      .filter((id) => !voters.includes(id) && !learners.includes(id));
    const one = (ids: readonly string[], pick: number): string | undefined =>
      ids[pick % Math.max(1, ids.length)];
    switch (fault.kind) {
      case 'learner-add': {
        const added = one(outside, fault.pick);
        return added === undefined ? null : { voters, learners: [...learners, added] };
      }
      case 'learner-promote': {
        const promoted = one(learners, fault.pick);
        if (promoted === undefined) return null;
        return { voters: [...voters, promoted], learners: learners.filter((id) => id !== promoted) };
      }
      case 'member-replace': {
        const out = one(voters, fault.out);
        const added = one([...learners, ...outside], fault.pick);
        if (out === undefined || added === undefined) return null;
        const rest = voters.filter((id) => id !== out);
        return { voters: [...rest, added], learners: learners.filter((id) => id !== added) };
      }
      case 'member-remove': {
        const out = one([...voters, ...learners], fault.out);
        const rest = voters.filter((id) => id !== out);
        if (rest.length < Math.min(VOTERS_MIN, voters.length)) return null;
        return { voters: rest, learners: learners.filter((id) => id !== out) };
      }
    }
  }
}

/** A refusal is an answer like any other; it is told apart so that a run shows how often orders were carried out. */
function answered(hit: Hit, text: string, refusal: string | null): Strike {
  return refusal === null ? struck(hit, text) : { type: 'skipped', reason: 'refused' };
}
