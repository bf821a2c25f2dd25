import test from 'ava';

import { ConnectionError, Listener } from '../../src/net/index.ts';
import { Recorder, SMALL, dial, dialRaw, echo, request, serve, settled, socketClosed } from './loopback.ts';

/** Sockets, servers and timers of this process. The tests of this file run one after the other. */
function handles(): number {
  const kinds = new Set(['TCPSocketWrap', 'TCPServerWrap', 'Timeout', 'Immediate']);
  return process.getActiveResourcesInfo().filter((kind) => kinds.has(kind)).length;
}

test.serial('stop closes every connection and leaves nothing behind', async (t) => {
  const before = await settled(handles);
  const server = await serve(t, new Recorder(), { idleTimeoutMs: 120_000 });
  const recorders = [new Recorder(), new Recorder(), new Recorder()];
  const clients = await Promise.all(recorders.map((r) => dial(server, r, { idleTimeoutMs: 120_000 })));
  await server.recorder.until(() => server.recorder.opened.length === 3);
  const waiting = clients.map((client) => client.request(request('never answered'), 60_000));
  await server.recorder.until(() => server.recorder.requests.length === 3);
  t.is(server.listener.connections().length, 3);
  t.true((await settled(handles)) > before);
  await server.listener.stop();
  t.is(server.listener.connections().length, 0);
  for (const promise of waiting) {
    const error = await t.throwsAsync(promise, { instanceOf: ConnectionError });
    t.is(error.code, 'CLOSED');
  }
  await Promise.all(recorders.map((r) => r.until(() => r.closed.length === 1)));
  t.is(server.recorder.closed.length, 3);
  t.is(await settled(handles), before);
});

test.serial('stop waits for replies that are still queued', async (t) => {
  const server = await serve(t, new Recorder(echo));
  const client = await dial(server);
  const answer = client.request(request('t', Buffer.alloc(500_000)), 5_000);
  await server.recorder.until(() => server.recorder.requests.length === 1);
  await server.listener.stop();
  t.is((await answer).body.length, 500_000);
});

test.serial('start and stop may be called again', async (t) => {
  const listener = new Listener({ ...SMALL, host: '127.0.0.1', port: 0, connectionsMax: 1 }, new Recorder());
  const port = await listener.start();
  t.true(port > 0);
  t.is(await listener.start(), port);
  await listener.stop();
  await listener.stop();
  const unused = new Listener({ ...SMALL, host: '127.0.0.1', port: 0, connectionsMax: 1 }, new Recorder());
  await unused.stop();
  await t.throwsAsync(unused.start());
});

test.serial('a port in use rejects start', async (t) => {
  const server = await serve(t, new Recorder());
  const second = new Listener(
    { ...SMALL, host: '127.0.0.1', port: server.port, connectionsMax: 1 },
    new Recorder(),
  );
  await t.throwsAsync(second.start(), { code: 'EADDRINUSE' });
  await second.stop();
  await server.listener.stop();
});

test.serial('a connection beyond the limit is closed at once and the others stay', async (t) => {
  const server = await serve(t, new Recorder(echo), { connectionsMax: 1 });
  const client = await dial(server);
  await client.request(request('one'), 5_000);
  const extra = await dialRaw(server.port);
  extra.resume();
  await socketClosed(extra);
  t.is(server.recorder.opened.length, 1);
  t.is((await client.request(request('two'), 5_000)).extFields['topic'], 'two');
  client.close();
  await server.recorder.until(() => server.recorder.closed.length === 1);
  await settled(() => server.listener.connections().length);
  const next = await dial(server);
  t.is((await next.request(request('three'), 5_000)).extFields['topic'], 'three');
  next.close();
  await server.listener.stop();
});
