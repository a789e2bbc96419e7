import { cells, type PlanNode, type PlanProperty, strings } from "../emit/plan-node.ts";
import { cellOf, type DtNode, textOf } from "../tree/device-tree.ts";
import type { TakenClock } from "./clock-rates.ts";

/** Where the nodes stand that take the place of host nodes which stay with the host. */
const FOLDER = "/passthrough/stand-ins";

/**
 * Nodes of a partial tree that stand in for clocks and regulators of the host, as Xen's own example of a passed-through
 * network card does it (docs/misc/arm/passthrough.txt@master): a fixed-clock, a regulator-fixed.
 */
export class StandIns {
  private readonly nodes: PlanNode[] = [];
  private readonly made = new Map<string, number>();
  private nextPhandle: number;

  /** `firstPhandle`: no node of the partial tree has it or a higher one. */
  constructor(firstPhandle: number) {
    this.nextPhandle = firstPhandle;
  }

  /** Phandle of a clock of this rate, in Hz. */
  clock({ provider, args, name }: TakenClock, rate: number): number {
    const label = textOf(provider, "clock-output-names") ?? name ?? "clock";
    return this.add(`${provider.path}:${args}:${rate}`, "clock", [
      strings("compatible", "fixed-clock"),
      cells("#clock-cells", 0),
      cells("clock-frequency", rate),
      strings("clock-output-names", label),
    ]);
  }

  /** Phandle of a supply with the host regulator's name and highest voltage. */
  regulator(host: DtNode): number {
    const most = cellOf(host, "regulator-max-microvolt") ?? cellOf(host, "regulator-min-microvolt");
    const volts =
      most === null ? [] : [cells("regulator-min-microvolt", most), cells("regulator-max-microvolt", most)];
    return this.add(host.path, "regulator", [
      strings("compatible", "regulator-fixed"),
      strings("regulator-name", textOf(host, "regulator-name") ?? host.name),
      ...volts,
      { name: "regulator-always-on", value: { cells: [] } },
    ]);
  }

  private add(key: string, kind: string, properties: PlanProperty[]): number {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const phandle = this.nextPhandle++;
    const index = this.nodes.length;
    this.made.set(key, phandle);
    this.nodes.push({
      path: `${FOLDER}/${kind}@${index.toString(16)}`,
      existing: false,
      comment: null,
      properties: [...properties, cells("reg", index), cells("phandle", phandle)],
      children: [],
    });
    return phandle;
  }

  /** The bus node with everything that was made; null: nothing was. */
  node(): PlanNode | null {
    if (this.nodes.length === 0) return null;
    return {
      path: FOLDER,
      existing: false,
      comment: "in the place of clocks and regulators that stay with the host",
      properties: [strings("compatible", "simple-bus"), cells("#address-cells", 1), cells("#size-cells", 0)],
      children: this.nodes,
    };
  }
}
