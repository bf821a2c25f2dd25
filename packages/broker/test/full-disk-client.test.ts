import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { RESERVE_BYTES, SocketNode } from './socket-node.ts';

const SERVICE_NOT_AVAILABLE = 14;
/** Sends are taken again within so long after there is room, by nobody's doing. */
const RESUME_MS = 5_000;

/** Resolves when the node has just looked how much room there is. */
function nextLook({ disk }: SocketNode): Promise<void> {
  return new Promise((resolve) => {
    const totalBytes = disk.totalBytes.bind(disk);
    disk.totalBytes = (directory) => {
      disk.totalBytes = totalBytes;
      resolve();
      return totalBytes(directory);
    };
  });
}

test('a full disk as a client sees it: sends are refused for certain, pulls go on, sends resume by themselves', async (t) => {
  const node = await SocketNode.start(t);
  const stored: string[] = [];
  for (let i = 0; i < 5; i += 1) {
    await node.sendStored(`m${i}`);
    stored.push(`m${i}`);
  }
  node.leaveRoom(RESERVE_BYTES - 1);
  for (let i = 0; ; i += 1) {
    const answer = await node.send(`until refused ${i}`);
    if (answer.code !== 0) {
      t.is(answer.code, SERVICE_NOT_AVAILABLE);
      t.regex(answer.remark ?? '', /disk/);
      break;
    }
    stored.push(`until refused ${i}`);
    await delay(20);
  }
  for (let i = 0; i < 20; i += 1) t.is((await node.send(`refused ${i}`)).code, SERVICE_NOT_AVAILABLE);
  t.deepEqual(await node.pullAll(), stored, 'reads go on, and nothing that was refused is there');
  t.is((await node.ask(30, { topic: 'T', queueId: '0' })).extFields['offset'], String(stored.length));

  node.freeRoom();
  const freedAt = performance.now();
  const answer = await node.sendStored('after');
  t.true(performance.now() - freedAt <= RESUME_MS);
  t.is(answer.extFields['queueOffset'], String(stored.length));
  t.deepEqual(await node.pullAll(), [...stored, 'after']);
  t.deepEqual(node.fatal, []);
});

test('what a log had taken when it met the end of the disk waits for room and is answered then', async (t) => {
  const node = await SocketNode.start(t);
  await node.sendStored('before');
  await nextLook(node);
  node.leaveRoom(0);
  // Until the node looks at its disk again it takes sends. They are neither answered nor lost.
  const taken: { readonly body: string; readonly answer: Promise<number> }[] = [];
  for (let refused = false; !refused;) {
    const body = `taken ${taken.length}`;
    const answer = node.send(body).then(({ code }) => code);
    const code = await Promise.race([answer, delay(100, null)]);
    refused = code === SERVICE_NOT_AVAILABLE;
    if (refused) continue;
    t.is(code, null, body);
    taken.push({ body, answer });
  }
  t.true(taken.length > 0);
  t.deepEqual(await node.pullAll(), ['before'], 'reads go on');
  node.freeRoom();
  const freedAt = performance.now();
  t.deepEqual(
    await Promise.all(taken.map(({ answer }) => answer)),
    taken.map(() => 0),
  );
  await node.sendStored('after');
  t.true(performance.now() - freedAt <= RESUME_MS);
  t.deepEqual(await node.pullAll(), ['before', ...taken.map(({ body }) => body), 'after']);
  t.deepEqual(node.fatal, []);
});

test('a group that nobody knew before reads while there is no room to note it down', async (t) => {
  const node = await SocketNode.start(t, { diskCheckMs: 10 });
  await node.sendStored('before');
  node.leaveRoom(RESERVE_BYTES - 1);
  while ((await node.send(`probe ${performance.now()}`)).code !== SERVICE_NOT_AVAILABLE) await delay(10);
  t.is((await node.pullAll('a new group'))[0], 'before');
});
