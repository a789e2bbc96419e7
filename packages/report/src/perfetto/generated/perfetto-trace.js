// Made of proto/perfetto_trace.proto by tools/make-proto.mjs.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["perfetto-trace"] || ($protobuf.roots["perfetto-trace"] = {});

export const xgt = $root.xgt = (() => {

    /**
     * Namespace xgt.
     * @exports xgt
     * @namespace
     */
    const xgt = {};

    xgt.perfetto = (function() {

        /**
         * Namespace perfetto.
         * @memberof xgt
         * @namespace
         */
        const perfetto = {};

        perfetto.Trace = (function() {

            /**
             * Properties of a Trace.
             * @typedef {Object} xgt.perfetto.Trace.$Properties
             * @property {Array.<xgt.perfetto.TracePacket.$Properties>|null} [packet] Trace packet
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Trace.
             * @memberof xgt.perfetto
             * @interface ITrace
             * @augments xgt.perfetto.Trace.$Properties
             * @deprecated Use xgt.perfetto.Trace.$Properties instead.
             */

            /**
             * Shape of a Trace.
             * @typedef {xgt.perfetto.Trace.$Properties} xgt.perfetto.Trace.$Shape
             */

            /**
             * Constructs a new Trace.
             * @memberof xgt.perfetto
             * @classdesc Represents a Trace.
             * @constructor
             * @param {xgt.perfetto.Trace.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Trace = function (properties) {
                this.packet = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Trace packet.
             * @member {Array.<xgt.perfetto.TracePacket.$Properties>} packet
             * @memberof xgt.perfetto.Trace
             * @instance
             */
            Trace.prototype.packet = $util.emptyArray;

            /**
             * Encodes the specified Trace message. Does not implicitly {@link xgt.perfetto.Trace.verify|verify} messages.
             * @function encode
             * @memberof xgt.perfetto.Trace
             * @static
             * @param {xgt.perfetto.Trace.$Properties} message Trace message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Trace.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.packet != null && message.packet.length)
                    for (let i = 0; i < message.packet.length; ++i)
                        $root.xgt.perfetto.TracePacket.encode(message.packet[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Trace message from the specified reader or buffer.
             * @function decode
             * @memberof xgt.perfetto.Trace
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {xgt.perfetto.Trace & xgt.perfetto.Trace.$Shape} Trace
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Trace.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.xgt.perfetto.Trace();
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
                            if (!(message.packet && message.packet.length))
                                message.packet = [];
                            message.packet.push($root.xgt.perfetto.TracePacket.decode(reader, reader.size(), $undefined, _depth + 1));
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

            return Trace;
        })();

        perfetto.TracePacket = (function() {

            /**
             * Properties of a TracePacket.
             * @typedef {Object} xgt.perfetto.TracePacket.$Properties
             * @property {number|null} [timestamp] TracePacket timestamp
             * @property {number|null} [trustedPacketSequenceId] TracePacket trustedPacketSequenceId
             * @property {xgt.perfetto.TrackEvent.$Properties|null} [trackEvent] TracePacket trackEvent
             * @property {number|null} [sequenceFlags] TracePacket sequenceFlags
             * @property {xgt.perfetto.TrackDescriptor.$Properties|null} [trackDescriptor] TracePacket trackDescriptor
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a TracePacket.
             * @memberof xgt.perfetto
             * @interface ITracePacket
             * @augments xgt.perfetto.TracePacket.$Properties
             * @deprecated Use xgt.perfetto.TracePacket.$Properties instead.
             */

            /**
             * Shape of a TracePacket.
             * @typedef {xgt.perfetto.TracePacket.$Properties} xgt.perfetto.TracePacket.$Shape
             */

            /**
             * Constructs a new TracePacket.
             * @memberof xgt.perfetto
             * @classdesc Represents a TracePacket.
             * @constructor
             * @param {xgt.perfetto.TracePacket.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const TracePacket = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * TracePacket timestamp.
             * @member {number} timestamp
             * @memberof xgt.perfetto.TracePacket
             * @instance
             */
            TracePacket.prototype.timestamp = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * TracePacket trustedPacketSequenceId.
             * @member {number} trustedPacketSequenceId
             * @memberof xgt.perfetto.TracePacket
             * @instance
             */
            TracePacket.prototype.trustedPacketSequenceId = 0;

            /**
             * TracePacket trackEvent.
             * @member {xgt.perfetto.TrackEvent.$Properties|null|undefined} trackEvent
             * @memberof xgt.perfetto.TracePacket
             * @instance
             */
            TracePacket.prototype.trackEvent = null;

            /**
             * TracePacket sequenceFlags.
             * @member {number} sequenceFlags
             * @memberof xgt.perfetto.TracePacket
             * @instance
             */
            TracePacket.prototype.sequenceFlags = 0;

            /**
             * TracePacket trackDescriptor.
             * @member {xgt.perfetto.TrackDescriptor.$Properties|null|undefined} trackDescriptor
             * @memberof xgt.perfetto.TracePacket
             * @instance
             */
            TracePacket.prototype.trackDescriptor = null;

            /**
             * Encodes the specified TracePacket message. Does not implicitly {@link xgt.perfetto.TracePacket.verify|verify} messages.
             * @function encode
             * @memberof xgt.perfetto.TracePacket
             * @static
             * @param {xgt.perfetto.TracePacket.$Properties} message TracePacket message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            TracePacket.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.timestamp != null && $Object.hasOwnProperty.call(message, "timestamp"))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.timestamp);
                if (message.trustedPacketSequenceId != null && $Object.hasOwnProperty.call(message, "trustedPacketSequenceId"))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint32(message.trustedPacketSequenceId);
                if (message.trackEvent != null && $Object.hasOwnProperty.call(message, "trackEvent"))
                    $root.xgt.perfetto.TrackEvent.encode(message.trackEvent, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.sequenceFlags != null && $Object.hasOwnProperty.call(message, "sequenceFlags"))
                    writer.uint32(/* id 13, wireType 0 =*/104).uint32(message.sequenceFlags);
                if (message.trackDescriptor != null && $Object.hasOwnProperty.call(message, "trackDescriptor"))
                    $root.xgt.perfetto.TrackDescriptor.encode(message.trackDescriptor, writer.uint32(/* id 60, wireType 2 =*/482).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a TracePacket message from the specified reader or buffer.
             * @function decode
             * @memberof xgt.perfetto.TracePacket
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {xgt.perfetto.TracePacket & xgt.perfetto.TracePacket.$Shape} TracePacket
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            TracePacket.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.xgt.perfetto.TracePacket();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 8: {
                            if (wireType !== 0)
                                break;
                            message.timestamp = reader.uint64();
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            message.trustedPacketSequenceId = reader.uint32();
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.trackEvent = $root.xgt.perfetto.TrackEvent.decode(reader, reader.size(), $undefined, _depth + 1, message.trackEvent);
                            continue;
                        }
                    case 13: {
                            if (wireType !== 0)
                                break;
                            message.sequenceFlags = reader.uint32();
                            continue;
                        }
                    case 60: {
                            if (wireType !== 2)
                                break;
                            message.trackDescriptor = $root.xgt.perfetto.TrackDescriptor.decode(reader, reader.size(), $undefined, _depth + 1, message.trackDescriptor);
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

            return TracePacket;
        })();

        perfetto.TrackDescriptor = (function() {

            /**
             * Properties of a TrackDescriptor.
             * @typedef {Object} xgt.perfetto.TrackDescriptor.$Properties
             * @property {number|null} [uuid] TrackDescriptor uuid
             * @property {string|null} [name] TrackDescriptor name
             * @property {number|null} [parentUuid] TrackDescriptor parentUuid
             * @property {xgt.perfetto.CounterDescriptor.$Properties|null} [counter] TrackDescriptor counter
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a TrackDescriptor.
             * @memberof xgt.perfetto
             * @interface ITrackDescriptor
             * @augments xgt.perfetto.TrackDescriptor.$Properties
             * @deprecated Use xgt.perfetto.TrackDescriptor.$Properties instead.
             */

            /**
             * Shape of a TrackDescriptor.
             * @typedef {xgt.perfetto.TrackDescriptor.$Properties} xgt.perfetto.TrackDescriptor.$Shape
             */

            /**
             * Constructs a new TrackDescriptor.
             * @memberof xgt.perfetto
             * @classdesc Represents a TrackDescriptor.
             * @constructor
             * @param {xgt.perfetto.TrackDescriptor.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const TrackDescriptor = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * TrackDescriptor uuid.
             * @member {number} uuid
             * @memberof xgt.perfetto.TrackDescriptor
             * @instance
             */
            TrackDescriptor.prototype.uuid = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * TrackDescriptor name.
             * @member {string} name
             * @memberof xgt.perfetto.TrackDescriptor
             * @instance
             */
            TrackDescriptor.prototype.name = "";

            /**
             * TrackDescriptor parentUuid.
             * @member {number} parentUuid
             * @memberof xgt.perfetto.TrackDescriptor
             * @instance
             */
            TrackDescriptor.prototype.parentUuid = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * TrackDescriptor counter.
             * @member {xgt.perfetto.CounterDescriptor.$Properties|null|undefined} counter
             * @memberof xgt.perfetto.TrackDescriptor
             * @instance
             */
            TrackDescriptor.prototype.counter = null;

            /**
             * Encodes the specified TrackDescriptor message. Does not implicitly {@link xgt.perfetto.TrackDescriptor.verify|verify} messages.
             * @function encode
             * @memberof xgt.perfetto.TrackDescriptor
             * @static
             * @param {xgt.perfetto.TrackDescriptor.$Properties} message TrackDescriptor message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            TrackDescriptor.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.uuid != null && $Object.hasOwnProperty.call(message, "uuid"))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.uuid);
                if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.name);
                if (message.parentUuid != null && $Object.hasOwnProperty.call(message, "parentUuid"))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.parentUuid);
                if (message.counter != null && $Object.hasOwnProperty.call(message, "counter"))
                    $root.xgt.perfetto.CounterDescriptor.encode(message.counter, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a TrackDescriptor message from the specified reader or buffer.
             * @function decode
             * @memberof xgt.perfetto.TrackDescriptor
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {xgt.perfetto.TrackDescriptor & xgt.perfetto.TrackDescriptor.$Shape} TrackDescriptor
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            TrackDescriptor.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.xgt.perfetto.TrackDescriptor();
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
                            message.uuid = reader.uint64();
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.name = reader.string();
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.parentUuid = reader.uint64();
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            message.counter = $root.xgt.perfetto.CounterDescriptor.decode(reader, reader.size(), $undefined, _depth + 1, message.counter);
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

            return TrackDescriptor;
        })();

        perfetto.CounterDescriptor = (function() {

            /**
             * Properties of a CounterDescriptor.
             * @typedef {Object} xgt.perfetto.CounterDescriptor.$Properties
             * @property {string|null} [unitName] CounterDescriptor unitName
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a CounterDescriptor.
             * @memberof xgt.perfetto
             * @interface ICounterDescriptor
             * @augments xgt.perfetto.CounterDescriptor.$Properties
             * @deprecated Use xgt.perfetto.CounterDescriptor.$Properties instead.
             */

            /**
             * Shape of a CounterDescriptor.
             * @typedef {xgt.perfetto.CounterDescriptor.$Properties} xgt.perfetto.CounterDescriptor.$Shape
             */

            /**
             * Constructs a new CounterDescriptor.
             * @memberof xgt.perfetto
             * @classdesc Represents a CounterDescriptor.
             * @constructor
             * @param {xgt.perfetto.CounterDescriptor.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const CounterDescriptor = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * CounterDescriptor unitName.
             * @member {string} unitName
             * @memberof xgt.perfetto.CounterDescriptor
             * @instance
             */
            CounterDescriptor.prototype.unitName = "";

            /**
             * Encodes the specified CounterDescriptor message. Does not implicitly {@link xgt.perfetto.CounterDescriptor.verify|verify} messages.
             * @function encode
             * @memberof xgt.perfetto.CounterDescriptor
             * @static
             * @param {xgt.perfetto.CounterDescriptor.$Properties} message CounterDescriptor message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            CounterDescriptor.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.unitName != null && $Object.hasOwnProperty.call(message, "unitName"))
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.unitName);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a CounterDescriptor message from the specified reader or buffer.
             * @function decode
             * @memberof xgt.perfetto.CounterDescriptor
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {xgt.perfetto.CounterDescriptor & xgt.perfetto.CounterDescriptor.$Shape} CounterDescriptor
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            CounterDescriptor.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.xgt.perfetto.CounterDescriptor();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.unitName = reader.string();
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

            return CounterDescriptor;
        })();

        perfetto.TrackEvent = (function() {

            /**
             * Properties of a TrackEvent.
             * @typedef {Object} xgt.perfetto.TrackEvent.$Properties
             * @property {Array.<xgt.perfetto.DebugAnnotation.$Properties>|null} [debugAnnotations] TrackEvent debugAnnotations
             * @property {xgt.perfetto.TrackEvent.Type|null} [type] TrackEvent type
             * @property {number|null} [trackUuid] TrackEvent trackUuid
             * @property {Array.<string>|null} [categories] TrackEvent categories
             * @property {string|null} [name] TrackEvent name
             * @property {number|null} [counterValue] TrackEvent counterValue
             * @property {Array.<number>|null} [flowIds] TrackEvent flowIds
             * @property {Array.<number>|null} [terminatingFlowIds] TrackEvent terminatingFlowIds
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a TrackEvent.
             * @memberof xgt.perfetto
             * @interface ITrackEvent
             * @augments xgt.perfetto.TrackEvent.$Properties
             * @deprecated Use xgt.perfetto.TrackEvent.$Properties instead.
             */

            /**
             * Shape of a TrackEvent.
             * @typedef {xgt.perfetto.TrackEvent.$Properties} xgt.perfetto.TrackEvent.$Shape
             */

            /**
             * Constructs a new TrackEvent.
             * @memberof xgt.perfetto
             * @classdesc Represents a TrackEvent.
             * @constructor
             * @param {xgt.perfetto.TrackEvent.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const TrackEvent = function (properties) {
                this.debugAnnotations = [];
                this.categories = [];
                this.flowIds = [];
                this.terminatingFlowIds = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * TrackEvent debugAnnotations.
             * @member {Array.<xgt.perfetto.DebugAnnotation.$Properties>} debugAnnotations
             * @memberof xgt.perfetto.TrackEvent
             * @instance
             */
            TrackEvent.prototype.debugAnnotations = $util.emptyArray;

            /**
             * TrackEvent type.
             * @member {xgt.perfetto.TrackEvent.Type} type
             * @memberof xgt.perfetto.TrackEvent
             * @instance
             */
            TrackEvent.prototype.type = 0;

            /**
             * TrackEvent trackUuid.
             * @member {number} trackUuid
             * @memberof xgt.perfetto.TrackEvent
             * @instance
             */
            TrackEvent.prototype.trackUuid = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * TrackEvent categories.
             * @member {Array.<string>} categories
             * @memberof xgt.perfetto.TrackEvent
             * @instance
             */
            TrackEvent.prototype.categories = $util.emptyArray;

            /**
             * TrackEvent name.
             * @member {string} name
             * @memberof xgt.perfetto.TrackEvent
             * @instance
             */
            TrackEvent.prototype.name = "";

            /**
             * TrackEvent counterValue.
             * @member {number} counterValue
             * @memberof xgt.perfetto.TrackEvent
             * @instance
             */
            TrackEvent.prototype.counterValue = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * TrackEvent flowIds.
             * @member {Array.<number>} flowIds
             * @memberof xgt.perfetto.TrackEvent
             * @instance
             */
            TrackEvent.prototype.flowIds = $util.emptyArray;

            /**
             * TrackEvent terminatingFlowIds.
             * @member {Array.<number>} terminatingFlowIds
             * @memberof xgt.perfetto.TrackEvent
             * @instance
             */
            TrackEvent.prototype.terminatingFlowIds = $util.emptyArray;

            /**
             * Encodes the specified TrackEvent message. Does not implicitly {@link xgt.perfetto.TrackEvent.verify|verify} messages.
             * @function encode
             * @memberof xgt.perfetto.TrackEvent
             * @static
             * @param {xgt.perfetto.TrackEvent.$Properties} message TrackEvent message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            TrackEvent.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.debugAnnotations != null && message.debugAnnotations.length)
                    for (let i = 0; i < message.debugAnnotations.length; ++i)
                        $root.xgt.perfetto.DebugAnnotation.encode(message.debugAnnotations[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.type != null && $Object.hasOwnProperty.call(message, "type"))
                    writer.uint32(/* id 9, wireType 0 =*/72).int32(message.type);
                if (message.trackUuid != null && $Object.hasOwnProperty.call(message, "trackUuid"))
                    writer.uint32(/* id 11, wireType 0 =*/88).uint64(message.trackUuid);
                if (message.categories != null && message.categories.length)
                    for (let i = 0; i < message.categories.length; ++i)
                        writer.uint32(/* id 22, wireType 2 =*/178).string(message.categories[i]);
                if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                    writer.uint32(/* id 23, wireType 2 =*/186).string(message.name);
                if (message.counterValue != null && $Object.hasOwnProperty.call(message, "counterValue"))
                    writer.uint32(/* id 30, wireType 0 =*/240).int64(message.counterValue);
                if (message.flowIds != null && message.flowIds.length)
                    for (let i = 0; i < message.flowIds.length; ++i)
                        writer.uint32(/* id 47, wireType 1 =*/377).fixed64(message.flowIds[i]);
                if (message.terminatingFlowIds != null && message.terminatingFlowIds.length)
                    for (let i = 0; i < message.terminatingFlowIds.length; ++i)
                        writer.uint32(/* id 48, wireType 1 =*/385).fixed64(message.terminatingFlowIds[i]);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a TrackEvent message from the specified reader or buffer.
             * @function decode
             * @memberof xgt.perfetto.TrackEvent
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {xgt.perfetto.TrackEvent & xgt.perfetto.TrackEvent.$Shape} TrackEvent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            TrackEvent.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.xgt.perfetto.TrackEvent();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.debugAnnotations && message.debugAnnotations.length))
                                message.debugAnnotations = [];
                            message.debugAnnotations.push($root.xgt.perfetto.DebugAnnotation.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            value = reader.int32();
                            if ($root.xgt.perfetto.TrackEvent.Type[value] !== $undefined)
                                message.type = value;
                            else if (!reader.discardUnknown) {
                                $util.makeProp(message, "$unknowns", false);
                                (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                            }
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            message.trackUuid = reader.uint64();
                            continue;
                        }
                    case 22: {
                            if (wireType !== 2)
                                break;
                            if (!(message.categories && message.categories.length))
                                message.categories = [];
                            message.categories.push(reader.string());
                            continue;
                        }
                    case 23: {
                            if (wireType !== 2)
                                break;
                            message.name = reader.string();
                            continue;
                        }
                    case 30: {
                            if (wireType !== 0)
                                break;
                            message.counterValue = reader.int64();
                            continue;
                        }
                    case 47: {
                            if (wireType === 2) {
                                if (!(message.flowIds && message.flowIds.length))
                                    message.flowIds = [];
                                reader.fixed64s(message.flowIds);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.flowIds && message.flowIds.length))
                                message.flowIds = [];
                            message.flowIds.push(reader.fixed64());
                            continue;
                        }
                    case 48: {
                            if (wireType === 2) {
                                if (!(message.terminatingFlowIds && message.terminatingFlowIds.length))
                                    message.terminatingFlowIds = [];
                                reader.fixed64s(message.terminatingFlowIds);
                                continue;
                            }
                            if (wireType !== 1)
                                break;
                            if (!(message.terminatingFlowIds && message.terminatingFlowIds.length))
                                message.terminatingFlowIds = [];
                            message.terminatingFlowIds.push(reader.fixed64());
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

            /**
             * Type enum.
             * @name xgt.perfetto.TrackEvent.Type
             * @enum {number}
             * @property {number} TYPE_UNSPECIFIED=0 TYPE_UNSPECIFIED value
             * @property {number} TYPE_SLICE_BEGIN=1 TYPE_SLICE_BEGIN value
             * @property {number} TYPE_SLICE_END=2 TYPE_SLICE_END value
             * @property {number} TYPE_INSTANT=3 TYPE_INSTANT value
             * @property {number} TYPE_COUNTER=4 TYPE_COUNTER value
             */
            TrackEvent.Type = (function() {
                const valuesById = $Object.create(null), values = $Object.create(valuesById);
                values[valuesById[0] = "TYPE_UNSPECIFIED"] = 0;
                values[valuesById[1] = "TYPE_SLICE_BEGIN"] = 1;
                values[valuesById[2] = "TYPE_SLICE_END"] = 2;
                values[valuesById[3] = "TYPE_INSTANT"] = 3;
                values[valuesById[4] = "TYPE_COUNTER"] = 4;
                return values;
            })();

            return TrackEvent;
        })();

        perfetto.DebugAnnotation = (function() {

            /**
             * Properties of a DebugAnnotation.
             * @typedef {Object} xgt.perfetto.DebugAnnotation.$Properties
             * @property {number|null} [intValue] DebugAnnotation intValue
             * @property {number|null} [doubleValue] DebugAnnotation doubleValue
             * @property {string|null} [stringValue] DebugAnnotation stringValue
             * @property {string|null} [name] DebugAnnotation name
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a DebugAnnotation.
             * @memberof xgt.perfetto
             * @interface IDebugAnnotation
             * @augments xgt.perfetto.DebugAnnotation.$Properties
             * @deprecated Use xgt.perfetto.DebugAnnotation.$Properties instead.
             */

            /**
             * Shape of a DebugAnnotation.
             * @typedef {xgt.perfetto.DebugAnnotation.$Properties} xgt.perfetto.DebugAnnotation.$Shape
             */

            /**
             * Constructs a new DebugAnnotation.
             * @memberof xgt.perfetto
             * @classdesc Represents a DebugAnnotation.
             * @constructor
             * @param {xgt.perfetto.DebugAnnotation.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const DebugAnnotation = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * DebugAnnotation intValue.
             * @member {number} intValue
             * @memberof xgt.perfetto.DebugAnnotation
             * @instance
             */
            DebugAnnotation.prototype.intValue = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * DebugAnnotation doubleValue.
             * @member {number} doubleValue
             * @memberof xgt.perfetto.DebugAnnotation
             * @instance
             */
            DebugAnnotation.prototype.doubleValue = 0;

            /**
             * DebugAnnotation stringValue.
             * @member {string} stringValue
             * @memberof xgt.perfetto.DebugAnnotation
             * @instance
             */
            DebugAnnotation.prototype.stringValue = "";

            /**
             * DebugAnnotation name.
             * @member {string} name
             * @memberof xgt.perfetto.DebugAnnotation
             * @instance
             */
            DebugAnnotation.prototype.name = "";

            /**
             * Encodes the specified DebugAnnotation message. Does not implicitly {@link xgt.perfetto.DebugAnnotation.verify|verify} messages.
             * @function encode
             * @memberof xgt.perfetto.DebugAnnotation
             * @static
             * @param {xgt.perfetto.DebugAnnotation.$Properties} message DebugAnnotation message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            DebugAnnotation.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.intValue != null && $Object.hasOwnProperty.call(message, "intValue"))
                    writer.uint32(/* id 4, wireType 0 =*/32).int64(message.intValue);
                if (message.doubleValue != null && $Object.hasOwnProperty.call(message, "doubleValue"))
                    writer.uint32(/* id 5, wireType 1 =*/41).double(message.doubleValue);
                if (message.stringValue != null && $Object.hasOwnProperty.call(message, "stringValue"))
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.stringValue);
                if (message.name != null && $Object.hasOwnProperty.call(message, "name"))
                    writer.uint32(/* id 10, wireType 2 =*/82).string(message.name);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a DebugAnnotation message from the specified reader or buffer.
             * @function decode
             * @memberof xgt.perfetto.DebugAnnotation
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {xgt.perfetto.DebugAnnotation & xgt.perfetto.DebugAnnotation.$Shape} DebugAnnotation
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            DebugAnnotation.decode = function (reader, length, _end, _depth, _target) {
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
                message = _target || new $root.xgt.perfetto.DebugAnnotation();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.intValue = reader.int64();
                            continue;
                        }
                    case 5: {
                            if (wireType !== 1)
                                break;
                            message.doubleValue = reader.double();
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.stringValue = reader.string();
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.name = reader.string();
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

            return DebugAnnotation;
        })();

        return perfetto;
    })();

    return xgt;
})();

export {
  $root as default
};
