// Made of proto/hypercall_log.proto by tools/make-proto.mjs.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["hypercall-log"] || ($protobuf.roots["hypercall-log"] = {});

export const xgt = $root.xgt = (() => {

    /**
     * Namespace xgt.
     * @exports xgt
     * @namespace
     */
    const xgt = {};

    xgt.Log = (function() {

        /**
         * Properties of a Log.
         * @typedef {Object} xgt.Log.$Properties
         * @property {xgt.Header.$Properties|null} [header] Log header
         * @property {Array.<xgt.Block.$Properties>|null} [blocks] Log blocks
         * @property {xgt.Footer.$Properties|null} [footer] Log footer
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Log.
         * @memberof xgt
         * @interface ILog
         * @augments xgt.Log.$Properties
         * @deprecated Use xgt.Log.$Properties instead.
         */

        /**
         * Shape of a Log.
         * @typedef {xgt.Log.$Properties} xgt.Log.$Shape
         */

        /**
         * Constructs a new Log.
         * @memberof xgt
         * @classdesc Represents a Log.
         * @constructor
         * @param {xgt.Log.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Log = function (properties) {
            this.blocks = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Log header.
         * @member {xgt.Header.$Properties|null|undefined} header
         * @memberof xgt.Log
         * @instance
         */
        Log.prototype.header = null;

        /**
         * Log blocks.
         * @member {Array.<xgt.Block.$Properties>} blocks
         * @memberof xgt.Log
         * @instance
         */
        Log.prototype.blocks = $util.emptyArray;

        /**
         * Log footer.
         * @member {xgt.Footer.$Properties|null|undefined} footer
         * @memberof xgt.Log
         * @instance
         */
        Log.prototype.footer = null;

        /**
         * Encodes the specified Log message. Does not implicitly {@link xgt.Log.verify|verify} messages.
         * @function encode
         * @memberof xgt.Log
         * @static
         * @param {xgt.Log.$Properties} message Log message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Log.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.header != null && $Object.hasOwnProperty.call(message, "header"))
                $root.xgt.Header.encode(message.header, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            if (message.blocks != null && message.blocks.length)
                for (let i = 0; i < message.blocks.length; ++i)
                    $root.xgt.Block.encode(message.blocks[i], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
            if (message.footer != null && $Object.hasOwnProperty.call(message, "footer"))
                $root.xgt.Footer.encode(message.footer, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Log message from the specified reader or buffer.
         * @function decode
         * @memberof xgt.Log
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {xgt.Log & xgt.Log.$Shape} Log
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Log.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.xgt.Log();
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
                        message.header = $root.xgt.Header.decode(reader, reader.size(), $undefined, _depth + 1, message.header);
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.blocks && message.blocks.length))
                            message.blocks = [];
                        message.blocks.push($root.xgt.Block.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.footer = $root.xgt.Footer.decode(reader, reader.size(), $undefined, _depth + 1, message.footer);
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

        return Log;
    })();

    xgt.Header = (function() {

        /**
         * Properties of a Header.
         * @typedef {Object} xgt.Header.$Properties
         * @property {string|null} [format] Header format
         * @property {number|null} [version] Header version
         * @property {string|null} [spec] Header spec
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Header.
         * @memberof xgt
         * @interface IHeader
         * @augments xgt.Header.$Properties
         * @deprecated Use xgt.Header.$Properties instead.
         */

        /**
         * Shape of a Header.
         * @typedef {xgt.Header.$Properties} xgt.Header.$Shape
         */

        /**
         * Constructs a new Header.
         * @memberof xgt
         * @classdesc Represents a Header.
         * @constructor
         * @param {xgt.Header.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Header = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Header format.
         * @member {string} format
         * @memberof xgt.Header
         * @instance
         */
        Header.prototype.format = "";

        /**
         * Header version.
         * @member {number} version
         * @memberof xgt.Header
         * @instance
         */
        Header.prototype.version = 0;

        /**
         * Header spec.
         * @member {string} spec
         * @memberof xgt.Header
         * @instance
         */
        Header.prototype.spec = "";

        /**
         * Encodes the specified Header message. Does not implicitly {@link xgt.Header.verify|verify} messages.
         * @function encode
         * @memberof xgt.Header
         * @static
         * @param {xgt.Header.$Properties} message Header message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Header.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.format != null && $Object.hasOwnProperty.call(message, "format") && message.format !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.format);
            if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.version);
            if (message.spec != null && $Object.hasOwnProperty.call(message, "spec") && message.spec !== "")
                writer.uint32(/* id 3, wireType 2 =*/26).string(message.spec);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Header message from the specified reader or buffer.
         * @function decode
         * @memberof xgt.Header
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {xgt.Header & xgt.Header.$Shape} Header
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Header.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.xgt.Header();
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
                            message.format = value;
                        else
                            delete message.format;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.version = value;
                        else
                            delete message.version;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.spec = value;
                        else
                            delete message.spec;
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

        return Header;
    })();

    /**
     * Compression enum.
     * @name xgt.Compression
     * @enum {number}
     * @property {number} NONE=0 NONE value
     * @property {number} GZIP=1 GZIP value
     * @property {number} ZSTD=2 ZSTD value
     */
    xgt.Compression = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "NONE"] = 0;
        values[valuesById[1] = "GZIP"] = 1;
        values[valuesById[2] = "ZSTD"] = 2;
        return values;
    })();

    xgt.Block = (function() {

        /**
         * Properties of a Block.
         * @typedef {Object} xgt.Block.$Properties
         * @property {number|null} [rows] Block rows
         * @property {number|null} [firstEvent] Block firstEvent
         * @property {number|null} [earliest] Block earliest
         * @property {number|null} [latest] Block latest
         * @property {xgt.Compression|null} [compression] Block compression
         * @property {number|null} [crc] Block crc
         * @property {number|null} [size] Block size
         * @property {Uint8Array|null} [data] Block data
         * @property {number|null} [headCrc] Block headCrc
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Block.
         * @memberof xgt
         * @interface IBlock
         * @augments xgt.Block.$Properties
         * @deprecated Use xgt.Block.$Properties instead.
         */

        /**
         * Shape of a Block.
         * @typedef {xgt.Block.$Properties} xgt.Block.$Shape
         */

        /**
         * Constructs a new Block.
         * @memberof xgt
         * @classdesc Represents a Block.
         * @constructor
         * @param {xgt.Block.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Block = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Block rows.
         * @member {number} rows
         * @memberof xgt.Block
         * @instance
         */
        Block.prototype.rows = 0;

        /**
         * Block firstEvent.
         * @member {number} firstEvent
         * @memberof xgt.Block
         * @instance
         */
        Block.prototype.firstEvent = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Block earliest.
         * @member {number} earliest
         * @memberof xgt.Block
         * @instance
         */
        Block.prototype.earliest = 0;

        /**
         * Block latest.
         * @member {number} latest
         * @memberof xgt.Block
         * @instance
         */
        Block.prototype.latest = 0;

        /**
         * Block compression.
         * @member {xgt.Compression} compression
         * @memberof xgt.Block
         * @instance
         */
        Block.prototype.compression = 0;

        /**
         * Block crc.
         * @member {number} crc
         * @memberof xgt.Block
         * @instance
         */
        Block.prototype.crc = 0;

        /**
         * Block size.
         * @member {number} size
         * @memberof xgt.Block
         * @instance
         */
        Block.prototype.size = 0;

        /**
         * Block data.
         * @member {Uint8Array} data
         * @memberof xgt.Block
         * @instance
         */
        Block.prototype.data = $util.newBuffer([]);

        /**
         * Block headCrc.
         * @member {number|null|undefined} headCrc
         * @memberof xgt.Block
         * @instance
         */
        Block.prototype.headCrc = null;

        // OneOf field names bound to virtual getters and setters
        let $oneOfFields;

        // Virtual OneOf for proto3 optional field
        $Object.defineProperty(Block.prototype, "_headCrc", {
            get: $util.oneOfGetter($oneOfFields = ["headCrc"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        /**
         * Encodes the specified Block message. Does not implicitly {@link xgt.Block.verify|verify} messages.
         * @function encode
         * @memberof xgt.Block
         * @static
         * @param {xgt.Block.$Properties} message Block message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Block.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.rows != null && $Object.hasOwnProperty.call(message, "rows") && message.rows !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.rows);
            if (message.firstEvent != null && $Object.hasOwnProperty.call(message, "firstEvent") && (typeof message.firstEvent === "object" ? message.firstEvent.low || message.firstEvent.high : message.firstEvent !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.firstEvent);
            if (message.earliest != null && $Object.hasOwnProperty.call(message, "earliest") && !$Object.is(message.earliest, 0))
                writer.uint32(/* id 3, wireType 1 =*/25).double(message.earliest);
            if (message.latest != null && $Object.hasOwnProperty.call(message, "latest") && !$Object.is(message.latest, 0))
                writer.uint32(/* id 4, wireType 1 =*/33).double(message.latest);
            if (message.compression != null && $Object.hasOwnProperty.call(message, "compression") && message.compression !== 0)
                writer.uint32(/* id 5, wireType 0 =*/40).int32(message.compression);
            if (message.crc != null && $Object.hasOwnProperty.call(message, "crc") && message.crc !== 0)
                writer.uint32(/* id 6, wireType 5 =*/53).fixed32(message.crc);
            if (message.size != null && $Object.hasOwnProperty.call(message, "size") && message.size !== 0)
                writer.uint32(/* id 7, wireType 0 =*/56).uint32(message.size);
            if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                writer.uint32(/* id 8, wireType 2 =*/66).bytes(message.data);
            if (message.headCrc != null && $Object.hasOwnProperty.call(message, "headCrc"))
                writer.uint32(/* id 9, wireType 5 =*/77).fixed32(message.headCrc);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Block message from the specified reader or buffer.
         * @function decode
         * @memberof xgt.Block
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {xgt.Block & xgt.Block.$Shape} Block
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Block.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.xgt.Block();
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
                            message.rows = value;
                        else
                            delete message.rows;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.firstEvent = value;
                        else
                            delete message.firstEvent;
                        continue;
                    }
                case 3: {
                        if (wireType !== 1)
                            break;
                        if (!$Object.is(value = reader.double(), 0))
                            message.earliest = value;
                        else
                            delete message.earliest;
                        continue;
                    }
                case 4: {
                        if (wireType !== 1)
                            break;
                        if (!$Object.is(value = reader.double(), 0))
                            message.latest = value;
                        else
                            delete message.latest;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.compression = value;
                        else
                            delete message.compression;
                        continue;
                    }
                case 6: {
                        if (wireType !== 5)
                            break;
                        if (value = reader.fixed32())
                            message.crc = value;
                        else
                            delete message.crc;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.size = value;
                        else
                            delete message.size;
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.data = value;
                        else
                            delete message.data;
                        continue;
                    }
                case 9: {
                        if (wireType !== 5)
                            break;
                        message.headCrc = reader.fixed32();
                        message._headCrc = "headCrc";
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

        return Block;
    })();

    xgt.Columns = (function() {

        /**
         * Properties of a Columns.
         * @typedef {Object} xgt.Columns.$Properties
         * @property {Uint8Array|null} [padding] Columns padding
         * @property {Uint8Array|null} [kind] Columns kind
         * @property {Uint8Array|null} [via] Columns via
         * @property {Uint8Array|null} [domid] Columns domid
         * @property {Uint8Array|null} [cpu] Columns cpu
         * @property {Uint8Array|null} [pid] Columns pid
         * @property {Uint8Array|null} [comm] Columns comm
         * @property {Uint8Array|null} [nr] Columns nr
         * @property {Uint8Array|null} [cmd] Columns cmd
         * @property {Uint8Array|null} [entry] Columns entry
         * @property {Uint8Array|null} [time] Columns time
         * @property {Uint8Array|null} [call] Columns call
         * @property {Uint8Array|null} [start] Columns start
         * @property {Uint8Array|null} [ret] Columns ret
         * @property {Uint8Array|null} [multicall] Columns multicall
         * @property {Uint8Array|null} [length] Columns length
         * @property {Uint8Array|null} [words] Columns words
         * @property {Uint8Array|null} [runs] Columns runs
         * @property {Array.<string>|null} [strings] Columns strings
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Columns.
         * @memberof xgt
         * @interface IColumns
         * @augments xgt.Columns.$Properties
         * @deprecated Use xgt.Columns.$Properties instead.
         */

        /**
         * Shape of a Columns.
         * @typedef {xgt.Columns.$Properties} xgt.Columns.$Shape
         */

        /**
         * Constructs a new Columns.
         * @memberof xgt
         * @classdesc Represents a Columns.
         * @constructor
         * @param {xgt.Columns.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Columns = function (properties) {
            this.strings = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Columns padding.
         * @member {Uint8Array} padding
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.padding = $util.newBuffer([]);

        /**
         * Columns kind.
         * @member {Uint8Array} kind
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.kind = $util.newBuffer([]);

        /**
         * Columns via.
         * @member {Uint8Array} via
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.via = $util.newBuffer([]);

        /**
         * Columns domid.
         * @member {Uint8Array} domid
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.domid = $util.newBuffer([]);

        /**
         * Columns cpu.
         * @member {Uint8Array} cpu
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.cpu = $util.newBuffer([]);

        /**
         * Columns pid.
         * @member {Uint8Array} pid
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.pid = $util.newBuffer([]);

        /**
         * Columns comm.
         * @member {Uint8Array} comm
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.comm = $util.newBuffer([]);

        /**
         * Columns nr.
         * @member {Uint8Array} nr
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.nr = $util.newBuffer([]);

        /**
         * Columns cmd.
         * @member {Uint8Array} cmd
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.cmd = $util.newBuffer([]);

        /**
         * Columns entry.
         * @member {Uint8Array} entry
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.entry = $util.newBuffer([]);

        /**
         * Columns time.
         * @member {Uint8Array} time
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.time = $util.newBuffer([]);

        /**
         * Columns call.
         * @member {Uint8Array} call
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.call = $util.newBuffer([]);

        /**
         * Columns start.
         * @member {Uint8Array} start
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.start = $util.newBuffer([]);

        /**
         * Columns ret.
         * @member {Uint8Array} ret
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.ret = $util.newBuffer([]);

        /**
         * Columns multicall.
         * @member {Uint8Array} multicall
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.multicall = $util.newBuffer([]);

        /**
         * Columns length.
         * @member {Uint8Array} length
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.length = $util.newBuffer([]);

        /**
         * Columns words.
         * @member {Uint8Array} words
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.words = $util.newBuffer([]);

        /**
         * Columns runs.
         * @member {Uint8Array} runs
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.runs = $util.newBuffer([]);

        /**
         * Columns strings.
         * @member {Array.<string>} strings
         * @memberof xgt.Columns
         * @instance
         */
        Columns.prototype.strings = $util.emptyArray;

        /**
         * Encodes the specified Columns message. Does not implicitly {@link xgt.Columns.verify|verify} messages.
         * @function encode
         * @memberof xgt.Columns
         * @static
         * @param {xgt.Columns.$Properties} message Columns message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Columns.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.padding != null && $Object.hasOwnProperty.call(message, "padding") && message.padding.length)
                writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.padding);
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind.length)
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.kind);
            if (message.via != null && $Object.hasOwnProperty.call(message, "via") && message.via.length)
                writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.via);
            if (message.domid != null && $Object.hasOwnProperty.call(message, "domid") && message.domid.length)
                writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.domid);
            if (message.cpu != null && $Object.hasOwnProperty.call(message, "cpu") && message.cpu.length)
                writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.cpu);
            if (message.pid != null && $Object.hasOwnProperty.call(message, "pid") && message.pid.length)
                writer.uint32(/* id 6, wireType 2 =*/50).bytes(message.pid);
            if (message.comm != null && $Object.hasOwnProperty.call(message, "comm") && message.comm.length)
                writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.comm);
            if (message.nr != null && $Object.hasOwnProperty.call(message, "nr") && message.nr.length)
                writer.uint32(/* id 8, wireType 2 =*/66).bytes(message.nr);
            if (message.cmd != null && $Object.hasOwnProperty.call(message, "cmd") && message.cmd.length)
                writer.uint32(/* id 9, wireType 2 =*/74).bytes(message.cmd);
            if (message.entry != null && $Object.hasOwnProperty.call(message, "entry") && message.entry.length)
                writer.uint32(/* id 10, wireType 2 =*/82).bytes(message.entry);
            if (message.time != null && $Object.hasOwnProperty.call(message, "time") && message.time.length)
                writer.uint32(/* id 11, wireType 2 =*/90).bytes(message.time);
            if (message.call != null && $Object.hasOwnProperty.call(message, "call") && message.call.length)
                writer.uint32(/* id 12, wireType 2 =*/98).bytes(message.call);
            if (message.start != null && $Object.hasOwnProperty.call(message, "start") && message.start.length)
                writer.uint32(/* id 13, wireType 2 =*/106).bytes(message.start);
            if (message.ret != null && $Object.hasOwnProperty.call(message, "ret") && message.ret.length)
                writer.uint32(/* id 14, wireType 2 =*/114).bytes(message.ret);
            if (message.multicall != null && $Object.hasOwnProperty.call(message, "multicall") && message.multicall.length)
                writer.uint32(/* id 15, wireType 2 =*/122).bytes(message.multicall);
            if (message.length != null && $Object.hasOwnProperty.call(message, "length") && message.length.length)
                writer.uint32(/* id 16, wireType 2 =*/130).bytes(message.length);
            if (message.words != null && $Object.hasOwnProperty.call(message, "words") && message.words.length)
                writer.uint32(/* id 17, wireType 2 =*/138).bytes(message.words);
            if (message.runs != null && $Object.hasOwnProperty.call(message, "runs") && message.runs.length)
                writer.uint32(/* id 18, wireType 2 =*/146).bytes(message.runs);
            if (message.strings != null && message.strings.length)
                for (let i = 0; i < message.strings.length; ++i)
                    writer.uint32(/* id 19, wireType 2 =*/154).string(message.strings[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Columns message from the specified reader or buffer.
         * @function decode
         * @memberof xgt.Columns
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {xgt.Columns & xgt.Columns.$Shape} Columns
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Columns.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.xgt.Columns();
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
                        if ((value = reader.bytes()).length)
                            message.padding = value;
                        else
                            delete message.padding;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.kind = value;
                        else
                            delete message.kind;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.via = value;
                        else
                            delete message.via;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.domid = value;
                        else
                            delete message.domid;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.cpu = value;
                        else
                            delete message.cpu;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.pid = value;
                        else
                            delete message.pid;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.comm = value;
                        else
                            delete message.comm;
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.nr = value;
                        else
                            delete message.nr;
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.cmd = value;
                        else
                            delete message.cmd;
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.entry = value;
                        else
                            delete message.entry;
                        continue;
                    }
                case 11: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.time = value;
                        else
                            delete message.time;
                        continue;
                    }
                case 12: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.call = value;
                        else
                            delete message.call;
                        continue;
                    }
                case 13: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.start = value;
                        else
                            delete message.start;
                        continue;
                    }
                case 14: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.ret = value;
                        else
                            delete message.ret;
                        continue;
                    }
                case 15: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.multicall = value;
                        else
                            delete message.multicall;
                        continue;
                    }
                case 16: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.length = value;
                        else
                            delete message.length;
                        continue;
                    }
                case 17: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.words = value;
                        else
                            delete message.words;
                        continue;
                    }
                case 18: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.runs = value;
                        else
                            delete message.runs;
                        continue;
                    }
                case 19: {
                        if (wireType !== 2)
                            break;
                        if (!(message.strings && message.strings.length))
                            message.strings = [];
                        message.strings.push(reader.stringVerify());
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

        return Columns;
    })();

    xgt.Footer = (function() {

        /**
         * Properties of a Footer.
         * @typedef {Object} xgt.Footer.$Properties
         * @property {number|null} [blocks] Footer blocks
         * @property {number|null} [events] Footer events
         * @property {Array.<number>|null} [offset] Footer offset
         * @property {Array.<number>|null} [firstEvent] Footer firstEvent
         * @property {Array.<number>|null} [earliest] Footer earliest
         * @property {Array.<number>|null} [latest] Footer latest
         * @property {number|null} [bytes] Footer bytes
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Footer.
         * @memberof xgt
         * @interface IFooter
         * @augments xgt.Footer.$Properties
         * @deprecated Use xgt.Footer.$Properties instead.
         */

        /**
         * Shape of a Footer.
         * @typedef {xgt.Footer.$Properties} xgt.Footer.$Shape
         */

        /**
         * Constructs a new Footer.
         * @memberof xgt
         * @classdesc Represents a Footer.
         * @constructor
         * @param {xgt.Footer.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Footer = function (properties) {
            this.offset = [];
            this.firstEvent = [];
            this.earliest = [];
            this.latest = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Footer blocks.
         * @member {number} blocks
         * @memberof xgt.Footer
         * @instance
         */
        Footer.prototype.blocks = 0;

        /**
         * Footer events.
         * @member {number} events
         * @memberof xgt.Footer
         * @instance
         */
        Footer.prototype.events = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Footer offset.
         * @member {Array.<number>} offset
         * @memberof xgt.Footer
         * @instance
         */
        Footer.prototype.offset = $util.emptyArray;

        /**
         * Footer firstEvent.
         * @member {Array.<number>} firstEvent
         * @memberof xgt.Footer
         * @instance
         */
        Footer.prototype.firstEvent = $util.emptyArray;

        /**
         * Footer earliest.
         * @member {Array.<number>} earliest
         * @memberof xgt.Footer
         * @instance
         */
        Footer.prototype.earliest = $util.emptyArray;

        /**
         * Footer latest.
         * @member {Array.<number>} latest
         * @memberof xgt.Footer
         * @instance
         */
        Footer.prototype.latest = $util.emptyArray;

        /**
         * Footer bytes.
         * @member {number} bytes
         * @memberof xgt.Footer
         * @instance
         */
        Footer.prototype.bytes = 0;

        /**
         * Encodes the specified Footer message. Does not implicitly {@link xgt.Footer.verify|verify} messages.
         * @function encode
         * @memberof xgt.Footer
         * @static
         * @param {xgt.Footer.$Properties} message Footer message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Footer.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.blocks != null && $Object.hasOwnProperty.call(message, "blocks") && message.blocks !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.blocks);
            if (message.events != null && $Object.hasOwnProperty.call(message, "events") && (typeof message.events === "object" ? message.events.low || message.events.high : message.events !== 0))
                writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.events);
            if (message.offset != null && message.offset.length)
                writer.uint32(/* id 3, wireType 2 =*/26).doubles(message.offset);
            if (message.firstEvent != null && message.firstEvent.length)
                writer.uint32(/* id 4, wireType 2 =*/34).doubles(message.firstEvent);
            if (message.earliest != null && message.earliest.length)
                writer.uint32(/* id 5, wireType 2 =*/42).doubles(message.earliest);
            if (message.latest != null && message.latest.length)
                writer.uint32(/* id 6, wireType 2 =*/50).doubles(message.latest);
            if (message.bytes != null && $Object.hasOwnProperty.call(message, "bytes") && message.bytes !== 0)
                writer.uint32(/* id 7, wireType 5 =*/61).fixed32(message.bytes);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Footer message from the specified reader or buffer.
         * @function decode
         * @memberof xgt.Footer
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {xgt.Footer & xgt.Footer.$Shape} Footer
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Footer.decode = function (reader, length, _end, _depth, _target) {
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
            message = _target || new $root.xgt.Footer();
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
                            message.blocks = value;
                        else
                            delete message.blocks;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.events = value;
                        else
                            delete message.events;
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.offset && message.offset.length))
                                message.offset = [];
                            reader.doubles(message.offset);
                            continue;
                        }
                        if (wireType !== 1)
                            break;
                        if (!(message.offset && message.offset.length))
                            message.offset = [];
                        message.offset.push(reader.double());
                        continue;
                    }
                case 4: {
                        if (wireType === 2) {
                            if (!(message.firstEvent && message.firstEvent.length))
                                message.firstEvent = [];
                            reader.doubles(message.firstEvent);
                            continue;
                        }
                        if (wireType !== 1)
                            break;
                        if (!(message.firstEvent && message.firstEvent.length))
                            message.firstEvent = [];
                        message.firstEvent.push(reader.double());
                        continue;
                    }
                case 5: {
                        if (wireType === 2) {
                            if (!(message.earliest && message.earliest.length))
                                message.earliest = [];
                            reader.doubles(message.earliest);
                            continue;
                        }
                        if (wireType !== 1)
                            break;
                        if (!(message.earliest && message.earliest.length))
                            message.earliest = [];
                        message.earliest.push(reader.double());
                        continue;
                    }
                case 6: {
                        if (wireType === 2) {
                            if (!(message.latest && message.latest.length))
                                message.latest = [];
                            reader.doubles(message.latest);
                            continue;
                        }
                        if (wireType !== 1)
                            break;
                        if (!(message.latest && message.latest.length))
                            message.latest = [];
                        message.latest.push(reader.double());
                        continue;
                    }
                case 7: {
                        if (wireType !== 5)
                            break;
                        if (value = reader.fixed32())
                            message.bytes = value;
                        else
                            delete message.bytes;
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

        return Footer;
    })();

    return xgt;
})();

export {
  $root as default
};
