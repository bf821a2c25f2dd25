import type { Buffer } from 'node:buffer';
import type { CommandHeader } from './command.ts';
import { ProtocolError } from './errors.ts';
import { knownLanguage } from './language.ts';

/** More fields than any request has; a larger map is refused rather than copied. */
export const EXT_FIELDS_MAX = 1024;

/**
 * Reads a JSON header.
 *
 * Keys come in any order and may be unknown; everything but `code` may be missing or null. Values of extFields
 * that are numbers or booleans become text, as ali-ons sends them bare; null values are left out.
 */
export function decodeJsonHeader(header: Buffer): CommandHeader {
  const fields = parseObject(header);
  const code = integer(fields, 'code', null);
  const language = fields['language'];
  const remark = fields['remark'];
  if (remark !== undefined && remark !== null && typeof remark !== 'string') {
    throw unreadable('The remark of a header is not text.');
  }
  return {
    code,
    language:
      language === undefined ? 'JAVA' : typeof language === 'string' ? knownLanguage(language) : 'OTHER',
    version: integer(fields, 'version', 0),
    opaque: integer(fields, 'opaque', 0),
    flag: integer(fields, 'flag', 0),
    remark: remark === undefined || remark === '' ? null : remark,
    extFields: readExtFields(fields['extFields']),
  };
}

/**
 * The header as JSON text, keys in the order in which Java writes them.
 *
 * `extFields` is written even when empty: Java clients read some answers without checking that the map exists.
 * Its values are always strings, because Go drops a command in which one is not.
 */
export function encodeJsonHeader(header: CommandHeader): string {
  checkInt32(header.code, 'code');
  checkInt32(header.flag, 'flag');
  checkInt32(header.opaque, 'opaque');
  checkInt32(header.version, 'version');
  let fields = '';
  const { extFields } = header;
  for (const name of Object.keys(extFields)) {
    if (fields !== '') fields += ',';
    fields += `${JSON.stringify(name)}:${JSON.stringify(extFields[name])}`;
  }
  const remark = header.remark === null ? '' : `,"remark":${JSON.stringify(header.remark)}`;
  return (
    `{"code":${header.code},"extFields":{${fields}},"flag":${header.flag},` +
    `"language":${JSON.stringify(header.language)},"opaque":${header.opaque}${remark},` +
    `"serializeTypeCurrentRPC":"JSON","version":${header.version}}`
  );
}

function parseObject(header: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(header.toString('utf8'));
  } catch (cause) {
    throw new ProtocolError('HEADER_UNREADABLE', 'The header of a frame is not JSON.', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable('The header of a frame is not a JSON object.');
  }
  return value as Record<string, unknown>;
}

/** `absent` is the value of a missing or null field; null means that the field is required. */
function integer(fields: Record<string, unknown>, name: string, absent: number | null): number {
  let value = fields[name];
  if ((value === undefined || value === null) && absent !== null) return absent;
  if (typeof value === 'string' && /^-?\d{1,10}$/.test(value)) value = Number(value);
  if (typeof value !== 'number' || (value | 0) !== value) {
    throw new ProtocolError('HEADER_UNREADABLE', `The ${name} of a header is not a 32-bit integer.`, {
      field: name,
    });
  }
  return value + 0;
}

function readExtFields(value: unknown): Record<string, string> {
  const ext = Object.create(null) as Record<string, string>;
  if (value === undefined || value === null) return ext;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw unreadable('The extFields of a header are not an object.');
  }
  const source = value as Record<string, unknown>;
  const names = Object.keys(source);
  if (names.length > EXT_FIELDS_MAX) {
    throw unreadable(`A header has ${names.length} fields, more than ${EXT_FIELDS_MAX}.`);
  }
  for (const name of names) {
    const field = source[name];
    if (typeof field === 'string') ext[name] = field;
    else if (field !== null) ext[name] = JSON.stringify(field);
  }
  return ext;
}

function checkInt32(value: number, name: string): void {
  if ((value | 0) !== value) {
    throw new ProtocolError('COMMAND_UNENCODABLE', `The ${name} ${value} is not a 32-bit integer.`, {
      field: name,
    });
  }
}

function unreadable(message: string): ProtocolError {
  return new ProtocolError('HEADER_UNREADABLE', message);
}
