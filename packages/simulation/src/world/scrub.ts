import type { SimWorld } from './sim-world.ts';

/**
 * What an operator's scrub does: reads the logs of one node after the other from end to end and starts a node again in which
 * damage was found, so that it repairs what nobody has read since it rotted. `rest` lets the world go on until everything
 * has come to rest; resolves to false when it did not.
 */
export async function scrub(world: SimWorld, rest: () => Promise<boolean>): Promise<boolean> {
  for (const node of world.nodes) {
    const replicas = world.members().flatMap(({ id, replica }) => (id === node.id ? (replica ?? []) : []));
    // Every log to its end: what is found is remembered, and repaired at the next start.
    const damaged = replicas.filter((replica) => {
      return [...replica.inspect().log.verify()].some(({ fault }) => fault !== null);
    });
    if (damaged.length === 0) continue;
    world.count('scrub found damage');
    world.note({ node: node.id, kind: 'scrub', text: `damage in ${damaged.length} logs, started again` });
    node.kill('kill');
    node.start();
    if (!(await rest())) return false;
  }
  return true;
}
