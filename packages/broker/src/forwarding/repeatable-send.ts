import { MessageProperty, decodeBatch } from '@ledgermq/protocol';
import type { SendHeader } from '@ledgermq/protocol';
import type { TopicConfig } from '@ledgermq/protocol';
import { valueOf } from '../handlers/stored-properties.ts';
import { isDeduplicatedTopic } from '../machine/system-topics.ts';

/**
 * Whether a second execution of this send would be recognised by the state machine: every message carries a client id
 * and goes to a topic in which ids are remembered. Then a send whose answer was lost with the master may simply be sent
 * again, and the producer never learns of it.
 */
export function isRepeatableSend(header: SendHeader, body: Buffer, topic: TopicConfig | undefined): boolean {
  if (!isDeduplicatedTopic(header.topic, topic?.attributes ?? {})) {
    return false;
  }
  if (!header.batch) {
    return hasUniqKey(header.properties);
  }
  try {
    return decodeBatch(body).every((item) => hasUniqKey(item.properties.toString('latin1')));
  } catch {
    return false;
  }
}

function hasUniqKey(properties: string): boolean {
  const key = valueOf(properties, MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX);
  return key !== null && key !== '';
}
