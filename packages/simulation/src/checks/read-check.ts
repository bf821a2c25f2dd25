import type { GroupReplica, ReplicaInspection } from '@ledgermq/broker';
import type { GroupLedger } from './group-ledger.ts';
import type { Reporter } from './reporter.ts';

/** As much of a member as is needed to watch its reads. */
export interface ReadingMember {
  readonly id: string;
  readonly group: string;
  readonly replica: Pick<GroupReplica, 'leadership'> | null;
}

/**
 * read-current: when a master tells a read that it may go ahead, it has applied whatever was committed anywhere when the
 * read was asked for (thesis §6.4).
 */
export function watchReads(
  { id, group, replica }: ReadingMember,
  inspection: Pick<ReplicaInspection, 'machineIndex'>,
  ledger: Pick<GroupLedger, 'committedIndex'>,
  reporter: Reporter,
): void {
  if (replica === null) return;
  const { leadership } = replica;
  const confirm = leadership.confirm.bind(leadership);
  // The replica has no place for an observer of its reads, and needs none but this one.
  Object.assign(leadership, {
    confirm: (done: (confirmed: boolean) => void): void => {
      const due = ledger.committedIndex;
      confirm((confirmed) => {
        const applied = inspection.machineIndex();
        if (confirmed && applied < due) {
          reporter.report(
            'read-current',
            `${group}: ${id} confirms a read as of entry ${applied}, asked for when ${due} was committed`,
          );
        }
        done(confirmed);
      });
    },
  });
}
