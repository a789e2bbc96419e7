import {
  type ArgumentField,
  type Hypercall,
  hypercalls,
  type SubOp,
} from "../../packages/hypercall-abi/src/index.ts";
import { extremeValue } from "./extreme-values.ts";
import type { RandomSource } from "./fuzz-input.ts";

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

const RAM_START = 0x60000;
const RAM_FRAMES = 0x2000;
const EVENTS_MAX = 60;
/** One sequence in so many may make a replay follow millions of frames. */
const LARGE_SHARE = 25;
/** Segments of a DMA, and ops of a call, of such a sequence at times. */
const SEGMENTS_LARGE = 1 << 10;
const OPS_LARGE = 1 << 10;
/** Ends of the counts and orders of other sequences: larger ones are followed up to limits that are as large. */
const COUNTS_END = 0xfff;
const ORDERS_END = 10;
/** Sub-ops that change a p2m or a grant table: most calls are of these. */
const HOT = new Set([
  "populate_physmap",
  "decrease_reservation",
  "increase_reservation",
  "exchange",
  "add_to_physmap",
  "add_to_physmap_batch",
  "remove_from_physmap",
  "acquire_resource",
  "memory_mapping",
  "createdomain",
  "destroydomain",
  "map_grant_ref",
  "unmap_grant_ref",
  "unmap_and_replace",
  "setup_table",
  "transfer",
  "copy",
]);
const RETURNS = [0, 0, 0, 0, 1, 1, 2, -1, -3, -12, -14, -16, -22, -28, -38, -95];

/**
 * A log of calls that are valid by Xen's headers, over few frames and handles so that they meet each other, with extreme
 * values here and there: what byte flips in a good log never get to.
 */
export class EventSequence {
  private readonly random: RandomSource;
  private readonly lines: Json[] = [];
  /** Calls that have no exit yet. */
  private readonly open: { id: number; domid: number | null; subOp: SubOp; rows: number }[] = [];
  private readonly domids: readonly number[];
  /** One value in so many is extreme; 0: none is. */
  private readonly wild: number;
  /** Counts and orders may be of such a size that a replay follows a million frames, which takes it a second. */
  private readonly isLarge: boolean;
  private readonly named: readonly [Hypercall, SubOp][];
  private id = 0;
  private time = 0;

  constructor(random: RandomSource) {
    this.random = random;
    this.wild = random.pick([0, 0, 40, 12, 4]);
    this.isLarge = random.below(LARGE_SHARE) === 0;
    this.domids = random.pick([[0], [0], [0, 1], [1], [0, 1, 2]]);
    const all = hypercalls.flatMap((hypercall) =>
      hypercall.subOps.map((subOp): [Hypercall, SubOp] => [hypercall, subOp]),
    );
    const hot = all.filter(([, { name }]) => HOT.has(name));
    this.named = random.below(4) === 0 ? all : hot;
  }

  /** The lines of one log. */
  log(): Json[] {
    const { random } = this;
    if (random.below(12) > 0) this.lines.push(this.header());
    for (let events = 1 + random.below(EVENTS_MAX); events > 0; events--) this.event();
    while (this.open.length > 0 && random.below(12) > 0) this.exit();
    return this.lines;
  }

  private header(): Json {
    const { random } = this;
    const domains = this.domids.map((domid): Json => {
      const ram = [{ gfn: this.hex(RAM_START), count: this.hex(RAM_FRAMES) }];
      const regions = [
        { name: "grant-table", gfn: this.hex(0x40200), count: this.hex(0x40) },
        { name: "extended", gfn: this.hex(RAM_START + RAM_FRAMES), count: this.hex(0x1000) },
      ];
      const mode = random.pick(["direct-mapped", "direct-mapped", "static", "translated"]);
      return { domid, mode, ram, regions, iommu: random.below(5) === 0 };
    });
    const xen = random.pick(["4.11", "4.12", "4.13", "4.17", "4.18", "4.20", "4.21", "master"]);
    const header: { [name: string]: Json } = { xgt_log: 1, version: 1, xen, arch: "arm64", domains };
    if (random.below(2) === 0) header.from_boot = true;
    if (random.below(6) === 0) header.grants = [{ ref: 8, dom: 1, gfn: this.frame(), ro: false }];
    return header;
  }

  private event(): void {
    const { random } = this;
    this.time += random.below(1000) / 1e6;
    switch (random.below(20)) {
      case 0:
      case 1:
        return this.add({ ev: "guest_p2m", pfn: this.frame(), mfn: this.mfn(), nr: this.count(3) });
      case 2:
      case 3:
        return this.dma();
      case 4:
        return this.add({
          ev: "grant",
          ref: this.small(),
          dom: this.domid(),
          gfn: this.frame(),
          ro: random.below(2) === 0,
        });
      case 5:
        return this.add({ ev: "ungrant", ref: this.small() });
      case 6:
        return random.below(3) === 0 ? this.add({ ev: "lost", count: this.count(5) }) : this.share();
      case 7: {
        const what = random.pick(["boot", "suspend", "resume", "shutdown", "destroy", "create"]);
        return random.below(3) === 0 ? this.add({ ev: "domain", domid: this.domid(), what }) : this.exit();
      }
      case 8:
      case 9:
      case 10:
      case 11:
      case 12:
        return this.exit();
      default:
        return this.enter();
    }
  }

  private share(): void {
    const ev = this.random.pick(["share", "unshare"]);
    this.add({ ev, gfn: this.frame(), nr: this.count(2), with: "optee" });
  }

  private dma(): void {
    const { random } = this;
    const length = this.isLarge && random.below(8) === 0 ? SEGMENTS_LARGE : random.below(4);
    const segments = Array.from({ length }, () => {
      const gfn = RAM_START + random.below(RAM_FRAMES);
      const segment: { [name: string]: Json } = {
        bus: this.value(BigInt(random.below(3) === 0 ? gfn : RAM_START + random.below(16)) << 12n),
        size: this.count(8192),
      };
      if (random.below(5) > 0) segment.phys = this.value(BigInt(gfn) << 12n);
      return segment;
    });
    const op = random.pick(["map", "map", "unmap"]);
    const dir = random.pick(["TO_DEVICE", "FROM_DEVICE", "BIDIRECTIONAL"]);
    const event: { [name: string]: Json } = {
      ev: "dma",
      op,
      dir,
      dev: random.pick(["a", "0000:00:01.0"]),
      segments,
    };
    if (random.below(6) === 0) event.total = this.count(4);
    this.add(event);
  }

  private enter(): void {
    const { random } = this;
    const [hypercall, subOp] = random.pick(this.named);
    const id = random.below(30) === 0 ? Math.max(1, this.id) : ++this.id;
    const domid = random.below(3) === 0 ? null : random.pick(this.domids);
    const many = this.isLarge && random.below(8) === 0 ? OPS_LARGE : 1;
    const rows = subOp.argument === "rows" ? random.pick([1, 1, 1, 2, 3]) * many : 1;
    const line: { [name: string]: Json } = {
      ev: "enter",
      id,
      nr: hypercall.nr,
      cmd: subOp.cmd,
      pid: random.below(3),
    };
    if (domid !== null) line.domid = domid;
    if (random.below(4) === 0) line.via = "privcmd";
    if (random.below(40) > 0) line.args = this.args(subOp, rows);
    this.add(line);
    this.open.push({ id, domid, subOp, rows });
  }

  private args(subOp: SubOp, rows: number): Json {
    const { random } = this;
    if (random.below(60) === 0) return { fault: true, arg: "0x10" };
    const one = () => {
      const row: { [name: string]: Json } = {};
      const elements = random.pick([1, 1, 2, 4]);
      for (const field of subOp.fields) {
        if (field.direction !== "out" && random.below(40) > 0)
          set(row, field.name, this.member(field, elements));
      }
      for (const list of subOp.lists) {
        const value =
          random.below(24) === 0
            ? null
            : Array.from({ length: elements }, () => this.element(list.elementSize));
        if (random.below(24) > 0) set(row, list.name, value);
      }
      return row;
    };
    if (subOp.argument !== "rows") return one();
    return { count: this.count(rows), ops: Array.from({ length: rows }, one) };
  }

  private exit(): void {
    const { random, open } = this;
    if (open.length === 0) return;
    const [call] = open.splice(random.below(4) === 0 ? random.below(open.length) : open.length - 1, 1);
    if (random.below(40) === 0) return;
    const line: { [name: string]: Json } = {
      ev: "exit",
      id: call.id,
      ret: Number(this.value(BigInt(random.pick(RETURNS)))),
    };
    if (call.domid !== null) line.domid = call.domid;
    const outs = call.subOp.fields.filter(({ direction }) => direction !== "in");
    const one = (into: { [name: string]: Json }) => {
      for (const field of outs) if (random.below(12) > 0) set(into, field.name, this.member(field, 1));
      for (const list of call.subOp.lists) {
        if (list.direction !== "in" && random.below(2) === 0)
          set(into, list.name, [this.element(list.elementSize)]);
      }
      return into;
    };
    if (call.subOp.argument === "rows") line.ops = Array.from({ length: call.rows }, () => one({}));
    else one(line);
    this.add(line);
  }

  /** A value that fits what the member is for. */
  private member({ name, signed, radix }: ArgumentField, elements: number): Json {
    const last = name.slice(name.lastIndexOf(".") + 1);
    if (signed === true) return Number(this.value(BigInt(this.random.pick([0, 0, 0, 1, -1, -9, -12]))));
    if (/domid$|^dom$/.test(last)) return this.domid();
    if (/^(nr_extents|size|nr_frames|count|nr)$/.test(last)) return this.count(elements);
    if (/^nr_mfns$/.test(last)) return this.value(BigInt(this.random.below(4)));
    if (/addr$/.test(last)) return this.value(BigInt(RAM_START + this.random.below(48)) << 12n);
    if (/(gpfn|gfn|mfn|pfn|frame)$/.test(last)) return this.frame();
    if (/handle|ref/.test(last)) return this.small();
    if (/order|start_extent|cont/.test(last))
      return this.count(this.random.pick([0, 0, 0, 1, 9]), ORDERS_END);
    if (/space|flags|type/.test(last)) return this.count(this.random.below(5));
    return radix === 16 ? this.frame() : this.count(1);
  }

  private element(size: number): Json {
    if (size === 8) return this.frame();
    return this.random.below(20) === 0 ? null : Number(this.value(BigInt(this.random.pick([0, 0, 3, -22]))));
  }

  private add(line: { [name: string]: Json }): void {
    this.lines.push(this.random.below(5) === 0 ? line : { t: Number(this.time.toFixed(6)), ...line });
  }

  private domid(): Json {
    return this.random.pick<Json>([0, 1, "0x7ff0", "0x7ff0", "0x7ff2", 7]);
  }

  /** A frame of the RAM bank or around it, where few frames are so that events meet. */
  private frame(): Json {
    const { random } = this;
    const base = random.pick([
      RAM_START,
      RAM_START,
      RAM_START + RAM_FRAMES,
      0x40200,
      RAM_START + RAM_FRAMES - 1,
    ]);
    return this.value(BigInt(base + random.below(12)));
  }

  private mfn(): Json {
    return this.random.below(3) === 0 ? "0xffffffffffffffff" : this.frame();
  }

  private small(): Json {
    return Number(this.value(BigInt(this.random.below(6))));
  }

  private count(usual: number, end = COUNTS_END): Json {
    const value = this.value(BigInt(this.random.below(8) === 0 ? this.random.below(4) : usual));
    return this.isLarge || Number(value) < end ? value : usual;
  }

  /** The value, or in its place an extreme one. */
  private value(usual: bigint): Json {
    const { random, wild } = this;
    const value = wild > 0 && random.below(wild) === 0 ? extremeValue(random) : usual;
    return value > 0xffffn ? `0x${value.toString(16)}` : Number(value);
  }

  private hex(value: number): Json {
    const chosen = this.value(BigInt(value));
    return typeof chosen === "number" && chosen >= 0 ? `0x${chosen.toString(16)}` : chosen;
  }
}

/** Puts a member where its dotted name says. */
function set(into: { [name: string]: Json }, name: string, value: Json): void {
  const parts = name.split(".");
  let at = into;
  for (const part of parts.slice(0, -1)) {
    const inner = at[part] ?? {};
    at[part] = inner;
    at = inner as { [name: string]: Json };
  }
  at[parts[parts.length - 1]] = value;
}

/** A log as text. */
export function logText(lines: readonly Json[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}
