import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { BrokerError } from '../../src/errors.ts';
import { runCell, type Observation, type Outcome } from './cell.ts';
import { damages, type DamageName } from './damages.ts';
import { fileKinds, unknownPaths, type FileKindName } from './file-kinds.ts';
import { makeLonelyImage, type GroupImage } from './group-images.ts';
import { makeImages } from './images.ts';
import { expectedOutcome } from './outcomes.ts';
import type { Role } from './roles.ts';

/** One test for each cell of the table in these roles, on files that were made once. */
export function tableTests(roles: readonly Role[]): void {
  const root = mkdtempSync(join(tmpdir(), 'ledgermq-damage-'));
  let images: ReadonlyMap<string, GroupImage> = new Map();
  let foreign = '';
  test.before(async (t) => {
    t.timeout(120_000);
    images = await makeImages(
      root,
      roles.map(({ image }) => image),
    );
    const other = await makeLonelyImage(root, 'foreign');
    foreign = join(other.root, other.leader);
  });
  test.after.always(() => {
    rmSync(root, { recursive: true });
  });

  test.serial('the table knows every file of a member', (t) => {
    for (const { root: folder, shape } of images.values()) {
      for (const id of shape.ids) t.deepEqual(unknownPaths(join(folder, id)), []);
    }
  });
  for (const role of roles) {
    for (const kind of role.kinds) {
      for (const damage of Object.keys(damages) as DamageName[]) {
        const expected = expectedOutcome(kind, damage, role.company);
        if (expected === null) continue;
        test.serial(`${fileKinds[kind].title}, ${damages[damage].title}: ${role.title}`, async (t) => {
          const image = images.get(role.image);
          if (image === undefined) throw new Error('there are no files to damage');
          const cell = { kind, damage, victim: role.victim(image), late: role.late(image) };
          const seen = await runCell(t, image, foreign, root, cell);
          if (seen === null) throw new Error('there is no such file');
          t.is(seen.outcome, expected, seen.told.join('; '));
          checkWords(t, seen, kind, damage);
        });
      }
    }
  }
}

/** What was doubtful is kept, and whoever runs the node is told. */
function checkWords(t: ExecutionContext, seen: Observation, kind: FileKindName, damage: DamageName): void {
  const { outcome, error, kept, told, setAside } = seen;
  const isTold: Readonly<Record<Outcome, boolean>> = {
    'as-ever': true,
    unnoticed: true,
    rebuilt: told.length > 0,
    // Who finds an empty disk cannot know that there was anything.
    repaired: told.length > 0 || (kind === 'member-folder' && damage === 'missing'),
    refused: error instanceof BrokerError && error.code === 'REPAIR_IMPOSSIBLE',
  };
  t.true(isTold[outcome], 'it is told');
  if (outcome === 'refused') t.regex(String(error?.message), /log|entries .* at byte \d+.*backup/s);
  if (outcome === 'as-ever' || damage === 'missing' || damage === 'beside') return;
  const { ofLevel = false, goesOn = false } = fileKinds[kind];
  if (ofLevel || goesOn) t.true(setAside.length > 0, 'it is set aside');
  else t.true(kept, 'the damaged bytes are kept');
}
