import { ledgermq } from '#generated/raft.js';
import { configurationFault, fromConfigurationProto, toConfigurationProto } from './configuration-state.ts';
import { decodeEntries, type Entry, type EntryLimits } from './entry.ts';
import { RaftError } from './errors.ts';
import type { Message, SnapshotAnswer } from './message.ts';
import type { SnapshotMeta } from './storage.ts';

const { PeerMessageType, SnapshotStatus } = ledgermq.raft;

type Proto = ledgermq.raft.PeerMessage.$Properties;

/** What a message carries outside of protobuf. */
export interface MessagePayload {
  readonly bytes: number;
  readonly buffers: readonly Buffer[];
}

const NO_PAYLOAD: MessagePayload = Object.freeze({ bytes: 0, buffers: [] });

/** The bytes that lie behind the envelope for `message`; by reference, not copied. */
export function payloadOf(message: Message): MessagePayload {
  switch (message.type) {
    case 'append-request':
    case 'repair-answer':
      return { bytes: entryBytes(message.entries), buffers: message.entries.map((entry) => entry.frame) };
    case 'snapshot-chunk':
      return { bytes: message.data.length, buffers: [message.data] };
    default:
      return NO_PAYLOAD;
  }
}

function entryBytes(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entry.frame.length;
  return bytes;
}

const statusNumbers = {
  more: SnapshotStatus.SNAPSHOT_MORE,
  installed: SnapshotStatus.SNAPSHOT_INSTALLED,
  refused: SnapshotStatus.SNAPSHOT_REFUSED,
} as const;

export function messageToProto(message: Message): Proto {
  const { term } = message;
  switch (message.type) {
    case 'pre-vote-request': {
      const { lastIndex, lastTerm } = message;
      return { type: PeerMessageType.PRE_VOTE_REQUEST, term, lastIndex, lastTerm };
    }
    case 'pre-vote-response': {
      const { granted, blank, empty, life, commit = 0, commitTerm = 0 } = message;
      const type = PeerMessageType.PRE_VOTE_RESPONSE;
      return { type, term, granted, blank, empty, life, commit, commitTerm };
    }
    case 'vote-request': {
      const { lastIndex, lastTerm, transfer, bootstrap, life } = message;
      return { type: PeerMessageType.VOTE_REQUEST, term, lastIndex, lastTerm, transfer, bootstrap, life };
    }
    case 'vote-response':
      return { type: PeerMessageType.VOTE_RESPONSE, term, granted: message.granted };
    case 'append-request': {
      const { prevIndex, prevTerm, commit, entries } = message;
      const type = PeerMessageType.APPEND_REQUEST;
      return { type, term, prevIndex, prevTerm, commit, entryBytes: entryBytes(entries) };
    }
    case 'append-accepted': {
      const { index, repairing = false } = message;
      return { type: PeerMessageType.APPEND_ACCEPTED, term, index, repairing };
    }
    case 'append-rejected': {
      const { prevIndex, hintIndex, hintTerm } = message;
      return { type: PeerMessageType.APPEND_REJECTED, term, prevIndex, hintIndex, hintTerm };
    }
    case 'heartbeat-request': {
      const { commit, round, repairTo = 0 } = message;
      return { type: PeerMessageType.HEARTBEAT_REQUEST, term, commit, round, repairTo };
    }
    case 'heartbeat-response': {
      const { round, repairing = false } = message;
      return { type: PeerMessageType.HEARTBEAT_RESPONSE, term, round, repairing };
    }
    case 'timeout-now':
      return { type: PeerMessageType.TIMEOUT_NOW, term };
    case 'snapshot-chunk': {
      const { offset, data, crc } = message;
      const snapshot = snapshotToProto(message.snapshot);
      return { type: PeerMessageType.SNAPSHOT_CHUNK, term, snapshot, offset, dataBytes: data.length, crc };
    }
    case 'snapshot-answer': {
      const { index, offset } = message;
      const status = statusNumbers[message.status];
      return { type: PeerMessageType.SNAPSHOT_ANSWER, term, index, offset, status };
    }
    case 'repair-request': {
      const { firstIndex, lastIndex, bytesMax } = message;
      return { type: PeerMessageType.REPAIR_REQUEST, term, firstIndex, lastIndex, bytesMax };
    }
    case 'repair-answer': {
      const { firstIndex, lastIndex, entries } = message;
      const type = PeerMessageType.REPAIR_ANSWER;
      return { type, term, firstIndex, lastIndex, entryBytes: entryBytes(entries) };
    }
  }
}

/** Reads one message of an envelope. Throws `PEER_FRAME_INVALID` for anything that no peer sends. */
export function messageFromProto(
  proto: Proto,
  address: { readonly from: string; readonly to: string },
  payload: { readonly entries: Buffer; readonly data: Buffer },
  limits: EntryLimits,
): Message {
  const { entries, data } = payload;
  const envelope = { ...address, term: safeInteger(proto.term) };
  const { type } = proto;
  if (
    entries.length > 0 &&
    type !== PeerMessageType.APPEND_REQUEST &&
    type !== PeerMessageType.REPAIR_ANSWER
  ) {
    throw new RaftError('PEER_FRAME_INVALID', 'entries in a message that has none');
  }
  if (data.length > 0 && type !== PeerMessageType.SNAPSHOT_CHUNK) {
    throw new RaftError('PEER_FRAME_INVALID', 'data in a message that has none');
  }
  switch (type) {
    case PeerMessageType.PRE_VOTE_REQUEST:
      return { type: 'pre-vote-request', ...envelope, ...lastOf(proto) };
    case PeerMessageType.PRE_VOTE_RESPONSE: {
      const { granted, blank, empty } = proto;
      const flags = { granted: granted ?? false, blank: blank ?? false, empty: empty ?? false };
      const known = { commit: safeInteger(proto.commit), commitTerm: safeInteger(proto.commitTerm) };
      return { type: 'pre-vote-response', ...envelope, ...flags, life: proto.life ?? 0, ...known };
    }
    case PeerMessageType.VOTE_REQUEST: {
      const flags = { transfer: proto.transfer ?? false, bootstrap: proto.bootstrap ?? false };
      return { type: 'vote-request', ...envelope, ...lastOf(proto), ...flags, life: proto.life ?? 0 };
    }
    case PeerMessageType.VOTE_RESPONSE:
      return { type: 'vote-response', ...envelope, granted: proto.granted ?? false };
    case PeerMessageType.APPEND_REQUEST:
      return appendRequest(proto, envelope, entries, limits);
    case PeerMessageType.APPEND_ACCEPTED:
      return {
        type: 'append-accepted',
        ...envelope,
        index: safeInteger(proto.index),
        repairing: proto.repairing ?? false,
      };
    case PeerMessageType.APPEND_REJECTED: {
      const prevIndex = safeInteger(proto.prevIndex);
      const hintIndex = safeInteger(proto.hintIndex);
      const hintTerm = safeInteger(proto.hintTerm);
      return { type: 'append-rejected', ...envelope, prevIndex, hintIndex, hintTerm };
    }
    case PeerMessageType.HEARTBEAT_REQUEST: {
      const commit = safeInteger(proto.commit);
      const repairTo = safeInteger(proto.repairTo);
      const round = safeInteger(proto.round);
      const beat = { type: 'heartbeat-request', ...envelope, commit, round } as const;
      return repairTo === 0 ? beat : { ...beat, repairTo };
    }
    case PeerMessageType.HEARTBEAT_RESPONSE:
      return {
        type: 'heartbeat-response',
        ...envelope,
        round: safeInteger(proto.round),
        repairing: proto.repairing ?? false,
      };
    case PeerMessageType.TIMEOUT_NOW:
      return { type: 'timeout-now', ...envelope };
    case PeerMessageType.SNAPSHOT_CHUNK: {
      const snapshot = snapshotFromProto(proto.snapshot);
      const offset = safeInteger(proto.offset);
      if (offset + data.length > snapshot.bytes) {
        throw new RaftError('PEER_FRAME_INVALID', 'snapshot data beyond the end of the snapshot');
      }
      return { type: 'snapshot-chunk', ...envelope, snapshot, offset, data, crc: proto.crc ?? 0 };
    }
    case PeerMessageType.SNAPSHOT_ANSWER: {
      const index = safeInteger(proto.index);
      const status = statusOf(proto.status);
      return { type: 'snapshot-answer', ...envelope, index, offset: safeInteger(proto.offset), status };
    }
    case PeerMessageType.REPAIR_REQUEST: {
      const { lastIndex } = lastOf(proto);
      const firstIndex = safeInteger(proto.firstIndex);
      const bytesMax = safeInteger(proto.bytesMax);
      return { type: 'repair-request', ...envelope, firstIndex, lastIndex, bytesMax };
    }
    case PeerMessageType.REPAIR_ANSWER: {
      const { lastIndex } = lastOf(proto);
      const firstIndex = safeInteger(proto.firstIndex);
      return {
        type: 'repair-answer',
        ...envelope,
        firstIndex,
        lastIndex,
        entries: entriesOf(entries, limits),
      };
    }
    case PeerMessageType.PEER_MESSAGE_TYPE_UNSPECIFIED:
    case undefined:
    case null:
    default:
      // A protobuf enum is open: a decoded number may be none of its names.
      throw new RaftError('PEER_FRAME_INVALID', `unknown message type ${String(type)}`);
  }
}

function lastOf(proto: Proto): { lastIndex: number; lastTerm: number } {
  return { lastIndex: safeInteger(proto.lastIndex), lastTerm: safeInteger(proto.lastTerm) };
}

function entriesOf(bytes: Buffer, limits: EntryLimits): readonly Entry[] {
  return bytes.length === 0 ? [] : decodeEntries(bytes, limits);
}

function appendRequest(
  proto: Proto,
  envelope: { readonly from: string; readonly to: string; readonly term: number },
  bytes: Buffer,
  limits: EntryLimits,
): Message {
  const entries = entriesOf(bytes, limits);
  const prevIndex = safeInteger(proto.prevIndex);
  const first = entries[0];
  if (first !== undefined && first.index !== prevIndex + 1) {
    throw new RaftError('PEER_FRAME_INVALID', `entries from ${first.index} on behind ${prevIndex}`);
  }
  const prevTerm = safeInteger(proto.prevTerm);
  const commit = safeInteger(proto.commit);
  return { type: 'append-request', ...envelope, prevIndex, prevTerm, commit, entries };
}

function statusOf(status: ledgermq.raft.SnapshotStatus | null | undefined): SnapshotAnswer['status'] {
  switch (status) {
    case SnapshotStatus.SNAPSHOT_MORE:
      return 'more';
    case SnapshotStatus.SNAPSHOT_INSTALLED:
      return 'installed';
    case SnapshotStatus.SNAPSHOT_REFUSED:
      return 'refused';
    case SnapshotStatus.SNAPSHOT_STATUS_UNSPECIFIED:
    case undefined:
    case null:
    default:
      throw new RaftError('PEER_FRAME_INVALID', `unknown snapshot status ${String(status)}`);
  }
}

function snapshotToProto({
  position,
  configuration,
  bytes,
  crc,
}: SnapshotMeta): ledgermq.raft.Snapshot.$Properties {
  const { index, term, address, hash } = position;
  return { index, term, address, hash, configuration: toConfigurationProto(configuration), bytes, crc };
}

function snapshotFromProto(proto: ledgermq.raft.Snapshot.$Properties | null | undefined): SnapshotMeta {
  if (proto === null || proto === undefined) {
    throw new RaftError('PEER_FRAME_INVALID', 'a snapshot without its description');
  }
  const configuration = fromConfigurationProto(proto.configuration);
  const fault = configurationFault(configuration);
  if (fault !== null) throw new RaftError('PEER_FRAME_INVALID', `a snapshot with ${fault}`);
  const position = {
    index: safeInteger(proto.index),
    term: safeInteger(proto.term),
    address: safeInteger(proto.address),
    hash: proto.hash ?? 0,
  };
  return { position, configuration, bytes: safeInteger(proto.bytes), crc: proto.crc ?? 0 };
}

/** protobufjs hands out a number or, for a decoded 64-bit field, an object with two halves. */
function safeInteger(value: number | { toNumber(): number } | null | undefined): number {
  if (value === null || value === undefined) return 0;
  const number = typeof value === 'number' ? value : value.toNumber();
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new RaftError('PEER_FRAME_INVALID', `the number ${number} is out of range`);
}
