import { FTRACE_NAMES_MAX } from "../../limits.ts";
import type { TraceLine, TraceNote, TraceTextDialect } from "../ftrace/trace-text-dialect.ts";
import type { FtraceFields } from "../probes/ftrace-fields.ts";
import { type ProbeFilter, probeFilterOf } from "../probes/probe-filters.ts";
import { ArrayWatch } from "./array-watch.ts";
import { rawDmaText } from "./raw-dma-text.ts";

const SPACE = 32;
/** What libtraceevent says before an event's bare members where it does not understand the kernel's format. */
const COMPLAINT = new TextEncoder().encode("[FAILED TO PARSE]");
/** How a mark's record names the function that wrote it. */
const WRITER = new TextEncoder().encode("tracing_mark_write: ");

/** What differs between the tools that print a trace by libtraceevent. */
export interface ToolText {
  readonly line: TraceLine;
  /** The form of an event's line, for people. */
  readonly expected: string;
  note(text: string): TraceNote | null;
  /** How to get the arrays that the tool prints as zeros. */
  readonly arraysBy: string;
  /** A doubt that every such text leaves; null: none. */
  doubt(): string | null;
}

/** The filters of the probes whose events were met; each new name may change what others must be to count. */
class SeenFilters {
  private readonly names = new Set<string>();
  private readonly filters = new Map<string, ProbeFilter | null>();

  pass(name: string, fields: FtraceFields): boolean {
    if (!this.names.has(name) && this.names.size < FTRACE_NAMES_MAX) {
      this.names.add(name);
      this.filters.clear();
    }
    let filter = this.filters.get(name);
    if (filter === undefined) {
      filter = probeFilterOf(name, this.names);
      if (this.names.has(name)) this.filters.set(name, filter);
    }
    return filter === null || filter(fields);
  }
}

/** The dialect of a tool that prints events by libtraceevent: bare members where it cannot format them. */
export function toolDialect(tool: ToolText): TraceTextDialect {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const arrays = new ArrayWatch();
  const filters = new SeenFilters();
  return {
    line: tool.line,
    expected: tool.expected,
    note: (text) => tool.note(text),
    complaint: (bytes, at) => sizeAt(COMPLAINT, bytes, at),
    writer: (bytes, at) => sizeAt(WRITER, bytes, at),
    plainDma: (bytes, start, end) => {
      const plain = rawDmaText(decoder.decode(bytes.subarray(start, end)));
      return plain === null ? null : encoder.encode(`${plain}\n`);
    },
    counts: (name, fields) => {
      arrays.see(fields);
      return filters.pass(name, fields);
    },
    doubt: () =>
      arrays.blank > 0
        ? `all arrays of the ${arrays.blank} events that have some are printed as zeros, so that what these calls name is unknown; ${tool.arraysBy}`
        : tool.doubt(),
  };
}

/** Bytes of a text that stands at `at`, blanks behind it included; 0: it does not. */
function sizeAt(text: Uint8Array, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return 0;
  let end = at + text.length;
  while (bytes[end] === SPACE) end++;
  return end - at;
}
