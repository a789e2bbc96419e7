import { cells, dtsBody, flag, type PlanNode, type PlanProperty, split, strings } from "../emit/plan-node.ts";
import type { HostPlatform } from "../model/host.ts";
import type { WantedDevice } from "../request/wanted-device.ts";
import type { Translation } from "../tree/bus-address.ts";
import { walk } from "../tree/device-tree.ts";
import { referenceIndex } from "../tree/references.ts";
import { ClockRates, type GivenRates } from "./clock-rates.ts";
import type { CopyContext } from "./copy-context.ts";
import { copyDevice } from "./node-copy.ts";
import type { PartialNote } from "./partial-note.ts";
import { StandIns } from "./stand-ins.ts";

/** A partial device tree for a domain. */
interface PartialPlan {
  readonly source: string;
  /** What was left out and what that means, for people. */
  readonly notes: readonly PartialNote[];
}

/** Phandles above it are Xen's own (GUEST_PHANDLE_GIC is 65000). */
const PHANDLE_MAX = 60_000;

/** Makes the partial tree that passes a domain's devices through, 1:1. */
export function partialPlan(
  host: HostPlatform,
  devices: readonly WantedDevice[],
  rates: GivenRates,
): PartialPlan {
  const notes: PartialNote[] = [];
  const references = referenceIndex(host.tree);
  const gicPhandle = firstFree(host.phandles);
  const context: CopyContext = {
    host,
    references,
    inside: new Set(devices.flatMap(({ device }) => [...walk(device.node)])),
    spis: new Set(devices.flatMap(({ nodes }) => nodes.flatMap(({ spis }) => spis))),
    gicPhandle,
    clocks: new ClockRates(host.tree, references, rates),
    standIns: new StandIns(gicPhandle + 1),
    notes,
  };
  const shifted = devices.filter(({ reach }) => reach.rows !== null);
  const straight = devices.filter(({ reach }) => reach.rows === null);
  const copies = [
    ...straight.map((device) => copyDevice(context, device, "/passthrough")),
    ...shifted.map((device, i) => {
      const path = `/passthrough/dma-bus-${i}`;
      return busNode(path, device.reach.rows, [copyDevice(context, device, path)]);
    }),
  ];
  const standIns = context.standIns.node();
  const bus = busNode("/passthrough", null, standIns === null ? copies : [standIns, ...copies]);
  const gic: PlanNode = {
    path: "/gic",
    existing: false,
    comment: "Xen takes the phandle and puts it on the interrupt controller that it makes",
    properties: [
      flag("interrupt-controller"),
      cells("#address-cells", 0),
      cells("#interrupt-cells", 3),
      cells("phandle", gicPhandle),
    ],
    children: [],
  };
  const root: PlanNode = {
    path: "/",
    existing: true,
    comment: null,
    properties: [cells("#address-cells", 2), cells("#size-cells", 2)],
    children: [gic, bus],
  };
  return { source: `/dts-v1/;\n\n/ {\n${dtsBody(root, 1)}};\n`, notes };
}

/** A phandle above all of the host's, or, where those are high, above the highest low one. */
function firstFree(phandles: ReadonlyMap<number, unknown>): number {
  return 1 + Math.max(0, ...[...phandles.keys()].filter((phandle) => phandle < PHANDLE_MAX));
}

/** A bus whose children have the CPU's addresses; DMA as on the host. */
function busNode(path: string, rows: readonly Translation[] | null, children: readonly PlanNode[]): PlanNode {
  const properties: PlanProperty[] = [
    strings("compatible", "simple-bus"),
    cells("#address-cells", 2),
    cells("#size-cells", 2),
    flag("ranges"),
  ];
  if (rows !== null) {
    const values = rows.flatMap(({ child, parent, size }) => [
      ...split(child, 2),
      ...split(parent, 2),
      ...split(size, 2),
    ]);
    properties.push(cells("dma-ranges", ...values));
  }
  return { path, existing: false, comment: null, properties, children };
}
