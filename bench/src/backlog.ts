/**
 * Reading of old messages, alone:
 * `node bench/dist/src/backlog.js [--gigabytes N] [--message-bytes 1024,4096] [--rounds N] [--directory DIR] [--json FILE]`.
 */
import { Command } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backlogBench, type BacklogFigures } from './backlog-bench.ts';
import { machine, writeReport } from './report.ts';

interface Arguments {
  readonly gigabytes: string;
  readonly messageBytes: string;
  readonly maxMsgNums: string;
  readonly rounds: string;
  readonly sendSeconds: string;
  readonly sendsInFlight: string;
  readonly readMegabytes: string;
  readonly directory: string;
  readonly brokerProfile?: string;
  readonly json?: string;
}

const program = new Command('backlog')
  .description('Four consumers read old messages from a broker process, page cache warm and empty.')
  .option('--gigabytes <number>', 'messages written and read for each size, GB of bodies', '1')
  .option('--message-bytes <list>', 'sizes of the bodies', '1024,4096')
  .option('--max-msg-nums <number>', 'messages asked for in one pull', '32')
  .option('--rounds <number>', 'repetitions of each measurement', '3')
  .option('--send-seconds <number>', 'length of each measurement of sends', '4')
  .option('--sends-in-flight <number>', 'sends open at a time', '256')
  .option('--read-megabytes <number>', 'pace of the readers beside the sends, MB/s', '50')
  .option('--directory <path>', 'folder on the disk to be measured', tmpdir())
  .option('--broker-profile <path>', 'folder for a CPU profile of the broker')
  .option('--json <file>', 'write all figures to a file')
  .parse();
const args = program.opts<Arguments>();
const directory = mkdtempSync(join(args.directory, 'ledgermq-backlog-'));

function print({ messageBytes, messages, warm, cold, sends }: BacklogFigures): void {
  console.log(`\n${messages} messages of ${messageBytes} bytes, four consumers`);
  for (const [name, figure] of [
    ['warm', warm],
    ['cold', cold],
  ] as const) {
    if (figure === null) continue;
    console.log(
      `  ${name}: ${figure.messagesPerSecond.toFixed(0)} msg/s, ${figure.megabytesPerSecond.toFixed(0)} MB/s, ` +
        `${(figure.share * 100).toFixed(0)} % of a sequential read (${figure.sequentialMegabytesPerSecond.toFixed(0)} MB/s), ` +
        `${figure.brokerMicrosPerMessage?.toFixed(1) ?? '?'} us of the broker's CPU each`,
    );
  }
  for (const send of sends) {
    console.log(
      `  sends: ${send.alonePerSecond.toFixed(0)}/s alone, ${send.besideReadersPerSecond.toFixed(0)}/s beside readers at ` +
        `${send.pace} (${send.readMegabytesPerSecond.toFixed(0)} MB/s): ${send.slowDownPercent.toFixed(0)} % slower, ` +
        `p99 ${send.p99AloneMs.toFixed(1)} and ${send.p99BesideMs.toFixed(1)} ms`,
    );
  }
}

try {
  const figures = await backlogBench({
    directory,
    gigabytes: Number(args.gigabytes),
    messageBytes: args.messageBytes.split(',').map(Number),
    maxMsgNums: Number(args.maxMsgNums),
    rounds: Number(args.rounds),
    sendSeconds: Number(args.sendSeconds),
    sendsInFlight: Number(args.sendsInFlight),
    readMegabytesPerSecond: Number(args.readMegabytes),
    nodeArguments:
      args.brokerProfile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${args.brokerProfile}`],
    log: (line) => console.log(line),
  });
  figures.forEach(print);
  writeReport(args.json, { machine: machine(), figures });
} finally {
  rmSync(directory, { recursive: true, force: true });
}
