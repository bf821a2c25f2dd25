import { ClusterError } from '@ledgermq/cluster';
import { Command, InvalidArgumentError, Option } from 'commander';
import { demoFailover, type DemoFailoverOptions } from './commands/demo-failover.ts';
import { members, transfer, type MembersOptions, type OrderOptions } from './commands/raft-orders.ts';
import { runServer } from './commands/run-server.ts';
import { send, type SendCommandOptions } from './commands/send.ts';
import { status } from './commands/status.ts';
import { tail, type TailOptions } from './commands/tail.ts';
import { up, type UpOptions } from './commands/up.ts';
import { verifyStore, type VerifyStoreOptions } from './commands/verify-store.ts';

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number.');
  return Number(text);
}

function namesrvOption(): Option {
  return new Option('-n, --namesrv <host:port;...>', 'name servers')
    .env('NAMESRV_ADDR')
    .default('127.0.0.1:9876');
}

function flushOption(): Option {
  return new Option('--flush <mode>', 'when a replica acknowledges: after fsync, or after the write')
    .choices(['SYNC_FLUSH', 'ASYNC_FLUSH'])
    .default('SYNC_FLUSH');
}

function buildProgram(): Command {
  const program = new Command('ledgermq').description(
    'A Raft-replicated message broker cluster that speaks the Apache RocketMQ remoting protocol.',
  );
  program
    .command('up')
    .description('start a name server and broker nodes on this machine and show them until Ctrl-C')
    .option('--nodes <n>', 'broker nodes (processes)', wholeNumber, 3)
    .option('--groups <n>', 'broker groups; every node hosts a replica of each', wholeNumber, 3)
    .option('--data <dir>', 'where data is kept between runs', '.ledgermq')
    .option('--ephemeral', 'start with an empty data folder and delete it at the end', false)
    .option('--no-restart', 'leave a node that died down')
    .addOption(flushOption())
    .action((options: UpOptions) => up(options));
  program
    .command('send')
    .description('send a message')
    .argument('<topic>')
    .argument('<body>')
    .option('--tag <tag>', 'tag of the message')
    .option('--keys <keys>', 'business keys, separated by blanks')
    .option('--count <n>', 'send it this many times, numbered', wholeNumber, 1)
    .addOption(namesrvOption())
    .action((topic: string, body: string, options: SendCommandOptions) => send(topic, body, options));
  program
    .command('tail')
    .description('print messages as they arrive')
    .argument('<topic>')
    .option('--tag <expression>', 'tags to show, as in "TagA || TagB"', '*')
    .option('--from-start', 'begin with the oldest message kept', false)
    .option('--count <n>', 'end after this many messages', wholeNumber, 0)
    .addOption(namesrvOption())
    .action((topic: string, options: TailOptions) => tail(topic, options));
  program
    .command('status')
    .description('who is master of what')
    .addOption(namesrvOption())
    .action((options: { readonly namesrv: string }) => status(options));
  addOrders(program);
  addStore(program);
  addDemo(program);
  for (const server of ['broker', 'namesrv'] as const) {
    program
      .command(server)
      .description(`run one ${server === 'broker' ? 'broker node' : 'name server'} in the foreground`)
      .argument('[args...]')
      .allowUnknownOption()
      .helpOption(false)
      .action(async (args: string[]) => {
        process.exitCode = await runServer(server, args);
      });
  }
  return program;
}

function addOrders(program: Command): void {
  const admin = (): Option =>
    new Option('-a, --admin <host:port;...>', 'admin addresses of the nodes').default(
      '127.0.0.1:18081;127.0.0.1:18082;127.0.0.1:18083',
    );
  program
    .command('transfer')
    .description('hand the mastership of a group to a node')
    .argument('<brokerName>')
    .argument('<nodeId>')
    .addOption(admin())
    .action((brokerName: string, nodeId: string, options: OrderOptions) =>
      transfer(brokerName, nodeId, options),
    );
  program
    .command('members')
    .description('change who belongs to a group: add, remove or replace nodes while it works')
    .argument('<brokerName>')
    .requiredOption('--voters <id,...>', 'all nodes that are to vote')
    .option('--learners <id,...>', 'nodes that are to receive the log without a vote', '')
    .addOption(admin())
    .action((brokerName: string, options: MembersOptions) => members(brokerName, options));
}

function addStore(program: Command): void {
  const store = program.command('store').description('look after the files of a node that does not run');
  store
    .command('verify')
    .description('read everything, compare what follows from the log with the log, and print what is wrong')
    .argument('<dir>', 'data directory of a node, or the folder of one replica in it')
    .option('--repair', 'set wrong derived data aside and build it again; nothing is deleted', false)
    .option('--scratch <dir>', 'where data is built to be compared (default: the temporary folder)')
    .action(async (dir: string, options: VerifyStoreOptions) => {
      process.exitCode = await verifyStore(dir, options);
    });
}

function addDemo(program: Command): void {
  const demo = program.command('demo').description('demonstrations on a cluster of their own');
  demo
    .command('failover')
    .description('kill masters under load and count what was lost')
    .option('--kills <n>', 'how many masters to kill', wholeNumber, 5)
    .option('--rate <n>', 'messages per second', wholeNumber, 1500)
    .option('--nodes <n>', 'broker nodes', wholeNumber, 3)
    .option('--groups <n>', 'broker groups', wholeNumber, 3)
    .option('--json <file>', 'write the result as JSON too')
    .addOption(flushOption())
    .action(async (options: DemoFailoverOptions) => {
      process.exitCode = await demoFailover(options);
    });
}

try {
  await buildProgram().parseAsync();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(
    error instanceof ClusterError ? `ledgermq: ${error.code}\n${message}` : `ledgermq: ${message}`,
  );
  process.exitCode = 1;
}
