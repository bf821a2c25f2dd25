import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { PeerFrameDecoder, encodePeerFrame, peerCodecLimits, type PeerFrame } from '../src/codec.ts';
import { RaftError } from '../src/errors.ts';
import { entriesAfter } from '../src/log-storage-suite.ts';
import type { Message } from '../src/message.ts';

const SEED = 4_711;
const n = fc.maxSafeNat();
const u32 = fc.nat(0xffff_ffff);
const base = { from: fc.constant('n1'), to: fc.constant('n2'), term: n };
const limits = { ...peerCodecLimits, frameBytesMax: 20_000, envelopeBytesMax: 4_096 };

function entriesOf(
  prevIndex: number,
  term: number,
  sizes: readonly number[],
): ReturnType<typeof entriesAfter> {
  const position = { index: prevIndex, term, address: prevIndex * 100, hash: 77 };
  return entriesAfter(
    position,
    sizes.map((bytes) => ({ term, bytes })),
  );
}

const appendRequest = fc
  .tuple(n, fc.nat(1_000_000), n, n, fc.array(fc.nat(200), { maxLength: 4 }))
  .map(([term, prevIndex, prevTerm, commit, sizes]): Message => ({
    type: 'append-request',
    from: 'n1',
    to: 'n2',
    term,
    prevIndex,
    prevTerm,
    commit,
    entries: entriesOf(prevIndex, 9, sizes),
  }));

const repairAnswer = fc
  .tuple(n, fc.nat(1_000_000), n, n, fc.array(fc.nat(200), { maxLength: 4 }))
  .map(([term, before, firstIndex, lastIndex, sizes]): Message => ({
    type: 'repair-answer',
    from: 'n1',
    to: 'n2',
    term,
    firstIndex,
    lastIndex,
    entries: entriesOf(before, 9, sizes),
  }));

/** Every voter of the outgoing half is outgoing only, so that it may become a learner. */
const configuration = fc
  .record({
    voters: fc.uniqueArray(fc.stringMatching(/^v[a-zé]{0,8}$/u), { minLength: 1, maxLength: 5 }),
    votersOutgoing: fc.uniqueArray(fc.stringMatching(/^o[a-z]{0,8}$/u), { maxLength: 5 }),
    learners: fc.uniqueArray(fc.stringMatching(/^l[a-z]{0,8}$/u), { maxLength: 5 }),
  })
  .map((lists) => ({
    ...lists,
    learnersNext: lists.votersOutgoing.slice(0, 1),
    autoLeave: lists.votersOutgoing.length > 1,
  }));

const snapshotChunk = fc
  .record({
    term: n,
    position: fc.record({ index: n, term: n, address: n, hash: u32 }),
    configuration,
    offset: fc.nat(1_000_000),
    data: fc.uint8Array({ maxLength: 300 }),
    rest: fc.nat(1_000_000),
    crc: u32,
  })
  .map(({ term, position, configuration: members, offset, data, rest, crc }): Message => ({
    type: 'snapshot-chunk',
    from: 'n1',
    to: 'n2',
    term,
    snapshot: {
      position,
      configuration: members,
      bytes: offset + data.length + rest,
      crc: 0xffff_ffff - crc,
    },
    offset,
    data: Buffer.from(data),
    crc,
  }));

const message: fc.Arbitrary<Message> = fc.oneof(
  appendRequest,
  fc.record({ type: fc.constant('pre-vote-request' as const), ...base, lastIndex: n, lastTerm: n }),
  fc.record({
    type: fc.constant('pre-vote-response' as const),
    ...base,
    granted: fc.boolean(),
    blank: fc.boolean(),
    empty: fc.boolean(),
    life: u32,
    commit: n,
    commitTerm: n,
  }),
  fc.record({
    type: fc.constant('vote-request' as const),
    ...base,
    lastIndex: n,
    lastTerm: n,
    transfer: fc.boolean(),
    bootstrap: fc.boolean(),
    life: u32,
  }),
  fc.record({ type: fc.constant('vote-response' as const), ...base, granted: fc.boolean() }),
  fc.record({ type: fc.constant('append-accepted' as const), ...base, index: n, repairing: fc.boolean() }),
  fc.record({
    type: fc.constant('append-rejected' as const),
    ...base,
    prevIndex: n,
    hintIndex: n,
    hintTerm: n,
  }),
  fc.record({ type: fc.constant('heartbeat-request' as const), ...base, commit: n, round: n }),
  fc.record({
    type: fc.constant('heartbeat-request' as const),
    ...base,
    commit: n,
    round: n,
    repairTo: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  }),
  fc.record({
    type: fc.constant('heartbeat-response' as const),
    ...base,
    round: n,
    repairing: fc.boolean(),
  }),
  fc.record({ type: fc.constant('timeout-now' as const), ...base }),
  snapshotChunk,
  fc.record({
    type: fc.constant('snapshot-answer' as const),
    ...base,
    index: n,
    offset: n,
    status: fc.constantFrom('more' as const, 'installed' as const, 'refused' as const),
  }),
  fc.record({
    type: fc.constant('repair-request' as const),
    ...base,
    firstIndex: n,
    lastIndex: n,
    bytesMax: n,
  }),
  repairAnswer,
);

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    return error instanceof RaftError ? error.code : `untyped: ${String(error)}`;
  }
}

function messagesOf(frames: readonly PeerFrame[]): Message[] {
  return frames.flatMap((frame) => frame.messages);
}

test('messages are read back, however the stream is cut', (t) => {
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(3_000), { maxLength: 6 }),
      (messages, cuts) => {
        const stream = Buffer.concat(encodePeerFrame('broker-a', 'n1', 'n2', messages, limits));
        const decoder = new PeerFrameDecoder(limits);
        const frames: PeerFrame[] = [];
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          frames.push(...decoder.push(stream.subarray(at, at + cut)));
          at += cut;
        }
        t.deepEqual(messagesOf(frames), messages);
        for (const { group, from, to } of frames) t.deepEqual([group, from, to], ['broker-a', 'n1', 'n2']);
      },
    ),
    { seed: SEED, numRuns: 150 },
  );
});

test('a stream may be cut at every single byte', (t) => {
  const messages = fc.sample(message, { seed: SEED, numRuns: 9 });
  const stream = Buffer.concat(encodePeerFrame('g', 'n1', 'n2', messages));
  for (let cut = 0; cut <= stream.length; cut++) {
    const decoder = new PeerFrameDecoder();
    const frames = [...decoder.push(stream.subarray(0, cut)), ...decoder.push(stream.subarray(cut))];
    t.deepEqual(messagesOf(frames), messages, `cut at ${cut}`);
  }
  const decoder = new PeerFrameDecoder();
  const frames = Array.from(stream).flatMap((byte) => decoder.push(Buffer.from([byte])));
  t.deepEqual(messagesOf(frames), messages);
});

test('entry frames are handed over without a copy in both directions', (t) => {
  const entries = entriesOf(3, 2, [5_000]);
  const request: Message = {
    type: 'append-request',
    from: 'n1',
    to: 'n2',
    term: 2,
    prevIndex: 3,
    prevTerm: 2,
    commit: 3,
    entries,
  };
  const buffers = encodePeerFrame('g', 'n1', 'n2', [request]);
  t.is(buffers[1], entries[0]?.frame);
  const chunk = Buffer.concat(buffers);
  const [read] = messagesOf(new PeerFrameDecoder().push(chunk));
  if (read?.type !== 'append-request') throw new Error('an append was sent');
  t.is(read.entries[0]?.frame.buffer, chunk.buffer);
});

test('many messages leave in several frames, each within the limits', (t) => {
  const small: Message = {
    type: 'heartbeat-response',
    from: 'n1',
    to: 'n2',
    term: 1,
    round: 1,
    repairing: false,
  };
  const entries = entriesOf(3, 2, [9_000]);
  const envelope = { from: 'n1', to: 'n2', term: 2, prevIndex: 3, prevTerm: 2, commit: 3 };
  const large: Message = { type: 'append-request', ...envelope, entries };
  const messages = [...new Array<Message>(150).fill(small), large, large, large, small];
  const stream = Buffer.concat(encodePeerFrame('g', 'n1', 'n2', messages, limits));
  const frames = new PeerFrameDecoder(limits).push(stream);
  t.true(frames.length >= 4);
  t.deepEqual(messagesOf(frames), messages);
  t.deepEqual(encodePeerFrame('g', 'n1', 'n2', []), []);
  const huge: Message = { ...large, entries: entriesOf(3, 2, [9_000, 9_000]) };
  t.is(
    codeOf(() => encodePeerFrame('g', 'n1', 'n2', [huge], limits)),
    'PEER_FRAME_TOO_LARGE',
  );
});

test('announced sizes are checked before memory is taken, and the decoder stays poisoned', (t) => {
  const prefix = (total: number, envelope: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(total, 0);
    bytes.writeUInt32BE(envelope, 4);
    return bytes;
  };
  const cases: readonly [number, number, string][] = [
    [0xffffffff, 0, 'PEER_FRAME_TOO_LARGE'],
    [20_001, 10, 'PEER_FRAME_TOO_LARGE'],
    [20_000, 4_097, 'PEER_FRAME_TOO_LARGE'],
    [7, 0, 'PEER_FRAME_INVALID'],
    [20, 13, 'PEER_FRAME_INVALID'],
  ];
  for (const [total, envelope, code] of cases) {
    const decoder = new PeerFrameDecoder(limits);
    t.is(
      codeOf(() => decoder.push(prefix(total, envelope))),
      code,
    );
    t.is(
      codeOf(() => decoder.push(Buffer.concat(encodePeerFrame('g', 'a', 'b', [])))),
      code,
    );
  }
});

test('a damaged entry, a foreign entry and a broken chain poison the connection', (t) => {
  const entries = entriesOf(3, 2, [10, 10]);
  const envelope = { from: 'n1', to: 'n2', term: 2, prevIndex: 3, prevTerm: 2, commit: 3 };
  const good: Message = { type: 'append-request', ...envelope, entries };
  const damaged = Buffer.concat(encodePeerFrame('g', 'n1', 'n2', [good]));
  damaged[damaged.length - 1] = 0;
  const shifted: Message = { ...good, prevIndex: 4 };
  const reversed: Message = { ...good, entries: entries.toReversed() };
  const streams = [shifted, reversed].map((bad) => Buffer.concat(encodePeerFrame('g', 'n1', 'n2', [bad])));
  for (const stream of [damaged, ...streams]) {
    t.is(
      codeOf(() => new PeerFrameDecoder().push(stream)),
      'PEER_FRAME_INVALID',
    );
  }
});

test('random bytes give a typed error or nothing', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, framed) => {
      const chunk = Buffer.from(bytes);
      if (framed && chunk.length >= 8) {
        chunk.writeUInt32BE(chunk.length, 0);
        chunk.writeUInt32BE(Math.floor((chunk.length - 8) / 2), 4);
      }
      t.regex(
        codeOf(() => new PeerFrameDecoder(limits).push(chunk)),
        /^(none|PEER_FRAME_(INVALID|TOO_LARGE))$/,
      );
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test('the generated module is what raft.proto gives today', async (t) => {
  const require = createRequire(import.meta.url);
  const bin = join(dirname(require.resolve('protobufjs-cli/package.json')), 'bin');
  const run = promisify(execFile);
  const folder = await mkdtemp(join(tmpdir(), 'ledgermq-raft-proto-'));
  try {
    const js = join(folder, 'raft.js');
    const flags = [
      '--no-verify',
      '--no-convert',
      '--no-create',
      '--no-delimited',
      '--no-typeurl',
      '--no-service',
    ];
    const target = ['-t', 'static-module', '-w', 'esm', '-r', 'ledgermq-raft'];
    await run(process.execPath, [join(bin, 'pbjs'), ...target, ...flags, '-o', js, 'src/raft.proto']);
    await run(process.execPath, [join(bin, 'pbts'), '-o', join(folder, 'raft.d.ts'), js]);
    for (const name of ['raft.js', 'raft.d.ts']) {
      const fresh = await readFile(join(folder, name), 'utf8');
      t.is(fresh, await readFile(join('src', 'generated', name), 'utf8'), name);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
