import { Via } from "../../events/event-kind.ts";
import { type DmaEventType, dmaEventTypes } from "./ftrace-dma.ts";
import { Scalar } from "./ftrace-fields.ts";

const SPACE = 32;
const COLON = 58;
/** Names, those met first, that are compared byte by byte before a line's name is looked up as a text. */
const LIKELY_NAMES = 32;

/** How the events of a name are read. */
type FtraceReading =
  | "memoryOp"
  | "listPart"
  | "memoryOpReturn"
  | "grantTableOp"
  | "grantTableOpReturn"
  | "other"
  | "otherReturn"
  | "guestP2m"
  | "dma"
  | "mark"
  | "skip";

/** One event name of a trace. */
export interface FtraceEventName {
  readonly name: string;
  /** Bytes of the name and its colon. */
  readonly size: number;
  readonly read: FtraceReading;
  readonly via: number;
  /** Dense number of the probed place in the kernel: what follows the probe's prefix. */
  readonly site: number;
  /** Scalars (bits) without which an event of this name cannot be read. */
  readonly needs: number;
  readonly dma: DmaEventType | null;
  /** Why lines of this name are skipped. */
  readonly skipped: string;
}

interface Probe {
  readonly prefix: string;
  readonly read: FtraceReading;
  readonly via: number;
  readonly needs: number;
}

const { kernel, privcmd } = Via;

function bitsOf(...scalars: number[]): number {
  return scalars.reduce((bits, scalar) => bits | (1 << scalar), 0);
}

/** Probes of a capture by their names' beginnings; the rest of a name is the probed place, the same for entry and return. */
const probes: readonly Probe[] = [
  { prefix: "mo_s_", read: "memoryOp", via: kernel, needs: bitsOf(Scalar.cmd) },
  { prefix: "mo_b_", read: "memoryOp", via: kernel, needs: bitsOf(Scalar.cmd) },
  { prefix: "mo_l_", read: "listPart", via: kernel, needs: bitsOf(Scalar.cmd, Scalar.arg, Scalar.nr) },
  { prefix: "mo_x_", read: "listPart", via: kernel, needs: bitsOf(Scalar.cmd, Scalar.arg, Scalar.nr) },
  { prefix: "mo_r_", read: "memoryOpReturn", via: kernel, needs: bitsOf(Scalar.ret) },
  { prefix: "gt_e_", read: "grantTableOp", via: kernel, needs: bitsOf(Scalar.cmd, Scalar.count) },
  { prefix: "gt_r_", read: "grantTableOpReturn", via: kernel, needs: bitsOf(Scalar.ret) },
  { prefix: "pc_mo_", read: "memoryOp", via: privcmd, needs: bitsOf(Scalar.cmd) },
  { prefix: "pc_mb_", read: "memoryOp", via: privcmd, needs: bitsOf(Scalar.cmd) },
  { prefix: "pc_gt_", read: "grantTableOp", via: privcmd, needs: bitsOf(Scalar.cmd, Scalar.count) },
  { prefix: "pc_xx_", read: "other", via: privcmd, needs: bitsOf(Scalar.op) },
  { prefix: "pc_r_", read: "otherReturn", via: privcmd, needs: bitsOf(Scalar.op, Scalar.ret) },
];

/** Names of a trace's events, told by their bytes; most lines repeat one of a few. */
export class FtraceEventNames {
  private readonly most: number;
  private readonly sites = new Map<string, number>();
  private readonly known: { readonly bytes: Uint8Array; readonly name: FtraceEventName }[] = [];
  private readonly decoder = new TextDecoder();
  private readonly byText = new Map<string, FtraceEventName>();

  /** `most`: names remembered; of further ones each line is looked at anew. */
  constructor(most: number) {
    this.most = most;
  }

  /** The name at `start`, with a colon behind it; undefined where there is none before `end`. */
  of(bytes: Uint8Array, start: number, end: number): FtraceEventName | undefined {
    const { known } = this;
    const likely = Math.min(known.length, LIKELY_NAMES);
    for (let i = 0; i < likely; i++) {
      if (isAt(known[i].bytes, bytes, start)) return known[i].name;
    }
    let at = start;
    while (at < end && bytes[at] !== COLON && bytes[at] !== SPACE) at++;
    if (at === end || bytes[at] === SPACE) return undefined;
    const text = this.decoder.decode(bytes.subarray(start, at));
    const met = this.byText.get(text);
    if (met !== undefined) return met;
    const name = this.read(text, at + 1 - start);
    if (known.length < this.most) {
      known.push({ bytes: bytes.slice(start, at + 1), name });
      this.byText.set(text, name);
    }
    return name;
  }

  private read(name: string, size: number): FtraceEventName {
    const skipped = `event ${name}`;
    const plain = { name, size, via: kernel, site: -1, needs: 0, dma: null, skipped };
    if (name === "p2m") return { ...plain, read: "guestP2m", needs: bitsOf(Scalar.pfn, Scalar.mfn) };
    // Tools call what user space wrote by the record's name, tracefs by the function that wrote it.
    if (name === "tracing_mark_write" || name === "print") return { ...plain, read: "mark" };
    const dma = dmaEventTypes.get(name);
    if (dma !== undefined) return { ...plain, read: "dma", dma };
    for (const { prefix, ...probe } of probes) {
      if (name.startsWith(prefix))
        return { ...plain, ...probe, site: this.siteOf(name.slice(prefix.length)) };
    }
    return { ...plain, read: "skip" };
  }

  private siteOf(site: string): number {
    let number = this.sites.get(site);
    if (number === undefined) {
      number = this.sites.size;
      if (number < this.most) this.sites.set(site, number);
    }
    return number;
  }
}

/** Whether the bytes of a name and its colon stand at `start`. */
function isAt(name: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}
