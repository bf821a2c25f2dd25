import {
  decodeConfiguration,
  entryBody,
  EntryKind,
  type ConfigurationState,
  type Logger,
} from '@ledgermq/raft';
import type { StoreError, HardStateFile, LogHole, SegmentLog } from '@ledgermq/store';
import { BrokerError } from '../errors.ts';

type OwnLog = Pick<SegmentLog, 'recovery' | 'voteFloor' | 'lastPosition' | 'entries'>;

/** A member that is about to take part in its group, with its state as of the last checkpoint. */
export interface OpenedMember {
  readonly memberId: string;
  /** Folder of the replica. */
  readonly directory: string;
  readonly log: OwnLog;
  /** See `ReplicaStore`. */
  readonly logLost: boolean;
  readonly hardState: Pick<HardStateFile, 'found' | 'load' | 'save'>;
  /** Index of the entry applied last. */
  readonly appliedIndex: number;
  /** Who belongs to the group as of that entry. */
  readonly configuration: ConfigurationState;
  readonly logger: Logger;
}

/** Bytes of entries read at a time. */
const SCAN_BYTES = 1_048_576;

/**
 * A member that has lost something waits for the others to repair it. A lonely one would wait for ever: it goes on at once
 * if term and vote are all that it lost, since it needs neither.
 *
 * @throws BrokerError REPAIR_IMPOSSIBLE for a lonely member that lost more.
 */
export function restoreLonely(member: OpenedMember): void {
  const { hardState, log, directory, logger } = member;
  const state = hardState.load();
  if (state.standing !== 'repairing' || !isLonely(member)) return;
  if (!lostVotesOnly(member)) throw repairImpossible(log, directory);
  logger.warn('term and vote are lost; alone in its group this member needs neither', {});
  hardState.save({ ...state, standing: 'full' });
}

/**
 * The only voter of its group, also by every change of the members that its log holds and that is not applied: nobody else
 * has what it lost, and nobody counts on a vote that it forgot. A change that was committed may have had elections since,
 * and the hard state that would tell is what may be lost.
 */
function isLonely({ memberId, configuration, log, appliedIndex }: OpenedMember): boolean {
  if (!votesAlone(memberId, configuration)) return false;
  const end = log.lastPosition().index + 1;
  for (let from = appliedIndex + 1; from < end;) {
    const entries = log.entries(from, end, SCAN_BYTES);
    for (const entry of entries) {
      const { kind } = entry;
      if (kind === EntryKind.Membership && !votesAlone(memberId, decodeConfiguration(entryBody(entry))))
        return false;
    }
    from += entries.length;
  }
  return true;
}

function votesAlone(memberId: string, { voters, votersOutgoing }: ConfigurationState): boolean {
  return [...voters, ...votersOutgoing].every((voter) => voter === memberId) && voters.length === 1;
}

/** Whether term and vote are all that was lost. */
function lostVotesOnly({ log, logLost, hardState }: OpenedMember): boolean {
  const { damage, inDoubt } = log.recovery;
  const { found } = hardState;
  return !logLost && found !== 'sound' && damage === null && !inDoubt && log.voteFloor.index === 0;
}

/** Why a lonely member cannot start: REPAIR_IMPOSSIBLE says what is lost, in which file and where, and what can be done. */
export function repairImpossible(
  log: Omit<OwnLog, 'entries'>,
  directory: string,
  hole: LogHole | null = null,
): BrokerError {
  const { damage } = log.recovery;
  const advice =
    `no other member has what is lost: put "${directory}" back from a backup, ` +
    'or move it away to begin without its messages';
  return new BrokerError('REPAIR_IMPOSSIBLE', `${whatIsLost(log, hole)}${placeOf(damage)}; ${advice}`, {
    cause: damage ?? undefined,
  });
}

function whatIsLost(log: Pick<OwnLog, 'voteFloor' | 'lastPosition'>, hole: LogHole | null): string {
  const { index } = log.lastPosition();
  if (hole !== null)
    return `entries ${hole.afterIndex + 1} to ${hole.beforeIndex - 1} of the log are damaged or missing`;
  if (log.voteFloor.index > index)
    return `the log ends at entry ${index}, but went to entry ${log.voteFloor.index} once`;
  return 'this member has lost its log, or the mark that says how far it went (log/durable-mark), now or before';
}

function placeOf(damage: StoreError | null): string {
  if (damage === null) return '';
  return ` (${damage.message}${damage.file === null ? '' : `: ${damage.file} at byte ${damage.offset ?? 0}`})`;
}
