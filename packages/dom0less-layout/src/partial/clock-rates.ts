import {
  baseName,
  cellOf,
  cellsOf,
  type DeviceTree,
  type DtNode,
  isCompatible,
  stringsOf,
  walk,
} from "../tree/device-tree.ts";
import { type Reference, type ReferenceIndex, referencesIn } from "../tree/references.ts";

/** Rates that a user gives: Hz by "/path" or by "/path:clock-name". */
export type GivenRates = ReadonlyMap<string, number>;

/** One clock that a node takes. */
export interface TakenClock {
  readonly provider: DtNode;
  /** Arguments behind the phandle, as in "3,7". */
  readonly args: string;
  /** Its entry of clock-names; null: none. */
  readonly name: string | null;
  /** Hz; null: nothing tells. */
  readonly rate: number | null;
}

/** How often a clock may be derived from another. */
const DERIVATIONS_MAX = 8;

/** What a host tree tells about clock rates. */
export class ClockRates {
  private readonly references: ReferenceIndex;
  private readonly given: GivenRates;
  private readonly assigned: ReadonlyMap<string, number>;

  constructor(host: DeviceTree, references: ReferenceIndex, given: GivenRates) {
    this.references = references;
    this.given = given;
    this.assigned = assignedRates(host, references);
  }

  /** The clocks of a node, in order; null: `clocks` names a node that is not there. */
  clocksOf(node: DtNode): TakenClock[] | null {
    const property = node.properties.get("clocks");
    if (property === undefined) return [];
    const names = stringsOf(node, "clock-names");
    const entries = referencesIn(node, property, this.references) ?? [];
    const cells = cellsOf(node, "clocks");
    const clocks = entries.map((entry, i): TakenClock | null => {
      if (entry.target === null) return null;
      const args = argsOf(cells, entry);
      const name = names[i] ?? null;
      return { provider: entry.target, args, name, rate: this.rateOf(node, entry.target, args, name) };
    });
    return clocks.every((clock) => clock !== null) ? clocks : null;
  }

  private rateOf(node: DtNode, provider: DtNode, args: string, name: string | null): number | null {
    const told = this.given.get(`${node.path}:${name}`) ?? this.given.get(node.path);
    const known = told ?? this.assigned.get(`${provider.path}:${args}`) ?? this.fixedRate(provider, 0);
    if (known !== null && known !== undefined) return known;
    // The clock-frequency of an I2C controller is that of its bus.
    const isBus = baseName(node) === "i2c" || stringsOf(node, "compatible").some((text) => /i2c/.test(text));
    const own = isBus ? null : cellOf(node, "clock-frequency");
    const frequency = own ?? cellOf(node, "max-frequency");
    return frequency === 0 ? null : frequency;
  }

  /** Rate of a clock that is nothing but a number, or a number made of one. */
  private fixedRate(provider: DtNode, depth: number): number | null {
    if (depth > DERIVATIONS_MAX) return null;
    if (isCompatible(provider, "fixed-factor-clock")) {
      const property = provider.properties.get("clocks");
      const parent = property && referencesIn(provider, property, this.references)?.[0]?.target;
      const rate = parent ? this.fixedRate(parent, depth + 1) : null;
      const [mult, div] = [cellOf(provider, "clock-mult"), cellOf(provider, "clock-div")];
      return rate === null || mult === null || !div ? null : Math.round((rate * mult) / div);
    }
    const isLeaf = (cellOf(provider, "#clock-cells") ?? 0) === 0;
    return isLeaf ? cellOf(provider, "clock-frequency") : null;
  }
}

function argsOf(cells: readonly number[], { at, length }: Reference): string {
  return cells.slice(at + 1, at + length).join(",");
}

/** Rates that `assigned-clock-rates` anywhere in the tree sets, by "/provider:args". */
function assignedRates(host: DeviceTree, references: ReferenceIndex): Map<string, number> {
  const result = new Map<string, number>();
  for (const node of walk(host.root)) {
    const property = node.properties.get("assigned-clocks");
    const rates = cellsOf(node, "assigned-clock-rates");
    if (property === undefined || rates.length === 0) continue;
    const cells = cellsOf(node, "assigned-clocks");
    (referencesIn(node, property, references) ?? []).forEach((entry, i) => {
      const rate = rates[i] ?? 0;
      if (entry.target !== null && rate !== 0)
        result.set(`${entry.target.path}:${argsOf(cells, entry)}`, rate);
    });
  }
  return result;
}
