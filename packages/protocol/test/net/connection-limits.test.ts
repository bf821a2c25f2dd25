import test from 'ava';

import { createRequest, createResponse, encodeCommand } from '../../src/command.ts';
import { ConnectionError } from '../../src/net/index.ts';
import { Recorder, dial, dialRaw, echo, request, serve, settled } from './loopback.ts';

test('a peer that does not read: later requests are known not to have left', async (t) => {
  const server = await serve(t, new Recorder(), { frameBytesMax: 64 * 1024 * 1024 });
  const client = await dial(server, new Recorder(), {
    frameBytesMax: 64 * 1024 * 1024,
    writeBufferBytesMax: 16 * 1024 * 1024,
  });
  await server.recorder.until(() => server.recorder.opened.length === 1);
  // A connection whose own replies pile up stops reading: that is the peer which does not read.
  const stuck = server.recorder.opened[0]!;
  const rawPeer = await dialRaw(server.port);
  rawPeer.pause();
  await server.recorder.until(() => server.recorder.opened.length === 2);
  const writer = server.recorder.opened[1]!;
  for (let i = 0; i < 24; i += 1) {
    writer.write(encodeCommand(request('fill', Buffer.alloc(1024 * 1024))));
    writer.flush();
  }
  await settled(() => writer.bufferedBytes);
  t.true(writer.bufferedBytes > 0);
  const before = writer.bufferedBytes;
  const error = await t.throwsAsync(writer.request(request('never'), 20), { instanceOf: ConnectionError });
  t.is(error.code, 'TIMEOUT');
  t.false(error.written);
  t.is(writer.bufferedBytes, before, 'the frame was withdrawn');
  t.false(stuck.closed);
  rawPeer.destroy();
  client.close();
  await server.listener.stop();
});

test('nothing more is read from a peer that does not read its replies', async (t) => {
  const body = Buffer.alloc(8 * 1024);
  const server = await serve(
    t,
    new Recorder((incoming, connection) => {
      connection.write(encodeCommand(createResponse(incoming, 0, { body })));
    }),
    { writeBufferBytesMax: 256 * 1024, frameBytesMax: 16 * 1024 * 1024 },
  );
  const socket = await dialRaw(server.port);
  socket.pause();
  const total = 8_000;
  for (let opaque = 1; opaque <= total; opaque += 1) {
    socket.write(encodeCommand(createRequest(105, { topic: 'a-name-of-some-length' }, undefined, opaque)));
  }
  const handled = await settled(() => server.recorder.requests.length);
  t.true(handled > 0);
  t.true(handled < total, 'reading went on although nothing was taken');
  const connection = server.recorder.opened[0]!;
  t.true(connection.bufferedBytes > 256 * 1024);
  t.false(connection.closed);

  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  socket.resume();
  await server.recorder.until(() => server.recorder.requests.length === total);
  await settled(() => received);
  t.true(received > total * body.length);
  t.is(connection.bufferedBytes, 0);
  socket.destroy();
  await server.listener.stop();
});

test('a peer that lets too much pile up is cut off', async (t) => {
  const server = await serve(t, new Recorder(), { writeBufferBytesMax: 1_000, frameBytesMax: 10_000 });
  const socket = await dialRaw(server.port);
  socket.pause();
  await server.recorder.until(() => server.recorder.opened.length === 1);
  const connection = server.recorder.opened[0]!;
  for (let i = 0; i < 10; i += 1) connection.write(Buffer.alloc(5_000));
  await server.recorder.until(() => server.recorder.closed.length === 1);
  const error = server.recorder.closed[0]?.error;
  t.true(error instanceof ConnectionError && error.code === 'OVERFLOW');
  socket.destroy();
  await server.listener.stop();
});

test('more requests than allowed are refused unsent', async (t) => {
  const server = await serve(t, new Recorder());
  const client = await dial(server, new Recorder(), { requestsInFlightMax: 2 });
  const waiting = [client.request(request('1'), 50), client.request(request('2'), 50)];
  const error = await t.throwsAsync(client.request(request('3'), 50), { instanceOf: ConnectionError });
  t.deepEqual([error.code, error.written], ['TOO_MANY_REQUESTS', false]);
  await Promise.all(waiting.map((promise) => t.throwsAsync(promise)));
  client.close();
  await server.listener.stop();
});

test('an idle connection is closed', async (t) => {
  const server = await serve(t, new Recorder(echo), { idleTimeoutMs: 40 });
  const recorder = new Recorder();
  const client = await dial(server, recorder);
  await server.recorder.until(() => server.recorder.closed.length === 1);
  const error = server.recorder.closed[0]?.error;
  t.true(error instanceof ConnectionError && error.code === 'IDLE');
  await recorder.until(() => recorder.closed.length === 1);
  t.true(client.closed);
  await server.listener.stop();
});

test('a response that lies unread because the event loop stalled is not a time-out', async (t) => {
  const server = await serve(
    t,
    new Recorder((incoming, connection) => {
      echo(incoming, connection);
      connection.flush();
      // Both ends live in this process: the response is in the kernel, and nobody runs until this is over.
      const end = performance.now() + 150;
      while (performance.now() < end);
    }),
  );
  const client = await dial(server);
  const response = await client.request(request('t'), 40);
  t.is(response.extFields['topic'], 't');
  client.close();
  await server.listener.stop();
});
