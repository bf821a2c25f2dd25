import type { Outcome } from './cell.ts';
import { damages, type DamageName } from './damages.ts';
import { allFileKinds, fileKinds, type FileKindName } from './file-kinds.ts';
import { allRoles } from './roles.ts';

/**
 * Whether there are other members to get things from: a voter of a group, the only member of one, a member without a vote,
 * and one of a group whose logs begin late.
 */
export type Company = 'group' | 'alone' | 'learner' | 'compacted';

/** What differs from a voter of a group is named; whoever is not named is as such a one. */
type Expected = Readonly<Record<'group' | 'alone', string> & Partial<Record<Company, string>>>;

/** In the order of `damages`: flip, half, empty, zeros, missing, foreign, beside; "-" for what is not tried. */
const outcomes: Readonly<Record<FileKindName, Expected>> = {
  'hard-state': {
    group: 'as-ever as-ever repaired as-ever repaired repaired as-ever',
    alone: 'as-ever as-ever rebuilt as-ever rebuilt rebuilt as-ever',
  },
  'durable-mark': {
    group: 'as-ever as-ever repaired as-ever repaired repaired rebuilt',
    alone: 'as-ever as-ever refused as-ever refused refused rebuilt',
  },
  'first-segment': {
    group: 'repaired repaired repaired repaired repaired repaired -',
    alone: 'refused refused refused refused refused refused -',
  },
  'sealed-segment': {
    group: 'repaired repaired repaired repaired repaired repaired -',
    alone: 'refused refused refused refused refused refused -',
  },
  'last-segment': {
    group: 'repaired repaired repaired repaired repaired repaired -',
    alone: 'refused refused refused refused refused refused -',
  },
  'log-lock': {
    group: 'as-ever as-ever as-ever as-ever as-ever - -',
    alone: '- - - - - - -',
  },
  'old-snapshot': {
    group: 'rebuilt rebuilt rebuilt rebuilt as-ever rebuilt -',
    alone: 'rebuilt rebuilt rebuilt rebuilt as-ever rebuilt -',
  },
  'new-snapshot': {
    group: 'rebuilt rebuilt rebuilt rebuilt as-ever rebuilt as-ever',
    alone: 'rebuilt rebuilt rebuilt rebuilt as-ever rebuilt as-ever',
  },
  'derived-number': {
    group: 'rebuilt as-ever rebuilt as-ever rebuilt as-ever as-ever',
    alone: 'rebuilt as-ever rebuilt as-ever rebuilt as-ever as-ever',
  },
  'derived-lock': {
    group: 'as-ever as-ever as-ever as-ever as-ever - -',
    alone: '- - - - - - -',
  },
  'queue-index': {
    group: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt as-ever',
    alone: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt as-ever',
  },
  'queue-tails': {
    group: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt -',
    alone: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt -',
  },
  'id-ring': {
    group: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt -',
    alone: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt -',
  },
  'db-current': {
    group: 'rebuilt rebuilt rebuilt rebuilt rebuilt as-ever -',
    alone: 'rebuilt rebuilt rebuilt rebuilt rebuilt as-ever -',
  },
  'db-manifest': {
    group: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt -',
    alone: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt -',
  },
  'db-table': {
    group: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt -',
    alone: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt -',
  },
  'db-log': {
    group: 'as-ever as-ever as-ever as-ever as-ever rebuilt as-ever',
    alone: 'as-ever as-ever as-ever rebuilt as-ever rebuilt as-ever',
  },
  'db-notes': {
    group: 'as-ever as-ever as-ever as-ever as-ever as-ever -',
    alone: 'as-ever as-ever as-ever as-ever as-ever as-ever -',
  },
  'db-lock': {
    group: 'as-ever as-ever as-ever as-ever as-ever as-ever -',
    alone: 'as-ever as-ever as-ever as-ever as-ever as-ever -',
  },
  'key-mark': {
    group: 'as-ever as-ever rebuilt as-ever rebuilt rebuilt as-ever',
    alone: 'as-ever as-ever rebuilt as-ever rebuilt rebuilt as-ever',
  },
  'full-keys': {
    group: 'unnoticed rebuilt rebuilt rebuilt rebuilt unnoticed -',
    alone: 'unnoticed rebuilt rebuilt rebuilt rebuilt unnoticed -',
  },
  'new-keys': {
    group: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt -',
    alone: 'rebuilt rebuilt rebuilt rebuilt rebuilt rebuilt -',
  },
  'log-folder': {
    group: '- - - - repaired repaired as-ever',
    alone: '- - - - refused refused as-ever',
  },
  'snapshot-folder': {
    group: '- - - - as-ever rebuilt -',
    alone: '- - - - as-ever rebuilt -',
  },
  'derived-folder': {
    group: '- - - - as-ever rebuilt -',
    alone: '- - - - as-ever rebuilt -',
    compacted: '- - - - rebuilt rebuilt -',
  },
  'state-folder': {
    group: '- - - - rebuilt rebuilt -',
    alone: '- - - - rebuilt rebuilt -',
  },
  'db-folder': {
    group: '- - - - as-ever rebuilt -',
    alone: '- - - - as-ever rebuilt -',
  },
  'key-folder': {
    group: '- - - - as-ever rebuilt -',
    alone: '- - - - as-ever rebuilt -',
  },
  'all-but-votes': {
    group: '- - - - repaired repaired -',
    alone: '- - - - refused refused -',
  },
  'all-but-snapshots': {
    group: '- - - - repaired repaired -',
    alone: '- - - - refused refused -',
  },
  'log-and-votes': {
    group: '- - - - repaired repaired -',
    alone: '- - - - refused refused -',
  },
  'member-folder': {
    group: '- - - - repaired repaired -',
    alone: '- - - - - refused -',
  },
};

const words: Readonly<Record<string, Outcome | null>> = {
  '-': null,
  'as-ever': 'as-ever',
  rebuilt: 'rebuilt',
  repaired: 'repaired',
  refused: 'refused',
  unnoticed: 'unnoticed',
};
const damageNames = Object.keys(damages) as DamageName[];

/** What becomes of a member; null for a cell that is not tried. */
export function expectedOutcome(kind: FileKindName, damage: DamageName, company: Company): Outcome | null {
  const word =
    (outcomes[kind][company] ?? outcomes[kind].group).split(' ')[damageNames.indexOf(damage)] ?? '';
  const outcome = words[word];
  if (outcome === undefined) throw new Error(`${kind}, ${damage}: "${word}" is no outcome`);
  return outcome;
}

const companies: readonly (readonly [Company, string])[] = [
  ['group', 'in a group'],
  ['alone', 'alone'],
  ['learner', 'without a vote'],
  ['compacted', 'log begins late'],
];

/** The table as the documentation has it: one line for each kind of file and outcome that differs. */
export function outcomeTable(): string {
  const lines = [`| file | ${companies.map(([, title]) => title).join(' | ')} |`];
  lines.push(`|---${'|---'.repeat(companies.length)}|`);
  for (const kind of allFileKinds) {
    const cells = companies.map(([company]) => cellText(kind, company));
    lines.push(`| ${fileKinds[kind].title} | ${cells.join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

/** Damages with the same outcome are told together. */
function cellText(kind: FileKindName, company: Company): string {
  const isTried = allRoles.some((role) => role.company === company && role.kinds.includes(kind));
  if (!isTried) return 'not tried';
  if (company !== 'group' && textOf(kind, company) === textOf(kind, 'group')) return 'as in a group';
  return textOf(kind, company);
}

function textOf(kind: FileKindName, company: Company): string {
  const byOutcome = new Map<Outcome, string[]>();
  for (const damage of damageNames) {
    const outcome = expectedOutcome(kind, damage, company);
    if (outcome === null) continue;
    byOutcome.set(outcome, [...(byOutcome.get(outcome) ?? []), damages[damage].title]);
  }
  return [...byOutcome].map(([outcome, titles]) => `**${outcome}**: ${titles.join(', ')}`).join('; ');
}
