/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["ledgermq-broker"] || ($protobuf.roots["ledgermq-broker"] = {});

export const ledgermq = $root.ledgermq = (() => {

    /**
     * Namespace ledgermq.
     * @exports ledgermq
     * @namespace
     */
    const ledgermq = {};

    ledgermq.machine = (function() {

        /**
         * Namespace machine.
         * @memberof ledgermq
         * @namespace
         */
        const machine = {};

        machine.CommandBatch = (function() {

            /**
             * Properties of a CommandBatch.
             * @typedef {Object} ledgermq.machine.CommandBatch.$Properties
             * @property {number|null} [version] CommandBatch version
             * @property {Array.<ledgermq.machine.Command.$Properties>|null} [commands] CommandBatch commands
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a CommandBatch.
             * @memberof ledgermq.machine
             * @interface ICommandBatch
             * @augments ledgermq.machine.CommandBatch.$Properties
             * @deprecated Use ledgermq.machine.CommandBatch.$Properties instead.
             */

            /**
             * Shape of a CommandBatch.
             * @typedef {{
             *   version?: number|null;
             *   commands?: Array.<ledgermq.machine.Command.$Shape>|null;
             *   $unknowns?: Array.<Uint8Array>;
             * }} ledgermq.machine.CommandBatch.$Shape
             */

            /**
             * Constructs a new CommandBatch.
             * @memberof ledgermq.machine
             * @classdesc Represents a CommandBatch.
             * @constructor
             * @param {ledgermq.machine.CommandBatch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const CommandBatch = function (properties) {
                this.commands = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * CommandBatch version.
             * @member {number} version
             * @memberof ledgermq.machine.CommandBatch
             * @instance
             */
            CommandBatch.prototype.version = 0;

            /**
             * CommandBatch commands.
             * @member {Array.<ledgermq.machine.Command.$Properties>} commands
             * @memberof ledgermq.machine.CommandBatch
             * @instance
             */
            CommandBatch.prototype.commands = $util.emptyArray;

            /**
             * Encodes the specified CommandBatch message. Does not implicitly {@link ledgermq.machine.CommandBatch.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.CommandBatch
             * @static
             * @param {ledgermq.machine.CommandBatch.$Properties} message CommandBatch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            CommandBatch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.commands != null && message.commands.length)
                    for (let i = 0; i < message.commands.length; ++i)
                        $root.ledgermq.machine.Command.encode(message.commands[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a CommandBatch message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.CommandBatch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.CommandBatch & ledgermq.machine.CommandBatch.$Shape} CommandBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            CommandBatch.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.CommandBatch();
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
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.commands && message.commands.length))
                                message.commands = [];
                            message.commands.push($root.ledgermq.machine.Command.decode(reader, reader.size(), $undefined, _depth + 1));
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

            return CommandBatch;
        })();

        machine.Command = (function() {

            /**
             * Properties of a Command.
             * @typedef {Object} ledgermq.machine.Command.$Properties
             * @property {ledgermq.machine.PutTopic.$Properties|null} [putTopic] Command putTopic
             * @property {ledgermq.machine.DeleteTopic.$Properties|null} [deleteTopic] Command deleteTopic
             * @property {ledgermq.machine.PutSubscriptionGroup.$Properties|null} [putSubscriptionGroup] Command putSubscriptionGroup
             * @property {ledgermq.machine.DeleteSubscriptionGroup.$Properties|null} [deleteSubscriptionGroup] Command deleteSubscriptionGroup
             * @property {ledgermq.machine.CommitOffsets.$Properties|null} [commitOffsets] Command commitOffsets
             * @property {ledgermq.machine.PutSettings.$Properties|null} [putSettings] Command putSettings
             * @property {ledgermq.machine.Bootstrap.$Properties|null} [bootstrap] Command bootstrap
             * @property {"putTopic"|"deleteTopic"|"putSubscriptionGroup"|"deleteSubscriptionGroup"|"commitOffsets"|"putSettings"|"bootstrap"} [body] Command body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Command.
             * @memberof ledgermq.machine
             * @interface ICommand
             * @augments ledgermq.machine.Command.$Properties
             * @deprecated Use ledgermq.machine.Command.$Properties instead.
             */

            /**
             * Narrowed shape of a Command.
             * @typedef {{
             *   putTopic?: ledgermq.machine.PutTopic.$Shape|null;
             *   deleteTopic?: ledgermq.machine.DeleteTopic.$Shape|null;
             *   putSubscriptionGroup?: ledgermq.machine.PutSubscriptionGroup.$Shape|null;
             *   deleteSubscriptionGroup?: ledgermq.machine.DeleteSubscriptionGroup.$Shape|null;
             *   commitOffsets?: ledgermq.machine.CommitOffsets.$Shape|null;
             *   putSettings?: ledgermq.machine.PutSettings.$Shape|null;
             *   bootstrap?: ledgermq.machine.Bootstrap.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ body?: undefined; putTopic?: null; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings?: null; bootstrap?: null }|{ body?: "putTopic"; putTopic: ledgermq.machine.PutTopic.$Shape; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings?: null; bootstrap?: null }|{ body?: "deleteTopic"; putTopic?: null; deleteTopic: ledgermq.machine.DeleteTopic.$Shape; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings?: null; bootstrap?: null }|{ body?: "putSubscriptionGroup"; putTopic?: null; deleteTopic?: null; putSubscriptionGroup: ledgermq.machine.PutSubscriptionGroup.$Shape; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings?: null; bootstrap?: null }|{ body?: "deleteSubscriptionGroup"; putTopic?: null; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup: ledgermq.machine.DeleteSubscriptionGroup.$Shape; commitOffsets?: null; putSettings?: null; bootstrap?: null }|{ body?: "commitOffsets"; putTopic?: null; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets: ledgermq.machine.CommitOffsets.$Shape; putSettings?: null; bootstrap?: null }|{ body?: "putSettings"; putTopic?: null; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings: ledgermq.machine.PutSettings.$Shape; bootstrap?: null }|{ body?: "bootstrap"; putTopic?: null; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings?: null; bootstrap: ledgermq.machine.Bootstrap.$Shape })
             * )} ledgermq.machine.Command.$Shape
             */

            /**
             * Constructs a new Command.
             * @memberof ledgermq.machine
             * @classdesc Represents a Command.
             * @constructor
             * @param {ledgermq.machine.Command.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Command = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Command putTopic.
             * @member {ledgermq.machine.PutTopic.$Properties|null|undefined} putTopic
             * @memberof ledgermq.machine.Command
             * @instance
             */
            Command.prototype.putTopic = null;

            /**
             * Command deleteTopic.
             * @member {ledgermq.machine.DeleteTopic.$Properties|null|undefined} deleteTopic
             * @memberof ledgermq.machine.Command
             * @instance
             */
            Command.prototype.deleteTopic = null;

            /**
             * Command putSubscriptionGroup.
             * @member {ledgermq.machine.PutSubscriptionGroup.$Properties|null|undefined} putSubscriptionGroup
             * @memberof ledgermq.machine.Command
             * @instance
             */
            Command.prototype.putSubscriptionGroup = null;

            /**
             * Command deleteSubscriptionGroup.
             * @member {ledgermq.machine.DeleteSubscriptionGroup.$Properties|null|undefined} deleteSubscriptionGroup
             * @memberof ledgermq.machine.Command
             * @instance
             */
            Command.prototype.deleteSubscriptionGroup = null;

            /**
             * Command commitOffsets.
             * @member {ledgermq.machine.CommitOffsets.$Properties|null|undefined} commitOffsets
             * @memberof ledgermq.machine.Command
             * @instance
             */
            Command.prototype.commitOffsets = null;

            /**
             * Command putSettings.
             * @member {ledgermq.machine.PutSettings.$Properties|null|undefined} putSettings
             * @memberof ledgermq.machine.Command
             * @instance
             */
            Command.prototype.putSettings = null;

            /**
             * Command bootstrap.
             * @member {ledgermq.machine.Bootstrap.$Properties|null|undefined} bootstrap
             * @memberof ledgermq.machine.Command
             * @instance
             */
            Command.prototype.bootstrap = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Command body.
             * @member {"putTopic"|"deleteTopic"|"putSubscriptionGroup"|"deleteSubscriptionGroup"|"commitOffsets"|"putSettings"|"bootstrap"|undefined} body
             * @memberof ledgermq.machine.Command
             * @instance
             */
            $Object.defineProperty(Command.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["putTopic", "deleteTopic", "putSubscriptionGroup", "deleteSubscriptionGroup", "commitOffsets", "putSettings", "bootstrap"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Command message. Does not implicitly {@link ledgermq.machine.Command.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.Command
             * @static
             * @param {ledgermq.machine.Command.$Properties} message Command message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Command.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.putTopic != null && $Object.hasOwnProperty.call(message, "putTopic"))
                    $root.ledgermq.machine.PutTopic.encode(message.putTopic, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.deleteTopic != null && $Object.hasOwnProperty.call(message, "deleteTopic"))
                    $root.ledgermq.machine.DeleteTopic.encode(message.deleteTopic, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.putSubscriptionGroup != null && $Object.hasOwnProperty.call(message, "putSubscriptionGroup"))
                    $root.ledgermq.machine.PutSubscriptionGroup.encode(message.putSubscriptionGroup, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.deleteSubscriptionGroup != null && $Object.hasOwnProperty.call(message, "deleteSubscriptionGroup"))
                    $root.ledgermq.machine.DeleteSubscriptionGroup.encode(message.deleteSubscriptionGroup, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.commitOffsets != null && $Object.hasOwnProperty.call(message, "commitOffsets"))
                    $root.ledgermq.machine.CommitOffsets.encode(message.commitOffsets, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.putSettings != null && $Object.hasOwnProperty.call(message, "putSettings"))
                    $root.ledgermq.machine.PutSettings.encode(message.putSettings, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.bootstrap != null && $Object.hasOwnProperty.call(message, "bootstrap"))
                    $root.ledgermq.machine.Bootstrap.encode(message.bootstrap, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Command message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.Command
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.Command & ledgermq.machine.Command.$Shape} Command
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Command.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.ledgermq.machine.Command();
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
                            message.putTopic = $root.ledgermq.machine.PutTopic.decode(reader, reader.size(), $undefined, _depth + 1, message.putTopic);
                            message.body = "putTopic";
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.deleteTopic = $root.ledgermq.machine.DeleteTopic.decode(reader, reader.size(), $undefined, _depth + 1, message.deleteTopic);
                            message.body = "deleteTopic";
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.putSubscriptionGroup = $root.ledgermq.machine.PutSubscriptionGroup.decode(reader, reader.size(), $undefined, _depth + 1, message.putSubscriptionGroup);
                            message.body = "putSubscriptionGroup";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.deleteSubscriptionGroup = $root.ledgermq.machine.DeleteSubscriptionGroup.decode(reader, reader.size(), $undefined, _depth + 1, message.deleteSubscriptionGroup);
                            message.body = "deleteSubscriptionGroup";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.commitOffsets = $root.ledgermq.machine.CommitOffsets.decode(reader, reader.size(), $undefined, _depth + 1, message.commitOffsets);
                            message.body = "commitOffsets";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.putSettings = $root.ledgermq.machine.PutSettings.decode(reader, reader.size(), $undefined, _depth + 1, message.putSettings);
                            message.body = "putSettings";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.bootstrap = $root.ledgermq.machine.Bootstrap.decode(reader, reader.size(), $undefined, _depth + 1, message.bootstrap);
                            message.body = "bootstrap";
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

            return Command;
        })();

        machine.TopicConfig = (function() {

            /**
             * Properties of a TopicConfig.
             * @typedef {Object} ledgermq.machine.TopicConfig.$Properties
             * @property {string|null} [topicName] TopicConfig topicName
             * @property {number|null} [readQueueNums] TopicConfig readQueueNums
             * @property {number|null} [writeQueueNums] TopicConfig writeQueueNums
             * @property {number|null} [perm] TopicConfig perm
             * @property {string|null} [topicFilterType] TopicConfig topicFilterType
             * @property {number|null} [topicSysFlag] TopicConfig topicSysFlag
             * @property {boolean|null} [order] TopicConfig order
             * @property {Object.<string,string>|null} [attributes] TopicConfig attributes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a TopicConfig.
             * @memberof ledgermq.machine
             * @interface ITopicConfig
             * @augments ledgermq.machine.TopicConfig.$Properties
             * @deprecated Use ledgermq.machine.TopicConfig.$Properties instead.
             */

            /**
             * Shape of a TopicConfig.
             * @typedef {ledgermq.machine.TopicConfig.$Properties} ledgermq.machine.TopicConfig.$Shape
             */

            /**
             * Constructs a new TopicConfig.
             * @memberof ledgermq.machine
             * @classdesc Represents a TopicConfig.
             * @constructor
             * @param {ledgermq.machine.TopicConfig.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const TopicConfig = function (properties) {
                this.attributes = {};
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * TopicConfig topicName.
             * @member {string} topicName
             * @memberof ledgermq.machine.TopicConfig
             * @instance
             */
            TopicConfig.prototype.topicName = "";

            /**
             * TopicConfig readQueueNums.
             * @member {number} readQueueNums
             * @memberof ledgermq.machine.TopicConfig
             * @instance
             */
            TopicConfig.prototype.readQueueNums = 0;

            /**
             * TopicConfig writeQueueNums.
             * @member {number} writeQueueNums
             * @memberof ledgermq.machine.TopicConfig
             * @instance
             */
            TopicConfig.prototype.writeQueueNums = 0;

            /**
             * TopicConfig perm.
             * @member {number} perm
             * @memberof ledgermq.machine.TopicConfig
             * @instance
             */
            TopicConfig.prototype.perm = 0;

            /**
             * TopicConfig topicFilterType.
             * @member {string} topicFilterType
             * @memberof ledgermq.machine.TopicConfig
             * @instance
             */
            TopicConfig.prototype.topicFilterType = "";

            /**
             * TopicConfig topicSysFlag.
             * @member {number} topicSysFlag
             * @memberof ledgermq.machine.TopicConfig
             * @instance
             */
            TopicConfig.prototype.topicSysFlag = 0;

            /**
             * TopicConfig order.
             * @member {boolean} order
             * @memberof ledgermq.machine.TopicConfig
             * @instance
             */
            TopicConfig.prototype.order = false;

            /**
             * TopicConfig attributes.
             * @member {Object.<string,string>} attributes
             * @memberof ledgermq.machine.TopicConfig
             * @instance
             */
            TopicConfig.prototype.attributes = $util.emptyObject;

            /**
             * Encodes the specified TopicConfig message. Does not implicitly {@link ledgermq.machine.TopicConfig.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.TopicConfig
             * @static
             * @param {ledgermq.machine.TopicConfig.$Properties} message TopicConfig message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            TopicConfig.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.topicName != null && $Object.hasOwnProperty.call(message, "topicName") && message.topicName !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.topicName);
                if (message.readQueueNums != null && $Object.hasOwnProperty.call(message, "readQueueNums") && message.readQueueNums !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.readQueueNums);
                if (message.writeQueueNums != null && $Object.hasOwnProperty.call(message, "writeQueueNums") && message.writeQueueNums !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.writeQueueNums);
                if (message.perm != null && $Object.hasOwnProperty.call(message, "perm") && message.perm !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.perm);
                if (message.topicFilterType != null && $Object.hasOwnProperty.call(message, "topicFilterType") && message.topicFilterType !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.topicFilterType);
                if (message.topicSysFlag != null && $Object.hasOwnProperty.call(message, "topicSysFlag") && message.topicSysFlag !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.topicSysFlag);
                if (message.order != null && $Object.hasOwnProperty.call(message, "order") && message.order !== false)
                    writer.uint32(/* id 7, wireType 0 =*/56).bool(message.order);
                if (message.attributes != null && $Object.hasOwnProperty.call(message, "attributes"))
                    for (let keys = $Object.keys(message.attributes), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 8, wireType 2 =*/66).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 2 =*/18).string(message.attributes[keys[i]]).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a TopicConfig message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.TopicConfig
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.TopicConfig & ledgermq.machine.TopicConfig.$Shape} TopicConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            TopicConfig.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, key, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.ledgermq.machine.TopicConfig();
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
                                message.topicName = value;
                            else
                                delete message.topicName;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.readQueueNums = value;
                            else
                                delete message.readQueueNums;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.writeQueueNums = value;
                            else
                                delete message.writeQueueNums;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.perm = value;
                            else
                                delete message.perm;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.topicFilterType = value;
                            else
                                delete message.topicFilterType;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.topicSysFlag = value;
                            else
                                delete message.topicSysFlag;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.order = value;
                            else
                                delete message.order;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (message.attributes === $util.emptyObject)
                                message.attributes = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = "";
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 2)
                                        break;
                                    value = reader.stringVerify();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.attributes, key);
                            message.attributes[key] = value;
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

            return TopicConfig;
        })();

        machine.PutTopic = (function() {

            /**
             * Properties of a PutTopic.
             * @typedef {Object} ledgermq.machine.PutTopic.$Properties
             * @property {ledgermq.machine.TopicConfig.$Properties|null} [topic] PutTopic topic
             * @property {boolean|null} [autoCreate] PutTopic autoCreate
             * @property {number|Long|null} [timestamp] PutTopic timestamp
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PutTopic.
             * @memberof ledgermq.machine
             * @interface IPutTopic
             * @augments ledgermq.machine.PutTopic.$Properties
             * @deprecated Use ledgermq.machine.PutTopic.$Properties instead.
             */

            /**
             * Shape of a PutTopic.
             * @typedef {ledgermq.machine.PutTopic.$Properties} ledgermq.machine.PutTopic.$Shape
             */

            /**
             * Constructs a new PutTopic.
             * @memberof ledgermq.machine
             * @classdesc Represents a PutTopic.
             * @constructor
             * @param {ledgermq.machine.PutTopic.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PutTopic = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PutTopic topic.
             * @member {ledgermq.machine.TopicConfig.$Properties|null|undefined} topic
             * @memberof ledgermq.machine.PutTopic
             * @instance
             */
            PutTopic.prototype.topic = null;

            /**
             * PutTopic autoCreate.
             * @member {boolean} autoCreate
             * @memberof ledgermq.machine.PutTopic
             * @instance
             */
            PutTopic.prototype.autoCreate = false;

            /**
             * PutTopic timestamp.
             * @member {number|Long} timestamp
             * @memberof ledgermq.machine.PutTopic
             * @instance
             */
            PutTopic.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified PutTopic message. Does not implicitly {@link ledgermq.machine.PutTopic.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.PutTopic
             * @static
             * @param {ledgermq.machine.PutTopic.$Properties} message PutTopic message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PutTopic.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic"))
                    $root.ledgermq.machine.TopicConfig.encode(message.topic, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.autoCreate != null && $Object.hasOwnProperty.call(message, "autoCreate") && message.autoCreate !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.autoCreate);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.timestamp);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PutTopic message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.PutTopic
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.PutTopic & ledgermq.machine.PutTopic.$Shape} PutTopic
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PutTopic.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.PutTopic();
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
                            message.topic = $root.ledgermq.machine.TopicConfig.decode(reader, reader.size(), $undefined, _depth + 1, message.topic);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.autoCreate = value;
                            else
                                delete message.autoCreate;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
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

            return PutTopic;
        })();

        machine.DeleteTopic = (function() {

            /**
             * Properties of a DeleteTopic.
             * @typedef {Object} ledgermq.machine.DeleteTopic.$Properties
             * @property {string|null} [topicName] DeleteTopic topicName
             * @property {number|Long|null} [timestamp] DeleteTopic timestamp
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeleteTopic.
             * @memberof ledgermq.machine
             * @interface IDeleteTopic
             * @augments ledgermq.machine.DeleteTopic.$Properties
             * @deprecated Use ledgermq.machine.DeleteTopic.$Properties instead.
             */

            /**
             * Shape of a DeleteTopic.
             * @typedef {ledgermq.machine.DeleteTopic.$Properties} ledgermq.machine.DeleteTopic.$Shape
             */

            /**
             * Constructs a new DeleteTopic.
             * @memberof ledgermq.machine
             * @classdesc Represents a DeleteTopic.
             * @constructor
             * @param {ledgermq.machine.DeleteTopic.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeleteTopic = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeleteTopic topicName.
             * @member {string} topicName
             * @memberof ledgermq.machine.DeleteTopic
             * @instance
             */
            DeleteTopic.prototype.topicName = "";

            /**
             * DeleteTopic timestamp.
             * @member {number|Long} timestamp
             * @memberof ledgermq.machine.DeleteTopic
             * @instance
             */
            DeleteTopic.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified DeleteTopic message. Does not implicitly {@link ledgermq.machine.DeleteTopic.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.DeleteTopic
             * @static
             * @param {ledgermq.machine.DeleteTopic.$Properties} message DeleteTopic message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeleteTopic.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.topicName != null && $Object.hasOwnProperty.call(message, "topicName") && message.topicName !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.topicName);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.timestamp);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeleteTopic message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.DeleteTopic
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.DeleteTopic & ledgermq.machine.DeleteTopic.$Shape} DeleteTopic
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeleteTopic.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.DeleteTopic();
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
                                message.topicName = value;
                            else
                                delete message.topicName;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
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

            return DeleteTopic;
        })();

        machine.SubscriptionGroupConfig = (function() {

            /**
             * Properties of a SubscriptionGroupConfig.
             * @typedef {Object} ledgermq.machine.SubscriptionGroupConfig.$Properties
             * @property {string|null} [groupName] SubscriptionGroupConfig groupName
             * @property {boolean|null} [consumeEnable] SubscriptionGroupConfig consumeEnable
             * @property {boolean|null} [consumeFromMinEnable] SubscriptionGroupConfig consumeFromMinEnable
             * @property {boolean|null} [consumeBroadcastEnable] SubscriptionGroupConfig consumeBroadcastEnable
             * @property {boolean|null} [consumeMessageOrderly] SubscriptionGroupConfig consumeMessageOrderly
             * @property {number|null} [retryQueueNums] SubscriptionGroupConfig retryQueueNums
             * @property {number|null} [retryMaxTimes] SubscriptionGroupConfig retryMaxTimes
             * @property {number|null} [brokerId] SubscriptionGroupConfig brokerId
             * @property {number|null} [whichBrokerWhenConsumeSlowly] SubscriptionGroupConfig whichBrokerWhenConsumeSlowly
             * @property {boolean|null} [notifyConsumerIdsChangedEnable] SubscriptionGroupConfig notifyConsumerIdsChangedEnable
             * @property {number|null} [groupSysFlag] SubscriptionGroupConfig groupSysFlag
             * @property {number|null} [consumeTimeoutMinute] SubscriptionGroupConfig consumeTimeoutMinute
             * @property {Object.<string,string>|null} [attributes] SubscriptionGroupConfig attributes
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a SubscriptionGroupConfig.
             * @memberof ledgermq.machine
             * @interface ISubscriptionGroupConfig
             * @augments ledgermq.machine.SubscriptionGroupConfig.$Properties
             * @deprecated Use ledgermq.machine.SubscriptionGroupConfig.$Properties instead.
             */

            /**
             * Shape of a SubscriptionGroupConfig.
             * @typedef {ledgermq.machine.SubscriptionGroupConfig.$Properties} ledgermq.machine.SubscriptionGroupConfig.$Shape
             */

            /**
             * Constructs a new SubscriptionGroupConfig.
             * @memberof ledgermq.machine
             * @classdesc Represents a SubscriptionGroupConfig.
             * @constructor
             * @param {ledgermq.machine.SubscriptionGroupConfig.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const SubscriptionGroupConfig = function (properties) {
                this.attributes = {};
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * SubscriptionGroupConfig groupName.
             * @member {string} groupName
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.groupName = "";

            /**
             * SubscriptionGroupConfig consumeEnable.
             * @member {boolean} consumeEnable
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.consumeEnable = false;

            /**
             * SubscriptionGroupConfig consumeFromMinEnable.
             * @member {boolean} consumeFromMinEnable
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.consumeFromMinEnable = false;

            /**
             * SubscriptionGroupConfig consumeBroadcastEnable.
             * @member {boolean} consumeBroadcastEnable
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.consumeBroadcastEnable = false;

            /**
             * SubscriptionGroupConfig consumeMessageOrderly.
             * @member {boolean} consumeMessageOrderly
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.consumeMessageOrderly = false;

            /**
             * SubscriptionGroupConfig retryQueueNums.
             * @member {number} retryQueueNums
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.retryQueueNums = 0;

            /**
             * SubscriptionGroupConfig retryMaxTimes.
             * @member {number} retryMaxTimes
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.retryMaxTimes = 0;

            /**
             * SubscriptionGroupConfig brokerId.
             * @member {number} brokerId
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.brokerId = 0;

            /**
             * SubscriptionGroupConfig whichBrokerWhenConsumeSlowly.
             * @member {number} whichBrokerWhenConsumeSlowly
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.whichBrokerWhenConsumeSlowly = 0;

            /**
             * SubscriptionGroupConfig notifyConsumerIdsChangedEnable.
             * @member {boolean} notifyConsumerIdsChangedEnable
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.notifyConsumerIdsChangedEnable = false;

            /**
             * SubscriptionGroupConfig groupSysFlag.
             * @member {number} groupSysFlag
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.groupSysFlag = 0;

            /**
             * SubscriptionGroupConfig consumeTimeoutMinute.
             * @member {number} consumeTimeoutMinute
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.consumeTimeoutMinute = 0;

            /**
             * SubscriptionGroupConfig attributes.
             * @member {Object.<string,string>} attributes
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @instance
             */
            SubscriptionGroupConfig.prototype.attributes = $util.emptyObject;

            /**
             * Encodes the specified SubscriptionGroupConfig message. Does not implicitly {@link ledgermq.machine.SubscriptionGroupConfig.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @static
             * @param {ledgermq.machine.SubscriptionGroupConfig.$Properties} message SubscriptionGroupConfig message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            SubscriptionGroupConfig.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.groupName != null && $Object.hasOwnProperty.call(message, "groupName") && message.groupName !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.groupName);
                if (message.consumeEnable != null && $Object.hasOwnProperty.call(message, "consumeEnable") && message.consumeEnable !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.consumeEnable);
                if (message.consumeFromMinEnable != null && $Object.hasOwnProperty.call(message, "consumeFromMinEnable") && message.consumeFromMinEnable !== false)
                    writer.uint32(/* id 3, wireType 0 =*/24).bool(message.consumeFromMinEnable);
                if (message.consumeBroadcastEnable != null && $Object.hasOwnProperty.call(message, "consumeBroadcastEnable") && message.consumeBroadcastEnable !== false)
                    writer.uint32(/* id 4, wireType 0 =*/32).bool(message.consumeBroadcastEnable);
                if (message.consumeMessageOrderly != null && $Object.hasOwnProperty.call(message, "consumeMessageOrderly") && message.consumeMessageOrderly !== false)
                    writer.uint32(/* id 5, wireType 0 =*/40).bool(message.consumeMessageOrderly);
                if (message.retryQueueNums != null && $Object.hasOwnProperty.call(message, "retryQueueNums") && message.retryQueueNums !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.retryQueueNums);
                if (message.retryMaxTimes != null && $Object.hasOwnProperty.call(message, "retryMaxTimes") && message.retryMaxTimes !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).int32(message.retryMaxTimes);
                if (message.brokerId != null && $Object.hasOwnProperty.call(message, "brokerId") && message.brokerId !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.brokerId);
                if (message.whichBrokerWhenConsumeSlowly != null && $Object.hasOwnProperty.call(message, "whichBrokerWhenConsumeSlowly") && message.whichBrokerWhenConsumeSlowly !== 0)
                    writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.whichBrokerWhenConsumeSlowly);
                if (message.notifyConsumerIdsChangedEnable != null && $Object.hasOwnProperty.call(message, "notifyConsumerIdsChangedEnable") && message.notifyConsumerIdsChangedEnable !== false)
                    writer.uint32(/* id 10, wireType 0 =*/80).bool(message.notifyConsumerIdsChangedEnable);
                if (message.groupSysFlag != null && $Object.hasOwnProperty.call(message, "groupSysFlag") && message.groupSysFlag !== 0)
                    writer.uint32(/* id 11, wireType 0 =*/88).uint32(message.groupSysFlag);
                if (message.consumeTimeoutMinute != null && $Object.hasOwnProperty.call(message, "consumeTimeoutMinute") && message.consumeTimeoutMinute !== 0)
                    writer.uint32(/* id 12, wireType 0 =*/96).uint32(message.consumeTimeoutMinute);
                if (message.attributes != null && $Object.hasOwnProperty.call(message, "attributes"))
                    for (let keys = $Object.keys(message.attributes), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 13, wireType 2 =*/106).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 2 =*/18).string(message.attributes[keys[i]]).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a SubscriptionGroupConfig message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.SubscriptionGroupConfig
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.SubscriptionGroupConfig & ledgermq.machine.SubscriptionGroupConfig.$Shape} SubscriptionGroupConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            SubscriptionGroupConfig.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, key, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.ledgermq.machine.SubscriptionGroupConfig();
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
                                message.groupName = value;
                            else
                                delete message.groupName;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.consumeEnable = value;
                            else
                                delete message.consumeEnable;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.consumeFromMinEnable = value;
                            else
                                delete message.consumeFromMinEnable;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.consumeBroadcastEnable = value;
                            else
                                delete message.consumeBroadcastEnable;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.consumeMessageOrderly = value;
                            else
                                delete message.consumeMessageOrderly;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.retryQueueNums = value;
                            else
                                delete message.retryQueueNums;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.retryMaxTimes = value;
                            else
                                delete message.retryMaxTimes;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.brokerId = value;
                            else
                                delete message.brokerId;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.whichBrokerWhenConsumeSlowly = value;
                            else
                                delete message.whichBrokerWhenConsumeSlowly;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.notifyConsumerIdsChangedEnable = value;
                            else
                                delete message.notifyConsumerIdsChangedEnable;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.groupSysFlag = value;
                            else
                                delete message.groupSysFlag;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.consumeTimeoutMinute = value;
                            else
                                delete message.consumeTimeoutMinute;
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            if (message.attributes === $util.emptyObject)
                                message.attributes = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = "";
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 2)
                                        break;
                                    value = reader.stringVerify();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.attributes, key);
                            message.attributes[key] = value;
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

            return SubscriptionGroupConfig;
        })();

        machine.PutSubscriptionGroup = (function() {

            /**
             * Properties of a PutSubscriptionGroup.
             * @typedef {Object} ledgermq.machine.PutSubscriptionGroup.$Properties
             * @property {ledgermq.machine.SubscriptionGroupConfig.$Properties|null} [group] PutSubscriptionGroup group
             * @property {boolean|null} [autoCreate] PutSubscriptionGroup autoCreate
             * @property {number|Long|null} [timestamp] PutSubscriptionGroup timestamp
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PutSubscriptionGroup.
             * @memberof ledgermq.machine
             * @interface IPutSubscriptionGroup
             * @augments ledgermq.machine.PutSubscriptionGroup.$Properties
             * @deprecated Use ledgermq.machine.PutSubscriptionGroup.$Properties instead.
             */

            /**
             * Shape of a PutSubscriptionGroup.
             * @typedef {ledgermq.machine.PutSubscriptionGroup.$Properties} ledgermq.machine.PutSubscriptionGroup.$Shape
             */

            /**
             * Constructs a new PutSubscriptionGroup.
             * @memberof ledgermq.machine
             * @classdesc Represents a PutSubscriptionGroup.
             * @constructor
             * @param {ledgermq.machine.PutSubscriptionGroup.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PutSubscriptionGroup = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PutSubscriptionGroup group.
             * @member {ledgermq.machine.SubscriptionGroupConfig.$Properties|null|undefined} group
             * @memberof ledgermq.machine.PutSubscriptionGroup
             * @instance
             */
            PutSubscriptionGroup.prototype.group = null;

            /**
             * PutSubscriptionGroup autoCreate.
             * @member {boolean} autoCreate
             * @memberof ledgermq.machine.PutSubscriptionGroup
             * @instance
             */
            PutSubscriptionGroup.prototype.autoCreate = false;

            /**
             * PutSubscriptionGroup timestamp.
             * @member {number|Long} timestamp
             * @memberof ledgermq.machine.PutSubscriptionGroup
             * @instance
             */
            PutSubscriptionGroup.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified PutSubscriptionGroup message. Does not implicitly {@link ledgermq.machine.PutSubscriptionGroup.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.PutSubscriptionGroup
             * @static
             * @param {ledgermq.machine.PutSubscriptionGroup.$Properties} message PutSubscriptionGroup message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PutSubscriptionGroup.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.group != null && $Object.hasOwnProperty.call(message, "group"))
                    $root.ledgermq.machine.SubscriptionGroupConfig.encode(message.group, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.autoCreate != null && $Object.hasOwnProperty.call(message, "autoCreate") && message.autoCreate !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.autoCreate);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.timestamp);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PutSubscriptionGroup message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.PutSubscriptionGroup
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.PutSubscriptionGroup & ledgermq.machine.PutSubscriptionGroup.$Shape} PutSubscriptionGroup
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PutSubscriptionGroup.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.PutSubscriptionGroup();
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
                            message.group = $root.ledgermq.machine.SubscriptionGroupConfig.decode(reader, reader.size(), $undefined, _depth + 1, message.group);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.autoCreate = value;
                            else
                                delete message.autoCreate;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
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

            return PutSubscriptionGroup;
        })();

        machine.DeleteSubscriptionGroup = (function() {

            /**
             * Properties of a DeleteSubscriptionGroup.
             * @typedef {Object} ledgermq.machine.DeleteSubscriptionGroup.$Properties
             * @property {string|null} [groupName] DeleteSubscriptionGroup groupName
             * @property {boolean|null} [cleanOffset] DeleteSubscriptionGroup cleanOffset
             * @property {number|Long|null} [timestamp] DeleteSubscriptionGroup timestamp
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DeleteSubscriptionGroup.
             * @memberof ledgermq.machine
             * @interface IDeleteSubscriptionGroup
             * @augments ledgermq.machine.DeleteSubscriptionGroup.$Properties
             * @deprecated Use ledgermq.machine.DeleteSubscriptionGroup.$Properties instead.
             */

            /**
             * Shape of a DeleteSubscriptionGroup.
             * @typedef {ledgermq.machine.DeleteSubscriptionGroup.$Properties} ledgermq.machine.DeleteSubscriptionGroup.$Shape
             */

            /**
             * Constructs a new DeleteSubscriptionGroup.
             * @memberof ledgermq.machine
             * @classdesc Represents a DeleteSubscriptionGroup.
             * @constructor
             * @param {ledgermq.machine.DeleteSubscriptionGroup.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DeleteSubscriptionGroup = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DeleteSubscriptionGroup groupName.
             * @member {string} groupName
             * @memberof ledgermq.machine.DeleteSubscriptionGroup
             * @instance
             */
            DeleteSubscriptionGroup.prototype.groupName = "";

            /**
             * DeleteSubscriptionGroup cleanOffset.
             * @member {boolean} cleanOffset
             * @memberof ledgermq.machine.DeleteSubscriptionGroup
             * @instance
             */
            DeleteSubscriptionGroup.prototype.cleanOffset = false;

            /**
             * DeleteSubscriptionGroup timestamp.
             * @member {number|Long} timestamp
             * @memberof ledgermq.machine.DeleteSubscriptionGroup
             * @instance
             */
            DeleteSubscriptionGroup.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified DeleteSubscriptionGroup message. Does not implicitly {@link ledgermq.machine.DeleteSubscriptionGroup.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.DeleteSubscriptionGroup
             * @static
             * @param {ledgermq.machine.DeleteSubscriptionGroup.$Properties} message DeleteSubscriptionGroup message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DeleteSubscriptionGroup.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.groupName != null && $Object.hasOwnProperty.call(message, "groupName") && message.groupName !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.groupName);
                if (message.cleanOffset != null && $Object.hasOwnProperty.call(message, "cleanOffset") && message.cleanOffset !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.cleanOffset);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.timestamp);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DeleteSubscriptionGroup message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.DeleteSubscriptionGroup
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.DeleteSubscriptionGroup & ledgermq.machine.DeleteSubscriptionGroup.$Shape} DeleteSubscriptionGroup
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DeleteSubscriptionGroup.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.DeleteSubscriptionGroup();
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
                                message.groupName = value;
                            else
                                delete message.groupName;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.cleanOffset = value;
                            else
                                delete message.cleanOffset;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
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

            return DeleteSubscriptionGroup;
        })();

        machine.CommitOffsets = (function() {

            /**
             * Properties of a CommitOffsets.
             * @typedef {Object} ledgermq.machine.CommitOffsets.$Properties
             * @property {Array.<ledgermq.machine.OffsetCommit.$Properties>|null} [commits] CommitOffsets commits
             * @property {boolean|null} [force] CommitOffsets force
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a CommitOffsets.
             * @memberof ledgermq.machine
             * @interface ICommitOffsets
             * @augments ledgermq.machine.CommitOffsets.$Properties
             * @deprecated Use ledgermq.machine.CommitOffsets.$Properties instead.
             */

            /**
             * Shape of a CommitOffsets.
             * @typedef {ledgermq.machine.CommitOffsets.$Properties} ledgermq.machine.CommitOffsets.$Shape
             */

            /**
             * Constructs a new CommitOffsets.
             * @memberof ledgermq.machine
             * @classdesc Represents a CommitOffsets.
             * @constructor
             * @param {ledgermq.machine.CommitOffsets.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const CommitOffsets = function (properties) {
                this.commits = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * CommitOffsets commits.
             * @member {Array.<ledgermq.machine.OffsetCommit.$Properties>} commits
             * @memberof ledgermq.machine.CommitOffsets
             * @instance
             */
            CommitOffsets.prototype.commits = $util.emptyArray;

            /**
             * CommitOffsets force.
             * @member {boolean} force
             * @memberof ledgermq.machine.CommitOffsets
             * @instance
             */
            CommitOffsets.prototype.force = false;

            /**
             * Encodes the specified CommitOffsets message. Does not implicitly {@link ledgermq.machine.CommitOffsets.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.CommitOffsets
             * @static
             * @param {ledgermq.machine.CommitOffsets.$Properties} message CommitOffsets message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            CommitOffsets.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.commits != null && message.commits.length)
                    for (let i = 0; i < message.commits.length; ++i)
                        $root.ledgermq.machine.OffsetCommit.encode(message.commits[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.force != null && $Object.hasOwnProperty.call(message, "force") && message.force !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.force);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a CommitOffsets message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.CommitOffsets
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.CommitOffsets & ledgermq.machine.CommitOffsets.$Shape} CommitOffsets
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            CommitOffsets.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.CommitOffsets();
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
                            if (!(message.commits && message.commits.length))
                                message.commits = [];
                            message.commits.push($root.ledgermq.machine.OffsetCommit.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.force = value;
                            else
                                delete message.force;
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

            return CommitOffsets;
        })();

        machine.OffsetCommit = (function() {

            /**
             * Properties of an OffsetCommit.
             * @typedef {Object} ledgermq.machine.OffsetCommit.$Properties
             * @property {string|null} [group] OffsetCommit group
             * @property {string|null} [topic] OffsetCommit topic
             * @property {number|null} [queueId] OffsetCommit queueId
             * @property {number|Long|null} [offset] OffsetCommit offset
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an OffsetCommit.
             * @memberof ledgermq.machine
             * @interface IOffsetCommit
             * @augments ledgermq.machine.OffsetCommit.$Properties
             * @deprecated Use ledgermq.machine.OffsetCommit.$Properties instead.
             */

            /**
             * Shape of an OffsetCommit.
             * @typedef {ledgermq.machine.OffsetCommit.$Properties} ledgermq.machine.OffsetCommit.$Shape
             */

            /**
             * Constructs a new OffsetCommit.
             * @memberof ledgermq.machine
             * @classdesc Represents an OffsetCommit.
             * @constructor
             * @param {ledgermq.machine.OffsetCommit.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const OffsetCommit = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * OffsetCommit group.
             * @member {string} group
             * @memberof ledgermq.machine.OffsetCommit
             * @instance
             */
            OffsetCommit.prototype.group = "";

            /**
             * OffsetCommit topic.
             * @member {string} topic
             * @memberof ledgermq.machine.OffsetCommit
             * @instance
             */
            OffsetCommit.prototype.topic = "";

            /**
             * OffsetCommit queueId.
             * @member {number} queueId
             * @memberof ledgermq.machine.OffsetCommit
             * @instance
             */
            OffsetCommit.prototype.queueId = 0;

            /**
             * OffsetCommit offset.
             * @member {number|Long} offset
             * @memberof ledgermq.machine.OffsetCommit
             * @instance
             */
            OffsetCommit.prototype.offset = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Encodes the specified OffsetCommit message. Does not implicitly {@link ledgermq.machine.OffsetCommit.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.OffsetCommit
             * @static
             * @param {ledgermq.machine.OffsetCommit.$Properties} message OffsetCommit message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            OffsetCommit.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.group);
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.topic);
                if (message.queueId != null && $Object.hasOwnProperty.call(message, "queueId") && message.queueId !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.queueId);
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && (typeof message.offset === "object" ? message.offset.low || message.offset.high : message.offset !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).int64(message.offset);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an OffsetCommit message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.OffsetCommit
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.OffsetCommit & ledgermq.machine.OffsetCommit.$Shape} OffsetCommit
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            OffsetCommit.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.OffsetCommit();
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
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.queueId = value;
                            else
                                delete message.queueId;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                                message.offset = value;
                            else
                                delete message.offset;
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

            return OffsetCommit;
        })();

        machine.Settings = (function() {

            /**
             * Properties of a Settings.
             * @typedef {Object} ledgermq.machine.Settings.$Properties
             * @property {boolean|null} [enableSendDeduplication] Settings enableSendDeduplication
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Settings.
             * @memberof ledgermq.machine
             * @interface ISettings
             * @augments ledgermq.machine.Settings.$Properties
             * @deprecated Use ledgermq.machine.Settings.$Properties instead.
             */

            /**
             * Shape of a Settings.
             * @typedef {ledgermq.machine.Settings.$Properties} ledgermq.machine.Settings.$Shape
             */

            /**
             * Constructs a new Settings.
             * @memberof ledgermq.machine
             * @classdesc Represents a Settings.
             * @constructor
             * @param {ledgermq.machine.Settings.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Settings = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Settings enableSendDeduplication.
             * @member {boolean} enableSendDeduplication
             * @memberof ledgermq.machine.Settings
             * @instance
             */
            Settings.prototype.enableSendDeduplication = false;

            /**
             * Encodes the specified Settings message. Does not implicitly {@link ledgermq.machine.Settings.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.Settings
             * @static
             * @param {ledgermq.machine.Settings.$Properties} message Settings message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Settings.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.enableSendDeduplication != null && $Object.hasOwnProperty.call(message, "enableSendDeduplication") && message.enableSendDeduplication !== false)
                    writer.uint32(/* id 1, wireType 0 =*/8).bool(message.enableSendDeduplication);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Settings message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.Settings
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.Settings & ledgermq.machine.Settings.$Shape} Settings
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Settings.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.Settings();
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
                            if (value = reader.bool())
                                message.enableSendDeduplication = value;
                            else
                                delete message.enableSendDeduplication;
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

            return Settings;
        })();

        machine.PutSettings = (function() {

            /**
             * Properties of a PutSettings.
             * @typedef {Object} ledgermq.machine.PutSettings.$Properties
             * @property {ledgermq.machine.Settings.$Properties|null} [settings] PutSettings settings
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a PutSettings.
             * @memberof ledgermq.machine
             * @interface IPutSettings
             * @augments ledgermq.machine.PutSettings.$Properties
             * @deprecated Use ledgermq.machine.PutSettings.$Properties instead.
             */

            /**
             * Shape of a PutSettings.
             * @typedef {ledgermq.machine.PutSettings.$Properties} ledgermq.machine.PutSettings.$Shape
             */

            /**
             * Constructs a new PutSettings.
             * @memberof ledgermq.machine
             * @classdesc Represents a PutSettings.
             * @constructor
             * @param {ledgermq.machine.PutSettings.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const PutSettings = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * PutSettings settings.
             * @member {ledgermq.machine.Settings.$Properties|null|undefined} settings
             * @memberof ledgermq.machine.PutSettings
             * @instance
             */
            PutSettings.prototype.settings = null;

            /**
             * Encodes the specified PutSettings message. Does not implicitly {@link ledgermq.machine.PutSettings.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.PutSettings
             * @static
             * @param {ledgermq.machine.PutSettings.$Properties} message PutSettings message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            PutSettings.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.settings != null && $Object.hasOwnProperty.call(message, "settings"))
                    $root.ledgermq.machine.Settings.encode(message.settings, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a PutSettings message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.PutSettings
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.PutSettings & ledgermq.machine.PutSettings.$Shape} PutSettings
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            PutSettings.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.PutSettings();
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
                            message.settings = $root.ledgermq.machine.Settings.decode(reader, reader.size(), $undefined, _depth + 1, message.settings);
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

            return PutSettings;
        })();

        machine.Bootstrap = (function() {

            /**
             * Properties of a Bootstrap.
             * @typedef {Object} ledgermq.machine.Bootstrap.$Properties
             * @property {number|Long|null} [timestamp] Bootstrap timestamp
             * @property {Array.<ledgermq.machine.TopicConfig.$Properties>|null} [topics] Bootstrap topics
             * @property {Array.<ledgermq.machine.SubscriptionGroupConfig.$Properties>|null} [groups] Bootstrap groups
             * @property {ledgermq.machine.Settings.$Properties|null} [settings] Bootstrap settings
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Bootstrap.
             * @memberof ledgermq.machine
             * @interface IBootstrap
             * @augments ledgermq.machine.Bootstrap.$Properties
             * @deprecated Use ledgermq.machine.Bootstrap.$Properties instead.
             */

            /**
             * Shape of a Bootstrap.
             * @typedef {ledgermq.machine.Bootstrap.$Properties} ledgermq.machine.Bootstrap.$Shape
             */

            /**
             * Constructs a new Bootstrap.
             * @memberof ledgermq.machine
             * @classdesc Represents a Bootstrap.
             * @constructor
             * @param {ledgermq.machine.Bootstrap.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Bootstrap = function (properties) {
                this.topics = [];
                this.groups = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Bootstrap timestamp.
             * @member {number|Long} timestamp
             * @memberof ledgermq.machine.Bootstrap
             * @instance
             */
            Bootstrap.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Bootstrap topics.
             * @member {Array.<ledgermq.machine.TopicConfig.$Properties>} topics
             * @memberof ledgermq.machine.Bootstrap
             * @instance
             */
            Bootstrap.prototype.topics = $util.emptyArray;

            /**
             * Bootstrap groups.
             * @member {Array.<ledgermq.machine.SubscriptionGroupConfig.$Properties>} groups
             * @memberof ledgermq.machine.Bootstrap
             * @instance
             */
            Bootstrap.prototype.groups = $util.emptyArray;

            /**
             * Bootstrap settings.
             * @member {ledgermq.machine.Settings.$Properties|null|undefined} settings
             * @memberof ledgermq.machine.Bootstrap
             * @instance
             */
            Bootstrap.prototype.settings = null;

            /**
             * Encodes the specified Bootstrap message. Does not implicitly {@link ledgermq.machine.Bootstrap.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.Bootstrap
             * @static
             * @param {ledgermq.machine.Bootstrap.$Properties} message Bootstrap message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Bootstrap.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.timestamp);
                if (message.topics != null && message.topics.length)
                    for (let i = 0; i < message.topics.length; ++i)
                        $root.ledgermq.machine.TopicConfig.encode(message.topics[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.groups != null && message.groups.length)
                    for (let i = 0; i < message.groups.length; ++i)
                        $root.ledgermq.machine.SubscriptionGroupConfig.encode(message.groups[i], writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.settings != null && $Object.hasOwnProperty.call(message, "settings"))
                    $root.ledgermq.machine.Settings.encode(message.settings, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Bootstrap message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.Bootstrap
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.Bootstrap & ledgermq.machine.Bootstrap.$Shape} Bootstrap
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Bootstrap.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.Bootstrap();
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
                                message.timestamp = value;
                            else
                                delete message.timestamp;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if (!(message.topics && message.topics.length))
                                message.topics = [];
                            message.topics.push($root.ledgermq.machine.TopicConfig.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.groups && message.groups.length))
                                message.groups = [];
                            message.groups.push($root.ledgermq.machine.SubscriptionGroupConfig.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.settings = $root.ledgermq.machine.Settings.decode(reader, reader.size(), $undefined, _depth + 1, message.settings);
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

            return Bootstrap;
        })();

        machine.DataVersion = (function() {

            /**
             * Properties of a DataVersion.
             * @typedef {Object} ledgermq.machine.DataVersion.$Properties
             * @property {number|Long|null} [counter] DataVersion counter
             * @property {number|Long|null} [timestamp] DataVersion timestamp
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DataVersion.
             * @memberof ledgermq.machine
             * @interface IDataVersion
             * @augments ledgermq.machine.DataVersion.$Properties
             * @deprecated Use ledgermq.machine.DataVersion.$Properties instead.
             */

            /**
             * Shape of a DataVersion.
             * @typedef {ledgermq.machine.DataVersion.$Properties} ledgermq.machine.DataVersion.$Shape
             */

            /**
             * Constructs a new DataVersion.
             * @memberof ledgermq.machine
             * @classdesc Represents a DataVersion.
             * @constructor
             * @param {ledgermq.machine.DataVersion.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DataVersion = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DataVersion counter.
             * @member {number|Long} counter
             * @memberof ledgermq.machine.DataVersion
             * @instance
             */
            DataVersion.prototype.counter = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * DataVersion timestamp.
             * @member {number|Long} timestamp
             * @memberof ledgermq.machine.DataVersion
             * @instance
             */
            DataVersion.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Encodes the specified DataVersion message. Does not implicitly {@link ledgermq.machine.DataVersion.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.DataVersion
             * @static
             * @param {ledgermq.machine.DataVersion.$Properties} message DataVersion message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DataVersion.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.counter != null && $Object.hasOwnProperty.call(message, "counter") && (typeof message.counter === "object" ? message.counter.low || message.counter.high : message.counter !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.counter);
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp") && (typeof message.timestamp === "object" ? message.timestamp.low || message.timestamp.high : message.timestamp !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.timestamp);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DataVersion message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.DataVersion
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.DataVersion & ledgermq.machine.DataVersion.$Shape} DataVersion
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DataVersion.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.DataVersion();
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
                                message.counter = value;
                            else
                                delete message.counter;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timestamp = value;
                            else
                                delete message.timestamp;
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

            return DataVersion;
        })();

        machine.MachineRow = (function() {

            /**
             * Properties of a MachineRow.
             * @typedef {Object} ledgermq.machine.MachineRow.$Properties
             * @property {number|null} [version] MachineRow version
             * @property {boolean|null} [bootstrapped] MachineRow bootstrapped
             * @property {ledgermq.machine.Settings.$Properties|null} [settings] MachineRow settings
             * @property {ledgermq.machine.DataVersion.$Properties|null} [topics] MachineRow topics
             * @property {ledgermq.machine.DataVersion.$Properties|null} [subscriptionGroups] MachineRow subscriptionGroups
             * @property {number|null} [nextTopicNumber] MachineRow nextTopicNumber
             * @property {number|null} [nextQueueNumber] MachineRow nextQueueNumber
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a MachineRow.
             * @memberof ledgermq.machine
             * @interface IMachineRow
             * @augments ledgermq.machine.MachineRow.$Properties
             * @deprecated Use ledgermq.machine.MachineRow.$Properties instead.
             */

            /**
             * Shape of a MachineRow.
             * @typedef {ledgermq.machine.MachineRow.$Properties} ledgermq.machine.MachineRow.$Shape
             */

            /**
             * Constructs a new MachineRow.
             * @memberof ledgermq.machine
             * @classdesc Represents a MachineRow.
             * @constructor
             * @param {ledgermq.machine.MachineRow.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const MachineRow = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * MachineRow version.
             * @member {number} version
             * @memberof ledgermq.machine.MachineRow
             * @instance
             */
            MachineRow.prototype.version = 0;

            /**
             * MachineRow bootstrapped.
             * @member {boolean} bootstrapped
             * @memberof ledgermq.machine.MachineRow
             * @instance
             */
            MachineRow.prototype.bootstrapped = false;

            /**
             * MachineRow settings.
             * @member {ledgermq.machine.Settings.$Properties|null|undefined} settings
             * @memberof ledgermq.machine.MachineRow
             * @instance
             */
            MachineRow.prototype.settings = null;

            /**
             * MachineRow topics.
             * @member {ledgermq.machine.DataVersion.$Properties|null|undefined} topics
             * @memberof ledgermq.machine.MachineRow
             * @instance
             */
            MachineRow.prototype.topics = null;

            /**
             * MachineRow subscriptionGroups.
             * @member {ledgermq.machine.DataVersion.$Properties|null|undefined} subscriptionGroups
             * @memberof ledgermq.machine.MachineRow
             * @instance
             */
            MachineRow.prototype.subscriptionGroups = null;

            /**
             * MachineRow nextTopicNumber.
             * @member {number} nextTopicNumber
             * @memberof ledgermq.machine.MachineRow
             * @instance
             */
            MachineRow.prototype.nextTopicNumber = 0;

            /**
             * MachineRow nextQueueNumber.
             * @member {number} nextQueueNumber
             * @memberof ledgermq.machine.MachineRow
             * @instance
             */
            MachineRow.prototype.nextQueueNumber = 0;

            /**
             * Encodes the specified MachineRow message. Does not implicitly {@link ledgermq.machine.MachineRow.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.MachineRow
             * @static
             * @param {ledgermq.machine.MachineRow.$Properties} message MachineRow message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            MachineRow.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.version);
                if (message.bootstrapped != null && $Object.hasOwnProperty.call(message, "bootstrapped") && message.bootstrapped !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.bootstrapped);
                if (message.settings != null && $Object.hasOwnProperty.call(message, "settings"))
                    $root.ledgermq.machine.Settings.encode(message.settings, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
                if (message.topics != null && $Object.hasOwnProperty.call(message, "topics"))
                    $root.ledgermq.machine.DataVersion.encode(message.topics, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.subscriptionGroups != null && $Object.hasOwnProperty.call(message, "subscriptionGroups"))
                    $root.ledgermq.machine.DataVersion.encode(message.subscriptionGroups, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
                if (message.nextTopicNumber != null && $Object.hasOwnProperty.call(message, "nextTopicNumber") && message.nextTopicNumber !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.nextTopicNumber);
                if (message.nextQueueNumber != null && $Object.hasOwnProperty.call(message, "nextQueueNumber") && message.nextQueueNumber !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.nextQueueNumber);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a MachineRow message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.MachineRow
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.MachineRow & ledgermq.machine.MachineRow.$Shape} MachineRow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            MachineRow.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.MachineRow();
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
                            if (value = reader.uint32())
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.bootstrapped = value;
                            else
                                delete message.bootstrapped;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            message.settings = $root.ledgermq.machine.Settings.decode(reader, reader.size(), $undefined, _depth + 1, message.settings);
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            message.topics = $root.ledgermq.machine.DataVersion.decode(reader, reader.size(), $undefined, _depth + 1, message.topics);
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            message.subscriptionGroups = $root.ledgermq.machine.DataVersion.decode(reader, reader.size(), $undefined, _depth + 1, message.subscriptionGroups);
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.nextTopicNumber = value;
                            else
                                delete message.nextTopicNumber;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.nextQueueNumber = value;
                            else
                                delete message.nextQueueNumber;
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

            return MachineRow;
        })();

        machine.TopicRow = (function() {

            /**
             * Properties of a TopicRow.
             * @typedef {Object} ledgermq.machine.TopicRow.$Properties
             * @property {ledgermq.machine.TopicConfig.$Properties|null} [config] TopicRow config
             * @property {number|null} [number] TopicRow number
             * @property {Array.<number>|null} [queueNumbers] TopicRow queueNumbers
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a TopicRow.
             * @memberof ledgermq.machine
             * @interface ITopicRow
             * @augments ledgermq.machine.TopicRow.$Properties
             * @deprecated Use ledgermq.machine.TopicRow.$Properties instead.
             */

            /**
             * Shape of a TopicRow.
             * @typedef {ledgermq.machine.TopicRow.$Properties} ledgermq.machine.TopicRow.$Shape
             */

            /**
             * Constructs a new TopicRow.
             * @memberof ledgermq.machine
             * @classdesc Represents a TopicRow.
             * @constructor
             * @param {ledgermq.machine.TopicRow.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const TopicRow = function (properties) {
                this.queueNumbers = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * TopicRow config.
             * @member {ledgermq.machine.TopicConfig.$Properties|null|undefined} config
             * @memberof ledgermq.machine.TopicRow
             * @instance
             */
            TopicRow.prototype.config = null;

            /**
             * TopicRow number.
             * @member {number} number
             * @memberof ledgermq.machine.TopicRow
             * @instance
             */
            TopicRow.prototype.number = 0;

            /**
             * TopicRow queueNumbers.
             * @member {Array.<number>} queueNumbers
             * @memberof ledgermq.machine.TopicRow
             * @instance
             */
            TopicRow.prototype.queueNumbers = $util.emptyArray;

            /**
             * Encodes the specified TopicRow message. Does not implicitly {@link ledgermq.machine.TopicRow.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.TopicRow
             * @static
             * @param {ledgermq.machine.TopicRow.$Properties} message TopicRow message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            TopicRow.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.config != null && $Object.hasOwnProperty.call(message, "config"))
                    $root.ledgermq.machine.TopicConfig.encode(message.config, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.number != null && $Object.hasOwnProperty.call(message, "number") && message.number !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.number);
                if (message.queueNumbers != null && message.queueNumbers.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.queueNumbers);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a TopicRow message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.TopicRow
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.TopicRow & ledgermq.machine.TopicRow.$Shape} TopicRow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            TopicRow.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.TopicRow();
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
                            message.config = $root.ledgermq.machine.TopicConfig.decode(reader, reader.size(), $undefined, _depth + 1, message.config);
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.number = value;
                            else
                                delete message.number;
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.queueNumbers && message.queueNumbers.length))
                                    message.queueNumbers = [];
                                reader.uint32s(message.queueNumbers);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.queueNumbers && message.queueNumbers.length))
                                message.queueNumbers = [];
                            message.queueNumbers.push(reader.uint32());
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

            return TopicRow;
        })();

        machine.OffsetRow = (function() {

            /**
             * Properties of an OffsetRow.
             * @typedef {Object} ledgermq.machine.OffsetRow.$Properties
             * @property {string|null} [group] OffsetRow group
             * @property {string|null} [topic] OffsetRow topic
             * @property {Array.<number>|null} [queueIds] OffsetRow queueIds
             * @property {Array.<number|Long>|null} [offsets] OffsetRow offsets
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an OffsetRow.
             * @memberof ledgermq.machine
             * @interface IOffsetRow
             * @augments ledgermq.machine.OffsetRow.$Properties
             * @deprecated Use ledgermq.machine.OffsetRow.$Properties instead.
             */

            /**
             * Shape of an OffsetRow.
             * @typedef {ledgermq.machine.OffsetRow.$Properties} ledgermq.machine.OffsetRow.$Shape
             */

            /**
             * Constructs a new OffsetRow.
             * @memberof ledgermq.machine
             * @classdesc Represents an OffsetRow.
             * @constructor
             * @param {ledgermq.machine.OffsetRow.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const OffsetRow = function (properties) {
                this.queueIds = [];
                this.offsets = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * OffsetRow group.
             * @member {string} group
             * @memberof ledgermq.machine.OffsetRow
             * @instance
             */
            OffsetRow.prototype.group = "";

            /**
             * OffsetRow topic.
             * @member {string} topic
             * @memberof ledgermq.machine.OffsetRow
             * @instance
             */
            OffsetRow.prototype.topic = "";

            /**
             * OffsetRow queueIds.
             * @member {Array.<number>} queueIds
             * @memberof ledgermq.machine.OffsetRow
             * @instance
             */
            OffsetRow.prototype.queueIds = $util.emptyArray;

            /**
             * OffsetRow offsets.
             * @member {Array.<number|Long>} offsets
             * @memberof ledgermq.machine.OffsetRow
             * @instance
             */
            OffsetRow.prototype.offsets = $util.emptyArray;

            /**
             * Encodes the specified OffsetRow message. Does not implicitly {@link ledgermq.machine.OffsetRow.verify|verify} messages.
             * @function encode
             * @memberof ledgermq.machine.OffsetRow
             * @static
             * @param {ledgermq.machine.OffsetRow.$Properties} message OffsetRow message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            OffsetRow.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.group);
                if (message.topic != null && $Object.hasOwnProperty.call(message, "topic") && message.topic !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.topic);
                if (message.queueIds != null && message.queueIds.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).uint32s(message.queueIds);
                if (message.offsets != null && message.offsets.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).uint64s(message.offsets);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an OffsetRow message from the specified reader or buffer.
             * @function decode
             * @memberof ledgermq.machine.OffsetRow
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {ledgermq.machine.OffsetRow & ledgermq.machine.OffsetRow.$Shape} OffsetRow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            OffsetRow.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.ledgermq.machine.OffsetRow();
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
                                message.topic = value;
                            else
                                delete message.topic;
                            continue;
                        }
                    case 3: {
                            if (wireType === 2) {
                                if (!(message.queueIds && message.queueIds.length))
                                    message.queueIds = [];
                                reader.uint32s(message.queueIds);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.queueIds && message.queueIds.length))
                                message.queueIds = [];
                            message.queueIds.push(reader.uint32());
                            continue;
                        }
                    case 4: {
                            if (wireType === 2) {
                                if (!(message.offsets && message.offsets.length))
                                    message.offsets = [];
                                reader.uint64s(message.offsets);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.offsets && message.offsets.length))
                                message.offsets = [];
                            message.offsets.push(reader.uint64());
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

            return OffsetRow;
        })();

        return machine;
    })();

    return ledgermq;
})();

export {
  $root as default
};
