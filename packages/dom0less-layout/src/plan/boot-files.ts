import { cells, type PlanNode, type PlanProperty, split, strings } from "../emit/plan-node.ts";
import type { LoadFile, PlacedDomain, PlanRequest } from "../request/plan-request.ts";
import { type AddressRange, hexAddress } from "../terms/address-range.ts";
import type { CellCounts } from "../tree/bus-address.ts";
import { type DeviceTree, type DtNode, textOf } from "../tree/device-tree.ts";
import { placeFiles } from "./place-modules.ts";

/** A file, the place that the boot loader puts it to, and the node that tells Xen. */
export interface PlacedFile {
  readonly name: string;
  readonly memory: AddressRange;
  /** The size is a guess: what the loader says counts. */
  readonly assumed: boolean;
  /** Path of the module's node. */
  readonly node: string;
  readonly kind: "kernel" | "ramdisk" | "device-tree";
}

/** Dom0's kernel and ramdisk, placed; null: no room. */
export function placeDom0Files(
  free: readonly AddressRange[],
  { dom0Kernel, dom0Ramdisk }: PlanRequest,
): { files: PlacedFile[]; left: readonly AddressRange[] } | null {
  const wanted: { kind: "kernel" | "ramdisk"; file: LoadFile }[] = [];
  if (dom0Kernel !== undefined) wanted.push({ kind: "kernel", file: dom0Kernel });
  if (dom0Ramdisk !== undefined) wanted.push({ kind: "ramdisk", file: dom0Ramdisk });
  if (wanted.length === 0) return { files: [], left: free };
  const placed = placeFiles(
    free,
    wanted.map(({ file }) => file.size),
  );
  if (placed === null) return null;
  const files = wanted.map(({ kind, file }, i): PlacedFile => {
    const memory = { start: placed.starts[i], size: file.size };
    return { name: file.name, memory, assumed: false, node: `/chosen/${moduleName(memory)}`, kind };
  });
  return { files, left: placed.left };
}

/** Files of all planned domains, in the order of the domains. */
export function domainFiles(domains: readonly PlacedDomain[]): PlacedFile[] {
  return domains.flatMap(({ wanted, modules }) => {
    return modules.map(({ kind, memory, assumed }): PlacedFile => {
      const given = { kernel: wanted.kernelFile, ramdisk: wanted.ramdiskFile, "device-tree": undefined }[
        kind
      ];
      const name =
        given ?? (kind === "device-tree" ? `${wanted.name}-passthrough.dtb` : `${wanted.name}-${kind}`);
      return { name, memory, assumed, node: `/chosen/${wanted.name}/${moduleName(memory)}`, kind };
    });
  });
}

function moduleName(memory: AddressRange): string {
  return `module@${hexAddress(memory.start).slice(2)}`;
}

/** Module nodes of Dom0. */
export function dom0Nodes(files: readonly PlacedFile[], counts: CellCounts): PlanNode[] {
  return files.map(({ node: path, memory, kind }) => ({
    path,
    existing: false,
    comment: null,
    properties: [
      strings("compatible", `multiboot,${kind}`, "multiboot,module"),
      cells("reg", ...split(memory.start, counts.address), ...split(memory.size, counts.size)),
    ],
    children: [],
  }));
}

/** Command lines of Xen and Dom0, those of the tree where it has some. */
export interface CommandLines {
  readonly xen: string;
  /** Null: there is no Dom0. */
  readonly dom0: string | null;
}

/** `standIns`: clocks of the host stand in for a guest's, so Dom0 must leave the real ones on. */
export function commandLines(request: PlanRequest, chosen: DtNode | null, standIns: boolean): CommandLines {
  const xen = (chosen === null ? null : textOf(chosen, "xen,xen-bootargs")) ?? defaultXen(request);
  if (!request.dom0) return { xen, dom0: null };
  const given = request.dom0Bootargs ?? (chosen === null ? null : textOf(chosen, "xen,dom0-bootargs"));
  const words = (given ?? "console=hvc0").split(/\s+/).filter((word) => word !== "");
  const keep = standIns ? ["clk_ignore_unused", "pd_ignore_unused"] : [];
  return { xen, dom0: [...words, ...keep.filter((word) => !words.includes(word))].join(" ") };
}

function defaultXen({ dom0 }: PlanRequest): string {
  return `console=dtuart${dom0 ? " dom0_mem=512M" : ""}`;
}

/** Properties of /chosen that the tree lacks. */
export function bootargProperties(host: DeviceTree, { xen, dom0 }: CommandLines): PlanProperty[] {
  const chosen = host.root.children.find((node) => node.name === "chosen") ?? null;
  const has = (name: string, value: string) => chosen !== null && textOf(chosen, name) === value;
  return [
    ...(has("xen,xen-bootargs", xen) ? [] : [strings("xen,xen-bootargs", xen)]),
    ...(dom0 === null || has("xen,dom0-bootargs", dom0) ? [] : [strings("xen,dom0-bootargs", dom0)]),
  ];
}
