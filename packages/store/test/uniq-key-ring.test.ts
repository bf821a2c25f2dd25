import test from 'ava';
import fc from 'fast-check';
import { ENTRY_BYTES } from '../src/uniq-key-entry.ts';
import { UniqKeyRing } from '../src/uniq-key-ring.ts';

const CHUNK = 1_024;

/** Puts a mark on a new entry. */
function push(ring: UniqKeyRing): void {
  const sequence = ring.head;
  const slot = ring.push();
  ring.wordsOf(slot)[ring.wordOf(slot)] = sequence;
}

function markOf(ring: UniqKeyRing, sequence: number): number | undefined {
  const slot = ring.slotOf(sequence);
  return ring.wordsOf(slot)[ring.wordOf(slot)];
}

test('entries stay what they are while others come and go, whatever the sizes', (t) => {
  const step = fc.record({
    come: fc.integer({ min: 0, max: 30_000 }),
    go: fc.integer({ min: 0, max: 30_000 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 70_000 }),
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.array(step, { maxLength: 12 }),
      (countMax, first, steps) => {
        const ring = new UniqKeyRing(first, countMax);
        for (const { come, go } of steps) {
          for (let left = Math.min(come, countMax - ring.count); left > 0; left -= 1) push(ring);
          for (let left = Math.min(go, ring.count); left > 0; left -= 1) ring.shift();
          for (let sequence = ring.tail; sequence < ring.head; sequence += 997) {
            if (markOf(ring, sequence) !== sequence) return false;
          }
          if (ring.count > 0 && markOf(ring, ring.head - 1) !== ring.head - 1) return false;
          // The window may begin and end within a piece, and one is kept for the next.
          if (ring.bytes > (ring.count + 3 * CHUNK) * ENTRY_BYTES) return false;
        }
        return true;
      },
    ),
    { seed: 1_048_576, numRuns: 60 },
  );
  t.pass();
});

test('memory follows what is held', (t) => {
  const ring = new UniqKeyRing(0, 1_048_576);
  t.is(ring.bytes, 0);
  for (let entry = 0; entry < 100_000; entry += 1) push(ring);
  t.true(ring.bytes <= (100_000 + CHUNK) * ENTRY_BYTES);
  for (let entry = 0; entry < 2_000_000; entry += 1) {
    ring.shift();
    push(ring);
  }
  t.true(ring.bytes <= (100_000 + 3 * CHUNK) * ENTRY_BYTES);
  while (ring.count > 0) ring.shift();
  t.true(ring.bytes <= 2 * CHUNK * ENTRY_BYTES);
  t.is(ring.tail, 2_100_000);
});

test('runs end where a piece ends', (t) => {
  const ring = new UniqKeyRing(0, 40_000);
  for (let entry = 0; entry < 40_000; entry += 1) push(ring);
  t.is(ring.runOf(0), CHUNK);
  t.is(ring.runOf(CHUNK - 1), 1);
  t.is(ring.runOf(CHUNK), CHUNK);
  const bytes = ring.bytesOf(CHUNK + 3, 2);
  t.is(bytes.length, 2 * ENTRY_BYTES);
  t.is(bytes.readUInt32LE(ENTRY_BYTES), CHUNK + 4);
});
