import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { nodeNet } from '@ledgermq/protocol/net';
import { SystemClock, SystemRandom } from '@ledgermq/raft';
import { NodeDisk, nodeLevel } from '@ledgermq/store';
import { Broker } from './broker.ts';
import { parseConfig } from './config.ts';
import type { BrokerConfig } from './config.ts';
import { BrokerError } from './errors.ts';
import { ProcessLogger } from './process-logger.ts';
import { RaftReplicaHost } from './raft-replica-host.ts';

/** How the process ends; supervisors tell a bad configuration from a broken disk by it. */
const ExitCode = {
  OK: 0,
  CONFIG: 2,
  START: 3,
  FATAL: 4,
} as const;

/** An orderly stop that takes longer than this is given up, so that a supervisor never waits for ever. */
const STOP_MS_MAX = 10_000;

/** The configuration of the file named by --config or LEDGERMQ_CONFIG. */
function loadConfig(): BrokerConfig {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  const file = values.config ?? process.env['LEDGERMQ_CONFIG'];
  if (file === undefined || file === '') {
    throw new BrokerError('CONFIG_INVALID', 'name a configuration with --config FILE or LEDGERMQ_CONFIG');
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BrokerError('CONFIG_INVALID', `cannot read the configuration "${file}"`, { cause: error });
  }
  return parseConfig(parsed);
}

function print(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function describe(error: unknown): Record<string, unknown> {
  if (error instanceof BrokerError) {
    return {
      code: error.code,
      message: error.message,
      faults: error.faults,
      cause: error.cause instanceof Error ? error.cause.message : null,
    };
  }
  return {
    code: 'UNEXPECTED',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

function fail(event: string, error: unknown, exitCode: number): never {
  print({ level: 60, event, ...describe(error) });
  process.exit(exitCode);
}

async function run(): Promise<void> {
  const clock = new SystemClock();
  const random = new SystemRandom();
  let config: BrokerConfig;
  let loggers: ProcessLogger;
  let replicas: RaftReplicaHost;
  try {
    config = loadConfig();
    loggers = new ProcessLogger(config.logLevel, config.nodeId);
    replicas = new RaftReplicaHost(config, {
      loggers,
      clock,
      random,
      disk: new NodeDisk(),
      level: nodeLevel,
      net: nodeNet,
      localHour: (now) => new Date(now).getHours(),
    });
  } catch (error) {
    fail('the configuration cannot be used', error, ExitCode.CONFIG);
  }
  const broker = new Broker(config, {
    loggers,
    clock,
    random,
    processId: process.pid,
    replicas,
    net: nodeNet,
    onFatal: (error) => {
      // What a failed disk or a broken invariant leaves in memory must not be served or flushed.
      fail('this node cannot go on', error, ExitCode.FATAL);
    },
  });
  process.on('uncaughtException', (error) => {
    fail('an exception was not caught', error, ExitCode.FATAL);
  });
  process.on('unhandledRejection', (error) => {
    fail('a rejection was not handled', error, ExitCode.FATAL);
  });
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) {
      return;
    }
    stopping = true;
    print({ level: 30, event: 'stopping', signal });
    setTimeout(() => {
      fail('the orderly stop took too long', new Error(`more than ${STOP_MS_MAX} ms`), ExitCode.FATAL);
    }, STOP_MS_MAX).unref();
    broker.stop().then(
      () => {
        print({ level: 30, event: 'stopped' });
        process.exit(ExitCode.OK);
      },
      (error: unknown) => {
        fail('the orderly stop failed', error, ExitCode.FATAL);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Under a supervisor: its end is ours.
  process.on('disconnect', () => {
    stop('supervisor is gone');
  });
  try {
    const ready = await broker.start();
    print({ ready: true, ...ready });
    process.send?.({ type: 'ready', ...ready });
  } catch (error) {
    // Whoever stops it says how it ended.
    if (stopping) return;
    fail('this node cannot start', error, ExitCode.START);
  }
}

await run();
