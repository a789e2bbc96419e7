import { cells, flag, type PlanNode, type PlanProperty, split, strings } from "../emit/plan-node.ts";
import type { PlacedDomain, PlannedModule } from "../request/plan-request.ts";
import type { WantedDevice } from "../request/wanted-device.ts";
import { hexAddress, totalSize } from "../terms/address-range.ts";
import { FIRST_SPI } from "../terms/emulated-hardware.ts";
import type { CellCounts } from "../tree/bus-address.ts";

/** The nodes that a plan adds to the host tree, in the order of U-Boot's commands. */
export function hostNodes(
  domains: readonly PlacedDomain[],
  devices: readonly WantedDevice[],
  counts: CellCounts,
  chosen: "exists" | "missing" | "without cells",
  consoleHasInterrupt: boolean,
  /** Further nodes: of Dom0's files, and below each domain. */
  more: { readonly chosen: readonly PlanNode[]; readonly domain: (name: string) => readonly PlanNode[] },
): PlanNode[] {
  const cellProperties =
    chosen === "exists" ? [] : [cells("#address-cells", counts.address), cells("#size-cells", counts.size)];
  const top: PlanNode = {
    path: "/chosen",
    existing: chosen !== "missing",
    comment: null,
    properties: cellProperties,
    // libfdt puts each new node before the others, so the last one written becomes the first domain, domid 1.
    children: [
      ...more.chosen,
      ...domains.toReversed().map((domain) => {
        const own = devices.filter((device) => device.domain === domain.wanted);
        const node = domainNode(domain, counts, consoleHasInterrupt ? null : spisNeeded(own));
        return { ...node, children: [...node.children, ...more.domain(domain.wanted.name)] };
      }),
    ],
  };
  const marked = [
    ...new Set(devices.flatMap(({ nodes, device }) => [device.node, ...nodes.map(({ node }) => node)])),
  ];
  const marks: PlanNode[] = marked
    .filter((node) => !node.properties.has("xen,passthrough"))
    .map((node) => {
      const properties = [flag("xen,passthrough")];
      return { path: node.path, existing: true, comment: null, properties, children: [] };
    });
  return [top, ...marks];
}

/** SPIs up to the highest that a domain's devices use. */
function spisNeeded(devices: readonly WantedDevice[]): number {
  const used = devices.flatMap(({ nodes }) => nodes.flatMap(({ spis }) => spis));
  return Math.max(0, ...used.map((spi) => spi - FIRST_SPI + 1));
}

/** `nrSpis`: null where Xen finds it out by itself, which needs a UART with an interrupt (L38). */
function domainNode(
  { wanted, banks, modules }: PlacedDomain,
  counts: CellCounts,
  nrSpis: number | null,
): PlanNode {
  const path = `/chosen/${wanted.name}`;
  const memory = totalSize(banks) >> 10n;
  const properties: PlanProperty[] = [
    strings("compatible", "xen,domain"),
    cells("#address-cells", counts.address),
    cells("#size-cells", counts.size),
    cells("cpus", wanted.cpus),
    cells("memory", ...split(memory, 2)),
    cells(
      "xen,static-mem",
      ...banks.flatMap(({ start, size }) => [...split(start, counts.address), ...split(size, counts.size)]),
    ),
    flag("direct-map"),
  ];
  if (nrSpis !== null) properties.push(cells("nr_spis", nrSpis));
  if (wanted.vpl011) properties.push(flag("vpl011"));
  if (wanted.enhanced === "full") properties.push(strings("xen,enhanced", "enabled"));
  else if (wanted.enhanced !== "off") properties.push(strings("xen,enhanced", wanted.enhanced));
  const children = modules.map((module) => moduleNode(path, module, wanted.bootargs, counts));
  return { path, existing: false, comment: null, properties, children };
}

function moduleNode(
  parent: string,
  { kind, memory, assumed }: PlannedModule,
  bootargs: string | null,
  counts: CellCounts,
): PlanNode {
  const properties = [
    strings("compatible", `multiboot,${kind}`, "multiboot,module"),
    cells("reg", ...split(memory.start, counts.address), ...split(memory.size, counts.size)),
  ];
  if (kind === "kernel" && bootargs !== null) properties.push(strings("bootargs", bootargs));
  const comment = assumed ? "the size is assumed: write the exact size of the file (see L30)" : null;
  const path = `${parent}/module@${hexAddress(memory.start).slice(2)}`;
  return { path, existing: false, comment, properties, children: [] };
}
