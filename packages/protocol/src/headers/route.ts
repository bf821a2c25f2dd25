import { newExtFields, putOptional, readOptionalBoolean, readText } from '../field.ts';
import type { ExtFields } from '../field.ts';

/** GET_ROUTEINFO_BY_TOPIC (105). */
export interface RouteRequestHeader {
  readonly topic: string;
  /** The client reads quoted numeric keys; every known client does, whatever it says here. */
  readonly acceptStandardJsonOnly: boolean | null;
}

export function decodeRouteRequestHeader(ext: ExtFields): RouteRequestHeader {
  return {
    topic: readText(ext, 'topic'),
    acceptStandardJsonOnly: readOptionalBoolean(ext, 'acceptStandardJsonOnly'),
  };
}

export function encodeRouteRequestHeader(header: RouteRequestHeader): Record<string, string> {
  const ext = newExtFields();
  ext['topic'] = header.topic;
  putOptional(ext, 'acceptStandardJsonOnly', header.acceptStandardJsonOnly);
  return ext;
}
