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

        return raft;
    })();

    return ledgermq;
})();

export {
  $root as default
};
