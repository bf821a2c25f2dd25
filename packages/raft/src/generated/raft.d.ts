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
            HEARTBEAT_RESPONSE = 9,

            /** TIMEOUT_NOW value */
            TIMEOUT_NOW = 10,

            /** SNAPSHOT_CHUNK value */
            SNAPSHOT_CHUNK = 11,

            /** SNAPSHOT_ANSWER value */
            SNAPSHOT_ANSWER = 12,

            /** REPAIR_REQUEST value */
            REPAIR_REQUEST = 13,

            /** REPAIR_ANSWER value */
            REPAIR_ANSWER = 14
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

            /** PeerMessage blank. */
            blank: boolean;

            /** PeerMessage empty. */
            empty: boolean;

            /** PeerMessage life. */
            life: number;

            /** PeerMessage transfer. */
            transfer: boolean;

            /** PeerMessage bootstrap. */
            bootstrap: boolean;

            /** PeerMessage snapshot. */
            snapshot?: (ledgermq.raft.Snapshot.$Properties|null);

            /** PeerMessage offset. */
            offset: (number|Long);

            /** PeerMessage dataBytes. */
            dataBytes: number;

            /** PeerMessage crc. */
            crc: number;

            /** PeerMessage status. */
            status: ledgermq.raft.SnapshotStatus;

            /** PeerMessage firstIndex. */
            firstIndex: (number|Long);

            /** PeerMessage bytesMax. */
            bytesMax: (number|Long);

            /** PeerMessage repairing. */
            repairing: boolean;

            /** PeerMessage commitTerm. */
            commitTerm: (number|Long);

            /** PeerMessage repairTo. */
            repairTo: (number|Long);

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

                /** PeerMessage blank */
                blank?: (boolean|null);

                /** PeerMessage empty */
                empty?: (boolean|null);

                /** PeerMessage life */
                life?: (number|null);

                /** PeerMessage transfer */
                transfer?: (boolean|null);

                /** PeerMessage bootstrap */
                bootstrap?: (boolean|null);

                /** PeerMessage snapshot */
                snapshot?: (ledgermq.raft.Snapshot.$Properties|null);

                /** PeerMessage offset */
                offset?: (number|Long|null);

                /** PeerMessage dataBytes */
                dataBytes?: (number|null);

                /** PeerMessage crc */
                crc?: (number|null);

                /** PeerMessage status */
                status?: (ledgermq.raft.SnapshotStatus|null);

                /** PeerMessage firstIndex */
                firstIndex?: (number|Long|null);

                /** PeerMessage bytesMax */
                bytesMax?: (number|Long|null);

                /** PeerMessage repairing */
                repairing?: (boolean|null);

                /** PeerMessage commitTerm */
                commitTerm?: (number|Long|null);

                /** PeerMessage repairTo */
                repairTo?: (number|Long|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerMessage. */
            type $Shape = ledgermq.raft.PeerMessage.$Properties;
        }

        /** SnapshotStatus enum. */
        enum SnapshotStatus {

            /** SNAPSHOT_STATUS_UNSPECIFIED value */
            SNAPSHOT_STATUS_UNSPECIFIED = 0,

            /** SNAPSHOT_MORE value */
            SNAPSHOT_MORE = 1,

            /** SNAPSHOT_INSTALLED value */
            SNAPSHOT_INSTALLED = 2,

            /** SNAPSHOT_REFUSED value */
            SNAPSHOT_REFUSED = 3
        }

        /**
         * Properties of a Snapshot.
         * @deprecated Use ledgermq.raft.Snapshot.$Properties instead.
         */
        interface ISnapshot extends ledgermq.raft.Snapshot.$Properties {
        }

        /** Represents a Snapshot. */
        class Snapshot {

            /**
             * Constructs a new Snapshot.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.raft.Snapshot.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Snapshot index. */
            index: (number|Long);

            /** Snapshot term. */
            term: (number|Long);

            /** Snapshot address. */
            address: (number|Long);

            /** Snapshot hash. */
            hash: number;

            /** Snapshot configuration. */
            configuration?: (ledgermq.raft.Configuration.$Properties|null);

            /** Snapshot bytes. */
            bytes: (number|Long);

            /** Snapshot crc. */
            crc: number;

            /**
             * Encodes the specified Snapshot message. Does not implicitly {@link ledgermq.raft.Snapshot.verify|verify} messages.
             * @param message Snapshot message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.raft.Snapshot.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Snapshot message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.raft.Snapshot & ledgermq.raft.Snapshot.$Shape} Snapshot
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.raft.Snapshot & ledgermq.raft.Snapshot.$Shape;
        }

        namespace Snapshot {

            /** Properties of a Snapshot. */
            interface $Properties {

                /** Snapshot index */
                index?: (number|Long|null);

                /** Snapshot term */
                term?: (number|Long|null);

                /** Snapshot address */
                address?: (number|Long|null);

                /** Snapshot hash */
                hash?: (number|null);

                /** Snapshot configuration */
                configuration?: (ledgermq.raft.Configuration.$Properties|null);

                /** Snapshot bytes */
                bytes?: (number|Long|null);

                /** Snapshot crc */
                crc?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Snapshot. */
            type $Shape = ledgermq.raft.Snapshot.$Properties;
        }

        /**
         * Properties of a Configuration.
         * @deprecated Use ledgermq.raft.Configuration.$Properties instead.
         */
        interface IConfiguration extends ledgermq.raft.Configuration.$Properties {
        }

        /** Represents a Configuration. */
        class Configuration {

            /**
             * Constructs a new Configuration.
             * @param [properties] Properties to set
             */
            constructor(properties?: ledgermq.raft.Configuration.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Configuration voters. */
            voters: string[];

            /** Configuration votersOutgoing. */
            votersOutgoing: string[];

            /** Configuration learners. */
            learners: string[];

            /** Configuration learnersNext. */
            learnersNext: string[];

            /** Configuration autoLeave. */
            autoLeave: boolean;

            /**
             * Encodes the specified Configuration message. Does not implicitly {@link ledgermq.raft.Configuration.verify|verify} messages.
             * @param message Configuration message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: ledgermq.raft.Configuration.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Configuration message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {ledgermq.raft.Configuration & ledgermq.raft.Configuration.$Shape} Configuration
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): ledgermq.raft.Configuration & ledgermq.raft.Configuration.$Shape;
        }

        namespace Configuration {

            /** Properties of a Configuration. */
            interface $Properties {

                /** Configuration voters */
                voters?: (string[]|null);

                /** Configuration votersOutgoing */
                votersOutgoing?: (string[]|null);

                /** Configuration learners */
                learners?: (string[]|null);

                /** Configuration learnersNext */
                learnersNext?: (string[]|null);

                /** Configuration autoLeave */
                autoLeave?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Configuration. */
            type $Shape = ledgermq.raft.Configuration.$Properties;
        }
    }
}
