import { BUS_LEVELS_MAX } from "../limits.ts";
import type { HostDevice } from "../model/host.ts";
import type { BusMaster } from "../model/protection-windows.ts";
import { type AddressRange, hexAddress, intersectAll, joined } from "../terms/address-range.ts";
import { type Translation, translations } from "../tree/bus-address.ts";
import { baseName, type DtNode } from "../tree/device-tree.ts";

const EVERYTHING: readonly AddressRange[] = [{ start: 0n, size: 1n << 64n }];

/** Which host addresses a device's DMA can reach. */
export interface DmaReach {
  readonly node: DtNode;
  /** The device reads and writes memory by itself, as far as its node and the list of masters tell. */
  readonly master: boolean;
  /** Host addresses it can read and write. */
  readonly reachable: readonly AddressRange[];
  /** One sentence for each restriction; empty: nothing restricts it. */
  readonly limits: readonly string[];
  /** Device address minus host address, where dma-ranges shifts; 0: they are equal. */
  readonly offset: bigint;
  /** The node whose dma-ranges was used. */
  readonly bus: DtNode | null;
  /** Its rows, carried up to the CPU's addresses; null: device and host addresses are equal. */
  readonly rows: readonly Translation[] | null;
}

/** Base names of nodes that never master the bus; their `dmas` name another device that does. */
const NO_MASTERS = new Set([
  "adc",
  "clock",
  "clock-controller",
  "gpio",
  "i2c",
  "interrupt-controller",
  "mailbox",
  "pinctrl",
  "pwm",
  "reset-controller",
  "rtc",
  "serial",
  "spi",
  "syscon",
  "thermal",
  "thermal-sensor",
  "timer",
  "uart",
  "watchdog",
]);

/** What the tree and the list of bus masters say about a device's DMA. */
export function dmaReach(device: HostDevice, masters: readonly BusMaster[]): DmaReach {
  const { node } = device;
  const told = masters.find((master) => master.path === node.path);
  const rows = dmaRows(node);
  let reachable: readonly AddressRange[] = EVERYTHING;
  const limits: string[] = [];
  let offset = 0n;
  if (rows !== null) {
    reachable = joined(rows.rows.map((row) => ({ start: row.parent, size: row.size })));
    limits.push(`dma-ranges of ${rows.bus.path}`);
    offset = rows.rows.length === 0 ? 0n : rows.rows[0].child - rows.rows[0].parent;
  }
  if (told?.bits != null && told.bits < 64) {
    const top: AddressRange = { start: 0n, size: 1n << BigInt(told.bits) };
    reachable = intersectAll(reachable, rows === null ? [top] : maskedRows(rows.rows, top));
    limits.push(`${told.bits}-bit addresses`);
  }
  if (told?.windows != null) {
    reachable = intersectAll(
      reachable,
      told.windows.filter((window) => window.write),
    );
    limits.push(`${told.windows.length} windows of its protection unit`);
  }
  return {
    node,
    master: told?.dma ?? !NO_MASTERS.has(baseName(node)),
    reachable,
    limits,
    offset,
    bus: rows?.bus ?? null,
    rows: rows?.rows ?? null,
  };
}

/** Host addresses whose device address lies below the mask's end. */
function maskedRows(rows: readonly Translation[], top: AddressRange): AddressRange[] {
  return rows.flatMap((row) => {
    return intersectAll([{ start: row.child, size: row.size }], [top]).map((range) => {
      return { start: range.start - row.child + row.parent, size: range.size };
    });
  });
}

/**
 * The first dma-ranges with rows above a device, carried up to the root, as Linux does it
 * (drivers/of/address.c:of_dma_get_range@6.1). Null: none, so device and host addresses are equal.
 */
function dmaRows(node: DtNode): { bus: DtNode; rows: Translation[] } | null {
  let found: { bus: DtNode; rows: Translation[] } | null = null;
  let bus = node.parent;
  for (let level = 0; bus?.parent != null && level < BUS_LEVELS_MAX; level++, bus = bus.parent) {
    const rows = translations(bus, "dma-ranges");
    if (rows === null || rows === "identity") continue;
    found = found === null ? { bus, rows } : { bus: found.bus, rows: chained(found.rows, rows) };
  }
  return found;
}

/** Rows of the lower bus with their parent addresses taken through the upper bus. */
function chained(lower: readonly Translation[], upper: readonly Translation[]): Translation[] {
  return lower.flatMap((low) => {
    return upper.flatMap((high) => {
      const shared = intersectAll(
        [{ start: low.parent, size: low.size }],
        [{ start: high.child, size: high.size }],
      );
      return shared.map(({ start, size }) => {
        return { child: low.child + (start - low.parent), parent: high.parent + (start - high.child), size };
      });
    });
  });
}

/** "0xc0000000 above" for people; device address minus host address. */
export function offsetText(offset: bigint): string {
  return offset < 0n ? `${hexAddress(-offset)} below` : `${hexAddress(offset)} above`;
}
