import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { createRequest, decodeCommand, encodeCommand } from '../src/command.ts';
import type { RemotingCommand } from '../src/command.ts';
import { ProtocolError } from '../src/errors.ts';
import type { ProtocolErrorCode } from '../src/errors.ts';
import { FrameDecoder } from '../src/frame.ts';
import type { Frame } from '../src/frame.ts';
import { anyCommand } from './any-command.ts';
import { REQUEST_BINARY, REQUEST_JSON, SEND_BINARY } from './wire-vectors.ts';

const FRAME_BYTES_MAX = 65_536;

function decoder(): FrameDecoder {
  return new FrameDecoder({ frameBytesMax: FRAME_BYTES_MAX });
}

/** What a frame says, in values that outlive the chunk. */
function kept(frame: Frame): { serializeType: number; header: string; body: string } {
  return {
    serializeType: frame.serializeType,
    header: frame.header.toString('hex'),
    body: frame.body.toString('hex'),
  };
}

function prefix(total: number, mark: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(total, 0);
  bytes.writeUInt32BE(mark, 4);
  return bytes;
}

test('frames that lie whole in a chunk are views on it', (t) => {
  const chunk = Buffer.concat([REQUEST_JSON, SEND_BINARY, REQUEST_BINARY]);
  const frames = decoder().push(chunk);
  t.is(frames.length, 3);
  t.deepEqual(
    frames.map((frame) => [frame.serializeType, frame.header.length, frame.body.toString()]),
    [
      [0, 124, ''],
      [1, 149, 'hi'],
      [1, 34, ''],
    ],
  );
  for (const frame of frames) t.is(frame.header.buffer, chunk.buffer);
});

test('a stream cut at any one byte gives the same frames', (t) => {
  const stream = Buffer.concat([REQUEST_JSON, SEND_BINARY, REQUEST_BINARY]);
  const whole = decoder().push(stream).map(kept);
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const frames = decoder();
    const first = frames.push(stream.subarray(0, cut)).map(kept);
    const second = frames.push(stream.subarray(cut)).map(kept);
    t.deepEqual([...first, ...second], whole);
    t.is(frames.bufferedBytes, 0);
  }
});

test('a stream fed byte by byte gives the same frames', (t) => {
  const stream = Buffer.concat([REQUEST_JSON, SEND_BINARY]);
  const frames = decoder();
  const seen = [...stream].flatMap((byte) => frames.push(Buffer.from([byte])).map(kept));
  t.deepEqual(seen, decoder().push(stream).map(kept));
});

test('any stream of commands cut anywhere decodes to the same commands', (t) => {
  const property = fc.property(
    fc.array(anyCommand(), { maxLength: 6 }),
    fc.array(fc.nat(), { maxLength: 12 }),
    (commands, cuts) => {
      const stream = Buffer.concat(commands.map(encodeCommand));
      const seen: RemotingCommand[] = [];
      const frames = decoder();
      let at = 0;
      const positions = cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b);
      for (const end of [...positions, stream.length]) {
        // A chunk of its own, overwritten afterwards: nothing may be kept that is not copied.
        const chunk = Buffer.from(stream.subarray(at, end));
        for (const frame of frames.push(chunk)) {
          const command = decodeCommand(frame);
          seen.push({ ...command, body: Buffer.from(command.body) });
        }
        chunk.fill(0xff);
        at = end;
      }
      t.deepEqual(seen, commands);
      t.is(frames.bufferedBytes, 0);
    },
  );
  fc.assert(property, { seed: 11_001, numRuns: 200 });
});

test('random bytes end in a typed error or wait, with bounded memory', (t) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    // Plausible lengths reach the deeper checks.
    fc
      .tuple(fc.integer({ min: -2, max: 300 }), fc.nat(0x2ffffff), fc.uint8Array({ maxLength: 300 }))
      .map(([total, mark, rest]) => Buffer.concat([prefix(total, mark % 0x20000ff), rest])),
  );
  const property = fc.property(fc.array(bytes, { maxLength: 8 }), (chunks) => {
    const frames = decoder();
    let failure: unknown = null;
    for (const chunk of chunks) {
      try {
        for (const frame of frames.push(Buffer.from(chunk))) tryDecode(t, frame);
        t.is(failure, null);
      } catch (error) {
        t.true(error instanceof ProtocolError);
        failure ??= error;
        t.is(error, failure);
      }
      t.true(frames.bufferedBytes <= FRAME_BYTES_MAX);
    }
  });
  fc.assert(property, { seed: 11_002, numRuns: 1_000 });
});

function tryDecode(t: { true(value: boolean): void }, frame: Frame): void {
  try {
    decodeCommand(frame);
  } catch (error) {
    t.true(error instanceof ProtocolError && error.code === 'HEADER_UNREADABLE');
  }
}

test('lengths are refused before anything is allocated', (t) => {
  const refusals: [Buffer, ProtocolErrorCode][] = [
    [prefix(3, 0), 'FRAME_MALFORMED'],
    [prefix(-1, 0), 'FRAME_MALFORMED'],
    [prefix(0x7fffffff, 0), 'FRAME_TOO_LARGE'],
    [prefix(FRAME_BYTES_MAX - 3, 0), 'FRAME_TOO_LARGE'],
    [prefix(100, 0x0200_0010), 'FRAME_MALFORMED'],
    [prefix(100, 0xff00_0010), 'FRAME_MALFORMED'],
    [prefix(100, 97), 'FRAME_MALFORMED'],
  ];
  for (const [bytes, code] of refusals) {
    const frames = decoder();
    t.is(t.throws(() => frames.push(bytes), { instanceOf: ProtocolError }).code, code);
    t.is(frames.bufferedBytes, 0);
  }
});

test('the largest frame passes and is the only thing held', (t) => {
  const body = Buffer.alloc(FRAME_BYTES_MAX - 8, 7);
  const frames = decoder();
  t.is(frames.push(prefix(FRAME_BYTES_MAX - 4, 0)).length, 0);
  t.is(frames.push(body.subarray(0, 1000)).length, 0);
  t.is(frames.bufferedBytes, 1008);
  const [frame] = frames.push(body.subarray(1000));
  t.is(frame?.header.length, 0);
  t.deepEqual(frame?.body, body);
  t.is(frames.bufferedBytes, 0);
});

test('a header above its own limit is refused', (t) => {
  const frames = new FrameDecoder({ frameBytesMax: FRAME_BYTES_MAX, headerBytesMax: 150 });
  t.is(frames.push(encodeCommand(createRequest(1, {}))).length, 1);
  const large = encodeCommand(createRequest(1, { k: 'v'.repeat(150) }));
  t.is(t.throws(() => frames.push(large), { instanceOf: ProtocolError }).code, 'FRAME_TOO_LARGE');
});

test('after an error the decoder repeats it, even for valid frames', (t) => {
  const frames = decoder();
  const error = t.throws(() => frames.push(prefix(3, 0)), { instanceOf: ProtocolError });
  t.is(
    t.throws(() => frames.push(REQUEST_JSON)),
    error,
  );
});

test('a limit that no frame could meet is refused', (t) => {
  for (const frameBytesMax of [7, Number.NaN, 9.5]) {
    t.is(
      t.throws(() => new FrameDecoder({ frameBytesMax }), { instanceOf: ProtocolError }).code,
      'CONFIG_INVALID',
    );
  }
});
