import type { LogFormat } from "../log-format.ts";
import { XhlReader } from "./xhl-reader.ts";
import { XHL_FORMAT } from "./xhl-schema.ts";

/** First byte of a file: its field `header`. */
const HEADER_TAG = 0x0a;
/** Bytes within which the header names the format: tags and lengths before it take a few. */
const NAME_WITHIN = 32;

/**
 * xgt's own log, a protobuf message (proto/hypercall_log.proto, docs/xhl.md): a header, blocks of up to 65,536 events, a
 * footer. A block is the batch of events as the rest of this package has it, in columns, packed:
 *
 *     0a .. header   { format: "xgt.hypercall_log", version: 1, spec: "{\\"xgt_log\\":1,...}" }
 *     12 .. blocks   { rows: 32768, first_event: 1, earliest: .., compression: GZIP, crc: .., data: Columns { .. }, head_crc: .. }
 *     1a .. footer   { blocks: 1, events: 32768, offset: [..], first_event: [..], ... }
 */
export const xhl: LogFormat = {
  name: "xhl",
  title: "xgt's own log",
  placeUnit: "byte",
  sniff: (head) => head[0] === HEADER_TAG && latin1(head.subarray(0, NAME_WITHIN)).includes(XHL_FORMAT),
  open: (context) => new XhlReader(context),
};

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
