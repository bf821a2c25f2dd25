import type { HistoryVerdict } from './check-history.ts';
import { describeLinearizable } from './linearizability/check-linearizable.ts';
import { describeAnomaly } from './log/anomaly.ts';
import type { QueueVerdict } from './log/check-log.ts';

/** A verdict for people: one line per queue and model, anomalies with their proof. */
export function describeVerdict(verdict: HistoryVerdict): string {
  const { valid, operations, log, models } = verdict;
  const lines = log.queues.flatMap(describeQueue);
  for (const { model, result } of models) lines.push(`${model}: ${describeLinearizable(result)}`);
  const nothing = log.queues.length === 0 && models.length === 0;
  lines.push(
    `${operations} operations: ${valid ? 'VALID' : nothing ? 'INVALID, there was nothing to check' : 'INVALID'}`,
  );
  return lines.join('\n');
}

function describeQueue(verdict: QueueVerdict): string[] {
  const { queue, valid, acknowledged, failed, unknown, settled, reads, overlapping, replicas } = verdict;
  const summary =
    `${queue}: ${valid ? 'valid' : 'INVALID'}, ${acknowledged} acknowledged, ${failed} failed, ${unknown} unknown ` +
    `(${settled} of them stored), ${reads} reads, ${overlapping} overlapping, ` +
    `${verdict.finalLength} messages on ${replicas} replicas`;
  const counts = [...verdict.counts].map(([type, count]) => `  ${type}: ${count}`);
  return [summary, ...counts, ...verdict.anomalies.map((anomaly) => `  ${describeAnomaly(anomaly)}`)];
}
