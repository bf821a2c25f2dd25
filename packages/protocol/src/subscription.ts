import { ProtocolError } from './errors.ts';
import {
  asJsonObject,
  jsonBoolean,
  jsonInteger,
  jsonIntegers,
  jsonText,
  jsonTextOrNull,
  jsonTexts,
} from './json-field.ts';
import type { JsonObject, JsonValue } from './java-json.ts';
import { javaStringHash } from './message.ts';

/** Expression types of the reference broker; any other text is carried as it is. */
export const ExpressionType = { tag: 'TAG', sql92: 'SQL92' } as const;

/** The expression that selects every message. */
export const SUBSCRIBE_ALL = '*';

/** What one consumer group wants of one topic. */
export interface SubscriptionData {
  readonly topic: string;
  /** The expression as the consumer wrote it. */
  readonly subString: string;
  /** Empty = every tag. */
  readonly tagsSet: readonly string[];
  /** The hash of each tag, an int32; the broker compares only these, the consumer the texts. */
  readonly codeSet: readonly number[];
  /** Grows with every change; the unit is up to the client (ms in Java, ns in Go). */
  readonly subVersion: number;
  readonly expressionType: string;
  readonly classFilterMode: boolean;
}

export interface TagExpression {
  readonly tagsSet: readonly string[];
  readonly codeSet: readonly number[];
}

const EVERY_TAG: TagExpression = Object.freeze({ tagsSet: [], codeSet: [] });

/**
 * `TagA || TagB` into its tags. `*`, an empty text and null mean every tag.
 * Throws SUBSCRIPTION_INVALID for an expression of separators only.
 */
export function parseTagExpression(expression: string | null): TagExpression {
  if (expression === null || expression === '' || expression === SUBSCRIBE_ALL) return EVERY_TAG;
  const tags = new Set<string>();
  for (const part of expression.split('||')) {
    const tag = part.trim();
    if (tag !== '') tags.add(tag);
  }
  if (tags.size === 0) {
    throw new ProtocolError('SUBSCRIPTION_INVALID', `'${expression}' names no tag`, { field: 'subString' });
  }
  const tagsSet = [...tags];
  return { tagsSet, codeSet: [...new Set(tagsSet.map(javaStringHash))] };
}

/** A subscription by tags. Throws SUBSCRIPTION_INVALID. */
export function tagSubscription(
  topic: string,
  expression: string | null,
  subVersion: number,
): SubscriptionData {
  const { tagsSet, codeSet } = parseTagExpression(expression);
  return {
    topic,
    subString: expression === null || expression === '' ? SUBSCRIBE_ALL : expression,
    tagsSet,
    codeSet,
    subVersion,
    expressionType: ExpressionType.tag,
    classFilterMode: false,
  };
}

/** Could a message with this tags hash be wanted? True too often is allowed, false too often is not. */
export function matchesTagsCode(subscription: TagExpression, tagsCode: number): boolean {
  return subscription.tagsSet.length === 0 || subscription.codeSet.includes(tagsCode);
}

export function subscriptionFromJson(value: JsonValue | undefined): SubscriptionData {
  const object = asJsonObject(value, 'SubscriptionData');
  return {
    topic: jsonText(object, 'topic'),
    subString: jsonTextOrNull(object, 'subString') ?? SUBSCRIBE_ALL,
    tagsSet: jsonTexts(object, 'tagsSet'),
    codeSet: jsonIntegers(object, 'codeSet'),
    subVersion: jsonInteger(object, 'subVersion', 0),
    expressionType: jsonTextOrNull(object, 'expressionType') ?? ExpressionType.tag,
    classFilterMode: jsonBoolean(object, 'classFilterMode', false),
  };
}

export function subscriptionToJson(subscription: SubscriptionData): JsonObject {
  return {
    classFilterMode: subscription.classFilterMode,
    codeSet: subscription.codeSet,
    expressionType: subscription.expressionType,
    subString: subscription.subString,
    subVersion: subscription.subVersion,
    tagsSet: subscription.tagsSet,
    topic: subscription.topic,
  };
}
