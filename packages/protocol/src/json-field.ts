import { ProtocolError } from './errors.ts';
import { JsonEntries, isJsonArray, isJsonObject, parseFastjson } from './java-json.ts';
import type { JsonEntry, JsonObject, JsonValue } from './java-json.ts';

/**
 * Members of parsed bodies, read with fastjson's tolerance: a number may come as text and text as a number,
 * an unknown member is ignored, a missing one has its default. What cannot be read is JSON_INVALID with the
 * name of the member.
 */
export function asJsonObject(value: JsonValue | undefined, what: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw invalid(what, 'an object');
}

export function jsonText(object: JsonObject, name: string): string {
  const text = jsonTextOrNull(object, name);
  if (text === null) throw invalid(name, 'text');
  return text;
}

export function jsonTextOrNull(object: JsonObject, name: string): string | null {
  const value = object[name];
  if (value === undefined || value === null) return null;
  return scalarText(value, name);
}

/** A whole number. */
export function jsonInteger(object: JsonObject, name: string, absent: number): number {
  const value = object[name];
  if (value === undefined || value === null || value === '') return absent;
  return toInteger(value, name);
}

export function jsonBoolean(object: JsonObject, name: string, absent: boolean): boolean {
  const value = object[name];
  if (value === undefined || value === null || value === '') return absent;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value.toLowerCase() === 'true';
  throw invalid(name, 'a boolean');
}

/** An array; absent reads as empty. */
export function jsonArray(object: JsonObject, name: string): readonly JsonValue[] {
  const value = object[name];
  if (value === undefined || value === null) return [];
  if (isJsonArray(value)) return value;
  throw invalid(name, 'an array');
}

export function jsonTexts(object: JsonObject, name: string): string[] {
  return jsonArray(object, name).map((value) => scalarText(value, name));
}

export function jsonIntegers(object: JsonObject, name: string): number[] {
  return jsonArray(object, name).map((value) => toInteger(value, name));
}

/** Members of an object with text keys; absent reads as empty. */
export function jsonMembers(object: JsonObject, name: string): [string, JsonValue][] {
  const value = object[name];
  if (value === undefined || value === null) return [];
  return Object.entries(asJsonObject(value, name));
}

/** A map from text to text. */
export function jsonTextMap(object: JsonObject, name: string): Map<string, string> {
  const map = new Map<string, string>();
  for (const [key, value] of jsonMembers(object, name)) {
    if (value !== null) map.set(key, scalarText(value, name));
  }
  return map;
}

/** A map from text to lists of text. */
export function jsonTextListMap(object: JsonObject, name: string): Map<string, readonly string[]> {
  const value = object[name];
  if (value === undefined || value === null) return new Map();
  const members = asJsonObject(value, name);
  return new Map(Object.keys(members).map((key) => [key, jsonTexts(members, key)]));
}

/**
 * A map whose keys are objects, in both forms that are sent: the raw object as key, or the object as text
 * inside a string key.
 */
export function jsonObjectEntries(object: JsonObject, name: string): JsonEntry[] {
  const value = object[name];
  if (value === undefined || value === null) return [];
  if (value instanceof JsonEntries) return value.entries.map(readObjectKey);
  return Object.entries(asJsonObject(value, name)).map(readObjectKey);
}

function readObjectKey(entry: JsonEntry): JsonEntry {
  const [key, value] = entry;
  return typeof key === 'string' && key.startsWith('{') ? [parseFastjson(key), value] : entry;
}

export function toInteger(value: JsonValue, name: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw invalid(name, 'a number');
  const whole = Math.trunc(number) + 0;
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, whole));
}

function scalarText(value: JsonValue, name: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw invalid(name, 'text');
}

function invalid(field: string, expected: string): ProtocolError {
  return new ProtocolError('JSON_INVALID', `${field} is not ${expected}`, { field });
}
