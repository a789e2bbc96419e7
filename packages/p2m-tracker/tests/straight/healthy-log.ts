/** Objects of an interchange log, one a line. */
export type Line = Record<string, unknown>;

const RAM = 0x80000;
const EXTENDED = 0x200000;
const PEER = 0x800000;
const ram = [{ gfn: "0x80000", count: "0x1000" }];
const regions = [{ name: "extended", gfn: "0x200000", count: "0x400" }];
const head = { xgt_log: 1, version: 1, xen: "4.17", arch: "arm64" };
const domain = { domid: 0, mode: "direct-mapped", ram, regions, iommu: false };

/** Headers under which the same events mean different things; the first one is what the path is made for. */
export const headers: readonly Line[] = [
  { ...head, domains: [domain] },
  { ...head, from_boot: true, domains: [domain] },
  head,
  { ...head, domains: [{ ...domain, iommu: true }] },
  { ...head, domains: [{ ...domain, mode: "translated" }] },
  { ...head, domains: [{ domid: 0, mode: "direct-mapped", ram }] },
];

const hex = (value: number): string => `0x${value.toString(16)}`;
const address = (frame: number): string => hex(frame * 4096);

/** Calls, entries of the guest's table and DMA of a backend at work, drawn by a seed. */
export class HealthyLog {
  readonly lines: Line[] = [];
  private state: number;
  private id = 0;
  private readonly anyOrder: boolean;

  /**
   * @param shown Ops of each grant call that the recorder shows; the others are counted only.
   * @param anyOrder Extents come in any order, as Linux's balloon has them; false: they rise.
   */
  constructor(seed: number, rounds: number, shown: number, anyOrder = false) {
    this.anyOrder = anyOrder;
    this.state = seed >>> 0 || 1;
    for (let round = 0; round < rounds; round++) {
      const kind = this.random(4);
      if (kind === 0) this.balloon();
      else this.grants(shown, kind === 1);
    }
  }

  private random(bound: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % bound;
  }

  private call(nr: number, cmd: number, args: Line, result: Line): void {
    const common = { id: ++this.id, pid: 90 + this.random(2), comm: "blkback" };
    this.lines.push({ ev: "enter", ...common, nr, cmd, args }, { ev: "exit", id: common.id, ...result });
  }

  private balloon(): void {
    const count = 1 + this.random(90);
    const first = RAM + this.random(0x1000 - count);
    const extents = this.ordered(Array.from({ length: count }, (_, i) => first + i)).map(hex);
    const args = { domid: "0x7ff0", extent_order: 0, mem_flags: 0, nr_extents: count, extents };
    this.call(12, 1, args, { ret: count });
    const pages = Array.from({ length: this.random(3) }, () => first + this.random(count));
    if (pages.length > 0 && this.random(3) === 0) this.mapAt([...new Set(pages)], 64, false);
    this.call(12, 6, args, { ret: count });
    this.dma(first, first, false);
    this.dma(first, first, true);
  }

  /** Stretches of the frames in any order, some of them falling; at times one frame is named twice. */
  private ordered(frames: number[]): number[] {
    if (!this.anyOrder) return frames;
    const stretches: number[][] = [];
    while (frames.length > 0) {
      const stretch = frames.splice(0, 1 + this.random(40));
      if (this.random(2) === 0) stretch.reverse();
      if (this.random(2) === 0) stretches.push(stretch);
      else stretches.unshift(stretch);
    }
    const all = stretches.flat();
    if (this.random(12) === 0) all[this.random(all.length)] = all[this.random(all.length)];
    return all;
  }

  private grants(shown: number, inRam: boolean): void {
    const count = 1 + this.random(4);
    const first = (inRam ? RAM : EXTENDED) + this.random(0x300);
    if (inRam) return this.dmaOf(first, first);
    this.mapAt(
      Array.from({ length: count }, (_, i) => first + i),
      shown,
      true,
    );
  }

  private mapAt(gfns: readonly number[], shown: number, inTable: boolean): void {
    const refs = gfns.map(() => 8 + this.random(200));
    const mfns = refs.map((ref) => PEER + ref);
    const handles = gfns.map((_, i) => i);
    const flags = this.random(3) === 0 ? 6 : 2;
    const ops = gfns.map((gfn, i) => ({ host_addr: address(gfn), flags, ref: refs[i], dom: 1 }));
    const results = mfns.map((mfn, i) => ({ status: 0, handle: handles[i], dev_bus_addr: address(mfn) }));
    const count = gfns.length;
    this.call(20, 0, { count, ops: ops.slice(0, shown) }, { ret: 0, ops: results.slice(0, shown) });
    if (inTable) for (const [i, gfn] of gfns.entries()) this.entry(gfn, hex(mfns[i]));
    for (const [i, gfn] of gfns.entries()) if (inTable) this.dmaOf(gfn, mfns[i]);
    const unmaps = gfns.map((gfn, i) => ({
      host_addr: address(gfn),
      dev_bus_addr: "0x0",
      handle: handles[i],
    }));
    this.call(
      20,
      1,
      { count, ops: unmaps.slice(0, shown) },
      { ret: 0, ops: gfns.map(() => ({ status: 0 })).slice(0, shown) },
    );
    if (inTable) for (const gfn of gfns) this.entry(gfn, "0xffffffffffffffff");
  }

  private entry(pfn: number, mfn: string): void {
    this.lines.push({ ev: "guest_p2m", pid: 90, pfn: hex(pfn), mfn, nr: 1 });
  }

  private dmaOf(gfn: number, mfn: number): void {
    this.dma(gfn, mfn, false);
    this.dma(gfn, mfn, true);
  }

  private dma(gfn: number, mfn: number, unmap: boolean): void {
    const phys = unmap ? {} : { phys: address(gfn) };
    const segments = [{ ...phys, bus: address(mfn), size: 4096 }];
    const dir = this.random(2) === 0 ? "TO_DEVICE" : "FROM_DEVICE";
    this.lines.push({ ev: "dma", pid: 90, op: unmap ? "unmap" : "map", dir, dev: "disk", segments });
  }
}

/** The log with one value of one line replaced; `pick` says which line, which value, and by what. */
export function changed(lines: readonly Line[], pick: readonly [number, number, number]): Line[] {
  const at = pick[0] % lines.length;
  const line = structuredClone(lines[at]);
  const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
  const walk = (holder: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(holder)) {
      if (typeof value === "object" && value !== null) walk(value as Record<string, unknown>);
      else if (key !== "ev") places.push({ holder, key });
    }
  };
  walk(line);
  const { holder, key } = places[pick[1] % places.length];
  holder[key] = other(holder[key], pick[2]);
  return [...lines.slice(0, at), line, ...lines.slice(at + 1)];
}

function other(value: unknown, pick: number): unknown {
  if (typeof value === "number") return [value + 1, value - 1, 0, -3, 4097, 2 ** 31][pick % 6];
  if (typeof value === "string" && value.startsWith("0x")) {
    const frames = ["0x0", "0x80001", "0x80001000", "0x200001000", "0x800008000", "0xffffffffffffffff"];
    return [...frames, hex(Number(value) + 4096), hex(Number(value) + 1)][pick % 8];
  }
  return undefined;
}

/** Lines that a healthy log does not have: lost records, DMA of odd addresses and sizes, an unmap by the guest's address. */
const disturbances: readonly Line[] = [
  { ev: "lost", count: 3 },
  { ev: "grant", domid: 0, ref: 9, dom: 1, gfn: "0x80010", ro: false },
  { ev: "dma", op: "unmap", dev: "disk", dir: "TO_DEVICE", segments: [{ phys: "0x80001000", size: 4096 }] },
  ...["0x80001000", "0x200000000000000", "0xfff0000000000000"].flatMap((bus) =>
    [1, 4096, 200_000].map((size) => {
      const segments = [{ phys: "0x80001000", bus, size }];
      return { ev: "dma", op: "map", dev: "disk", dir: "TO_DEVICE", segments };
    }),
  ),
];

/** The log with a line left out, told twice, or another one between; `pick` says where, which of these, and what. */
export function disturbed(lines: readonly Line[], pick: readonly [number, number, number]): Line[] {
  const at = pick[0] % lines.length;
  const kind = pick[1] % 4;
  if (kind === 0) return [...lines.slice(0, at), ...lines.slice(at + 1)];
  const other = kind === 1 ? lines[pick[2] % lines.length] : disturbances[pick[2] % disturbances.length];
  return [...lines.slice(0, at), other, ...lines.slice(at)];
}
