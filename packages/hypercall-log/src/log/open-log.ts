import { type Abi, loadModel, nearestRelease, newestRelease } from "@xgt/hypercall-abi";
import type { LogHeader } from "../domains/spec/domain-spec.ts";
import { DecodeStats } from "../events/decode-stats.ts";
import { EventBatch } from "../events/event-batch.ts";
import { StringTable } from "../events/string-table.ts";
import { formats } from "../formats/index.ts";
import type { FormatName, LogFormat, LogReader, ReaderContext } from "../formats/log-format.ts";
import { type ByteInput, openFileInput, StreamInput } from "../input/byte-input.ts";
import { codecOf, compressionOf, decompressed, MAGIC_BYTES } from "../input/decompress.ts";
import { LogOpenError } from "../input/log-open-error.ts";
import { LINE_BYTES_MAX, SNIFF_BYTES } from "../limits.ts";
import { type ForeignFile, foreignFiles } from "./foreign-files.ts";

export interface OpenLogOptions {
  /** Format; absent: told by the content. */
  readonly from?: FormatName;
  /** Strings of the run, shared by its logs. */
  readonly strings?: StringTable;
  /** Xen's version by which raw arguments are decoded where the log does not name one; absent: the newest. */
  readonly xen?: string;
  /** What `-` reads; absent: this process's standard input. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
}

/** An open log. */
export interface LogSource {
  /** As the user named it; `-` is standard input. */
  readonly path: string;
  readonly format: FormatName;
  /** Unit of EventBatch.place. */
  readonly placeUnit: "line" | "byte";
  /** What the log says about itself; null where it has no header. Known before the first batch. */
  readonly header: LogHeader | null;
  readonly stats: DecodeStats;
  readonly strings: StringTable;
  /** Bytes of the file as it lies on disk; undefined where that cannot be known. */
  readonly inputSize: number | undefined;
  /** Bytes of it read so far. */
  readonly inputRead: number;
  /** The events, once. The batch is the same one each time and only good until the next is asked for. */
  batches(): AsyncGenerator<EventBatch>;
  /** Gives the file back; `batches` does so by itself at its end. */
  close(): Promise<void>;
}

/** Opens a log: a file's path, or `-` for standard input. Throws LogOpenError. */
export async function openLog(path: string, options: OpenLogOptions = {}): Promise<LogSource> {
  const input = path === "-" ? new StreamInput(options.stdin ?? process.stdin) : await openFileInput(path);
  try {
    const stats = new DecodeStats();
    const chunks = await plainChunks(input, path, stats);
    const head = await chunks.ahead(SNIFF_BYTES);
    const format = chooseFormat(path, head, options.from);
    const log = new OpenLog(path, format, input, chunks, stats, options);
    await log.readHeader();
    return log;
  } catch (error) {
    await input.close();
    throw error;
  }
}

/** The log's bytes, decompressed where they are compressed. */
async function plainChunks(input: ByteInput, path: string, stats: DecodeStats): Promise<ChunkQueue> {
  const chunks = new ChunkQueue(input.chunks());
  const compression = compressionOf(await chunks.ahead(MAGIC_BYTES));
  if (compression === null) return chunks;
  return new ChunkQueue(decompressed(input, chunks.rest(), codecOf(compression, path), stats));
}

function chooseFormat(path: string, head: Uint8Array, from: FormatName | undefined): LogFormat {
  const names = formats.map((format) => format.name).join(", ");
  if (head.every(isBlank)) {
    const what = head.length === 0 ? "is empty" : "holds nothing but blanks";
    throw new LogOpenError("empty", path, what, "check that the recorder ran and that the copy is complete");
  }
  if (from !== undefined) {
    const forced = formats.find((format) => format.name === from);
    if (forced !== undefined) return forced;
    throw new LogOpenError("no-reader", path, `no reader for the format ${from}`, `there are ${names}`);
  }
  refuseForeign(path, head, (file) => file.first === true);
  const found = formats.find((format) => format.sniff(head));
  if (found !== undefined) return found;
  refuseForeign(path, head, () => true);
  const zero = head.indexOf(0);
  if (zero >= 0) {
    const what = `is binary (byte ${zero} is zero) and of no known format`;
    throw new LogOpenError("binary", path, what, `known formats are ${names}`);
  }
  const advice = `known formats are ${names}; --from FORMAT forces one`;
  throw new LogOpenError("unknown-format", path, "is of no known format", advice);
}

/** Throws LogOpenError where the first bytes are those of a known kind of file that is no log. */
function refuseForeign(path: string, head: Uint8Array, among: (file: ForeignFile) => boolean): void {
  const text = new TextDecoder().decode(head);
  const file = foreignFiles.find((candidate) => among(candidate) && candidate.is(head, text));
  if (file === undefined) return;
  throw new LogOpenError(head.includes(0) ? "binary" : "unknown-format", path, file.what, file.advice);
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Chunks of bytes that can be looked at before they are taken. */
class ChunkQueue {
  private readonly source: AsyncGenerator<Uint8Array>;
  private readonly held: Uint8Array[] = [];

  constructor(source: AsyncGenerator<Uint8Array>) {
    this.source = source;
  }

  /** Up to `size` first bytes, which are not taken; fewer where the input has no more. */
  async ahead(size: number): Promise<Uint8Array> {
    let have = this.held.reduce((sum, chunk) => sum + chunk.length, 0);
    while (have < size) {
      const chunk = await this.source.next();
      if (chunk.done === true) break;
      // The source may use its buffer again: what is held is a copy.
      this.held.push(chunk.value.slice());
      have += chunk.value.length;
    }
    const head = new Uint8Array(Math.min(size, have));
    let at = 0;
    for (const chunk of this.held) {
      const part = chunk.subarray(0, head.length - at);
      head.set(part, at);
      at += part.length;
    }
    return head;
  }

  /** The next chunk, or null at the end. */
  async next(): Promise<Uint8Array | null> {
    const held = this.held.shift();
    if (held !== undefined) return held;
    const chunk = await this.source.next();
    return chunk.done === true ? null : chunk.value;
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    for (let chunk = await this.next(); chunk !== null; chunk = await this.next()) yield chunk;
  }
}

class OpenLog implements LogSource, ReaderContext {
  readonly path: string;
  readonly format: FormatName;
  readonly placeUnit: "line" | "byte";
  readonly batch = new EventBatch();
  readonly strings: StringTable;
  readonly stats: DecodeStats;
  header: LogHeader | null = null;
  private readonly input: ByteInput;
  private readonly chunks: ChunkQueue;
  private readonly reader: LogReader;
  private readonly xen: string | undefined;
  private finished = false;
  /** The reader may hold more events of what it was given. */
  private hasMore = false;
  private ended = false;

  constructor(
    path: string,
    format: LogFormat,
    input: ByteInput,
    chunks: ChunkQueue,
    stats: DecodeStats,
    options: OpenLogOptions,
  ) {
    this.path = path;
    this.format = format.name;
    this.placeUnit = format.placeUnit;
    this.strings = options.strings ?? new StringTable();
    this.stats = stats;
    this.input = input;
    this.chunks = chunks;
    this.xen = options.xen;
    this.reader = format.open(this);
  }

  get abi(): Abi {
    const version = this.header?.xen ?? this.xen;
    const release = version === undefined ? newestRelease : nearestRelease(version);
    return loadModel(release, this.header?.arch ?? "arm64", "tools");
  }

  get inputSize(): number | undefined {
    return this.input.size;
  }

  get inputRead(): number {
    return this.input.position;
  }

  /** Reads as far as the header reaches, if there is one. */
  async readHeader(): Promise<void> {
    const isOpen = () =>
      (this.header === null && this.batch.length === 0) || this.reader.headerMayGrow?.() === true;
    while (!this.ended && isOpen() && this.stats.bytes < LINE_BYTES_MAX) await this.step();
  }

  async *batches(): AsyncGenerator<EventBatch> {
    try {
      for (;;) {
        if (this.batch.length > 0) yield this.batch;
        this.batch.clear();
        if (this.ended) return;
        await this.step();
      }
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.ended = true;
    await this.input.close();
  }

  /** Reads the next chunk, or more of the last one, into the batch. */
  private async step(): Promise<void> {
    if (this.hasMore) this.hasMore = this.reader.more?.() === true;
    else if (this.finished) this.ended = true;
    else await this.nextChunk();
  }

  private async nextChunk(): Promise<void> {
    const chunk = await this.chunks.next().catch((error: unknown) => this.readFailed(error));
    if (chunk === null) {
      this.reader.finish();
      this.finished = true;
    } else {
      this.stats.bytes += chunk.length;
      this.reader.push(chunk);
    }
    this.hasMore = this.reader.more !== undefined;
  }

  private readFailed(error: unknown): null {
    if (!(error instanceof Error && "code" in error)) throw error;
    this.stats.truncated = true;
    const message = `the rest of the file could not be read (${error.code})`;
    this.stats.fileProblem({ place: this.input.position, unit: "byte", message });
    return null;
  }
}
