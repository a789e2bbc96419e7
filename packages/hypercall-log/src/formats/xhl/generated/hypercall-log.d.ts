// Made of proto/hypercall_log.proto by tools/make-proto.mjs.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace xgt. */
export namespace xgt {

    /**
     * Properties of a Log.
     * @deprecated Use xgt.Log.$Properties instead.
     */
    interface ILog extends xgt.Log.$Properties {
    }

    /** Represents a Log. */
    class Log {

        /**
         * Constructs a new Log.
         * @param [properties] Properties to set
         */
        constructor(properties?: xgt.Log.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Log header. */
        header?: (xgt.Header.$Properties|null);

        /** Log blocks. */
        blocks: xgt.Block.$Properties[];

        /** Log footer. */
        footer?: (xgt.Footer.$Properties|null);

        /**
         * Encodes the specified Log message. Does not implicitly {@link xgt.Log.verify|verify} messages.
         * @param message Log message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xgt.Log.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Log message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xgt.Log & xgt.Log.$Shape} Log
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xgt.Log & xgt.Log.$Shape;
    }

    namespace Log {

        /** Properties of a Log. */
        interface $Properties {

            /** Log header */
            header?: (xgt.Header.$Properties|null);

            /** Log blocks */
            blocks?: (xgt.Block.$Properties[]|null);

            /** Log footer */
            footer?: (xgt.Footer.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Log. */
        type $Shape = xgt.Log.$Properties;
    }

    /**
     * Properties of a Header.
     * @deprecated Use xgt.Header.$Properties instead.
     */
    interface IHeader extends xgt.Header.$Properties {
    }

    /** Represents a Header. */
    class Header {

        /**
         * Constructs a new Header.
         * @param [properties] Properties to set
         */
        constructor(properties?: xgt.Header.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Header format. */
        format: string;

        /** Header version. */
        version: number;

        /** Header spec. */
        spec: string;

        /**
         * Encodes the specified Header message. Does not implicitly {@link xgt.Header.verify|verify} messages.
         * @param message Header message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xgt.Header.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Header message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xgt.Header & xgt.Header.$Shape} Header
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xgt.Header & xgt.Header.$Shape;
    }

    namespace Header {

        /** Properties of a Header. */
        interface $Properties {

            /** Header format */
            format?: (string|null);

            /** Header version */
            version?: (number|null);

            /** Header spec */
            spec?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Header. */
        type $Shape = xgt.Header.$Properties;
    }

    /** Compression enum. */
    enum Compression {

        /** NONE value */
        NONE = 0,

        /** GZIP value */
        GZIP = 1,

        /** ZSTD value */
        ZSTD = 2
    }

    /**
     * Properties of a Block.
     * @deprecated Use xgt.Block.$Properties instead.
     */
    interface IBlock extends xgt.Block.$Properties {
    }

    /** Represents a Block. */
    class Block {

        /**
         * Constructs a new Block.
         * @param [properties] Properties to set
         */
        constructor(properties?: xgt.Block.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Block rows. */
        rows: number;

        /** Block firstEvent. */
        firstEvent: number;

        /** Block earliest. */
        earliest: number;

        /** Block latest. */
        latest: number;

        /** Block compression. */
        compression: xgt.Compression;

        /** Block crc. */
        crc: number;

        /** Block size. */
        size: number;

        /** Block data. */
        data: Uint8Array;

        /** Block headCrc. */
        headCrc?: (number|null);

        /**
         * Encodes the specified Block message. Does not implicitly {@link xgt.Block.verify|verify} messages.
         * @param message Block message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xgt.Block.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Block message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xgt.Block & xgt.Block.$Shape} Block
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xgt.Block & xgt.Block.$Shape;
    }

    namespace Block {

        /** Properties of a Block. */
        interface $Properties {

            /** Block rows */
            rows?: (number|null);

            /** Block firstEvent */
            firstEvent?: (number|null);

            /** Block earliest */
            earliest?: (number|null);

            /** Block latest */
            latest?: (number|null);

            /** Block compression */
            compression?: (xgt.Compression|null);

            /** Block crc */
            crc?: (number|null);

            /** Block size */
            size?: (number|null);

            /** Block data */
            data?: (Uint8Array|null);

            /** Block headCrc */
            headCrc?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Block. */
        type $Shape = xgt.Block.$Properties;
    }

    /**
     * Properties of a Columns.
     * @deprecated Use xgt.Columns.$Properties instead.
     */
    interface IColumns extends xgt.Columns.$Properties {
    }

    /** Represents a Columns. */
    class Columns {

        /**
         * Constructs a new Columns.
         * @param [properties] Properties to set
         */
        constructor(properties?: xgt.Columns.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Columns padding. */
        padding: Uint8Array;

        /** Columns kind. */
        kind: Uint8Array;

        /** Columns via. */
        via: Uint8Array;

        /** Columns domid. */
        domid: Uint8Array;

        /** Columns cpu. */
        cpu: Uint8Array;

        /** Columns pid. */
        pid: Uint8Array;

        /** Columns comm. */
        comm: Uint8Array;

        /** Columns nr. */
        nr: Uint8Array;

        /** Columns cmd. */
        cmd: Uint8Array;

        /** Columns entry. */
        entry: Uint8Array;

        /** Columns time. */
        time: Uint8Array;

        /** Columns call. */
        call: Uint8Array;

        /** Columns start. */
        start: Uint8Array;

        /** Columns ret. */
        ret: Uint8Array;

        /** Columns multicall. */
        multicall: Uint8Array;

        /** Columns length. */
        length: Uint8Array;

        /** Columns words. */
        words: Uint8Array;

        /** Columns runs. */
        runs: Uint8Array;

        /** Columns strings. */
        strings: string[];

        /**
         * Encodes the specified Columns message. Does not implicitly {@link xgt.Columns.verify|verify} messages.
         * @param message Columns message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xgt.Columns.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Columns message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xgt.Columns & xgt.Columns.$Shape} Columns
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xgt.Columns & xgt.Columns.$Shape;
    }

    namespace Columns {

        /** Properties of a Columns. */
        interface $Properties {

            /** Columns padding */
            padding?: (Uint8Array|null);

            /** Columns kind */
            kind?: (Uint8Array|null);

            /** Columns via */
            via?: (Uint8Array|null);

            /** Columns domid */
            domid?: (Uint8Array|null);

            /** Columns cpu */
            cpu?: (Uint8Array|null);

            /** Columns pid */
            pid?: (Uint8Array|null);

            /** Columns comm */
            comm?: (Uint8Array|null);

            /** Columns nr */
            nr?: (Uint8Array|null);

            /** Columns cmd */
            cmd?: (Uint8Array|null);

            /** Columns entry */
            entry?: (Uint8Array|null);

            /** Columns time */
            time?: (Uint8Array|null);

            /** Columns call */
            call?: (Uint8Array|null);

            /** Columns start */
            start?: (Uint8Array|null);

            /** Columns ret */
            ret?: (Uint8Array|null);

            /** Columns multicall */
            multicall?: (Uint8Array|null);

            /** Columns length */
            length?: (Uint8Array|null);

            /** Columns words */
            words?: (Uint8Array|null);

            /** Columns runs */
            runs?: (Uint8Array|null);

            /** Columns strings */
            strings?: (string[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Columns. */
        type $Shape = xgt.Columns.$Properties;
    }

    /**
     * Properties of a Footer.
     * @deprecated Use xgt.Footer.$Properties instead.
     */
    interface IFooter extends xgt.Footer.$Properties {
    }

    /** Represents a Footer. */
    class Footer {

        /**
         * Constructs a new Footer.
         * @param [properties] Properties to set
         */
        constructor(properties?: xgt.Footer.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Footer blocks. */
        blocks: number;

        /** Footer events. */
        events: number;

        /** Footer offset. */
        offset: number[];

        /** Footer firstEvent. */
        firstEvent: number[];

        /** Footer earliest. */
        earliest: number[];

        /** Footer latest. */
        latest: number[];

        /** Footer bytes. */
        bytes: number;

        /**
         * Encodes the specified Footer message. Does not implicitly {@link xgt.Footer.verify|verify} messages.
         * @param message Footer message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: xgt.Footer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Footer message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {xgt.Footer & xgt.Footer.$Shape} Footer
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): xgt.Footer & xgt.Footer.$Shape;
    }

    namespace Footer {

        /** Properties of a Footer. */
        interface $Properties {

            /** Footer blocks */
            blocks?: (number|null);

            /** Footer events */
            events?: (number|null);

            /** Footer offset */
            offset?: (number[]|null);

            /** Footer firstEvent */
            firstEvent?: (number[]|null);

            /** Footer earliest */
            earliest?: (number[]|null);

            /** Footer latest */
            latest?: (number[]|null);

            /** Footer bytes */
            bytes?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Footer. */
        type $Shape = xgt.Footer.$Properties;
    }
}
