import { ledgermq } from '#generated/raft.js';
import { RaftError } from './errors.ts';

/**
 * Who belongs to the group, as an entry of kind `Membership` states it and a snapshot keeps it.
 *
 * While `votersOutgoing` is not empty the configuration is joint (paper §6): decisions need a majority of
 * `voters` and one of `votersOutgoing`. `learnersNext` are outgoing voters that become learners when the joint
 * phase ends; with `autoLeave` the leader ends it without being asked.
 */
export interface ConfigurationState {
  readonly voters: readonly string[];
  readonly votersOutgoing: readonly string[];
  readonly learners: readonly string[];
  readonly learnersNext: readonly string[];
  readonly autoLeave: boolean;
}

/** Members of one configuration, in all its lists; bounds what a message about it takes. */
export const CONFIGURATION_MEMBERS_MAX = 64;
/** Bytes of one member id in UTF-8. */
export const MEMBER_ID_BYTES_MAX = 255;

/** The configuration in which exactly `voters` vote and nobody learns. */
export function configurationOf(voters: readonly string[]): ConfigurationState {
  return { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
}

export function isJoint(state: ConfigurationState): boolean {
  return state.votersOutgoing.length > 0;
}

/** What is wrong with `state`, null for a usable one. */
export function configurationFault(state: ConfigurationState): string | null {
  const { voters, votersOutgoing, learners, learnersNext, autoLeave } = state;
  if (voters.length === 0) return 'voters: at least one id';
  const lists = { voters, votersOutgoing, learners, learnersNext };
  let count = 0;
  for (const [name, ids] of Object.entries(lists)) {
    count += ids.length;
    if (new Set(ids).size !== ids.length) return `${name}: no id twice`;
    for (const id of ids) {
      const bytes = Buffer.byteLength(id);
      if (bytes === 0 || bytes > MEMBER_ID_BYTES_MAX)
        return `${name}: ids of 1 to ${MEMBER_ID_BYTES_MAX} bytes`;
    }
  }
  if (count > CONFIGURATION_MEMBERS_MAX) return `at most ${CONFIGURATION_MEMBERS_MAX} members`;
  const votes = new Set([...voters, ...votersOutgoing]);
  if (learners.some((id) => votes.has(id))) return 'learners: no voter';
  if (learnersNext.some((id) => !votersOutgoing.includes(id) || voters.includes(id))) {
    return 'learnersNext: outgoing voters that are no voters any more';
  }
  if (autoLeave && votersOutgoing.length === 0) return 'autoLeave: only in a joint configuration';
  return null;
}

/** Throws `CONFIG_INVALID` for a state that no group can have. */
export function checkConfiguration(state: ConfigurationState): void {
  const fault = configurationFault(state);
  if (fault !== null) throw new RaftError('CONFIG_INVALID', fault);
}

/** Whether both states name the same members in the same parts; the order does not matter. */
export function sameConfiguration(one: ConfigurationState, other: ConfigurationState): boolean {
  return (
    sameIds(one.voters, other.voters) &&
    sameIds(one.votersOutgoing, other.votersOutgoing) &&
    sameIds(one.learners, other.learners) &&
    sameIds(one.learnersNext, other.learnersNext) &&
    one.autoLeave === other.autoLeave
  );
}

function sameIds(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}

/** The body of a membership entry. */
export function encodeConfiguration(state: ConfigurationState): Uint8Array {
  return ledgermq.raft.Configuration.encode(toConfigurationProto(state)).finish();
}

/** Throws `CONFIG_INVALID` for bytes that are no usable configuration. */
export function decodeConfiguration(body: Uint8Array): ConfigurationState {
  let state: ConfigurationState;
  try {
    state = fromConfigurationProto(ledgermq.raft.Configuration.decode(body));
  } catch (error) {
    throw new RaftError('CONFIG_INVALID', 'the bytes are no configuration', { cause: error });
  }
  checkConfiguration(state);
  return state;
}

export function toConfigurationProto(state: ConfigurationState): ledgermq.raft.Configuration.$Properties {
  return {
    voters: [...state.voters],
    votersOutgoing: [...state.votersOutgoing],
    learners: [...state.learners],
    learnersNext: [...state.learnersNext],
    autoLeave: state.autoLeave,
  };
}

export function fromConfigurationProto(
  proto: ledgermq.raft.Configuration.$Properties | null | undefined,
): ConfigurationState {
  return {
    voters: proto?.voters ?? [],
    votersOutgoing: proto?.votersOutgoing ?? [],
    learners: proto?.learners ?? [],
    learnersNext: proto?.learnersNext ?? [],
    autoLeave: proto?.autoLeave ?? false,
  };
}
