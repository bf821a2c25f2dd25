/**
 * One process of the floor: the least a three-copy pipeline can do. A leader takes send frames with JSON headers, appends
 * their bodies to a file in batches, ships the batch to two followers and answers when its own fdatasync and one
 * follower's (or, with ASYNC_FLUSH, the writes) are done. No consensus, no topics, no indexes, no offsets of queues.
 *
 * Run as: floor-node.js ROLE FLUSH FILE [FOLLOWER_PORT ...]; reports its port over IPC.
 */
import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { crc32 } from 'node:zlib';
import { takeFrames } from './floor-frames.ts';

const [role, flush, file, ...followerPorts] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: floor-node ROLE FLUSH FILE [FOLLOWER_PORT ...]');
const log = openSync(file, 'w');
const syncFlush = flush === 'SYNC_FLUSH';

/** Group commit: one fdatasync at a time; whoever asks while it runs shares the next. */
let syncing = false;
let waiting: (() => void)[] = [];
function sync(done: () => void): void {
  if (!syncFlush) return done();
  waiting.push(done);
  if (!syncing) startSync();
}
function startSync(): void {
  const served = waiting;
  waiting = [];
  syncing = true;
  fdatasync(log, (error) => {
    if (error) throw error;
    syncing = false;
    for (const done of served) done();
    if (waiting.length > 0) startSync();
  });
}

/** Follower: [u32 length][u32 batch number][bytes]; answers the batch number when it is on disk. */
function serveFollower(socket: Socket): void {
  let rest: Buffer | null = null;
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    const input = rest === null ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    let last = -1;
    const parts: Buffer[] = [];
    while (input.length - at >= 8 && input.length - at >= 8 + input.readUInt32BE(at)) {
      const length = input.readUInt32BE(at);
      last = input.readUInt32BE(at + 4);
      parts.push(input.subarray(at + 8, at + 8 + length));
      at += 8 + length;
    }
    rest = at === input.length ? null : input.subarray(at);
    if (parts.length === 0) return;
    writeSync(log, parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
    const batch = last;
    sync(() => {
      const ack = Buffer.allocUnsafe(4);
      ack.writeUInt32BE(batch);
      socket.write(ack);
    });
  });
  socket.on('error', () => socket.destroy());
}

interface Batch {
  readonly replies: Map<Socket, string[]>;
  acknowledgements: number;
}
const batches = new Map<number, Batch>();
let batchNumber = 0;
let position = 0;
let committed = 0;
const followers: Socket[] = [];
const durableUpTo: number[] = [];

/** A batch is committed when two of the three copies, in any combination, are durable. */
function acknowledged(copy: number, batch: number): void {
  durableUpTo[copy] = Math.max(durableUpTo[copy] ?? 0, batch);
  const second = [...durableUpTo].sort((a, b) => b - a)[1] ?? 0;
  while (committed < second) {
    committed++;
    const done = batches.get(committed);
    batches.delete(committed);
    for (const [socket, replies] of done?.replies ?? []) writeReplies(socket, replies);
  }
}

function writeReplies(socket: Socket, replies: readonly string[]): void {
  let size = 0;
  for (const reply of replies) size += 8 + reply.length;
  const buffer = Buffer.allocUnsafe(size);
  let at = 0;
  for (const reply of replies) {
    buffer.writeUInt32BE(4 + reply.length, at);
    buffer.writeUInt32BE(reply.length, at + 4);
    buffer.write(reply, at + 8, 'latin1');
    at += 8 + reply.length;
  }
  socket.write(buffer);
}

let turn: { bodies: Buffer[]; replies: Map<Socket, string[]> } | null = null;

function serveClient(socket: Socket): void {
  let rest: Buffer | null = null;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    const taken = takeFrames(rest === null ? chunk : Buffer.concat([rest, chunk]));
    rest = taken.rest;
    if (taken.frames.length === 0) return;
    if (turn === null) {
      turn = { bodies: [], replies: new Map() };
      setImmediate(closeTurn);
    }
    const replies = turn.replies.get(socket) ?? [];
    turn.replies.set(socket, replies);
    for (const frame of taken.frames) {
      const header = JSON.parse(frame.header.toString('latin1')) as {
        opaque: number;
        extFields: { b: string; e: string };
      };
      if (header.extFields.b.length === 0) throw new Error('a send without a topic');
      crc32(frame.body);
      replies.push(
        `{"code":0,"extFields":{"queueId":"${header.extFields.e}","msgId":"C0A8010A00002A9F0000000000000000",` +
          `"queueOffset":"${position}"},"flag":1,"language":"JAVA","opaque":${header.opaque},` +
          `"serializeTypeCurrentRPC":"JSON","version":479}`,
      );
      turn.bodies.push(frame.body);
      position += frame.body.length;
    }
  });
}

function closeTurn(): void {
  if (turn === null) return;
  const { bodies, replies } = turn;
  turn = null;
  const batch = ++batchNumber;
  let length = 0;
  for (const body of bodies) length += body.length;
  const message = Buffer.allocUnsafe(8 + length);
  message.writeUInt32BE(length, 0);
  message.writeUInt32BE(batch, 4);
  let at = 8;
  for (const body of bodies) at += body.copy(message, at);
  batches.set(batch, { replies, acknowledgements: 0 });
  writeSync(log, message, 8);
  for (const follower of followers) follower.write(message);
  sync(() => acknowledged(0, batch));
}

function connectFollower(port: number, copy: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, resolve);
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.on('data', (chunk) => acknowledged(copy, chunk.readUInt32BE(chunk.length - 4)));
    followers.push(socket);
  });
}

await Promise.all(followerPorts.map((port, i) => connectFollower(Number(port), i + 1)));
const server = createServer(role === 'leader' ? serveClient : serveFollower);
server.listen({ host: '127.0.0.1', port: 0 }, () => {
  const address = server.address();
  process.send?.({ type: 'ready', port: typeof address === 'object' && address !== null ? address.port : 0 });
});
process.on('disconnect', () => {
  closeSync(log);
  process.exit(0);
});
