import { PullSysFlag, ResponseCode, parseTagExpression } from '@ledgermq/protocol';
import type { PullHeader } from '@ledgermq/protocol';
import type { ClientRegistry } from '../clients/client-registry.ts';
import type { SubscriptionGroupView } from '../group-port.ts';

/** Judges the tag hash of a message; null accepts all. */
export type TagFilter = ((tagsCode: number) => boolean) | null;

/** Which messages a pull wants, or why that cannot be said. */
export type FilterFound =
  | { readonly type: 'filter'; readonly matches: TagFilter }
  | { readonly type: 'refused'; readonly code: number; readonly remark: string };

/** The filter of the header when the client says so, otherwise that of the group's latest heartbeat. */
export function pullFilter(
  header: PullHeader,
  { consumeBroadcastEnable }: Pick<SubscriptionGroupView, 'consumeBroadcastEnable'>,
  clients: ClientRegistry,
): FilterFound {
  if ((header.sysFlag & PullSysFlag.subscription) !== 0) {
    return tagFilter(header.expressionType ?? 'TAG', () => {
      const { codeSet } = parseTagExpression(header.subscription ?? '*');
      return [...codeSet];
    });
  }
  const group = clients.consumerGroup(header.consumerGroup);
  if (group === undefined) {
    return refused(ResponseCode.SUBSCRIPTION_NOT_EXIST, 'the consumer group info not exist');
  }
  if (!consumeBroadcastEnable && group.messageModel === 'BROADCASTING') {
    return refused(
      ResponseCode.NO_PERMISSION,
      `the consumer group[${header.consumerGroup}] can not consume by broadcast way`,
    );
  }
  const subscription = group.subscriptions.get(header.topic);
  if (subscription === undefined) {
    return refused(
      ResponseCode.SUBSCRIPTION_NOT_EXIST,
      'the consumer group subscription of this topic not exist',
    );
  }
  if (subscription.subVersion < header.subVersion) {
    return refused(ResponseCode.SUBSCRIPTION_NOT_LATEST, "the consumer's subscription not latest");
  }
  return tagFilter(subscription.expressionType, () => subscription.codeSet);
}

function tagFilter(expressionType: string, codes: () => readonly number[]): FilterFound {
  if (expressionType !== 'TAG' && expressionType !== '') {
    return refused(
      ResponseCode.SYSTEM_ERROR,
      `The broker does not support consumer to filter message by ${expressionType}`,
    );
  }
  let codeSet: ReadonlySet<number>;
  try {
    codeSet = new Set(codes());
  } catch {
    return refused(ResponseCode.SUBSCRIPTION_PARSE_FAILED, "parse the consumer's subscription failed");
  }
  return { type: 'filter', matches: codeSet.size === 0 ? null : (tagsCode) => codeSet.has(tagsCode) };
}

function refused(code: number, remark: string): FilterFound {
  return { type: 'refused', code, remark };
}
