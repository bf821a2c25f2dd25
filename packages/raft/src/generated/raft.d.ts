import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace ledgermq. */
export namespace ledgermq {

    /** Namespace raft. */
    namespace raft {

        /**
         * Properties of a PeerEnvelope.
         * @deprecated Use ledgermq.raft.PeerEnvelope.$Properties instead.
         */
        interface IPeerEnvelope extends ledgermq.raft.PeerEnvelope.$Properties {
        }

        /** Represents a PeerEnvelope. */
        class PeerEnvelope {

            /**
             * Constructs a new PeerEnvelope.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.raft.PeerEnvelope.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerEnvelope group. */
            group: string;

            /** PeerEnvelope from. */
            from: string;

            /** PeerEnvelope to. */
            to: string;

            /** PeerEnvelope messages. */
            messages: ledgermq.raft.PeerMessage.$Properties[];

            /**
             * Encodes the specified PeerEnvelope message. Does not implicitly {@link ledgermq.raft.PeerEnvelope.verify|verify} messages.
             * @param message PeerEnvelope message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.raft.PeerEnvelope.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerEnvelope message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.raft.PeerEnvelope & ledgermq.raft.PeerEnvelope.$Shape} PeerEnvelope
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.raft.PeerEnvelope & ledgermq.raft.PeerEnvelope.$Shape;
        }

        namespace PeerEnvelope {

            /** Properties of a PeerEnvelope. */
            interface $Properties {

                /** PeerEnvelope group */
                group?: (string|null);

                /** PeerEnvelope from */
                from?: (string|null);

                /** PeerEnvelope to */
                to?: (string|null);

                /** PeerEnvelope messages */
                messages?: (ledgermq.raft.PeerMessage.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerEnvelope. */
            type $Shape = ledgermq.raft.PeerEnvelope.$Properties;
        }

        /** PeerMessageType enum. */
        enum PeerMessageType {

            /** PEER_MESSAGE_TYPE_UNSPECIFIED value */
            PEER_MESSAGE_TYPE_UNSPECIFIED = 0,

            /** PRE_VOTE_REQUEST value */
            PRE_VOTE_REQUEST = 1,

            /** PRE_VOTE_RESPONSE value */
            PRE_VOTE_RESPONSE = 2,

            /** VOTE_REQUEST value */
            VOTE_REQUEST = 3,

            /** VOTE_RESPONSE value */
            VOTE_RESPONSE = 4,

            /** APPEND_REQUEST value */
            APPEND_REQUEST = 5,

            /** APPEND_ACCEPTED value */
            APPEND_ACCEPTED = 6,

            /** APPEND_REJECTED value */
            APPEND_REJECTED = 7,

            /** HEARTBEAT_REQUEST value */
            HEARTBEAT_REQUEST = 8,

            /** HEARTBEAT_RESPONSE value */
            HEARTBEAT_RESPONSE = 9
        }

        /**
         * Properties of a PeerMessage.
         * @deprecated Use ledgermq.raft.PeerMessage.$Properties instead.
         */
        interface IPeerMessage extends ledgermq.raft.PeerMessage.$Properties {
        }

        /** Represents a PeerMessage. */
        class PeerMessage {

            /**
             * Constructs a new PeerMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.raft.PeerMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerMessage type. */
            type: ledgermq.raft.PeerMessageType;

            /** PeerMessage term. */
            term: (number|Long);

            /** PeerMessage lastIndex. */
            lastIndex: (number|Long);

            /** PeerMessage lastTerm. */
            lastTerm: (number|Long);

            /** PeerMessage granted. */
            granted: boolean;

            /** PeerMessage prevIndex. */
            prevIndex: (number|Long);

            /** PeerMessage prevTerm. */
            prevTerm: (number|Long);

            /** PeerMessage commit. */
            commit: (number|Long);

            /** PeerMessage entryBytes. */
            entryBytes: number;

            /** PeerMessage index. */
            index: (number|Long);

            /** PeerMessage hintIndex. */
            hintIndex: (number|Long);

            /** PeerMessage hintTerm. */
            hintTerm: (number|Long);

            /** PeerMessage round. */
            round: (number|Long);

            /**
             * Encodes the specified PeerMessage message. Does not implicitly {@link ledgermq.raft.PeerMessage.verify|verify} messages.
             * @param message PeerMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.raft.PeerMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.raft.PeerMessage & ledgermq.raft.PeerMessage.$Shape} PeerMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.raft.PeerMessage & ledgermq.raft.PeerMessage.$Shape;
        }

        namespace PeerMessage {

            /** Properties of a PeerMessage. */
            interface $Properties {

                /** PeerMessage type */
                type?: (ledgermq.raft.PeerMessageType|null);

                /** PeerMessage term */
                term?: (number|Long|null);

                /** PeerMessage lastIndex */
                lastIndex?: (number|Long|null);

                /** PeerMessage lastTerm */
                lastTerm?: (number|Long|null);

                /** PeerMessage granted */
                granted?: (boolean|null);

                /** PeerMessage prevIndex */
                prevIndex?: (number|Long|null);

                /** PeerMessage prevTerm */
                prevTerm?: (number|Long|null);

                /** PeerMessage commit */
                commit?: (number|Long|null);

                /** PeerMessage entryBytes */
                entryBytes?: (number|null);

                /** PeerMessage index */
                index?: (number|Long|null);

                /** PeerMessage hintIndex */
                hintIndex?: (number|Long|null);

                /** PeerMessage hintTerm */
                hintTerm?: (number|Long|null);

                /** PeerMessage round */
                round?: (number|Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerMessage. */
            type $Shape = ledgermq.raft.PeerMessage.$Properties;
        }
    }
}
