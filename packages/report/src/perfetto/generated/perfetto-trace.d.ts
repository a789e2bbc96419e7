// Made of proto/perfetto_trace.proto by tools/make-proto.mjs.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace xgt. */
export namespace xgt {

    /** Namespace perfetto. */
    namespace perfetto {

        /**
         * Properties of a Trace.
         * @deprecated Use xgt.perfetto.Trace.$Properties instead.
         */
        interface ITrace extends xgt.perfetto.Trace.$Properties {
        }

        /** Represents a Trace. */
        class Trace {

            /**
             * Constructs a new Trace.
             * @param [properties] Properties to set
             */
            constructor(properties?: xgt.perfetto.Trace.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Trace packet. */
            packet: xgt.perfetto.TracePacket.$Properties[];

            /**
             * Encodes the specified Trace message. Does not implicitly {@link xgt.perfetto.Trace.verify|verify} messages.
             * @param message Trace message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xgt.perfetto.Trace.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Trace message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xgt.perfetto.Trace & xgt.perfetto.Trace.$Shape} Trace
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xgt.perfetto.Trace & xgt.perfetto.Trace.$Shape;
        }

        namespace Trace {

            /** Properties of a Trace. */
            interface $Properties {

                /** Trace packet */
                packet?: (xgt.perfetto.TracePacket.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Trace. */
            type $Shape = xgt.perfetto.Trace.$Properties;
        }

        /**
         * Properties of a TracePacket.
         * @deprecated Use xgt.perfetto.TracePacket.$Properties instead.
         */
        interface ITracePacket extends xgt.perfetto.TracePacket.$Properties {
        }

        /** Represents a TracePacket. */
        class TracePacket {

            /**
             * Constructs a new TracePacket.
             * @param [properties] Properties to set
             */
            constructor(properties?: xgt.perfetto.TracePacket.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TracePacket timestamp. */
            timestamp: number;

            /** TracePacket trustedPacketSequenceId. */
            trustedPacketSequenceId: number;

            /** TracePacket trackEvent. */
            trackEvent?: (xgt.perfetto.TrackEvent.$Properties|null);

            /** TracePacket sequenceFlags. */
            sequenceFlags: number;

            /** TracePacket trackDescriptor. */
            trackDescriptor?: (xgt.perfetto.TrackDescriptor.$Properties|null);

            /**
             * Encodes the specified TracePacket message. Does not implicitly {@link xgt.perfetto.TracePacket.verify|verify} messages.
             * @param message TracePacket message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xgt.perfetto.TracePacket.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TracePacket message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xgt.perfetto.TracePacket & xgt.perfetto.TracePacket.$Shape} TracePacket
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xgt.perfetto.TracePacket & xgt.perfetto.TracePacket.$Shape;
        }

        namespace TracePacket {

            /** Properties of a TracePacket. */
            interface $Properties {

                /** TracePacket timestamp */
                timestamp?: (number|null);

                /** TracePacket trustedPacketSequenceId */
                trustedPacketSequenceId?: (number|null);

                /** TracePacket trackEvent */
                trackEvent?: (xgt.perfetto.TrackEvent.$Properties|null);

                /** TracePacket sequenceFlags */
                sequenceFlags?: (number|null);

                /** TracePacket trackDescriptor */
                trackDescriptor?: (xgt.perfetto.TrackDescriptor.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TracePacket. */
            type $Shape = xgt.perfetto.TracePacket.$Properties;
        }

        /**
         * Properties of a TrackDescriptor.
         * @deprecated Use xgt.perfetto.TrackDescriptor.$Properties instead.
         */
        interface ITrackDescriptor extends xgt.perfetto.TrackDescriptor.$Properties {
        }

        /** Represents a TrackDescriptor. */
        class TrackDescriptor {

            /**
             * Constructs a new TrackDescriptor.
             * @param [properties] Properties to set
             */
            constructor(properties?: xgt.perfetto.TrackDescriptor.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TrackDescriptor uuid. */
            uuid: number;

            /** TrackDescriptor name. */
            name: string;

            /** TrackDescriptor parentUuid. */
            parentUuid: number;

            /** TrackDescriptor counter. */
            counter?: (xgt.perfetto.CounterDescriptor.$Properties|null);

            /**
             * Encodes the specified TrackDescriptor message. Does not implicitly {@link xgt.perfetto.TrackDescriptor.verify|verify} messages.
             * @param message TrackDescriptor message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xgt.perfetto.TrackDescriptor.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TrackDescriptor message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xgt.perfetto.TrackDescriptor & xgt.perfetto.TrackDescriptor.$Shape} TrackDescriptor
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xgt.perfetto.TrackDescriptor & xgt.perfetto.TrackDescriptor.$Shape;
        }

        namespace TrackDescriptor {

            /** Properties of a TrackDescriptor. */
            interface $Properties {

                /** TrackDescriptor uuid */
                uuid?: (number|null);

                /** TrackDescriptor name */
                name?: (string|null);

                /** TrackDescriptor parentUuid */
                parentUuid?: (number|null);

                /** TrackDescriptor counter */
                counter?: (xgt.perfetto.CounterDescriptor.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TrackDescriptor. */
            type $Shape = xgt.perfetto.TrackDescriptor.$Properties;
        }

        /**
         * Properties of a CounterDescriptor.
         * @deprecated Use xgt.perfetto.CounterDescriptor.$Properties instead.
         */
        interface ICounterDescriptor extends xgt.perfetto.CounterDescriptor.$Properties {
        }

        /** Represents a CounterDescriptor. */
        class CounterDescriptor {

            /**
             * Constructs a new CounterDescriptor.
             * @param [properties] Properties to set
             */
            constructor(properties?: xgt.perfetto.CounterDescriptor.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CounterDescriptor unitName. */
            unitName: string;

            /**
             * Encodes the specified CounterDescriptor message. Does not implicitly {@link xgt.perfetto.CounterDescriptor.verify|verify} messages.
             * @param message CounterDescriptor message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xgt.perfetto.CounterDescriptor.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CounterDescriptor message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xgt.perfetto.CounterDescriptor & xgt.perfetto.CounterDescriptor.$Shape} CounterDescriptor
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xgt.perfetto.CounterDescriptor & xgt.perfetto.CounterDescriptor.$Shape;
        }

        namespace CounterDescriptor {

            /** Properties of a CounterDescriptor. */
            interface $Properties {

                /** CounterDescriptor unitName */
                unitName?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CounterDescriptor. */
            type $Shape = xgt.perfetto.CounterDescriptor.$Properties;
        }

        /**
         * Properties of a TrackEvent.
         * @deprecated Use xgt.perfetto.TrackEvent.$Properties instead.
         */
        interface ITrackEvent extends xgt.perfetto.TrackEvent.$Properties {
        }

        /** Represents a TrackEvent. */
        class TrackEvent {

            /**
             * Constructs a new TrackEvent.
             * @param [properties] Properties to set
             */
            constructor(properties?: xgt.perfetto.TrackEvent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TrackEvent debugAnnotations. */
            debugAnnotations: xgt.perfetto.DebugAnnotation.$Properties[];

            /** TrackEvent type. */
            type: xgt.perfetto.TrackEvent.Type;

            /** TrackEvent trackUuid. */
            trackUuid: number;

            /** TrackEvent categories. */
            categories: string[];

            /** TrackEvent name. */
            name: string;

            /** TrackEvent counterValue. */
            counterValue: number;

            /** TrackEvent flowIds. */
            flowIds: number[];

            /** TrackEvent terminatingFlowIds. */
            terminatingFlowIds: number[];

            /**
             * Encodes the specified TrackEvent message. Does not implicitly {@link xgt.perfetto.TrackEvent.verify|verify} messages.
             * @param message TrackEvent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xgt.perfetto.TrackEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TrackEvent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xgt.perfetto.TrackEvent & xgt.perfetto.TrackEvent.$Shape} TrackEvent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xgt.perfetto.TrackEvent & xgt.perfetto.TrackEvent.$Shape;
        }

        namespace TrackEvent {

            /** Properties of a TrackEvent. */
            interface $Properties {

                /** TrackEvent debugAnnotations */
                debugAnnotations?: (xgt.perfetto.DebugAnnotation.$Properties[]|null);

                /** TrackEvent type */
                type?: (xgt.perfetto.TrackEvent.Type|null);

                /** TrackEvent trackUuid */
                trackUuid?: (number|null);

                /** TrackEvent categories */
                categories?: (string[]|null);

                /** TrackEvent name */
                name?: (string|null);

                /** TrackEvent counterValue */
                counterValue?: (number|null);

                /** TrackEvent flowIds */
                flowIds?: (number[]|null);

                /** TrackEvent terminatingFlowIds */
                terminatingFlowIds?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TrackEvent. */
            type $Shape = xgt.perfetto.TrackEvent.$Properties;

            /** Type enum. */
            enum Type {

                /** TYPE_UNSPECIFIED value */
                TYPE_UNSPECIFIED = 0,

                /** TYPE_SLICE_BEGIN value */
                TYPE_SLICE_BEGIN = 1,

                /** TYPE_SLICE_END value */
                TYPE_SLICE_END = 2,

                /** TYPE_INSTANT value */
                TYPE_INSTANT = 3,

                /** TYPE_COUNTER value */
                TYPE_COUNTER = 4
            }
        }

        /**
         * Properties of a DebugAnnotation.
         * @deprecated Use xgt.perfetto.DebugAnnotation.$Properties instead.
         */
        interface IDebugAnnotation extends xgt.perfetto.DebugAnnotation.$Properties {
        }

        /** Represents a DebugAnnotation. */
        class DebugAnnotation {

            /**
             * Constructs a new DebugAnnotation.
             * @param [properties] Properties to set
             */
            constructor(properties?: xgt.perfetto.DebugAnnotation.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DebugAnnotation intValue. */
            intValue: number;

            /** DebugAnnotation doubleValue. */
            doubleValue: number;

            /** DebugAnnotation stringValue. */
            stringValue: string;

            /** DebugAnnotation name. */
            name: string;

            /**
             * Encodes the specified DebugAnnotation message. Does not implicitly {@link xgt.perfetto.DebugAnnotation.verify|verify} messages.
             * @param message DebugAnnotation message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: xgt.perfetto.DebugAnnotation.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DebugAnnotation message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {xgt.perfetto.DebugAnnotation & xgt.perfetto.DebugAnnotation.$Shape} DebugAnnotation
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xgt.perfetto.DebugAnnotation & xgt.perfetto.DebugAnnotation.$Shape;
        }

        namespace DebugAnnotation {

            /** Properties of a DebugAnnotation. */
            interface $Properties {

                /** DebugAnnotation intValue */
                intValue?: (number|null);

                /** DebugAnnotation doubleValue */
                doubleValue?: (number|null);

                /** DebugAnnotation stringValue */
                stringValue?: (string|null);

                /** DebugAnnotation name */
                name?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DebugAnnotation. */
            type $Shape = xgt.perfetto.DebugAnnotation.$Properties;
        }
    }
}
