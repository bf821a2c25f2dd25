import { Buffer } from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import { MemoryDisk } from '../src/memory-disk.ts';
import { OverlayDisk } from '../src/overlay-disk.ts';

function write(disk: MemoryDisk | OverlayDisk, path: string, bytes: Buffer, at = 0): void {
  const file = disk.open(path, 'read-write-create');
  file.write(bytes, at);
  file.close();
}

function contentOf(disk: MemoryDisk | OverlayDisk, path: string): Buffer {
  const file = disk.open(path, 'read');
  const content = Buffer.alloc(file.size());
  file.read(content, 0);
  file.close();
  return content;
}

const change = fc.oneof(
  fc.record({
    type: fc.constant('write' as const),
    at: fc.nat(20_000),
    bytes: fc.integer({ min: 1, max: 9_000 }),
  }),
  fc.record({ type: fc.constant('truncate' as const), size: fc.nat(25_000) }),
);

test('an overlay reads like a disk that was written to, and the disk below stays as it was', (t) => {
  fc.assert(
    fc.property(fc.nat(15_000), fc.array(change, { maxLength: 20 }), (bytes, changes) => {
      const [below, model] = [new MemoryDisk(), new MemoryDisk()];
      const first = Buffer.alloc(bytes, 7);
      for (const disk of [below, model]) {
        disk.mkdir('/d');
        write(disk, '/d/f', first);
      }
      const overlay = new OverlayDisk(below);
      changes.forEach((one, i) => {
        for (const disk of [overlay, model]) {
          if (one.type === 'write') write(disk, '/d/f', Buffer.alloc(one.bytes, i + 10), one.at);
          else disk.open('/d/f', 'read-write').truncateNow(one.size);
        }
        const part = [Buffer.alloc(5_000), Buffer.alloc(5_000)] as const;
        const read = [overlay, model].map((disk, at) =>
          disk.open('/d/f', 'read').read(part[at] ?? part[0], i * 977),
        );
        t.is(read[0], read[1]);
        t.deepEqual(part[0], part[1]);
      });
      t.deepEqual(contentOf(overlay, '/d/f'), contentOf(model, '/d/f'));
      t.deepEqual(contentOf(below, '/d/f'), first);
      overlay.close();
    }),
    { seed: 31 },
  );
});

test('names are changed above only', async (t) => {
  const below = new MemoryDisk();
  below.mkdir('/d/e');
  for (const name of ['a', 'b', 'c']) write(below, `/d/${name}`, Buffer.from(name));
  const overlay = new OverlayDisk(below);
  overlay.mkdir('/d/aside');
  overlay.rename('/d/a', '/d/aside/a.1');
  await overlay.remove('/d/b');
  write(overlay, '/d/new', Buffer.from('n'));
  t.deepEqual(overlay.list('/d'), ['aside', 'c', 'e', 'new']);
  t.deepEqual(overlay.list('/d/aside'), ['a.1']);
  t.is(contentOf(overlay, '/d/aside/a.1').toString(), 'a');
  t.throws(() => overlay.open('/d/b', 'read'), { code: 'FILE_MISSING' });
  t.throws(() => overlay.open('/d/c', 'create'), { code: 'FILE_EXISTS' });
  t.throws(() => overlay.list('/nowhere'), { code: 'FILE_MISSING' });
  t.false(overlay.exists('/d/a'));
  const lock = overlay.lock('/d');
  t.throws(() => below.lock('/d'), { code: 'DIRECTORY_LOCKED' });
  lock.release();
  t.deepEqual(below.list('/d'), ['a', 'b', 'c', 'e']);
});
