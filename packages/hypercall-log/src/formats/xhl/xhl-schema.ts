import protobuf from "protobufjs";
import schema from "../../../proto/hypercall_log.proto?raw";

const { root } = protobuf.parse(schema, { keepCase: true });

/** What Header.format says. */
export const XHL_FORMAT = "xgt.hypercall_log";
export const XHL_VERSION = 1;

/** Messages of the schema. */
export const xhlTypes = {
  header: root.lookupType("xgt.Header"),
  block: root.lookupType("xgt.Block"),
  columns: root.lookupType("xgt.Columns"),
  footer: root.lookupType("xgt.Footer"),
} as const;

/** Numbers of the file's fields. */
export const XhlField = { header: 1, blocks: 2, footer: 3 } as const;

/** How a block's data is packed. */
export const XhlCompression = { none: 0, gzip: 1 } as const;

/** protobuf's wire type of a field with a length. */
export const WITH_LENGTH = 2;

/** Columns of a batch that a block holds, by the names that both have. */
export const xhlColumns = [
  "kind",
  "via",
  "domid",
  "cpu",
  "pid",
  "comm",
  "nr",
  "cmd",
  "entry",
  "time",
  "call",
  "start",
  "ret",
  "multicall",
  "payload",
] as const;
