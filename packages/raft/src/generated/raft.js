/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["ledgermq-raft"] || ($protobuf.roots["ledgermq-raft"] = {});

export const ledgermq = $root.ledgermq = (() => {

    /**
     * Namespace ledgermq.
     * @exports ledgermq
     * @namespace
     */
    const ledgermq = {};

    ledgermq.raft = (function() {

        /**
         * Namespace raft.
         * @memberof ledgermq
         * @namespace
         */
        const raft = {};

        raft.PeerEnvelope = (function() {

            /**
             * Properties of a PeerEnvelope.
             * @typedef {Object} ledgermq.raft.PeerEnvelope.$Properties
             * @property {string|null} [group] PeerEnvelope group
             * @property {string|null} [from] PeerEnvelope from
             * @property {string|null} [to] PeerEnvelope to
             * @property {Array.<ledgermq.raft.PeerMessage.$Properties>|null} [messages] PeerEnvelope messages
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerEnvelope.
             * @memberof ledgermq.raft
             * @interface IPeerEnvelope
             * @augments ledgermq.raft.PeerEnvelope.$Properties
             * @deprecated Use ledgermq.raft.PeerEnvelope.$Properties instead.
             */

            /**
             * Shape of a PeerEnvelope.
             * @typedef {ledgermq.raft.PeerEnvelope.$Properties} ledgermq.raft.PeerEnvelope.$Shape
             */

            /**
             * Constructs a new PeerEnvelope.
             * @memberof ledgermq.raft
             * @classdesc Represents a PeerEnvelope.
             * @constructor
             * @param {ledgermq.raft.PeerEnvelope.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerEnvelope = function (properties) {
                this.messages = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerEnvelope group.
             * @member {string} group
             * @memberof ledgermq.raft.PeerEnvelope
             * @instance
             */
            PeerEnvelope.prototype.group = "";

            /**
             * PeerEnvelope from.
             * @member {string} from
             * @memberof ledgermq.raft.PeerEnvelope
             * @instance
             */
            PeerEnvelope.prototype.from = "";

            /**
             * PeerEnvelope to.
             * @member {string} to
             * @memberof ledgermq.raft.PeerEnvelope
             * @instance
             */
            PeerEnvelope.prototype.to = "";

            /**
             * PeerEnvelope messages.
             * @member {Array.<ledgermq.raft.PeerMessage.$Properties>} messages
             * @memberof ledgermq.raft.PeerEnvelope
             * @instance
             */
            PeerEnvelope.prototype.messages = $util.emptyArray;

            /**
             * Encodes the specified PeerEnvelope message. Does not implicitly {@link ledgermq.raft.PeerEnvelope.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.raft.PeerEnvelope
             * @static
             * @param {ledgermq.raft.PeerEnvelope.$Properties} message PeerEnvelope message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerEnvelope.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.group);
                if (message.from != null && $Object.hasOwnProperty.call(message, "from") && message.from !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.from);
                if (message.to != null && $Object.hasOwnProperty.call(message, "to") && message.to !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.to);
                if (message.messages != null && message.messages.length)
                    for (let i = 0; i < message.messages.length; ++i)
                        $root.ledgermq.raft.PeerMessage.encode(message.messages[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerEnvelope message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.raft.PeerEnvelope
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.raft.PeerEnvelope & ledgermq.raft.PeerEnvelope.$Shape} PeerEnvelope
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerEnvelope.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.ledgermq.raft.PeerEnvelope();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.from = value;
                            else
                                delete message.from;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.to = value;
                            else
                                delete message.to;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.messages && message.messages.length))
                                message.messages = [];
                            message.messages.push($root.ledgermq.raft.PeerMessage.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerEnvelope;
        })();

        /**
         * PeerMessageType enum.
         * @name ledgermq.raft.PeerMessageType
         * @enum {number}
         * @property {number} PEER_MESSAGE_TYPE_UNSPECIFIED=0 PEER_MESSAGE_TYPE_UNSPECIFIED value
         * @property {number} PRE_VOTE_REQUEST=1 PRE_VOTE_REQUEST value
         * @property {number} PRE_VOTE_RESPONSE=2 PRE_VOTE_RESPONSE value
         * @property {number} VOTE_REQUEST=3 VOTE_REQUEST value
         * @property {number} VOTE_RESPONSE=4 VOTE_RESPONSE value
         * @property {number} APPEND_REQUEST=5 APPEND_REQUEST value
         * @property {number} APPEND_ACCEPTED=6 APPEND_ACCEPTED value
         * @property {number} APPEND_REJECTED=7 APPEND_REJECTED value
         * @property {number} HEARTBEAT_REQUEST=8 HEARTBEAT_REQUEST value
         * @property {number} HEARTBEAT_RESPONSE=9 HEARTBEAT_RESPONSE value
         * @property {number} TIMEOUT_NOW=10 TIMEOUT_NOW value
         * @property {number} SNAPSHOT_CHUNK=11 SNAPSHOT_CHUNK value
         * @property {number} SNAPSHOT_ANSWER=12 SNAPSHOT_ANSWER value
         * @property {number} REPAIR_REQUEST=13 REPAIR_REQUEST value
         * @property {number} REPAIR_ANSWER=14 REPAIR_ANSWER value
         */
        raft.PeerMessageType = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "PEER_MESSAGE_TYPE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "PRE_VOTE_REQUEST"] = 1;
            values[valuesById[2] = "PRE_VOTE_RESPONSE"] = 2;
            values[valuesById[3] = "VOTE_REQUEST"] = 3;
            values[valuesById[4] = "VOTE_RESPONSE"] = 4;
            values[valuesById[5] = "APPEND_REQUEST"] = 5;
            values[valuesById[6] = "APPEND_ACCEPTED"] = 6;
            values[valuesById[7] = "APPEND_REJECTED"] = 7;
            values[valuesById[8] = "HEARTBEAT_REQUEST"] = 8;
            values[valuesById[9] = "HEARTBEAT_RESPONSE"] = 9;
            values[valuesById[10] = "TIMEOUT_NOW"] = 10;
            values[valuesById[11] = "SNAPSHOT_CHUNK"] = 11;
            values[valuesById[12] = "SNAPSHOT_ANSWER"] = 12;
            values[valuesById[13] = "REPAIR_REQUEST"] = 13;
            values[valuesById[14] = "REPAIR_ANSWER"] = 14;
            return values;
        })();

        raft.PeerMessage = (function() {

            /**
             * Properties of a PeerMessage.
             * @typedef {Object} ledgermq.raft.PeerMessage.$Properties
             * @property {ledgermq.raft.PeerMessageType|null} [type] PeerMessage type
             * @property {number|Long|null} [term] PeerMessage term
             * @property {number|Long|null} [lastIndex] PeerMessage lastIndex
             * @property {number|Long|null} [lastTerm] PeerMessage lastTerm
             * @property {boolean|null} [granted] PeerMessage granted
             * @property {number|Long|null} [prevIndex] PeerMessage prevIndex
             * @property {number|Long|null} [prevTerm] PeerMessage prevTerm
             * @property {number|Long|null} [commit] PeerMessage commit
             * @property {number|null} [entryBytes] PeerMessage entryBytes
             * @property {number|Long|null} [index] PeerMessage index
             * @property {number|Long|null} [hintIndex] PeerMessage hintIndex
             * @property {number|Long|null} [hintTerm] PeerMessage hintTerm
             * @property {number|Long|null} [round] PeerMessage round
             * @property {boolean|null} [blank] PeerMessage blank
             * @property {boolean|null} [empty] PeerMessage empty
             * @property {number|null} [life] PeerMessage life
             * @property {boolean|null} [transfer] PeerMessage transfer
             * @property {boolean|null} [bootstrap] PeerMessage bootstrap
             * @property {ledgermq.raft.Snapshot.$Properties|null} [snapshot] PeerMessage snapshot
             * @property {number|Long|null} [offset] PeerMessage offset
             * @property {number|null} [dataBytes] PeerMessage dataBytes
             * @property {number|null} [crc] PeerMessage crc
             * @property {ledgermq.raft.SnapshotStatus|null} [status] PeerMessage status
             * @property {number|Long|null} [firstIndex] PeerMessage firstIndex
             * @property {number|Long|null} [bytesMax] PeerMessage bytesMax
             * @property {boolean|null} [repairing] PeerMessage repairing
             * @property {number|Long|null} [commitTerm] PeerMessage commitTerm
             * @property {number|Long|null} [repairTo] PeerMessage repairTo
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PeerMessage.
             * @memberof ledgermq.raft
             * @interface IPeerMessage
             * @augments ledgermq.raft.PeerMessage.$Properties
             * @deprecated Use ledgermq.raft.PeerMessage.$Properties instead.
             */

            /**
             * Shape of a PeerMessage.
             * @typedef {ledgermq.raft.PeerMessage.$Properties} ledgermq.raft.PeerMessage.$Shape
             */

            /**
             * Constructs a new PeerMessage.
             * @memberof ledgermq.raft
             * @classdesc Represents a PeerMessage.
             * @constructor
             * @param {ledgermq.raft.PeerMessage.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PeerMessage = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PeerMessage type.
             * @member {ledgermq.raft.PeerMessageType} type
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.type = 0;

            /**
             * PeerMessage term.
             * @member {number|Long} term
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.term = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage lastIndex.
             * @member {number|Long} lastIndex
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.lastIndex = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage lastTerm.
             * @member {number|Long} lastTerm
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.lastTerm = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage granted.
             * @member {boolean} granted
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.granted = false;

            /**
             * PeerMessage prevIndex.
             * @member {number|Long} prevIndex
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.prevIndex = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage prevTerm.
             * @member {number|Long} prevTerm
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.prevTerm = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage commit.
             * @member {number|Long} commit
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.commit = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage entryBytes.
             * @member {number} entryBytes
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.entryBytes = 0;

            /**
             * PeerMessage index.
             * @member {number|Long} index
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.index = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage hintIndex.
             * @member {number|Long} hintIndex
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.hintIndex = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage hintTerm.
             * @member {number|Long} hintTerm
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.hintTerm = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage round.
             * @member {number|Long} round
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.round = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage blank.
             * @member {boolean} blank
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.blank = false;

            /**
             * PeerMessage empty.
             * @member {boolean} empty
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.empty = false;

            /**
             * PeerMessage life.
             * @member {number} life
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.life = 0;

            /**
             * PeerMessage transfer.
             * @member {boolean} transfer
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.transfer = false;

            /**
             * PeerMessage bootstrap.
             * @member {boolean} bootstrap
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.bootstrap = false;

            /**
             * PeerMessage snapshot.
             * @member {ledgermq.raft.Snapshot.$Properties|null|undefined} snapshot
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.snapshot = null;

            /**
             * PeerMessage offset.
             * @member {number|Long} offset
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage dataBytes.
             * @member {number} dataBytes
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.dataBytes = 0;

            /**
             * PeerMessage crc.
             * @member {number} crc
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.crc = 0;

            /**
             * PeerMessage status.
             * @member {ledgermq.raft.SnapshotStatus} status
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.status = 0;

            /**
             * PeerMessage firstIndex.
             * @member {number|Long} firstIndex
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.firstIndex = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage bytesMax.
             * @member {number|Long} bytesMax
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.bytesMax = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage repairing.
             * @member {boolean} repairing
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.repairing = false;

            /**
             * PeerMessage commitTerm.
             * @member {number|Long} commitTerm
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.commitTerm = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * PeerMessage repairTo.
             * @member {number|Long} repairTo
             * @memberof ledgermq.raft.PeerMessage
             * @instance
             */
            PeerMessage.prototype.repairTo = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified PeerMessage message. Does not implicitly {@link ledgermq.raft.PeerMessage.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.raft.PeerMessage
             * @static
             * @param {ledgermq.raft.PeerMessage.$Properties} message PeerMessage message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PeerMessage.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.type);
                if (message.term != null && $Object.hasOwnProperty.call(message, "term") && (typeof message.term === "object" ? message.term.low || message.term.high : message.term !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.term);
                if (message.lastIndex != null && $Object.hasOwnProperty.call(message, "lastIndex") && (typeof message.lastIndex === "object" ? message.lastIndex.low || message.lastIndex.high : message.lastIndex !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.lastIndex);
                if (message.lastTerm != null && $Object.hasOwnProperty.call(message, "lastTerm") && (typeof message.lastTerm === "object" ? message.lastTerm.low || message.lastTerm.high : message.lastTerm !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.lastTerm);
                if (message.granted != null && $Object.hasOwnProperty.call(message, "granted") && message.granted !== false)
                    writer.uint32(/* id 5, wireType 0 =*/40).bool(message.granted);
                if (message.prevIndex != null && $Object.hasOwnProperty.call(message, "prevIndex") && (typeof message.prevIndex === "object" ? message.prevIndex.low || message.prevIndex.high : message.prevIndex !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.prevIndex);
                if (message.prevTerm != null && $Object.hasOwnProperty.call(message, "prevTerm") && (typeof message.prevTerm === "object" ? message.prevTerm.low || message.prevTerm.high : message.prevTerm !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).uint64(message.prevTerm);
                if (message.commit != null && $Object.hasOwnProperty.call(message, "commit") && (typeof message.commit === "object" ? message.commit.low || message.commit.high : message.commit !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.commit);
                if (message.entryBytes != null && $Object.hasOwnProperty.call(message, "entryBytes") && message.entryBytes !== 0)
                    writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.entryBytes);
                if (message.index != null && $Object.hasOwnProperty.call(message, "index") && (typeof message.index === "object" ? message.index.low || message.index.high : message.index !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint64(message.index);
                if (message.hintIndex != null && $Object.hasOwnProperty.call(message, "hintIndex") && (typeof message.hintIndex === "object" ? message.hintIndex.low || message.hintIndex.high : message.hintIndex !== 0))
                    writer.uint32(/* id 11, wireType 0 =*/88).uint64(message.hintIndex);
                if (message.hintTerm != null && $Object.hasOwnProperty.call(message, "hintTerm") && (typeof message.hintTerm === "object" ? message.hintTerm.low || message.hintTerm.high : message.hintTerm !== 0))
                    writer.uint32(/* id 12, wireType 0 =*/96).uint64(message.hintTerm);
                if (message.round != null && $Object.hasOwnProperty.call(message, "round") && (typeof message.round === "object" ? message.round.low || message.round.high : message.round !== 0))
                    writer.uint32(/* id 13, wireType 0 =*/104).uint64(message.round);
                if (message.blank != null && $Object.hasOwnProperty.call(message, "blank") && message.blank !== false)
                    writer.uint32(/* id 14, wireType 0 =*/112).bool(message.blank);
                if (message.empty != null && $Object.hasOwnProperty.call(message, "empty") && message.empty !== false)
                    writer.uint32(/* id 15, wireType 0 =*/120).bool(message.empty);
                if (message.life != null && $Object.hasOwnProperty.call(message, "life") && message.life !== 0)
                    writer.uint32(/* id 16, wireType 0 =*/128).uint32(message.life);
                if (message.transfer != null && $Object.hasOwnProperty.call(message, "transfer") && message.transfer !== false)
                    writer.uint32(/* id 17, wireType 0 =*/136).bool(message.transfer);
                if (message.bootstrap != null && $Object.hasOwnProperty.call(message, "bootstrap") && message.bootstrap !== false)
                    writer.uint32(/* id 18, wireType 0 =*/144).bool(message.bootstrap);
                if (message.snapshot != null && $Object.hasOwnProperty.call(message, "snapshot"))
                    $root.ledgermq.raft.Snapshot.encode(message.snapshot, writer.uint32(/* id 19, wireType 2 =*/154).fork(), _depth + 1).ldelim();
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 20, wireType 0 =*/160).uint64(message.offset);
                if (message.dataBytes != null && $Object.hasOwnProperty.call(message, "dataBytes") && message.dataBytes !== 0)
                    writer.uint32(/* id 21, wireType 0 =*/168).uint32(message.dataBytes);
                if (message.crc != null && $Object.hasOwnProperty.call(message, "crc") && message.crc !== 0)
                    writer.uint32(/* id 22, wireType 0 =*/176).uint32(message.crc);
                if (message.status != null && $Object.hasOwnProperty.call(message, "status") && message.status !== 0)
                    writer.uint32(/* id 23, wireType 0 =*/184).int32(message.status);
                if (message.firstIndex != null && $Object.hasOwnProperty.call(message, "firstIndex") && (typeof message.firstIndex === "object" ? message.firstIndex.low || message.firstIndex.high : message.firstIndex !== 0))
                    writer.uint32(/* id 24, wireType 0 =*/192).uint64(message.firstIndex);
                if (message.bytesMax != null && $Object.hasOwnProperty.call(message, "bytesMax") && (typeof message.bytesMax === "object" ? message.bytesMax.low || message.bytesMax.high : message.bytesMax !== 0))
                    writer.uint32(/* id 25, wireType 0 =*/200).uint64(message.bytesMax);
                if (message.repairing != null && $Object.hasOwnProperty.call(message, "repairing") && message.repairing !== false)
                    writer.uint32(/* id 26, wireType 0 =*/208).bool(message.repairing);
                if (message.commitTerm != null && $Object.hasOwnProperty.call(message, "commitTerm") && (typeof message.commitTerm === "object" ? message.commitTerm.low || message.commitTerm.high : message.commitTerm !== 0))
                    writer.uint32(/* id 27, wireType 0 =*/216).uint64(message.commitTerm);
                if (message.repairTo != null && $Object.hasOwnProperty.call(message, "repairTo") && (typeof message.repairTo === "object" ? message.repairTo.low || message.repairTo.high : message.repairTo !== 0))
                    writer.uint32(/* id 28, wireType 0 =*/224).uint64(message.repairTo);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PeerMessage message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.raft.PeerMessage
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.raft.PeerMessage & ledgermq.raft.PeerMessage.$Shape} PeerMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PeerMessage.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.ledgermq.raft.PeerMessage();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.type = value;
                            else
                                delete message.type;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.term = value;
                            else
                                delete message.term;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.lastIndex = value;
                            else
                                delete message.lastIndex;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.lastTerm = value;
                            else
                                delete message.lastTerm;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.granted = value;
                            else
                                delete message.granted;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.prevIndex = value;
                            else
                                delete message.prevIndex;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.prevTerm = value;
                            else
                                delete message.prevTerm;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.commit = value;
                            else
                                delete message.commit;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.entryBytes = value;
                            else
                                delete message.entryBytes;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.index = value;
                            else
                                delete message.index;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.hintIndex = value;
                            else
                                delete message.hintIndex;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.hintTerm = value;
                            else
                                delete message.hintTerm;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.round = value;
                            else
                                delete message.round;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.blank = value;
                            else
                                delete message.blank;
                            continue;
                        }
                    case 15: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.empty = value;
                            else
                                delete message.empty;
                            continue;
                        }
                    case 16: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.life = value;
                            else
                                delete message.life;
                            continue;
                        }
                    case 17: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.transfer = value;
                            else
                                delete message.transfer;
                            continue;
                        }
                    case 18: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.bootstrap = value;
                            else
                                delete message.bootstrap;
                            continue;
                        }
                    case 19: {
                            if (wireType !== 2)
                                break;
                            message.snapshot = $root.ledgermq.raft.Snapshot.decode(reader, reader.size(), $undefined, _depth + 1, message.snapshot);
                            continue;
                        }
                    case 20: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 21: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.dataBytes = value;
                            else
                                delete message.dataBytes;
                            continue;
                        }
                    case 22: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.crc = value;
                            else
                                delete message.crc;
                            continue;
                        }
                    case 23: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.status = value;
                            else
                                delete message.status;
                            continue;
                        }
                    case 24: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.firstIndex = value;
                            else
                                delete message.firstIndex;
                            continue;
                        }
                    case 25: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bytesMax = value;
                            else
                                delete message.bytesMax;
                            continue;
                        }
                    case 26: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.repairing = value;
                            else
                                delete message.repairing;
                            continue;
                        }
                    case 27: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.commitTerm = value;
                            else
                                delete message.commitTerm;
                            continue;
                        }
                    case 28: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.repairTo = value;
                            else
                                delete message.repairTo;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return PeerMessage;
        })();

        /**
         * SnapshotStatus enum.
         * @name ledgermq.raft.SnapshotStatus
         * @enum {number}
         * @property {number} SNAPSHOT_STATUS_UNSPECIFIED=0 SNAPSHOT_STATUS_UNSPECIFIED value
         * @property {number} SNAPSHOT_MORE=1 SNAPSHOT_MORE value
         * @property {number} SNAPSHOT_INSTALLED=2 SNAPSHOT_INSTALLED value
         * @property {number} SNAPSHOT_REFUSED=3 SNAPSHOT_REFUSED value
         */
        raft.SnapshotStatus = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SNAPSHOT_STATUS_UNSPECIFIED"] = 0;
            values[valuesById[1] = "SNAPSHOT_MORE"] = 1;
            values[valuesById[2] = "SNAPSHOT_INSTALLED"] = 2;
            values[valuesById[3] = "SNAPSHOT_REFUSED"] = 3;
            return values;
        })();

        raft.Snapshot = (function() {

            /**
             * Properties of a Snapshot.
             * @typedef {Object} ledgermq.raft.Snapshot.$Properties
             * @property {number|Long|null} [index] Snapshot index
             * @property {number|Long|null} [term] Snapshot term
             * @property {number|Long|null} [address] Snapshot address
             * @property {number|null} [hash] Snapshot hash
             * @property {ledgermq.raft.Configuration.$Properties|null} [configuration] Snapshot configuration
             * @property {number|Long|null} [bytes] Snapshot bytes
             * @property {number|null} [crc] Snapshot crc
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Snapshot.
             * @memberof ledgermq.raft
             * @interface ISnapshot
             * @augments ledgermq.raft.Snapshot.$Properties
             * @deprecated Use ledgermq.raft.Snapshot.$Properties instead.
             */

            /**
             * Shape of a Snapshot.
             * @typedef {ledgermq.raft.Snapshot.$Properties} ledgermq.raft.Snapshot.$Shape
             */

            /**
             * Constructs a new Snapshot.
             * @memberof ledgermq.raft
             * @classdesc Represents a Snapshot.
             * @constructor
             * @param {ledgermq.raft.Snapshot.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Snapshot = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Snapshot index.
             * @member {number|Long} index
             * @memberof ledgermq.raft.Snapshot
             * @instance
             */
            Snapshot.prototype.index = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Snapshot term.
             * @member {number|Long} term
             * @memberof ledgermq.raft.Snapshot
             * @instance
             */
            Snapshot.prototype.term = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Snapshot address.
             * @member {number|Long} address
             * @memberof ledgermq.raft.Snapshot
             * @instance
             */
            Snapshot.prototype.address = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Snapshot hash.
             * @member {number} hash
             * @memberof ledgermq.raft.Snapshot
             * @instance
             */
            Snapshot.prototype.hash = 0;

            /**
             * Snapshot configuration.
             * @member {ledgermq.raft.Configuration.$Properties|null|undefined} configuration
             * @memberof ledgermq.raft.Snapshot
             * @instance
             */
            Snapshot.prototype.configuration = null;

            /**
             * Snapshot bytes.
             * @member {number|Long} bytes
             * @memberof ledgermq.raft.Snapshot
             * @instance
             */
            Snapshot.prototype.bytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Snapshot crc.
             * @member {number} crc
             * @memberof ledgermq.raft.Snapshot
             * @instance
             */
            Snapshot.prototype.crc = 0;

            /**
             * Encodes the specified Snapshot message. Does not implicitly {@link ledgermq.raft.Snapshot.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.raft.Snapshot
             * @static
             * @param {ledgermq.raft.Snapshot.$Properties} message Snapshot message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Snapshot.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.index != null && $Object.hasOwnProperty.call(message, "index") && (typeof message.index === "object" ? message.index.low || message.index.high : message.index !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.index);
                if (message.term != null && $Object.hasOwnProperty.call(message, "term") && (typeof message.term === "object" ? message.term.low || message.term.high : message.term !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.term);
                if (message.address != null && $Object.hasOwnProperty.call(message, "address") && (typeof message.address === "object" ? message.address.low || message.address.high : message.address !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.address);
                if (message.hash != null && $Object.hasOwnProperty.call(message, "hash") && message.hash !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.hash);
                if (message.configuration != null && $Object.hasOwnProperty.call(message, "configuration"))
                    $root.ledgermq.raft.Configuration.encode(message.configuration, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.bytes != null && $Object.hasOwnProperty.call(message, "bytes") && (typeof message.bytes === "object" ? message.bytes.low || message.bytes.high : message.bytes !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.bytes);
                if (message.crc != null && $Object.hasOwnProperty.call(message, "crc") && message.crc !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.crc);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Snapshot message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.raft.Snapshot
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.raft.Snapshot & ledgermq.raft.Snapshot.$Shape} Snapshot
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Snapshot.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.ledgermq.raft.Snapshot();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.index = value;
                            else
                                delete message.index;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.term = value;
                            else
                                delete message.term;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.address = value;
                            else
                                delete message.address;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.hash = value;
                            else
                                delete message.hash;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.configuration = $root.ledgermq.raft.Configuration.decode(reader, reader.size(), $undefined, _depth + 1, message.configuration);
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bytes = value;
                            else
                                delete message.bytes;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.crc = value;
                            else
                                delete message.crc;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Snapshot;
        })();

        raft.Configuration = (function() {

            /**
             * Properties of a Configuration.
             * @typedef {Object} ledgermq.raft.Configuration.$Properties
             * @property {Array.<string>|null} [voters] Configuration voters
             * @property {Array.<string>|null} [votersOutgoing] Configuration votersOutgoing
             * @property {Array.<string>|null} [learners] Configuration learners
             * @property {Array.<string>|null} [learnersNext] Configuration learnersNext
             * @property {boolean|null} [autoLeave] Configuration autoLeave
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Configuration.
             * @memberof ledgermq.raft
             * @interface IConfiguration
             * @augments ledgermq.raft.Configuration.$Properties
             * @deprecated Use ledgermq.raft.Configuration.$Properties instead.
             */

            /**
             * Shape of a Configuration.
             * @typedef {ledgermq.raft.Configuration.$Properties} ledgermq.raft.Configuration.$Shape
             */

            /**
             * Constructs a new Configuration.
             * @memberof ledgermq.raft
             * @classdesc Represents a Configuration.
             * @constructor
             * @param {ledgermq.raft.Configuration.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Configuration = function (properties) {
                this.voters = [];
                this.votersOutgoing = [];
                this.learners = [];
                this.learnersNext = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Configuration voters.
             * @member {Array.<string>} voters
             * @memberof ledgermq.raft.Configuration
             * @instance
             */
            Configuration.prototype.voters = $util.emptyArray;

            /**
             * Configuration votersOutgoing.
             * @member {Array.<string>} votersOutgoing
             * @memberof ledgermq.raft.Configuration
             * @instance
             */
            Configuration.prototype.votersOutgoing = $util.emptyArray;

            /**
             * Configuration learners.
             * @member {Array.<string>} learners
             * @memberof ledgermq.raft.Configuration
             * @instance
             */
            Configuration.prototype.learners = $util.emptyArray;

            /**
             * Configuration learnersNext.
             * @member {Array.<string>} learnersNext
             * @memberof ledgermq.raft.Configuration
             * @instance
             */
            Configuration.prototype.learnersNext = $util.emptyArray;

            /**
             * Configuration autoLeave.
             * @member {boolean} autoLeave
             * @memberof ledgermq.raft.Configuration
             * @instance
             */
            Configuration.prototype.autoLeave = false;

            /**
             * Encodes the specified Configuration message. Does not implicitly {@link ledgermq.raft.Configuration.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.raft.Configuration
             * @static
             * @param {ledgermq.raft.Configuration.$Properties} message Configuration message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Configuration.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.voters != null && message.voters.length)
                    for (let i = 0; i < message.voters.length; ++i)
                        writer.uint32(/* id 1, wireType 2 =*/10).string(message.voters[i]);
                if (message.votersOutgoing != null && message.votersOutgoing.length)
                    for (let i = 0; i < message.votersOutgoing.length; ++i)
                        writer.uint32(/* id 2, wireType 2 =*/18).string(message.votersOutgoing[i]);
                if (message.learners != null && message.learners.length)
                    for (let i = 0; i < message.learners.length; ++i)
                        writer.uint32(/* id 3, wireType 2 =*/26).string(message.learners[i]);
                if (message.learnersNext != null && message.learnersNext.length)
                    for (let i = 0; i < message.learnersNext.length; ++i)
                        writer.uint32(/* id 4, wireType 2 =*/34).string(message.learnersNext[i]);
                if (message.autoLeave != null && $Object.hasOwnProperty.call(message, "autoLeave") && message.autoLeave !== false)
                    writer.uint32(/* id 5, wireType 0 =*/40).bool(message.autoLeave);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Configuration message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.raft.Configuration
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.raft.Configuration & ledgermq.raft.Configuration.$Shape} Configuration
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Configuration.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.ledgermq.raft.Configuration();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if (!(message.voters && message.voters.length))
                                message.voters = [];
                            message.voters.push(reader.stringVerify());
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.votersOutgoing && message.votersOutgoing.length))
                                message.votersOutgoing = [];
                            message.votersOutgoing.push(reader.stringVerify());
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.learners && message.learners.length))
                                message.learners = [];
                            message.learners.push(reader.stringVerify());
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.learnersNext && message.learnersNext.length))
                                message.learnersNext = [];
                            message.learnersNext.push(reader.stringVerify());
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.autoLeave = value;
                            else
                                delete message.autoLeave;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Configuration;
        })();

        return raft;
    })();

    return ledgermq;
})();

export {
  $root as default
};
