import test from 'ava';
import {
  createResponse,
  decodeRegisterBrokerBody,
  decodeRegisterBrokerHeader,
  checkRegistrationBodyCrc,
} from '@ledgermq/protocol';
import type { RemotingCommand } from '@ledgermq/protocol';
import { silentLogger } from '@ledgermq/raft';
import { NamesrvRegistration } from '../src/namesrv-registration.ts';
import { RAFT_TERM_FIELD } from '../src/registration-command.ts';
import { MemoryGroup } from './memory-group.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A name server that confirms at once, later, or is away. */
class FakeNamesrv {
  readonly received: RemotingCommand[] = [];
  readonly unanswered: (() => void)[] = [];
  up = true;
  hold = false;
  connections = 0;
  #onClose: () => void = () => undefined;

  connect(onClose: () => void): Promise<{
    request(command: RemotingCommand): Promise<RemotingCommand>;
    close(): void;
  }> {
    if (!this.up) {
      return Promise.reject(new Error('refused'));
    }
    this.connections += 1;
    this.#onClose = onClose;
    return Promise.resolve({
      request: (command) =>
        new Promise((resolve) => {
          this.received.push(command);
          const answer = (): void => {
            resolve(createResponse(command, 0));
          };
          if (this.hold) {
            this.unanswered.push(answer);
          } else {
            answer();
          }
        }),
      close: () => undefined,
    });
  }

  die(): void {
    this.up = false;
    this.#onClose();
  }
}

interface Fixture {
  readonly clock: VirtualClock;
  readonly servers: readonly [FakeNamesrv, FakeNamesrv];
  readonly registration: NamesrvRegistration;
  readonly group: MemoryGroup;
  role: { brokerId: number; term: number };
  /** Ends the turn and lets promises settle. */
  readonly turn: () => Promise<void>;
}

function fixture(brokerPermission = 6): Fixture {
  const clock = new VirtualClock();
  const servers = [new FakeNamesrv(), new FakeNamesrv()] as const;
  const group = new MemoryGroup();
  group.addTopic('TBW102', 8, 7);
  const made: Fixture = {
    clock,
    servers,
    group,
    role: { brokerId: 2, term: 1 },
    registration: new NamesrvRegistration(
      {
        clock,
        logger: silentLogger,
        connect: (address, onClose) => servers[address === 'a:1' ? 0 : 1].connect(onClose),
        snapshot: () => ({
          clusterName: 'DefaultCluster',
          brokerName: 'broker-a',
          brokerAddr: '127.0.0.1:10911',
          ...made.role,
          dataVersion: { stateVersion: 0, timestamp: 1, counter: 7 },
          topics: group.topics.all(),
          brokerPermission,
        }),
      },
      {
        addresses: ['a:1', 'b:2'],
        firstRepeatMs: 10_000,
        periodMs: 30_000,
        requestTimeoutMs: 6_000,
        reconnectMs: 1_000,
        announceWaitMs: 1_000,
        announcementsMax: 10,
      },
    ),
    turn: async () => {
      for (let i = 0; i < 5; i += 1) {
        clock.endTurn();
        await Promise.resolve();
        await Promise.resolve();
      }
    },
  };
  return made;
}

test('a replica registers with all name servers at start, with its whole table and its term', async (t) => {
  const { servers, registration, turn } = fixture();
  registration.start();
  await turn();
  for (const server of servers) {
    t.is(server.received.length, 1);
    const [command] = server.received;
    t.is(command?.code, 103);
    const header = decodeRegisterBrokerHeader(command?.extFields ?? {});
    t.is(header.brokerId, 2);
    t.is(command?.extFields[RAFT_TERM_FIELD], '1');
    const body = decodeRegisterBrokerBody(command?.body ?? Buffer.alloc(0));
    t.notThrows(() => {
      checkRegistrationBodyCrc(header, command?.body ?? Buffer.alloc(0));
    });
    t.is(body.topicConfigTable.get('TBW102')?.perm, 7);
    t.is(body.dataVersion.counter, 7);
  }
});

test('a change of role is registered in the same turn, several changes together', async (t) => {
  const made = fixture();
  made.registration.start();
  await made.turn();
  made.role = { brokerId: 0, term: 5 };
  made.registration.changed();
  made.registration.changed();
  await made.turn();
  const { received } = made.servers[0];
  t.is(received.length, 2);
  t.is(received[1]?.extFields['brokerId'], '0');
  t.is(received[1]?.extFields[RAFT_TERM_FIELD], '5');
});

test('changes during a request are carried by the next one', async (t) => {
  const { servers, registration, turn } = fixture();
  servers[0].hold = true;
  registration.start();
  await turn();
  for (let i = 0; i < 5; i += 1) {
    registration.changed();
    await turn();
  }
  t.is(servers[0].received.length, 1);
  servers[0].unanswered.shift()?.();
  await turn();
  t.is(servers[0].received.length, 2);
});

test('it repeats after 10 s and then every 30 s', async (t) => {
  const { clock, servers, registration, turn } = fixture();
  registration.start();
  await turn();
  for (const [ms, count] of [
    [9_999, 1],
    [1, 2],
    [29_999, 2],
    [1, 3],
  ] as const) {
    clock.advance(ms);
    await turn();
    t.is(servers[0].received.length, count);
  }
});

test('an announcement is done when all reachable name servers know it', async (t) => {
  const { servers, registration, turn } = fixture();
  registration.start();
  await turn();
  servers[1].hold = true;
  let done = false;
  registration.announce(() => {
    done = true;
  });
  await turn();
  t.false(done);
  servers[1].unanswered.shift()?.();
  await turn();
  t.true(done);
});

test('an announcement is not delayed by a name server that is away', async (t) => {
  const { servers, registration, turn } = fixture();
  servers[1].up = false;
  registration.start();
  await turn();
  let done = false;
  registration.announce(() => {
    done = true;
  });
  await turn();
  t.true(done);
});

test('an announcement waits for a bounded time only', async (t) => {
  const { clock, servers, registration, turn } = fixture();
  for (const server of servers) {
    server.up = false;
  }
  registration.start();
  await turn();
  let done = false;
  registration.announce(() => {
    done = true;
  });
  clock.advance(999);
  t.false(done);
  clock.advance(1);
  t.true(done);
});

test('too many announcements at once are not kept waiting', async (t) => {
  const { servers, registration, turn } = fixture();
  for (const server of servers) {
    server.hold = true;
  }
  registration.start();
  await turn();
  let done = 0;
  for (let i = 0; i < 12; i += 1) {
    registration.announce(() => {
      done += 1;
    });
  }
  t.is(done, 2);
});

test('a lost name server is found again and told everything', async (t) => {
  const { clock, servers, registration, turn } = fixture();
  registration.start();
  await turn();
  servers[0].die();
  clock.advance(1_000);
  await turn();
  t.is(servers[0].connections, 1);
  servers[0].up = true;
  clock.advance(1_000);
  await turn();
  t.is(servers[0].connections, 2);
  t.is(servers[0].received.length, 2);
});

test('a broker without write permission registers its topics without it', async (t) => {
  const { servers, registration, turn } = fixture(4);
  registration.start();
  await turn();
  const body = decodeRegisterBrokerBody(servers[0].received[0]?.body ?? Buffer.alloc(0));
  t.is(body.topicConfigTable.get('TBW102')?.perm, 4);
});

test('stopping says farewell, calls back who waits, and leaves no timer', async (t) => {
  const { clock, servers, registration, turn } = fixture();
  registration.start();
  await turn();
  servers[0].hold = true;
  let done = false;
  registration.announce(() => {
    done = true;
  });
  await turn();
  servers[0].hold = false;
  await registration.stop();
  await registration.stop();
  t.true(done);
  t.is(servers[1].received.at(-1)?.code, 104);
  t.is(clock.timerCount, 0);
});
