import type { MemberView } from '../world/member-view.ts';
import { currentMembers } from '../world/current-members.ts';
import type { World } from '../world/world.ts';
import { checkEqualLogs } from './equal-logs.ts';
import { checkEqualStates } from './equal-states.ts';
import { QueueRecords, queueContents } from './final-logs.ts';
import type { GroupLedger } from './group-ledger.ts';
import { checkHistoryOf } from './history-check.ts';
import { PlatterLog } from './platter-log.ts';
import type { Reporter } from './reporter.ts';

/**
 * What must hold when everything has come to rest and every log was scrubbed; `ledgers` by group.
 */
export async function runEndChecks(
  world: World,
  ledgers: ReadonlyMap<string, GroupLedger>,
  reporter: Reporter,
): Promise<void> {
  const records = new QueueRecords();
  const contents = new Map(
    world.groups.map((group) => [
      group,
      running(world, group).flatMap((member) => queueContents(member, records)),
    ]),
  );
  const retention = world.members().some(({ replica }) => (replica?.inspect().log.firstIndex() ?? 1) > 1);
  if (retention) world.count('checks with a shortened log');
  checkHistoryOf(world.history, contents, retention, reporter);
  for (const [group, ledger] of ledgers) {
    const members = running(world, group);
    checkCommitted(members, ledger, group, reporter);
    checkEqualLogs(group, members, reporter);
    await checkEqualStates(group, members, reporter, records);
  }
}

/** committed-durable: in the end every replica has everything that was ever known as committed on its platter. */
function checkCommitted(
  members: readonly MemberView[],
  ledger: GroupLedger,
  group: string,
  reporter: Reporter,
): void {
  for (const member of members) {
    const log = member.replica?.inspect().log;
    if (log === undefined) continue;
    const platter = new PlatterLog(() => member.disk, `${member.directory}/log`);
    for (let index = log.firstIndex(); index <= ledger.committedIndex; index += 1) {
      const entry = ledger.committed(index);
      if (entry === null || platter.holds(entry)) continue;
      reporter.report(
        'committed-durable',
        `${group}: in the end ${member.id} lacks entry ${index} of term ${entry.term} on its platter`,
      );
      break;
    }
  }
}

function running(world: World, group: string): readonly MemberView[] {
  return currentMembers(world, group).filter(({ replica }) => replica !== null);
}
