import test from 'ava';
import { Process } from '../../src/world/process.ts';
import { NetworkFixture, PORT } from './network-fixture.ts';

test('bytes arrive later, whole and in order, both ways', async (t) => {
  const fixture = new NetworkFixture({ splitChance: 0.5 });
  const { socket, ear, far, farEar } = await fixture.connected();
  t.deepEqual(ear.heard, ['connect']);
  for (let at = 0; at < 50; at += 1) socket.write(Buffer.from(`${at},`));
  far.write(Buffer.from('hello'));
  t.is(farEar.text, '');
  await fixture.run(500);
  t.is(farEar.text, Array.from({ length: 50 }, (_, at) => `${at},`).join(''));
  t.is(ear.text, 'hello');
  t.is(socket.remotePort, PORT);
  t.is(far.remoteAddress, '10.0.0.1');
  t.is(far.remotePort, socket.localPort);
});

test('a written buffer may be used again', async (t) => {
  const fixture = new NetworkFixture();
  const { socket, farEar } = await fixture.connected();
  const buffer = Buffer.from('before');
  socket.write(buffer);
  buffer.write('after!');
  await fixture.run(100);
  t.is(farEar.text, 'before');
});

test('corked writes leave together', async (t) => {
  const fixture = new NetworkFixture();
  const { socket, farEar } = await fixture.connected();
  socket.cork();
  socket.write(Buffer.from('a'));
  socket.write(Buffer.from('b'));
  socket.uncork();
  await fixture.run(100);
  t.deepEqual(farEar.heard, ['data']);
  t.is(farEar.text, 'ab');
});

test('an orderly end: what was written arrives first, then both sides close', async (t) => {
  const fixture = new NetworkFixture();
  const { socket, ear, farEar } = await fixture.connected();
  socket.write(Buffer.from('last words'));
  socket.destroySoon();
  await fixture.run(500);
  t.is(farEar.text, 'last words');
  t.deepEqual(farEar.heard, ['data', 'end', 'close']);
  t.deepEqual(ear.heard, ['connect', 'close']);
});

test('a call to a port where nobody listens is refused', async (t) => {
  const fixture = new NetworkFixture();
  const socket = fixture.network.for(fixture.client).connect('10.0.0.2', PORT + 1);
  const heard: string[] = [];
  socket.on('error', (error: NodeJS.ErrnoException) => heard.push(error.code ?? ''));
  socket.on('close', () => heard.push('close'));
  await fixture.run(100);
  t.deepEqual(heard, ['ECONNREFUSED', 'close']);
});

test('a killed process: its peers are told, and calls are refused', async (t) => {
  const fixture = new NetworkFixture();
  const { ear } = await fixture.connected();
  fixture.kill(fixture.server, false);
  await fixture.run(100);
  t.deepEqual(ear.heard, ['connect', 'end', 'close']);
  const again = fixture.call();
  await fixture.run(100);
  t.deepEqual(again.ear.heard, ['error ECONNREFUSED', 'close']);
});

test('a machine without power tells nobody; back again it resets what it does not know', async (t) => {
  const fixture = new NetworkFixture();
  const { socket, ear } = await fixture.connected();
  fixture.kill(fixture.server, true);
  socket.write(Buffer.from('anybody?'));
  const caller = fixture.call();
  await fixture.run(10_000);
  t.deepEqual(ear.heard, ['connect']);
  t.deepEqual(caller.ear.heard, []);
  fixture.server = new Process('b', 2);
  fixture.machines.b.restorePower();
  fixture.listen();
  await fixture.run(500);
  t.deepEqual(ear.heard, ['connect', 'error ECONNRESET', 'close']);
  t.is(fixture.accepted.length, 2);
  t.deepEqual(caller.ear.heard, ['connect']);
});

test('an idle peer of a machine that lost its power learns of it only when it writes', async (t) => {
  const fixture = new NetworkFixture();
  const { socket, ear } = await fixture.connected();
  fixture.kill(fixture.server, true);
  fixture.server = new Process('b', 2);
  fixture.machines.b.restorePower();
  await fixture.run(10_000);
  t.deepEqual(ear.heard, ['connect']);
  socket.write(Buffer.from('x'));
  await fixture.run(100);
  t.deepEqual(ear.heard, ['connect', 'error ECONNRESET', 'close']);
});

test('a blocked direction holds bytes and lets them through later, in order', async (t) => {
  const fixture = new NetworkFixture();
  const { socket, far, ear, farEar } = await fixture.connected();
  fixture.network.block('a', 'b');
  socket.write(Buffer.from('1'));
  far.write(Buffer.from('other way'));
  await fixture.run(1_000);
  socket.write(Buffer.from('2'));
  socket.destroySoon();
  await fixture.run(1_000);
  t.is(farEar.text, '');
  t.is(ear.text, 'other way');
  fixture.network.unblock('a', 'b');
  socket.write(Buffer.from('ignored: the socket has ended'));
  await fixture.run(500);
  t.is(farEar.text, '12');
  t.deepEqual(farEar.heard, ['data', 'data', 'end', 'close']);
});

test('a call over a blocked link stands once the link is free', async (t) => {
  const fixture = new NetworkFixture();
  fixture.network.block('b', 'a');
  const { ear } = fixture.call();
  await fixture.run(5_000);
  t.deepEqual(ear.heard, []);
  fixture.network.heal();
  await fixture.run(100);
  t.deepEqual(ear.heard, ['connect']);
});

test('a reset ends both sides; a one-sided one the other side only when it writes', async (t) => {
  const fixture = new NetworkFixture();
  const first = await fixture.connected();
  t.is(fixture.network.reset('a', 'b'), 1);
  await fixture.run(100);
  t.deepEqual(first.ear.heard, ['connect', 'error ECONNRESET', 'close']);
  t.deepEqual(first.farEar.heard, ['error ECONNRESET', 'close']);
  const second = await fixture.connected();
  t.is(fixture.network.resetOneSide('b', 'a'), 1);
  await fixture.run(1_000);
  t.deepEqual(second.farEar.heard, ['error ECONNRESET', 'close']);
  t.deepEqual(second.ear.heard, ['connect']);
  second.socket.write(Buffer.from('x'));
  await fixture.run(100);
  t.deepEqual(second.ear.heard, ['connect', 'error ECONNRESET', 'close']);
});

test('a paused process: its kernel accepts, and what was sent is read after the pause', async (t) => {
  const fixture = new NetworkFixture();
  fixture.server.setPaused(true);
  const { socket, ear } = fixture.call();
  await fixture.run(100);
  t.deepEqual(ear.heard, ['connect']);
  socket.write(Buffer.from('patience'));
  await fixture.run(1_000);
  t.is(fixture.accepted.length, 0);
  fixture.scheduler.resume(fixture.server);
  await fixture.run(100);
  t.is(fixture.ears[0]?.text, 'patience');
});

test('a reader that pauses makes the writer wait, and loses nothing', async (t) => {
  const fixture = new NetworkFixture({ bufferBytes: 100 });
  const { socket, far, farEar } = await fixture.connected();
  far.pause();
  let done = 0;
  for (let at = 0; at < 10; at += 1) socket.write(Buffer.alloc(60, 65 + at), () => (done += 1));
  await fixture.run(1_000);
  t.is(farEar.text, '');
  t.is(done, 1);
  t.is(socket.writableLength, 500);
  far.resume();
  await fixture.run(1_000);
  t.is(done, 10);
  t.is(farEar.bytes.length, 600);
  t.is(socket.writableLength, 0);
});

test('a server that stops is done when its last connection has ended', async (t) => {
  const fixture = new NetworkFixture();
  const { socket } = await fixture.connected();
  let closed = false;
  fixture.listening.close(() => {
    closed = true;
  });
  await fixture.run(1_000);
  t.false(closed);
  const refused = fixture.call();
  await fixture.run(100);
  t.deepEqual(refused.ear.heard, ['error ECONNREFUSED', 'close']);
  socket.destroy();
  await fixture.run(100);
  t.true(closed);
});

test('connections beyond the limit of a server are closed at once', async (t) => {
  const fixture = new NetworkFixture();
  fixture.listening.maxConnections = 1;
  await fixture.connected();
  const second = fixture.call();
  await fixture.run(500);
  t.is(fixture.accepted.length, 1);
  t.is(second.ear.heard.at(-1), 'close');
});

test('an address in use cannot be listened on twice', async (t) => {
  const fixture = new NetworkFixture();
  const errors: string[] = [];
  const second = fixture.network.for(new Process('b', 1)).createServer(() => undefined);
  second.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''));
  second.listen(PORT, '10.0.0.2');
  await fixture.run(10);
  t.deepEqual(errors, ['EADDRINUSE']);
});

test('a write after the end fails, and its callback says so', async (t) => {
  const fixture = new NetworkFixture();
  const { socket } = await fixture.connected();
  socket.destroy();
  const codes: unknown[] = [];
  socket.write(Buffer.from('x'), (error) => codes.push((error as NodeJS.ErrnoException | null)?.code));
  await fixture.run(10);
  t.deepEqual(codes, ['ERR_STREAM_DESTROYED']);
});
