import {
  createResponse,
  decodeBatch,
  decodeConsumerGroupHeader,
  decodeHeartbeat,
  decodePullHeader,
  decodeQueryConsumerOffsetHeader,
  decodeQueueHeader,
  decodeSearchOffsetHeader,
  decodeSendHeader,
  decodeUnregisterClientHeader,
  decodeUpdateConsumerOffsetHeader,
  encodeConsumerList,
  encodeOffsetHeader,
  encodePullResponseHeader,
  encodeSendResponseHeader,
  PullSysFlag,
  readLong,
  recordStoreTimestamp,
  RequestCode,
  ResponseCode,
  type RemotingCommand,
} from '@ledgermq/protocol';
import type { Connection } from '@ledgermq/protocol/net';
import type { FakeGroup } from './fake-group.ts';

/** What a broker answers; null when it holds the request. */
export function answerRequest(
  group: FakeGroup,
  command: RemotingCommand,
  connection: Connection,
): RemotingCommand | null {
  const { extFields: ext } = command;
  const { storage } = group;
  switch (command.code) {
    case RequestCode.SEND_MESSAGE_V2:
    case RequestCode.SEND_BATCH_MESSAGE:
      return store(group, command);
    case RequestCode.PULL_MESSAGE:
      return pull(group, command, connection);
    case RequestCode.HEART_BEAT: {
      const { clientID, consumerDataSet } = decodeHeartbeat(command.body);
      for (const { groupName } of consumerDataSet) group.join(groupName, clientID, connection);
      return createResponse(command, ResponseCode.SUCCESS);
    }
    case RequestCode.UNREGISTER_CLIENT: {
      const { clientID, consumerGroup } = decodeUnregisterClientHeader(ext);
      if (consumerGroup !== null) group.leave(consumerGroup, clientID);
      return createResponse(command, ResponseCode.SUCCESS);
    }
    case RequestCode.GET_CONSUMER_LIST_BY_GROUP: {
      const ids = [...(group.members.get(decodeConsumerGroupHeader(ext).consumerGroup)?.keys() ?? [])];
      if (ids.length === 0) return createResponse(command, ResponseCode.SYSTEM_ERROR);
      return createResponse(command, ResponseCode.SUCCESS, { body: encodeConsumerList(ids) });
    }
    case RequestCode.QUERY_CONSUMER_OFFSET: {
      const { consumerGroup, topic, queueId } = decodeQueryConsumerOffsetHeader(ext);
      const offset = storage.offsets.get(`${consumerGroup}@${topic}@${queueId}`);
      if (offset === undefined) return createResponse(command, ResponseCode.QUERY_NOT_FOUND);
      return offsetAnswer(command, offset);
    }
    case RequestCode.UPDATE_CONSUMER_OFFSET: {
      const { consumerGroup, topic, queueId, commitOffset } = decodeUpdateConsumerOffsetHeader(ext);
      storage.offsets.set(`${consumerGroup}@${topic}@${queueId}`, commitOffset);
      return createResponse(command, ResponseCode.SUCCESS);
    }
    case RequestCode.GET_MAX_OFFSET: {
      const { topic, queueId } = decodeQueueHeader(ext);
      return offsetAnswer(command, storage.maxOffset(topic, queueId));
    }
    case RequestCode.SEARCH_OFFSET_BY_TIMESTAMP: {
      const { topic, queueId, timestamp } = decodeSearchOffsetHeader(ext);
      const records = storage.records(topic, queueId);
      const at = records.findIndex((record) => recordStoreTimestamp(record, 0) >= timestamp);
      return offsetAnswer(command, storage.minOffset(topic, queueId) + (at < 0 ? records.length : at));
    }
    case RequestCode.CONSUMER_SEND_MSG_BACK: {
      const found = storage.sendBack(readLong(ext, 'offset'), ext['group'] ?? '');
      queueMicrotask(() => group.wake());
      return createResponse(command, found ? ResponseCode.SUCCESS : ResponseCode.SYSTEM_ERROR);
    }
    case RequestCode.UPDATE_AND_CREATE_TOPIC:
      return createResponse(command, ResponseCode.SUCCESS);
    default:
      return createResponse(command, ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
  }
}

function offsetAnswer(command: RemotingCommand, offset: number): RemotingCommand {
  return createResponse(command, ResponseCode.SUCCESS, { extFields: encodeOffsetHeader({ offset }) });
}

function store(group: FakeGroup, command: RemotingCommand): RemotingCommand {
  const header = decodeSendHeader(command.code, command.extFields);
  const { topic, queueId, sysFlag } = header;
  const items = header.batch
    ? decodeBatch(command.body).map(({ flag, body, properties }) => ({
        flag,
        body,
        properties: properties.toString(),
      }))
    : [{ flag: header.flag, body: command.body, properties: header.properties }];
  const places = items.map((item) => group.storage.append({ topic, queueId, sysFlag, ...item }));
  queueMicrotask(() => group.wake());
  const contiguous = places.every(({ duplicate }) => !duplicate);
  return createResponse(command, ResponseCode.SUCCESS, {
    extFields: encodeSendResponseHeader({
      msgId: places.map(({ offsetMsgId }) => offsetMsgId).join(','),
      queueId,
      queueOffset: places[0]?.queueOffset ?? 0,
      transactionId: null,
      batchUniqId: null,
      recallHandle: null,
      msgRegion: null,
      traceOn: null,
      queueOffsets: contiguous ? null : places.map(({ queueOffset }) => queueOffset),
    }),
  });
}

function pull(group: FakeGroup, command: RemotingCommand, connection: Connection): RemotingCommand | null {
  const header = decodePullHeader(command.extFields);
  const { topic, queueId, queueOffset, maxMsgNums, sysFlag } = header;
  if (!group.members.has(header.consumerGroup)) {
    return createResponse(command, ResponseCode.SUBSCRIPTION_NOT_EXIST, { remark: 'no such group' });
  }
  const minOffset = group.storage.minOffset(topic, queueId);
  const maxOffset = group.storage.maxOffset(topic, queueId);
  const answer = (code: number, nextBeginOffset: number, body?: Buffer): RemotingCommand =>
    createResponse(command, code, {
      extFields: encodePullResponseHeader({
        suggestWhichBrokerId: 0,
        nextBeginOffset,
        minOffset,
        maxOffset,
        topicSysFlag: null,
        groupSysFlag: null,
      }),
      ...(body === undefined ? {} : { body }),
    });
  if (queueOffset < minOffset) return answer(ResponseCode.PULL_OFFSET_MOVED, minOffset);
  if (queueOffset > maxOffset) return answer(ResponseCode.PULL_OFFSET_MOVED, maxOffset);
  const records = group.storage.read(topic, queueId, queueOffset, maxMsgNums);
  if (records.length > 0) {
    return answer(ResponseCode.SUCCESS, queueOffset + records.length, Buffer.concat(records));
  }
  if ((sysFlag & PullSysFlag.suspend) === 0) return answer(ResponseCode.PULL_NOT_FOUND, queueOffset);
  group.hold(command, connection, `${topic}@${queueId}`);
  return null;
}
