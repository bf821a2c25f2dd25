import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace ledgermq. */
export namespace ledgermq {

    /** Namespace machine. */
    namespace machine {

        /**
         * Properties of a CommandBatch.
         * @deprecated Use ledgermq.machine.CommandBatch.$Properties instead.
         */
        interface ICommandBatch extends ledgermq.machine.CommandBatch.$Properties {
        }

        /** Represents a CommandBatch. */
        class CommandBatch {

            /**
             * Constructs a new CommandBatch.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.CommandBatch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CommandBatch version. */
            version: number;

            /** CommandBatch commands. */
            commands: ledgermq.machine.Command.$Properties[];

            /**
             * Encodes the specified CommandBatch message. Does not implicitly {@link ledgermq.machine.CommandBatch.verify|verify} messages.
             * @param message CommandBatch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.CommandBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CommandBatch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.CommandBatch & ledgermq.machine.CommandBatch.$Shape} CommandBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.CommandBatch & ledgermq.machine.CommandBatch.$Shape;
        }

        namespace CommandBatch {

            /** Properties of a CommandBatch. */
            interface $Properties {

                /** CommandBatch version */
                version?: (number|null);

                /** CommandBatch commands */
                commands?: (ledgermq.machine.Command.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CommandBatch. */
            type $Shape = {
              version?: number|null;
              commands?: ledgermq.machine.Command.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Command.
         * @deprecated Use ledgermq.machine.Command.$Properties instead.
         */
        interface ICommand extends ledgermq.machine.Command.$Properties {
        }

        /** Represents a Command. */
        class Command {

            /**
             * Constructs a new Command.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.Command.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Command putTopic. */
            putTopic?: (ledgermq.machine.PutTopic.$Properties|null);

            /** Command deleteTopic. */
            deleteTopic?: (ledgermq.machine.DeleteTopic.$Properties|null);

            /** Command putSubscriptionGroup. */
            putSubscriptionGroup?: (ledgermq.machine.PutSubscriptionGroup.$Properties|null);

            /** Command deleteSubscriptionGroup. */
            deleteSubscriptionGroup?: (ledgermq.machine.DeleteSubscriptionGroup.$Properties|null);

            /** Command commitOffsets. */
            commitOffsets?: (ledgermq.machine.CommitOffsets.$Properties|null);

            /** Command putSettings. */
            putSettings?: (ledgermq.machine.PutSettings.$Properties|null);

            /** Command bootstrap. */
            bootstrap?: (ledgermq.machine.Bootstrap.$Properties|null);

            /** Command body. */
            body?: ("putTopic"|"deleteTopic"|"putSubscriptionGroup"|"deleteSubscriptionGroup"|"commitOffsets"|"putSettings"|"bootstrap");

            /**
             * Encodes the specified Command message. Does not implicitly {@link ledgermq.machine.Command.verify|verify} messages.
             * @param message Command message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.Command.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Command message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.Command & ledgermq.machine.Command.$Shape} Command
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.Command & ledgermq.machine.Command.$Shape;
        }

        namespace Command {

            /** Properties of a Command. */
            interface $Properties {

                /** Command putTopic */
                putTopic?: (ledgermq.machine.PutTopic.$Properties|null);

                /** Command deleteTopic */
                deleteTopic?: (ledgermq.machine.DeleteTopic.$Properties|null);

                /** Command putSubscriptionGroup */
                putSubscriptionGroup?: (ledgermq.machine.PutSubscriptionGroup.$Properties|null);

                /** Command deleteSubscriptionGroup */
                deleteSubscriptionGroup?: (ledgermq.machine.DeleteSubscriptionGroup.$Properties|null);

                /** Command commitOffsets */
                commitOffsets?: (ledgermq.machine.CommitOffsets.$Properties|null);

                /** Command putSettings */
                putSettings?: (ledgermq.machine.PutSettings.$Properties|null);

                /** Command bootstrap */
                bootstrap?: (ledgermq.machine.Bootstrap.$Properties|null);

                /** Command body */
                body?: ("putTopic"|"deleteTopic"|"putSubscriptionGroup"|"deleteSubscriptionGroup"|"commitOffsets"|"putSettings"|"bootstrap");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Command. */
            type $Shape = {
              putTopic?: ledgermq.machine.PutTopic.$Shape|null;
              deleteTopic?: ledgermq.machine.DeleteTopic.$Shape|null;
              putSubscriptionGroup?: ledgermq.machine.PutSubscriptionGroup.$Shape|null;
              deleteSubscriptionGroup?: ledgermq.machine.DeleteSubscriptionGroup.$Shape|null;
              commitOffsets?: ledgermq.machine.CommitOffsets.$Shape|null;
              putSettings?: ledgermq.machine.PutSettings.$Shape|null;
              bootstrap?: ledgermq.machine.Bootstrap.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; putTopic?: null; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings?: null; bootstrap?: null }|{ body?: "putTopic"; putTopic: ledgermq.machine.PutTopic.$Shape; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings?: null; bootstrap?: null }|{ body?: "deleteTopic"; putTopic?: null; deleteTopic: ledgermq.machine.DeleteTopic.$Shape; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings?: null; bootstrap?: null }|{ body?: "putSubscriptionGroup"; putTopic?: null; deleteTopic?: null; putSubscriptionGroup: ledgermq.machine.PutSubscriptionGroup.$Shape; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings?: null; bootstrap?: null }|{ body?: "deleteSubscriptionGroup"; putTopic?: null; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup: ledgermq.machine.DeleteSubscriptionGroup.$Shape; commitOffsets?: null; putSettings?: null; bootstrap?: null }|{ body?: "commitOffsets"; putTopic?: null; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets: ledgermq.machine.CommitOffsets.$Shape; putSettings?: null; bootstrap?: null }|{ body?: "putSettings"; putTopic?: null; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings: ledgermq.machine.PutSettings.$Shape; bootstrap?: null }|{ body?: "bootstrap"; putTopic?: null; deleteTopic?: null; putSubscriptionGroup?: null; deleteSubscriptionGroup?: null; commitOffsets?: null; putSettings?: null; bootstrap: ledgermq.machine.Bootstrap.$Shape })
            );
        }

        /**
         * Properties of a TopicConfig.
         * @deprecated Use ledgermq.machine.TopicConfig.$Properties instead.
         */
        interface ITopicConfig extends ledgermq.machine.TopicConfig.$Properties {
        }

        /** Represents a TopicConfig. */
        class TopicConfig {

            /**
             * Constructs a new TopicConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.TopicConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TopicConfig topicName. */
            topicName: string;

            /** TopicConfig readQueueNums. */
            readQueueNums: number;

            /** TopicConfig writeQueueNums. */
            writeQueueNums: number;

            /** TopicConfig perm. */
            perm: number;

            /** TopicConfig topicFilterType. */
            topicFilterType: string;

            /** TopicConfig topicSysFlag. */
            topicSysFlag: number;

            /** TopicConfig order. */
            order: boolean;

            /** TopicConfig attributes. */
            attributes: { [k: string]: string };

            /**
             * Encodes the specified TopicConfig message. Does not implicitly {@link ledgermq.machine.TopicConfig.verify|verify} messages.
             * @param message TopicConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.TopicConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TopicConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.TopicConfig & ledgermq.machine.TopicConfig.$Shape} TopicConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.TopicConfig & ledgermq.machine.TopicConfig.$Shape;
        }

        namespace TopicConfig {

            /** Properties of a TopicConfig. */
            interface $Properties {

                /** TopicConfig topicName */
                topicName?: (string|null);

                /** TopicConfig readQueueNums */
                readQueueNums?: (number|null);

                /** TopicConfig writeQueueNums */
                writeQueueNums?: (number|null);

                /** TopicConfig perm */
                perm?: (number|null);

                /** TopicConfig topicFilterType */
                topicFilterType?: (string|null);

                /** TopicConfig topicSysFlag */
                topicSysFlag?: (number|null);

                /** TopicConfig order */
                order?: (boolean|null);

                /** TopicConfig attributes */
                attributes?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TopicConfig. */
            type $Shape = ledgermq.machine.TopicConfig.$Properties;
        }

        /**
         * Properties of a PutTopic.
         * @deprecated Use ledgermq.machine.PutTopic.$Properties instead.
         */
        interface IPutTopic extends ledgermq.machine.PutTopic.$Properties {
        }

        /** Represents a PutTopic. */
        class PutTopic {

            /**
             * Constructs a new PutTopic.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.PutTopic.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PutTopic topic. */
            topic?: (ledgermq.machine.TopicConfig.$Properties|null);

            /** PutTopic autoCreate. */
            autoCreate: boolean;

            /** PutTopic timestamp. */
            timestamp: (number|Long);

            /**
             * Encodes the specified PutTopic message. Does not implicitly {@link ledgermq.machine.PutTopic.verify|verify} messages.
             * @param message PutTopic message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.PutTopic.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PutTopic message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.PutTopic & ledgermq.machine.PutTopic.$Shape} PutTopic
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.PutTopic & ledgermq.machine.PutTopic.$Shape;
        }

        namespace PutTopic {

            /** Properties of a PutTopic. */
            interface $Properties {

                /** PutTopic topic */
                topic?: (ledgermq.machine.TopicConfig.$Properties|null);

                /** PutTopic autoCreate */
                autoCreate?: (boolean|null);

                /** PutTopic timestamp */
                timestamp?: (number|Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PutTopic. */
            type $Shape = ledgermq.machine.PutTopic.$Properties;
        }

        /**
         * Properties of a DeleteTopic.
         * @deprecated Use ledgermq.machine.DeleteTopic.$Properties instead.
         */
        interface IDeleteTopic extends ledgermq.machine.DeleteTopic.$Properties {
        }

        /** Represents a DeleteTopic. */
        class DeleteTopic {

            /**
             * Constructs a new DeleteTopic.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.DeleteTopic.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeleteTopic topicName. */
            topicName: string;

            /** DeleteTopic timestamp. */
            timestamp: (number|Long);

            /**
             * Encodes the specified DeleteTopic message. Does not implicitly {@link ledgermq.machine.DeleteTopic.verify|verify} messages.
             * @param message DeleteTopic message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.DeleteTopic.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeleteTopic message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.DeleteTopic & ledgermq.machine.DeleteTopic.$Shape} DeleteTopic
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.DeleteTopic & ledgermq.machine.DeleteTopic.$Shape;
        }

        namespace DeleteTopic {

            /** Properties of a DeleteTopic. */
            interface $Properties {

                /** DeleteTopic topicName */
                topicName?: (string|null);

                /** DeleteTopic timestamp */
                timestamp?: (number|Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeleteTopic. */
            type $Shape = ledgermq.machine.DeleteTopic.$Properties;
        }

        /**
         * Properties of a SubscriptionGroupConfig.
         * @deprecated Use ledgermq.machine.SubscriptionGroupConfig.$Properties instead.
         */
        interface ISubscriptionGroupConfig extends ledgermq.machine.SubscriptionGroupConfig.$Properties {
        }

        /** Represents a SubscriptionGroupConfig. */
        class SubscriptionGroupConfig {

            /**
             * Constructs a new SubscriptionGroupConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.SubscriptionGroupConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SubscriptionGroupConfig groupName. */
            groupName: string;

            /** SubscriptionGroupConfig consumeEnable. */
            consumeEnable: boolean;

            /** SubscriptionGroupConfig consumeFromMinEnable. */
            consumeFromMinEnable: boolean;

            /** SubscriptionGroupConfig consumeBroadcastEnable. */
            consumeBroadcastEnable: boolean;

            /** SubscriptionGroupConfig consumeMessageOrderly. */
            consumeMessageOrderly: boolean;

            /** SubscriptionGroupConfig retryQueueNums. */
            retryQueueNums: number;

            /** SubscriptionGroupConfig retryMaxTimes. */
            retryMaxTimes: number;

            /** SubscriptionGroupConfig brokerId. */
            brokerId: number;

            /** SubscriptionGroupConfig whichBrokerWhenConsumeSlowly. */
            whichBrokerWhenConsumeSlowly: number;

            /** SubscriptionGroupConfig notifyConsumerIdsChangedEnable. */
            notifyConsumerIdsChangedEnable: boolean;

            /** SubscriptionGroupConfig groupSysFlag. */
            groupSysFlag: number;

            /** SubscriptionGroupConfig consumeTimeoutMinute. */
            consumeTimeoutMinute: number;

            /** SubscriptionGroupConfig attributes. */
            attributes: { [k: string]: string };

            /**
             * Encodes the specified SubscriptionGroupConfig message. Does not implicitly {@link ledgermq.machine.SubscriptionGroupConfig.verify|verify} messages.
             * @param message SubscriptionGroupConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.SubscriptionGroupConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubscriptionGroupConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.SubscriptionGroupConfig & ledgermq.machine.SubscriptionGroupConfig.$Shape} SubscriptionGroupConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.SubscriptionGroupConfig & ledgermq.machine.SubscriptionGroupConfig.$Shape;
        }

        namespace SubscriptionGroupConfig {

            /** Properties of a SubscriptionGroupConfig. */
            interface $Properties {

                /** SubscriptionGroupConfig groupName */
                groupName?: (string|null);

                /** SubscriptionGroupConfig consumeEnable */
                consumeEnable?: (boolean|null);

                /** SubscriptionGroupConfig consumeFromMinEnable */
                consumeFromMinEnable?: (boolean|null);

                /** SubscriptionGroupConfig consumeBroadcastEnable */
                consumeBroadcastEnable?: (boolean|null);

                /** SubscriptionGroupConfig consumeMessageOrderly */
                consumeMessageOrderly?: (boolean|null);

                /** SubscriptionGroupConfig retryQueueNums */
                retryQueueNums?: (number|null);

                /** SubscriptionGroupConfig retryMaxTimes */
                retryMaxTimes?: (number|null);

                /** SubscriptionGroupConfig brokerId */
                brokerId?: (number|null);

                /** SubscriptionGroupConfig whichBrokerWhenConsumeSlowly */
                whichBrokerWhenConsumeSlowly?: (number|null);

                /** SubscriptionGroupConfig notifyConsumerIdsChangedEnable */
                notifyConsumerIdsChangedEnable?: (boolean|null);

                /** SubscriptionGroupConfig groupSysFlag */
                groupSysFlag?: (number|null);

                /** SubscriptionGroupConfig consumeTimeoutMinute */
                consumeTimeoutMinute?: (number|null);

                /** SubscriptionGroupConfig attributes */
                attributes?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubscriptionGroupConfig. */
            type $Shape = ledgermq.machine.SubscriptionGroupConfig.$Properties;
        }

        /**
         * Properties of a PutSubscriptionGroup.
         * @deprecated Use ledgermq.machine.PutSubscriptionGroup.$Properties instead.
         */
        interface IPutSubscriptionGroup extends ledgermq.machine.PutSubscriptionGroup.$Properties {
        }

        /** Represents a PutSubscriptionGroup. */
        class PutSubscriptionGroup {

            /**
             * Constructs a new PutSubscriptionGroup.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.PutSubscriptionGroup.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PutSubscriptionGroup group. */
            group?: (ledgermq.machine.SubscriptionGroupConfig.$Properties|null);

            /** PutSubscriptionGroup autoCreate. */
            autoCreate: boolean;

            /** PutSubscriptionGroup timestamp. */
            timestamp: (number|Long);

            /**
             * Encodes the specified PutSubscriptionGroup message. Does not implicitly {@link ledgermq.machine.PutSubscriptionGroup.verify|verify} messages.
             * @param message PutSubscriptionGroup message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.PutSubscriptionGroup.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PutSubscriptionGroup message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.PutSubscriptionGroup & ledgermq.machine.PutSubscriptionGroup.$Shape} PutSubscriptionGroup
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.PutSubscriptionGroup & ledgermq.machine.PutSubscriptionGroup.$Shape;
        }

        namespace PutSubscriptionGroup {

            /** Properties of a PutSubscriptionGroup. */
            interface $Properties {

                /** PutSubscriptionGroup group */
                group?: (ledgermq.machine.SubscriptionGroupConfig.$Properties|null);

                /** PutSubscriptionGroup autoCreate */
                autoCreate?: (boolean|null);

                /** PutSubscriptionGroup timestamp */
                timestamp?: (number|Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PutSubscriptionGroup. */
            type $Shape = ledgermq.machine.PutSubscriptionGroup.$Properties;
        }

        /**
         * Properties of a DeleteSubscriptionGroup.
         * @deprecated Use ledgermq.machine.DeleteSubscriptionGroup.$Properties instead.
         */
        interface IDeleteSubscriptionGroup extends ledgermq.machine.DeleteSubscriptionGroup.$Properties {
        }

        /** Represents a DeleteSubscriptionGroup. */
        class DeleteSubscriptionGroup {

            /**
             * Constructs a new DeleteSubscriptionGroup.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.DeleteSubscriptionGroup.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeleteSubscriptionGroup groupName. */
            groupName: string;

            /** DeleteSubscriptionGroup cleanOffset. */
            cleanOffset: boolean;

            /** DeleteSubscriptionGroup timestamp. */
            timestamp: (number|Long);

            /**
             * Encodes the specified DeleteSubscriptionGroup message. Does not implicitly {@link ledgermq.machine.DeleteSubscriptionGroup.verify|verify} messages.
             * @param message DeleteSubscriptionGroup message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.DeleteSubscriptionGroup.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeleteSubscriptionGroup message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.DeleteSubscriptionGroup & ledgermq.machine.DeleteSubscriptionGroup.$Shape} DeleteSubscriptionGroup
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.DeleteSubscriptionGroup & ledgermq.machine.DeleteSubscriptionGroup.$Shape;
        }

        namespace DeleteSubscriptionGroup {

            /** Properties of a DeleteSubscriptionGroup. */
            interface $Properties {

                /** DeleteSubscriptionGroup groupName */
                groupName?: (string|null);

                /** DeleteSubscriptionGroup cleanOffset */
                cleanOffset?: (boolean|null);

                /** DeleteSubscriptionGroup timestamp */
                timestamp?: (number|Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeleteSubscriptionGroup. */
            type $Shape = ledgermq.machine.DeleteSubscriptionGroup.$Properties;
        }

        /**
         * Properties of a CommitOffsets.
         * @deprecated Use ledgermq.machine.CommitOffsets.$Properties instead.
         */
        interface ICommitOffsets extends ledgermq.machine.CommitOffsets.$Properties {
        }

        /** Represents a CommitOffsets. */
        class CommitOffsets {

            /**
             * Constructs a new CommitOffsets.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.CommitOffsets.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CommitOffsets commits. */
            commits: ledgermq.machine.OffsetCommit.$Properties[];

            /** CommitOffsets force. */
            force: boolean;

            /**
             * Encodes the specified CommitOffsets message. Does not implicitly {@link ledgermq.machine.CommitOffsets.verify|verify} messages.
             * @param message CommitOffsets message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.CommitOffsets.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CommitOffsets message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.CommitOffsets & ledgermq.machine.CommitOffsets.$Shape} CommitOffsets
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.CommitOffsets & ledgermq.machine.CommitOffsets.$Shape;
        }

        namespace CommitOffsets {

            /** Properties of a CommitOffsets. */
            interface $Properties {

                /** CommitOffsets commits */
                commits?: (ledgermq.machine.OffsetCommit.$Properties[]|null);

                /** CommitOffsets force */
                force?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CommitOffsets. */
            type $Shape = ledgermq.machine.CommitOffsets.$Properties;
        }

        /**
         * Properties of an OffsetCommit.
         * @deprecated Use ledgermq.machine.OffsetCommit.$Properties instead.
         */
        interface IOffsetCommit extends ledgermq.machine.OffsetCommit.$Properties {
        }

        /** Represents an OffsetCommit. */
        class OffsetCommit {

            /**
             * Constructs a new OffsetCommit.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.OffsetCommit.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OffsetCommit group. */
            group: string;

            /** OffsetCommit topic. */
            topic: string;

            /** OffsetCommit queueId. */
            queueId: number;

            /** OffsetCommit offset. */
            offset: (number|Long);

            /**
             * Encodes the specified OffsetCommit message. Does not implicitly {@link ledgermq.machine.OffsetCommit.verify|verify} messages.
             * @param message OffsetCommit message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.OffsetCommit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OffsetCommit message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.OffsetCommit & ledgermq.machine.OffsetCommit.$Shape} OffsetCommit
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.OffsetCommit & ledgermq.machine.OffsetCommit.$Shape;
        }

        namespace OffsetCommit {

            /** Properties of an OffsetCommit. */
            interface $Properties {

                /** OffsetCommit group */
                group?: (string|null);

                /** OffsetCommit topic */
                topic?: (string|null);

                /** OffsetCommit queueId */
                queueId?: (number|null);

                /** OffsetCommit offset */
                offset?: (number|Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OffsetCommit. */
            type $Shape = ledgermq.machine.OffsetCommit.$Properties;
        }

        /**
         * Properties of a Settings.
         * @deprecated Use ledgermq.machine.Settings.$Properties instead.
         */
        interface ISettings extends ledgermq.machine.Settings.$Properties {
        }

        /** Represents a Settings. */
        class Settings {

            /**
             * Constructs a new Settings.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.Settings.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Settings enableSendDeduplication. */
            enableSendDeduplication: boolean;

            /**
             * Encodes the specified Settings message. Does not implicitly {@link ledgermq.machine.Settings.verify|verify} messages.
             * @param message Settings message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.Settings.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Settings message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.Settings & ledgermq.machine.Settings.$Shape} Settings
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.Settings & ledgermq.machine.Settings.$Shape;
        }

        namespace Settings {

            /** Properties of a Settings. */
            interface $Properties {

                /** Settings enableSendDeduplication */
                enableSendDeduplication?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Settings. */
            type $Shape = ledgermq.machine.Settings.$Properties;
        }

        /**
         * Properties of a PutSettings.
         * @deprecated Use ledgermq.machine.PutSettings.$Properties instead.
         */
        interface IPutSettings extends ledgermq.machine.PutSettings.$Properties {
        }

        /** Represents a PutSettings. */
        class PutSettings {

            /**
             * Constructs a new PutSettings.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.PutSettings.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PutSettings settings. */
            settings?: (ledgermq.machine.Settings.$Properties|null);

            /**
             * Encodes the specified PutSettings message. Does not implicitly {@link ledgermq.machine.PutSettings.verify|verify} messages.
             * @param message PutSettings message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.PutSettings.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PutSettings message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.PutSettings & ledgermq.machine.PutSettings.$Shape} PutSettings
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.PutSettings & ledgermq.machine.PutSettings.$Shape;
        }

        namespace PutSettings {

            /** Properties of a PutSettings. */
            interface $Properties {

                /** PutSettings settings */
                settings?: (ledgermq.machine.Settings.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PutSettings. */
            type $Shape = ledgermq.machine.PutSettings.$Properties;
        }

        /**
         * Properties of a Bootstrap.
         * @deprecated Use ledgermq.machine.Bootstrap.$Properties instead.
         */
        interface IBootstrap extends ledgermq.machine.Bootstrap.$Properties {
        }

        /** Represents a Bootstrap. */
        class Bootstrap {

            /**
             * Constructs a new Bootstrap.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.Bootstrap.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Bootstrap timestamp. */
            timestamp: (number|Long);

            /** Bootstrap topics. */
            topics: ledgermq.machine.TopicConfig.$Properties[];

            /** Bootstrap groups. */
            groups: ledgermq.machine.SubscriptionGroupConfig.$Properties[];

            /** Bootstrap settings. */
            settings?: (ledgermq.machine.Settings.$Properties|null);

            /**
             * Encodes the specified Bootstrap message. Does not implicitly {@link ledgermq.machine.Bootstrap.verify|verify} messages.
             * @param message Bootstrap message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.Bootstrap.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Bootstrap message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.Bootstrap & ledgermq.machine.Bootstrap.$Shape} Bootstrap
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.Bootstrap & ledgermq.machine.Bootstrap.$Shape;
        }

        namespace Bootstrap {

            /** Properties of a Bootstrap. */
            interface $Properties {

                /** Bootstrap timestamp */
                timestamp?: (number|Long|null);

                /** Bootstrap topics */
                topics?: (ledgermq.machine.TopicConfig.$Properties[]|null);

                /** Bootstrap groups */
                groups?: (ledgermq.machine.SubscriptionGroupConfig.$Properties[]|null);

                /** Bootstrap settings */
                settings?: (ledgermq.machine.Settings.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Bootstrap. */
            type $Shape = ledgermq.machine.Bootstrap.$Properties;
        }

        /**
         * Properties of a DataVersion.
         * @deprecated Use ledgermq.machine.DataVersion.$Properties instead.
         */
        interface IDataVersion extends ledgermq.machine.DataVersion.$Properties {
        }

        /** Represents a DataVersion. */
        class DataVersion {

            /**
             * Constructs a new DataVersion.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.DataVersion.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DataVersion counter. */
            counter: (number|Long);

            /** DataVersion timestamp. */
            timestamp: (number|Long);

            /**
             * Encodes the specified DataVersion message. Does not implicitly {@link ledgermq.machine.DataVersion.verify|verify} messages.
             * @param message DataVersion message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.DataVersion.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DataVersion message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.DataVersion & ledgermq.machine.DataVersion.$Shape} DataVersion
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.DataVersion & ledgermq.machine.DataVersion.$Shape;
        }

        namespace DataVersion {

            /** Properties of a DataVersion. */
            interface $Properties {

                /** DataVersion counter */
                counter?: (number|Long|null);

                /** DataVersion timestamp */
                timestamp?: (number|Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DataVersion. */
            type $Shape = ledgermq.machine.DataVersion.$Properties;
        }

        /**
         * Properties of a MachineRow.
         * @deprecated Use ledgermq.machine.MachineRow.$Properties instead.
         */
        interface IMachineRow extends ledgermq.machine.MachineRow.$Properties {
        }

        /** Represents a MachineRow. */
        class MachineRow {

            /**
             * Constructs a new MachineRow.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.MachineRow.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MachineRow version. */
            version: number;

            /** MachineRow bootstrapped. */
            bootstrapped: boolean;

            /** MachineRow settings. */
            settings?: (ledgermq.machine.Settings.$Properties|null);

            /** MachineRow topics. */
            topics?: (ledgermq.machine.DataVersion.$Properties|null);

            /** MachineRow subscriptionGroups. */
            subscriptionGroups?: (ledgermq.machine.DataVersion.$Properties|null);

            /** MachineRow nextTopicNumber. */
            nextTopicNumber: number;

            /** MachineRow nextQueueNumber. */
            nextQueueNumber: number;

            /**
             * Encodes the specified MachineRow message. Does not implicitly {@link ledgermq.machine.MachineRow.verify|verify} messages.
             * @param message MachineRow message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.MachineRow.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MachineRow message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.MachineRow & ledgermq.machine.MachineRow.$Shape} MachineRow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.MachineRow & ledgermq.machine.MachineRow.$Shape;
        }

        namespace MachineRow {

            /** Properties of a MachineRow. */
            interface $Properties {

                /** MachineRow version */
                version?: (number|null);

                /** MachineRow bootstrapped */
                bootstrapped?: (boolean|null);

                /** MachineRow settings */
                settings?: (ledgermq.machine.Settings.$Properties|null);

                /** MachineRow topics */
                topics?: (ledgermq.machine.DataVersion.$Properties|null);

                /** MachineRow subscriptionGroups */
                subscriptionGroups?: (ledgermq.machine.DataVersion.$Properties|null);

                /** MachineRow nextTopicNumber */
                nextTopicNumber?: (number|null);

                /** MachineRow nextQueueNumber */
                nextQueueNumber?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MachineRow. */
            type $Shape = ledgermq.machine.MachineRow.$Properties;
        }

        /**
         * Properties of a TopicRow.
         * @deprecated Use ledgermq.machine.TopicRow.$Properties instead.
         */
        interface ITopicRow extends ledgermq.machine.TopicRow.$Properties {
        }

        /** Represents a TopicRow. */
        class TopicRow {

            /**
             * Constructs a new TopicRow.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.TopicRow.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TopicRow config. */
            config?: (ledgermq.machine.TopicConfig.$Properties|null);

            /** TopicRow number. */
            number: number;

            /** TopicRow queueNumbers. */
            queueNumbers: number[];

            /**
             * Encodes the specified TopicRow message. Does not implicitly {@link ledgermq.machine.TopicRow.verify|verify} messages.
             * @param message TopicRow message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.TopicRow.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TopicRow message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.TopicRow & ledgermq.machine.TopicRow.$Shape} TopicRow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.TopicRow & ledgermq.machine.TopicRow.$Shape;
        }

        namespace TopicRow {

            /** Properties of a TopicRow. */
            interface $Properties {

                /** TopicRow config */
                config?: (ledgermq.machine.TopicConfig.$Properties|null);

                /** TopicRow number */
                number?: (number|null);

                /** TopicRow queueNumbers */
                queueNumbers?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TopicRow. */
            type $Shape = ledgermq.machine.TopicRow.$Properties;
        }

        /**
         * Properties of an OffsetRow.
         * @deprecated Use ledgermq.machine.OffsetRow.$Properties instead.
         */
        interface IOffsetRow extends ledgermq.machine.OffsetRow.$Properties {
        }

        /** Represents an OffsetRow. */
        class OffsetRow {

            /**
             * Constructs a new OffsetRow.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.machine.OffsetRow.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OffsetRow group. */
            group: string;

            /** OffsetRow topic. */
            topic: string;

            /** OffsetRow queueIds. */
            queueIds: number[];

            /** OffsetRow offsets. */
            offsets: (number|Long)[];

            /**
             * Encodes the specified OffsetRow message. Does not implicitly {@link ledgermq.machine.OffsetRow.verify|verify} messages.
             * @param message OffsetRow message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.machine.OffsetRow.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OffsetRow message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.machine.OffsetRow & ledgermq.machine.OffsetRow.$Shape} OffsetRow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.machine.OffsetRow & ledgermq.machine.OffsetRow.$Shape;
        }

        namespace OffsetRow {

            /** Properties of an OffsetRow. */
            interface $Properties {

                /** OffsetRow group */
                group?: (string|null);

                /** OffsetRow topic */
                topic?: (string|null);

                /** OffsetRow queueIds */
                queueIds?: (number[]|null);

                /** OffsetRow offsets */
                offsets?: ((number|Long)[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OffsetRow. */
            type $Shape = ledgermq.machine.OffsetRow.$Properties;
        }
    }
}
