import test from 'ava';
import fc from 'fast-check';

import { encodeCommand } from '../../src/command.ts';
import type { RemotingCommand } from '../../src/command.ts';
import { ProtocolError } from '../../src/errors.ts';
import { Connection, ConnectionError, connect, nodeNet } from '../../src/net/index.ts';
import { Recorder, SMALL, dial, dialRaw, echo, request, serve, settled, socketClosed } from './loopback.ts';

test('a request gets the response with its opaque, in whatever order the responses come', async (t) => {
  const server = await serve(
    t,
    new Recorder((_, connection) => {
      if (server.recorder.requests.length < 3) return;
      for (const held of server.recorder.requests.toReversed()) echo(held, connection);
    }),
  );
  const client = await dial(server);
  const names = ['first', 'second', 'third'];
  const responses = await Promise.all(names.map((name) => client.request(request(name), 5_000)));
  t.deepEqual(
    responses.map((response) => response.extFields['topic']),
    names,
  );
  t.is(client.requestsInFlight, 0);
  client.close();
  await server.listener.stop();
});

test('requests of both sides with equal opaques do not meet', async (t) => {
  const server = await serve(
    t,
    new Recorder((incoming, connection) => {
      // Ask back first, so that the client holds a request and a response of the same number at once.
      void connection.request(request(`back-${incoming.extFields['topic'] ?? ''}`), 5_000).then((answer) => {
        echo({ ...incoming, extFields: answer.extFields }, connection);
      });
    }),
  );
  const recorder = new Recorder(echo);
  const client = await dial(server, recorder);
  const responses = await Promise.all([1, 2, 3].map((n) => client.request(request(`t${n}`), 5_000)));
  t.deepEqual(
    responses.map((response) => response.extFields['topic']),
    ['back-t1', 'back-t2', 'back-t3'],
  );
  t.deepEqual(recorder.requests.map((r) => r.opaque).toSorted(), [1, 2, 3]);
  t.deepEqual(server.recorder.requests.map((r) => r.opaque).toSorted(), [1, 2, 3]);
  client.close();
  await server.listener.stop();
});

test('binary headers are matched too', async (t) => {
  const server = await serve(t, new Recorder(echo));
  const client = await dial(server);
  const response = await client.request({ ...request('b', Buffer.from('body')), serializeType: 1 }, 5_000);
  t.is(response.serializeType, 1);
  t.is(response.body.toString(), 'body');
  client.close();
  await server.listener.stop();
});

test('all writes of one turn leave as one socket write', async (t) => {
  const server = await serve(t, new Recorder());
  const socket = await dialRaw(server.port);
  const sizes: number[] = [];
  const write = socket.write.bind(socket);
  socket.write = ((chunk: Buffer, done: () => void) => {
    sizes.push(chunk.length);
    return write(chunk, done);
  }) as typeof socket.write;
  const connection = new Connection(socket, SMALL, new Recorder());
  const frame = encodeCommand(request('t'));
  for (let i = 0; i < 100; i += 1) connection.write(frame);
  t.deepEqual(sizes, []);
  t.is(connection.bufferedBytes, 100 * frame.length);
  await server.recorder.until(() => server.recorder.requests.length === 100);
  t.deepEqual(sizes, [100 * frame.length]);
  // What arrived in one chunk was handed over in one call.
  t.is(server.recorder.calls.length, 1);

  connection.write(frame);
  connection.flush();
  t.is(sizes.length, 2, 'flush does not wait for the end of the turn');
  await settled(() => connection.bufferedBytes);
  connection.write(frame);
  nodeNet.turn.flush();
  t.is(sizes.length, 3);
  connection.close();
  await server.listener.stop();
});

test('large frames are not copied, and order is kept', async (t) => {
  const server = await serve(t, new Recorder());
  const client = await dial(server);
  const bodies = [10, 100_000, 20, 30, 300_000, 16_000, 16_000].map((n, i) => Buffer.alloc(n, i + 1));
  for (const body of bodies) client.write(encodeCommand(request('t', body)));
  await server.recorder.until(() => server.recorder.requests.length === bodies.length);
  t.true(server.recorder.requests.every((r, i) => r.body.equals(bodies[i]!)));
  client.close();
  await server.listener.stop();
});

test('a one-way request carries its bit and waits for nothing', async (t) => {
  const server = await serve(t, new Recorder());
  const client = await dial(server);
  client.sendOneway(request('one-way'));
  await server.recorder.until(() => server.recorder.requests.length === 1);
  t.is(server.recorder.requests[0]?.flag, 2);
  t.is(client.requestsInFlight, 0);
  client.close();
  await server.listener.stop();
});

test('a request without response times out, and its late response is ignored', async (t) => {
  const held: RemotingCommand[] = [];
  const server = await serve(
    t,
    new Recorder((incoming, connection) => {
      if (incoming.extFields['topic'] === 'late') held.push(incoming);
      else for (const command of [...held, incoming]) echo(command, connection);
    }),
  );
  const client = await dial(server);
  const error = await t.throwsAsync(client.request(request('late'), 30), { instanceOf: ConnectionError });
  t.is(error.code, 'TIMEOUT');
  t.true(error.written);
  const response = await client.request(request('next'), 5_000);
  t.is(response.extFields['topic'], 'next');
  client.close();
  await server.listener.stop();
});

test('deadlines are kept for each request, the shortest first', async (t) => {
  const server = await serve(t, new Recorder());
  const client = await dial(server);
  const order: string[] = [];
  const wait = (name: string, timeoutMs: number): Promise<void> =>
    client.request(request(name), timeoutMs).then(
      () => t.fail(),
      () => void order.push(name),
    );
  await Promise.all([wait('long', 200), wait('short', 20), wait('middle', 100)]);
  t.deepEqual(order, ['short', 'middle', 'long']);
  client.close();
  await server.listener.stop();
});

const BROKEN: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['a frame over the limit', Buffer.from('7fffffff00000000', 'hex')],
  ['a negative length', Buffer.from('ffffffff00000000', 'hex')],
  ['a header longer than its frame', Buffer.from('0000000800000010', 'hex')],
  ['an unknown serialize type', Buffer.from('0000000802000004', 'hex')],
  ['a header that is not JSON', Buffer.concat([Buffer.from('0000000800000004', 'hex'), Buffer.from('oops')])],
];

for (const [name, bytes] of BROKEN) {
  test(`${name} closes that connection only`, async (t) => {
    const server = await serve(t, new Recorder(echo));
    const client = await dial(server);
    await client.request(request('before'), 5_000);
    const socket = await dialRaw(server.port);
    socket.write(bytes);
    socket.resume();
    await socketClosed(socket);
    await server.recorder.until(() => server.recorder.closed.length === 1);
    t.true(server.recorder.closed[0]?.error instanceof ProtocolError);
    const response = await client.request(request('after'), 5_000);
    t.is(response.extFields['topic'], 'after');
    client.close();
    await server.listener.stop();
  });
}

test('an error thrown by the handler closes that connection', async (t) => {
  const server = await serve(
    t,
    new Recorder(() => {
      throw new Error('a bug');
    }),
  );
  const recorder = new Recorder();
  const client = await dial(server, recorder);
  const error = await t.throwsAsync(client.request(request('t'), 5_000), { instanceOf: ConnectionError });
  t.is(error.code, 'CLOSED');
  t.true(error.written);
  await server.recorder.until(() => server.recorder.closed.length === 1);
  t.is(server.recorder.closed[0]?.error?.message, 'a bug');
  await server.listener.stop();
});

test('closing rejects what waits, tells whether it left, and notifies once', async (t) => {
  const server = await serve(t, new Recorder());
  const recorder = new Recorder();
  const client = await dial(server, recorder);
  const sent = client.request(request('sent'), 5_000);
  await server.recorder.until(() => server.recorder.requests.length === 1);
  const queued = client.request(request('queued'), 5_000);
  client.close();
  client.close(new Error('too late to matter'));
  t.true(client.closed);
  const sentError = await t.throwsAsync(sent, { instanceOf: ConnectionError });
  const queuedError = await t.throwsAsync(queued, { instanceOf: ConnectionError });
  t.deepEqual([sentError.code, sentError.written], ['CLOSED', true]);
  t.deepEqual([queuedError.code, queuedError.written], ['CLOSED', false]);
  const after = await t.throwsAsync(client.request(request('after'), 5_000), { instanceOf: ConnectionError });
  t.deepEqual([after.code, after.written], ['CLOSED', false]);
  await server.recorder.until(() => server.recorder.closed.length === 1);
  t.is(server.recorder.requests.length, 1, 'the withdrawn request did not leave');
  t.is(recorder.closed.length, 1);
  t.is(recorder.closed[0]?.error, null);
  await server.listener.stop();
});

test('an orderly close lets queued frames leave first', async (t) => {
  const server = await serve(t, new Recorder());
  const client = await dial(server);
  for (let i = 0; i < 50; i += 1) client.write(encodeCommand(request(`t${i}`, Buffer.alloc(20_000))));
  client.close();
  await server.recorder.until(() => server.recorder.closed.length === 1);
  t.is(server.recorder.requests.length, 50);
  await server.listener.stop();
});

test('a signal withdraws a request that has not left and forgets one that has', async (t) => {
  const server = await serve(t, new Recorder());
  const client = await dial(server);
  const gone = await t.throwsAsync(client.request(request('t'), 5_000, AbortSignal.abort('why')), {
    instanceOf: ConnectionError,
  });
  t.deepEqual([gone.code, gone.written, gone.cause], ['ABORTED', false, 'why']);
  const early = new AbortController();
  const queued = client.request(request('queued'), 5_000, early.signal);
  early.abort();
  const unsent = await t.throwsAsync(queued, { instanceOf: ConnectionError });
  t.deepEqual([unsent.code, unsent.written], ['ABORTED', false]);
  const late = new AbortController();
  const sent = client.request(request('sent'), 5_000, late.signal);
  await server.recorder.until(() => server.recorder.requests.length === 1);
  late.abort();
  const left = await t.throwsAsync(sent, { instanceOf: ConnectionError });
  t.deepEqual([left.code, left.written], ['ABORTED', true]);
  t.is(server.recorder.requests[0]?.extFields['topic'], 'sent');
  t.is(client.requestsInFlight, 0);
  client.close();
  await server.listener.stop();
});

test('a refused or abandoned attempt to connect is a typed error', async (t) => {
  const server = await serve(t, new Recorder());
  await server.listener.stop();
  const refused = await t.throwsAsync(dial(server), { instanceOf: ConnectionError });
  t.deepEqual([refused.code, refused.written], ['CONNECT_FAILED', false]);
  const open = await serve(t, new Recorder());
  const controller = new AbortController();
  const attempt = connect('127.0.0.1', open.port, SMALL, new Recorder(), 5_000, controller.signal);
  controller.abort();
  const aborted = await t.throwsAsync(attempt, { instanceOf: ConnectionError });
  t.is(aborted.code, 'ABORTED');
  await open.listener.stop();
});

test('addresses are those of the two ends', async (t) => {
  const server = await serve(t, new Recorder());
  const client = await dial(server);
  await server.recorder.until(() => server.recorder.opened.length === 1);
  const accepted = server.recorder.opened[0]!;
  t.is(client.remoteAddress, `127.0.0.1:${server.port}`);
  t.is(client.remoteHost, '127.0.0.1');
  t.is(client.remotePort, server.port);
  t.is(accepted.remoteAddress, client.localAddress);
  t.not(accepted.id, client.id);
  client.close();
  await server.listener.stop();
});

test('frames cut at any place arrive whole and in order', async (t) => {
  const server = await serve(t, new Recorder());
  const socket = await dialRaw(server.port);
  const body = fc.uint8Array({ maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(body, { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(2_000), { maxLength: 12 }),
      async (bodies, cuts) => {
        const from = server.recorder.requests.length;
        const bytes = Buffer.concat(bodies.map((b) => encodeCommand(request('t', Buffer.from(b)))));
        let at = 0;
        for (const cut of [...cuts.map((c) => c % bytes.length), bytes.length].toSorted((a, b) => a - b)) {
          if (cut > at) await new Promise((resolve) => socket.write(bytes.subarray(at, cut), resolve));
          at = Math.max(at, cut);
        }
        await server.recorder.until(() => server.recorder.requests.length === from + bodies.length);
        const arrived = server.recorder.requests.slice(from).map((r) => r.body);
        return arrived.every((b, i) => b.equals(Buffer.from(bodies[i]!)));
      },
    ),
    { seed: 20_261, numRuns: 60 },
  );
  t.pass();
  socket.destroy();
  await server.listener.stop();
});
