/**
 * Writes and syncs as a master does: while one sync runs the next batch is written, and at most one sync is under way.
 * Returns seconds from the first write to the end of the last sync.
 */
export async function groupCommit(
  count: number,
  write: (position: number) => void,
  sync: () => Promise<void>,
): Promise<number> {
  const began = performance.now();
  let syncing = Promise.resolve();
  for (let position = 0; position < count; position += 1) {
    write(position);
    await syncing;
    syncing = sync();
  }
  await syncing;
  return (performance.now() - began) / 1000;
}
