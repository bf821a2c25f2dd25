import type { MemberView } from './member-view.ts';
import type { World } from './world.ts';

/**
 * The members of a group as its configuration has them, voters and learners, by the member that has applied most; all
 * when nobody runs. Who was removed goes on with what it knew, and nobody brings it up to date.
 */
export function currentMembers(world: Pick<World, 'members'>, group: string): readonly MemberView[] {
  const all = world.members().filter((member) => member.group === group);
  let newest = -1;
  let ids: ReadonlySet<string> = new Set(all.map(({ id }) => id));
  for (const { replica } of all) {
    if (replica === null) continue;
    const { appliedIndex, configuration } = replica.status();
    if (appliedIndex <= newest) continue;
    newest = appliedIndex;
    const { voters, votersOutgoing, learners } = configuration;
    ids = new Set([...voters, ...votersOutgoing, ...learners]);
  }
  return all.filter(({ id }) => ids.has(id));
}
