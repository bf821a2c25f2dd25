/** Names of the languages that a command can claim to come from; the index is the code of the binary header. */
export const LANGUAGES: readonly string[] = Object.freeze([
  'JAVA',
  'CPP',
  'DOTNET',
  'PYTHON',
  'DELPHI',
  'ERLANG',
  'RUBY',
  'OTHER',
  'HTTP',
  'GO',
  'PHP',
  'OMS',
  'RUST',
  'NODE_JS',
]);

const OTHER = 7;
const CODES: ReadonlyMap<string, number> = new Map(LANGUAGES.map((name, code) => [name, code]));

/** The language of a JSON header; names that nobody defined become OTHER, so that the set stays closed. */
export function knownLanguage(name: string): string {
  return CODES.has(name) ? name : 'OTHER';
}

export function languageName(code: number): string {
  return LANGUAGES[code] ?? 'OTHER';
}

export function languageCode(name: string): number {
  return CODES.get(name) ?? OTHER;
}
