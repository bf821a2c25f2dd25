import type { World } from '../world/world.ts';
import type { GroupLedger } from './group-ledger.ts';
import type { Reporter } from './reporter.ts';

/** What must hold when everything has come to rest. */
export async function runEndChecks(
  _world: World,
  _ledgers: ReadonlyMap<string, GroupLedger>,
  _reporter: Reporter,
): Promise<void> {
  await Promise.resolve();
}
