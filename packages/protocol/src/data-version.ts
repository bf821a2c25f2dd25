import { asJsonObject, jsonInteger } from './json-field.ts';
import { parseFastjson } from './java-json.ts';
import type { JsonObject, JsonValue } from './java-json.ts';
import { encodeJavaJson } from './java-json-writer.ts';

/** The version of a broker's topic table. Two are the same table when all fields agree. */
export interface DataVersion {
  readonly stateVersion: number;
  /** ms since 1970 of the last change. */
  readonly timestamp: number;
  readonly counter: number;
}

export function dataVersionFromJson(value: JsonValue | undefined): DataVersion {
  const object = asJsonObject(value, 'dataVersion');
  return {
    stateVersion: jsonInteger(object, 'stateVersion', 0),
    timestamp: jsonInteger(object, 'timestamp', 0),
    counter: jsonInteger(object, 'counter', 0),
  };
}

export function dataVersionToJson(version: DataVersion): JsonObject {
  return { counter: version.counter, stateVersion: version.stateVersion, timestamp: version.timestamp };
}

export function encodeDataVersion(version: DataVersion): Buffer {
  return encodeJavaJson(dataVersionToJson(version));
}

export function decodeDataVersion(body: Buffer): DataVersion {
  return dataVersionFromJson(parseFastjson(body));
}

export function sameDataVersion(a: DataVersion, b: DataVersion): boolean {
  return a.stateVersion === b.stateVersion && a.timestamp === b.timestamp && a.counter === b.counter;
}
