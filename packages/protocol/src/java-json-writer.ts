import { Buffer } from 'node:buffer';
import { JsonEntries, isJsonArray } from './java-json.ts';
import type { JsonValue } from './java-json.ts';

/**
 * How numeric map keys are written: `standard` quotes them and every client reads it, `fastjson` leaves them
 * bare as Java peers before 4.9.4 do. Object keys have only one form.
 */
export type JavaJsonStyle = 'standard' | 'fastjson';

/** A value to be written; members that are null are left out, as Java does. */
export type JsonWritable = JsonValue | { readonly [name: string]: JsonWritable } | readonly JsonWritable[];

/**
 * Compact text, members in the order given. Go clients cut parts of a route out of the text by hand, so no
 * blank may appear between tokens.
 */
export function writeJavaJson(value: JsonWritable, style: JavaJsonStyle = 'standard'): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isJsonArray(value)) {
    return `[${(value as readonly JsonWritable[]).map((item) => writeJavaJson(item, style)).join(',')}]`;
  }
  if (value instanceof JsonEntries) {
    const members = value.entries.map(
      ([key, item]) => `${writeKey(key, style)}:${writeJavaJson(item, style)}`,
    );
    return `{${members.join(',')}}`;
  }
  let members = '';
  for (const name of Object.keys(value)) {
    const item = (value as Readonly<Record<string, JsonWritable>>)[name] as JsonWritable;
    if (item === null) continue;
    if (members !== '') members += ',';
    members += `${JSON.stringify(name)}:${writeJavaJson(item, style)}`;
  }
  return `{${members}}`;
}

export function encodeJavaJson(value: JsonWritable, style: JavaJsonStyle = 'standard'): Buffer {
  return Buffer.from(writeJavaJson(value, style), 'utf8');
}

function writeKey(key: JsonValue, style: JavaJsonStyle): string {
  if (typeof key === 'number') return style === 'standard' ? `"${key}"` : String(key);
  return writeJavaJson(key, style);
}
