import { deflateSync } from "node:zlib";

/** What a trace.dat is made of. */
export interface TraceParts {
  readonly headerPage: string;
  readonly formats: readonly string[];
  readonly taskNames: string;
  readonly clock: string;
  readonly pageSize: number;
  readonly cpus: readonly { readonly cpu: number; readonly pages: Uint8Array }[];
  /** tracefs's `stats` of each CPU. */
  readonly statistics?: readonly string[];
  /** Version 7: how often the options name each section of the head; once, unless said. */
  readonly named?: number;
  /** Version 7: all CPUs claim the first one's bytes. */
  readonly isShared?: boolean;
  /** Version 7: the options name themselves as those that follow. */
  readonly isLoop?: boolean;
}

const MAGIC = "\x17\x08Dtracing";
const SECTION_HEAD = 16;

/** A trace.dat of version 6 with all formats in one event system. */
export function traceDat6(parts: TraceParts): Buffer {
  const options = [
    ...(parts.statistics ?? []).map((text) => option6(2, text)),
    option6(4, `local [${parts.clock}] boot`),
    u16(0),
  ];
  const head = Buffer.concat([
    text(MAGIC, "6\0"),
    Buffer.from([0, 8]),
    u32(parts.pageSize),
    headerInfo(parts),
    u32(0),
    eventFormats(parts),
    u32(0),
    u32(0),
    sized(parts.taskNames),
    u32(parts.cpus.length),
    text("options  \0"),
    ...options,
    text("flyrecord\0"),
  ]);
  const tableSize = 16 * parts.cpus.length;
  const pieces: Buffer[] = [head];
  const data: Buffer[] = [];
  let at = aligned(head.length + tableSize, parts.pageSize);
  data.push(Buffer.alloc(at - head.length - tableSize));
  for (const { pages } of parts.cpus) {
    pieces.push(u64(at), u64(pages.length));
    data.push(Buffer.from(pages));
    at += pages.length;
  }
  return Buffer.concat([...pieces, ...data]);
}

/** A trace.dat of version 7; `zlib` compresses its sections and pages, other names are only written down. */
export function traceDat7(parts: TraceParts, compression: "none" | "zlib" | "zstd" | "lzo" = "none"): Buffer {
  const packed = compression !== "none";
  const head = Buffer.concat([
    text(MAGIC, "7\0"),
    Buffer.from([0, 8]),
    u32(parts.pageSize),
    text(`${compression}\0`, "1\0"),
  ]);
  const pieces: Buffer[] = [head, u64(0)];
  let at = head.length + 8;
  const add = (piece: Buffer): number => {
    pieces.push(piece);
    at += piece.length;
    return at - piece.length;
  };
  const header = add(section(16, headerInfo(parts), packed));
  const events = add(section(18, eventFormats(parts), packed));
  const tasks = add(section(21, sized(parts.taskNames), packed));
  // The buffers' section has its head only: their offsets are the file's.
  const buffers = add(sectionHead(3, packed, 0));
  const data = (pages: Uint8Array): Buffer => {
    const content = packed ? chunks(pages, parts.pageSize) : Buffer.from(pages);
    return Buffer.concat([u64(add(content)), u64(content.length)]);
  };
  const shared = parts.isShared ? data(parts.cpus[0].pages) : null;
  const table = parts.cpus.map(({ cpu, pages }) => Buffer.concat([u32(cpu), shared ?? data(pages)]));
  const buffer = Buffer.concat([
    u64(buffers),
    text("\0", `${parts.clock}\0`),
    u32(parts.pageSize),
    u32(table.length),
    ...table,
  ]);
  const heads = [option(16, u64(header)), option(18, u64(events)), option(21, u64(tasks))];
  const options = Buffer.concat([
    ...Array.from({ length: parts.named ?? 1 }, () => heads).flat(),
    ...(parts.statistics ?? []).map((one) => option(2, text(`${one}\0`))),
    option(3, buffer),
    option(0, u64(parts.isLoop ? at : 0)),
  ]);
  const first = add(section(0, options, false));
  const file = Buffer.concat(pieces);
  file.writeBigUInt64LE(BigInt(first), head.length);
  return file;
}

/** A page of records; `missed`: events lost before it, stored behind them (-1: their number is not known). */
export function tracePage(
  size: number,
  stamp: bigint,
  records: readonly { readonly delta: number; readonly content: Buffer }[],
  missed = 0,
): Buffer {
  const page = Buffer.alloc(size);
  let at = 16;
  for (const { delta, content } of records) {
    const room = aligned(content.length, 4);
    page.writeUInt32LE(((delta << 5) | 0) >>> 0, at);
    page.writeUInt32LE(room + 4, at + 4);
    content.copy(page, at + 8);
    at += 8 + room;
  }
  page.writeBigUInt64LE(stamp, 0);
  const flags = missed === 0 ? 0 : missed < 0 ? 2 ** 31 : 2 ** 31 + 2 ** 30;
  page.writeUInt32LE(at - 16 + flags, 8);
  if (missed > 0) page.writeBigUInt64LE(BigInt(missed), at);
  return page;
}

function headerInfo({ headerPage }: TraceParts): Buffer {
  return Buffer.concat([text("header_page\0"), sized(headerPage), text("header_event\0"), sized("")]);
}

function eventFormats({ formats }: TraceParts): Buffer {
  return Buffer.concat([u32(1), text("xen\0"), u32(formats.length), ...formats.map(sized)]);
}

function section(id: number, content: Buffer, packed: boolean): Buffer {
  const body = packed ? chunk(content) : content;
  return Buffer.concat([sectionHead(id, packed, body.length), body]);
}

function sectionHead(id: number, packed: boolean, size: number): Buffer {
  const head = Buffer.alloc(SECTION_HEAD);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(packed ? 1 : 0, 2);
  head.writeBigUInt64LE(BigInt(size), 8);
  return head;
}

function chunks(pages: Uint8Array, size: number): Buffer {
  const cut: Buffer[] = [];
  for (let at = 0; at < pages.length; at += 4 * size) cut.push(chunk(pages.subarray(at, at + 4 * size)));
  return Buffer.concat([u32(cut.length), ...cut]);
}

function chunk(content: Uint8Array): Buffer {
  const packed = deflateSync(content);
  return Buffer.concat([u32(packed.length), u32(content.length), packed]);
}

function option(id: number, data: Buffer): Buffer {
  return Buffer.concat([u16(id), u32(data.length), data]);
}

function option6(id: number, data: string): Buffer {
  return option(id, text(`${data}\0`));
}

function sized(content: string): Buffer {
  const bytes = Buffer.from(content, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}

function text(...parts: string[]): Buffer {
  return Buffer.from(parts.join(""), "latin1");
}

function aligned(size: number, to: number): number {
  return Math.ceil(size / to) * to;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
