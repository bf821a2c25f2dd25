import type { AnomalyList } from './anomaly.ts';
import type { FinalLog } from './final-log.ts';
import type { Message } from './message.ts';
import type { Placement } from './placement.ts';
import type { RetentionRule } from './loss.ts';

/** Whether everything that was seen, in reads or final logs, had the right to be there. */
export function checkSight(
  finalLogs: readonly FinalLog[],
  placement: Placement,
  anomalies: AnomalyList,
  { retention }: RetentionRule,
): void {
  const earliestStart = Math.min(...finalLogs.map((log) => (retention ? log.logStart : 0)));
  for (const message of placement.messages) {
    const { id, offset, firstRead, heldBy } = message;
    if (firstRead === null && heldBy === 0) continue;
    const nodes = holdersOf(message, finalLogs);
    if (message.anySend === null) {
      anomalies.add('phantom', () => `${id} at offset ${offset} was never sent`, [firstRead], nodes);
    } else if (message.firstEffective === null) {
      anomalies.add(
        'aborted-read',
        () => `${id} lies at offset ${offset}, and its send certainly failed`,
        [message.anySend, firstRead],
        nodes,
      );
    } else if (heldBy === 0 && message.firstAcknowledged === null && offset >= earliestStart) {
      // With an acknowledgement it is a loss, and without final logs nobody can tell.
      anomalies.add(
        'uncommitted-read',
        () => `${id} was served at offset ${offset}, and no replica holds it in the end`,
        [message.firstEffective, firstRead],
        finalLogs.map((log) => log.node),
      );
    }
  }
}

function holdersOf({ heldBy }: Message, finalLogs: readonly FinalLog[]): string[] {
  return finalLogs.filter((_, bit) => (heldBy & (1 << bit)) !== 0).map((log) => log.node);
}
