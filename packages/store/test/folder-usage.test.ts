import test from 'ava';
import { folderUsage, USAGE_NAMES_MAX } from '../src/folder-usage.ts';

test('a look at a folder ends soon whatever is in it', async (t) => {
  let looks = 0;
  const endless = await folderUsage(
    {
      listSizes: (_directory, countMax) => {
        looks += 1;
        const files = Array.from({ length: Math.min(countMax, 3_000) }, (_, at) => ({
          name: String(at),
          bytes: 2,
        }));
        return Promise.resolve([{ name: 'deeper', bytes: null }, ...files].slice(0, countMax));
      },
    },
    '/folder',
  );
  t.true(looks <= 4);
  t.true(endless.files < USAGE_NAMES_MAX && endless.files > USAGE_NAMES_MAX - 10);
  t.is(endless.bytes, 2 * endless.files);
});
