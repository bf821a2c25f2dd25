import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem, release } from 'node:os';
import { dirname } from 'node:path';

export interface Row {
  readonly name: string;
  readonly flush: string;
  readonly groups: number;
  readonly inFlight: number;
  readonly messagesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

export interface Verdict {
  readonly figure: string;
  readonly asked: string;
  readonly reached: string;
  readonly met: boolean;
}

export interface Report {
  readonly method: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly rows: Row[];
  readonly verdicts: Verdict[];
  readonly extra: Record<string, unknown>;
}

export function machine(): Readonly<Record<string, string | number>> {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** To the file that the caller was asked for, if any. */
export function writeReport(file: string | undefined, report: unknown): void {
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

export function printTable(rows: readonly Row[]): void {
  const header = ['what', 'flush', 'groups', 'in flight', 'msg/s', 'p50 ms', 'p99 ms', 'failed'];
  const cells = rows.map((row) => [
    row.name,
    row.flush,
    String(row.groups),
    String(row.inFlight),
    row.messagesPerSecond.toFixed(0),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
    String(row.failed),
  ]);
  const widths = header.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => (row[i] ?? '').length)),
  );
  for (const row of [header, ...cells]) {
    console.log(
      row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
    );
  }
}

export function printVerdicts(verdicts: readonly Verdict[]): void {
  for (const { figure, asked, reached, met } of verdicts) {
    console.log(`${met ? 'met   ' : 'MISSED'}  ${figure}: ${reached} (asked: ${asked})`);
  }
}
