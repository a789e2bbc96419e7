import { type Abi, loadModel, nearestRelease, newestRelease } from "@xgt/hypercall-abi";
import type { LogHeader } from "../domains/spec/domain-spec.ts";
import { DecodeStats } from "../events/decode-stats.ts";
import type { EventBatch } from "../events/event-batch.ts";
import { EventKind } from "../events/event-kind.ts";
import { writeLost } from "../events/single-value.ts";
import { giveBack, takeBatch } from "../events/spare-batches.ts";
import { StringTable } from "../events/string-table.ts";
import { formats } from "../formats/index.ts";
import type { FormatName, LogFormat, LogReader, ReaderContext } from "../formats/log-format.ts";
import { giveMemoryBack } from "../formats/templates/native-templates.ts";
import { type ByteInput, openFileInput, StreamInput } from "../input/byte-input.ts";
import { ChunkQueue, PAUSED } from "../input/chunk-queue.ts";
import { codecOf, compressionOf, decompressed, MAGIC_BYTES } from "../input/decompress.ts";
import { type FollowedChange, FollowInput } from "../input/follow-input.ts";
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
  /** Seconds, both ends included: events of other times are not wanted, though some may come. Absent: all are. */
  readonly time?: { readonly from: number; readonly to: number };
  /** What `-` reads; absent: this process's standard input. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
  /** Events are wanted as they come: a pause of the input gives those that are there, or an empty batch. */
  readonly live?: boolean;
  /** The file is read as it grows, as `tail -F` does, and never ends. */
  readonly follow?: boolean;
  /** Opens what a log's name stands for, or throws LogOpenError; absent: names are paths of files. Not for `follow`. */
  readonly openInput?: (name: string) => Promise<ByteInput>;
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
  const changes: FollowedChange[] = [];
  const input = await inputOf(path, options, changes);
  try {
    const stats = new DecodeStats();
    const chunks = await plainChunks(input, path, stats);
    const format = await formatOf(path, chunks, options);
    const log = new OpenLog(path, format, input, chunks, changes, stats, options);
    await log.readHeader();
    return log;
  } catch (error) {
    await input.close();
    throw error;
  }
}

async function inputOf(path: string, options: OpenLogOptions, changes: FollowedChange[]): Promise<ByteInput> {
  if (path === "-") return new StreamInput(options.stdin ?? process.stdin);
  if (options.follow !== true) return (options.openInput ?? openFileInput)(path);
  const plain = await openFileInput(path);
  // A FIFO gives what comes by itself.
  if (plain.size === undefined) return plain;
  await plain.close();
  return FollowInput.open(path, (change) => changes.push(change));
}

/** The format by the log's first bytes: of live input by those that come before a pause, where they tell it already. */
async function formatOf(
  path: string,
  chunks: ChunkQueue,
  { from, live }: OpenLogOptions,
): Promise<LogFormat> {
  if (live !== true) return chooseFormat(path, await chunks.ahead(SNIFF_BYTES), from);
  for (let seen = 0; ; ) {
    const head = await chunks.aheadUntilPause(SNIFF_BYTES, seen);
    const isAll = head.length === seen || head.length === SNIFF_BYTES;
    if (isAll) return chooseFormat(path, head, from);
    seen = head.length;
    const forced = from !== undefined && !head.every(isBlank);
    // Bytes that come later may tell what these do not.
    if (forced || formats.some((format) => format.sniff(head))) return chooseFormat(path, head, from);
  }
}

/** The log's bytes, decompressed where they are compressed. */
async function plainChunks(input: ByteInput, path: string, stats: DecodeStats): Promise<ChunkQueue> {
  const chunks = new ChunkQueue(input.chunks(), input);
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

class OpenLog implements LogSource, ReaderContext {
  readonly path: string;
  readonly format: FormatName;
  readonly placeUnit: "line" | "byte";
  readonly batch = takeBatch();
  readonly strings: StringTable;
  readonly stats: DecodeStats;
  header: LogHeader | null = null;
  readonly time?: { readonly from: number; readonly to: number };
  private readonly input: ByteInput;
  private readonly chunks: ChunkQueue;
  /** What became of the file that is followed, before the next chunk. */
  private readonly changes: FollowedChange[];
  private readonly reader: LogReader;
  private readonly xen: string | undefined;
  private readonly live: boolean;
  private finished = false;
  /** How far in the plain bytes the reader was given them, and whether some before were left out. */
  private reached = 0;
  private hasJumped = false;
  /** The reader may hold more events of what it was given. */
  private hasMore = false;
  private ended = false;
  private pauses = false;

  constructor(
    path: string,
    format: LogFormat,
    input: ByteInput,
    chunks: ChunkQueue,
    changes: FollowedChange[],
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
    this.changes = changes;
    this.xen = options.xen;
    this.live = options.live === true;
    if (options.time !== undefined) this.time = options.time;
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
    // What has come before a pause is wanted now, whatever may follow.
    const isWaitedFor = () => this.pauses && this.batch.length > 0;
    while (!this.ended && isOpen() && !isWaitedFor() && this.stats.bytes < LINE_BYTES_MAX) await this.step();
  }

  async *batches(): AsyncGenerator<EventBatch> {
    try {
      for (;;) {
        const hasEvents = this.batch.length > 0;
        if (hasEvents || this.pauses) yield this.batch;
        // The pause is told by a batch of its own, once these events are replayed.
        if (hasEvents) this.pauses = false;
        this.batch.clear();
        if (this.ended) {
          giveMemoryBack(this.batch);
          giveBack(this.batch);
          return;
        }
        await this.step();
      }
    } finally {
      await this.close();
    }
  }

  /** The file that is followed is another one from here on. */
  private fileChanged(change: FollowedChange): void {
    const place = this.input.position;
    if (change === "replaced") {
      const message = "another file has taken the name; reading goes on at its beginning";
      this.stats.warn({ place, unit: "byte", message });
      return;
    }
    const message = "the file was cut; what was written to it just before may be missing";
    this.stats.warn({ place, unit: "byte", message });
    this.batch.add(EventKind.lost, 0);
    writeLost(this.batch, 1);
    this.stats.events++;
    this.stats.lost++;
  }

  async close(): Promise<void> {
    this.ended = true;
    await this.input.close();
  }

  /** Reads the next chunk, or more of the last one, into the batch. */
  private async step(): Promise<void> {
    const waits = this.live && !this.pauses;
    this.pauses = false;
    if (this.hasMore) this.hasMore = this.reader.more?.() === true;
    else if (this.finished) this.ended = true;
    else await this.nextChunk(waits);
  }

  /** `tellsPause`: a pause is told; one pause is told once, then the next bytes are waited for. */
  private async nextChunk(tellsPause: boolean): Promise<void> {
    const inOrder = () => (tellsPause ? this.chunks.nextOrPause() : this.chunks.next());
    const next = this.nextRange() ?? inOrder();
    const chunk = await next.catch((error: unknown) => this.readFailed(error));
    if (chunk === PAUSED) {
      this.pauses = true;
      this.reader.pause?.();
      return;
    }
    if (chunk === null) {
      // Of what was passed over at the end, no byte came.
      if (this.hasJumped) this.stats.bytes = this.input.size ?? this.stats.bytes;
      this.reader.finish();
      this.finished = true;
    } else {
      for (const change of this.changes.splice(0)) this.fileChanged(change);
      this.reached += chunk.length;
      // The reader may have asked for some bytes again.
      this.stats.bytes = Math.max(this.stats.bytes, this.reached);
      this.reader.push(chunk);
    }
    this.hasMore = this.reader.more !== undefined;
  }

  /** Where the reader may leave bytes out, and they can be: the next that it wants, null at the end. Else undefined. */
  private nextRange(): Promise<Uint8Array | null> | undefined {
    const { chunks, reader } = this;
    if (this.time === undefined || this.live || reader.wanted === undefined || !chunks.canJump)
      return undefined;
    this.hasJumped = true;
    const range = reader.wanted();
    if (range === null) return Promise.resolve(null);
    this.reached = range.from;
    return chunks.jump(range);
  }

  private readFailed(error: unknown): null {
    if (!(error instanceof Error && "code" in error)) throw error;
    this.stats.truncated = true;
    const message = `the rest of the file could not be read (${error.code})`;
    this.stats.fileProblem({ place: this.input.position, unit: "byte", message });
    return null;
  }
}
