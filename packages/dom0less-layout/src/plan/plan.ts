import { bigGuestMap, releaseName } from "@xgt/hypercall-abi";
import { checkLayout, type LayoutResult } from "../check/check.ts";
import { freeRam, type LayoutInput, type LayoutModel, layoutModel } from "../model/layout-model.ts";
import { type ModuleFile, moduleFile } from "../model/module-file.ts";
import { bridgeWindows, isPciBridge } from "../model/pci-bridge.ts";
import type { PartialNote } from "../partial/partial-note.ts";
import { partialPlan } from "../partial/partial-plan.ts";
import type { PlacedDomain, PlanRequest } from "../request/plan-request.ts";
import { type WantedDevice, wantedDevices } from "../request/wanted-device.ts";
import {
  type AddressRange,
  endOf,
  hexAddress,
  overlaps,
  PAGE_SIZE,
  pagesOf,
  rangeText,
  sizeText,
  subtract,
  totalSize,
} from "../terms/address-range.ts";
import {
  DEFAULT_GRANT_FRAMES,
  GICV2_VCPUS,
  MAX_VCPUS,
  REDISTRIBUTOR_SIZE,
} from "../terms/emulated-hardware.ts";
import { since } from "../terms/first-releases.ts";
import { applyOverlay } from "../tree/apply-overlay.ts";
import { type CellCounts, inheritedCells } from "../tree/bus-address.ts";
import { childNamed, type DeviceTree } from "../tree/device-tree.ts";
import { readDtb } from "../tree/read-dtb.ts";
import { readDts } from "../tree/read-dts.ts";
import { writeDtb } from "../tree/write-dtb.ts";
import {
  bootargProperties,
  commandLines,
  dom0Nodes,
  domainFiles,
  type PlacedFile,
  placeDom0Files,
} from "./boot-files.ts";
import { hostNodes } from "./domain-nodes.ts";
import { imagebuilderConfig } from "./imagebuilder-config.ts";
import { allocate, memoryConstraints } from "./memory-constraint.ts";
import { overlayText } from "./overlay-text.ts";
import { LOADER_TOP, placeModules } from "./place-modules.ts";
import { type PlacedWindow, placeWindows, windowNodes, windowProblems } from "./shared-windows.ts";
import { smallestConflict } from "./smallest-conflict.ts";
import { ubootScript } from "./uboot-script.ts";

/** A partial device tree for one domain. */
interface PlannedPartial {
  readonly domain: string;
  readonly source: string;
  readonly dtb: Uint8Array;
}

/** A configuration that works. */
export interface Plan {
  readonly possible: true;
  readonly domains: readonly PlacedDomain[];
  /** Source of the overlay for the host tree. */
  readonly overlay: string;
  readonly partials: readonly PlannedPartial[];
  /** A whole boot as a script of U-Boot. */
  readonly uboot: string;
  /** A configuration of ImageBuilder. */
  readonly imagebuilder: string;
  /** Source of an overlay that only marks the devices, for tools that make the domains' nodes themselves. */
  readonly marks: string;
  readonly windows: readonly PlacedWindow[];
  /** Why each thing is where it is, and what is left to do. */
  readonly reasons: readonly string[];
  /** Devices that will not work, or not whole, in the guest: what their drivers lack there. */
  readonly warnings: readonly string[];
  /** The check of host, overlay and partial trees together. */
  readonly check: LayoutResult;
}

/** No configuration works. */
export interface NoPlan {
  readonly possible: false;
  /** A smallest set of conditions that exclude each other, in words. */
  readonly conflict: readonly string[];
}

/** Finds a 1:1 configuration for the wanted domains, or says what stands against it. */
export function planLayout(request: PlanRequest): Plan | NoPlan {
  const model = layoutModel(inputOf(request, request.host, new Map()));
  const { devices, conflicts } = wantedDevices(
    model.host,
    request.domains,
    request.masters,
    request.force === true,
  );
  const early = [...unfitRequest(request, model), ...windowProblems(request), ...conflicts];
  if (early.length > 0) return { possible: false, conflict: early };
  const constraints = memoryConstraints(request, model, devices);
  const allocation = allocate(model.host.ram, constraints);
  if (allocation === null) {
    const ram = model.host.ram.map(rangeText).join(", ");
    const set = smallestConflict(model.host.ram, constraints);
    return { possible: false, conflict: [`the host's RAM is ${ram}`, ...set.map(({ text }) => text)] };
  }
  const partials = request.domains.map((domain) => partialOf(request, model, domain.name, devices));
  let free = subtract(freeRam(model), [...allocation.values()].flat());
  const domains: PlacedDomain[] = [];
  for (const wanted of request.domains) {
    const partial = partials.find(({ plan }) => plan?.domain === wanted.name)?.plan ?? null;
    const placed = placeModules(free, wanted, partial === null ? null : BigInt(partial.dtb.length));
    if (placed === null) {
      const left = sizeText(totalSize(free));
      return {
        possible: false,
        conflict: [`no free range (${left} in all) holds the files of ${wanted.name}`],
      };
    }
    free = placed.left;
    domains.push({ wanted, banks: allocation.get(wanted) ?? [], modules: placed.modules });
  }
  const windows = placeWindows(free, request);
  const dom0 = windows === null ? null : placeDom0Files(windows.left, request);
  if (windows === null || dom0 === null) {
    const left = sizeText(totalSize(free));
    const what = windows === null ? "the shared memory" : "the files of Dom0";
    return { possible: false, conflict: [`no free range (${left} in all) holds ${what}`] };
  }
  const places = { windows: windows.windows, dom0: dom0.files, left: dom0.left };
  return finished(request, model, { domains, devices, partials, ...places });
}

/** Everything of a plan that has found its place. */
interface Places {
  readonly domains: readonly PlacedDomain[];
  readonly devices: readonly WantedDevice[];
  readonly partials: readonly PartialOf[];
  readonly windows: readonly PlacedWindow[];
  readonly dom0: readonly PlacedFile[];
  /** RAM that nothing takes. */
  readonly left: readonly AddressRange[];
}

function inputOf(request: PlanRequest, host: DeviceTree, modules: Map<string, ModuleFile>): LayoutInput {
  return {
    host,
    modules,
    release: request.release,
    masters: request.masters,
    firmware: request.firmware,
    dom0: request.dom0,
    ...(request.kconfig !== undefined && { kconfig: request.kconfig }),
  };
}

/** What no memory layout can mend. */
function unfitRequest(request: PlanRequest, model: LayoutModel): string[] {
  const result: string[] = [];
  const { gic, ram, uart } = model.host;
  if (ram.length === 0)
    result.push("the host tree has no memory node: give the tree that the boot loader hands to Xen");
  if (gic === null) result.push("the host tree has no GICv2 or GICv3 that Xen drives");
  if (request.release < since.directMap) {
    result.push(
      `Xen ${releaseName(request.release)} cannot map a domain 1:1; direct-map needs 4.17 or later`,
    );
  }
  const frames =
    gic?.redistributors.reduce((sum, region) => sum + Number(region.size / REDISTRIBUTOR_SIZE), 0) ?? 0;
  const most = gic?.version === 3 ? Math.min(frames, MAX_VCPUS) : GICV2_VCPUS;
  const names = model.domains.map(({ config }) => config.name);
  for (const domain of request.domains) {
    if (gic !== null && domain.cpus > most) {
      const what = gic.version === 3 ? "the host's redistributor regions hold" : "a GICv2 has";
      result.push(`${domain.name} wants ${domain.cpus} vCPUs; ${what} ${most}`);
    }
    if (names.includes(domain.name)) result.push(`the host tree has a domain ${domain.name} already`);
    names.push(domain.name);
    const page = uart?.registers?.size ?? 0n;
    if (domain.vpl011 && (uart?.spi == null || page < 0x1000n)) {
      const why =
        uart === null
          ? "the host tree names no UART for Xen"
          : `${uart.node.path} has no interrupt or less than 4K of registers`;
      result.push(`${domain.name} wants vpl011, and ${why}`);
    }
    if (domain.enhanced !== "off") result.push(...grantTableClashes(domain, model));
    if (domain.enhanced === "full" && !request.dom0) {
      result.push(`${domain.name} wants xenstore (xen,enhanced), and there will be no Dom0`);
    }
  }
  return result;
}

/** The grant table's place is fixed, and so are the devices' in a 1:1 domain. */
function grantTableClashes(domain: PlanRequest["domains"][number], model: LayoutModel): string[] {
  const frames = { start: bigGuestMap.grantTable.start, size: BigInt(DEFAULT_GRANT_FRAMES) * PAGE_SIZE };
  return domain.devices.flatMap((path) => {
    const device = model.hostDevice(path);
    const windows = device !== null && isPciBridge(device.node) ? bridgeWindows(device.node) : [];
    const range = [...(device?.registers ?? []), ...windows].find((one) => overlaps(pagesOf(one), frames));
    if (range === undefined) return [];
    const what = `${domain.name} wants PV interfaces (xen,enhanced) and ${path}`;
    return [`${what}: the grant table is at ${rangeText(frames)}, the device at ${rangeText(range)}`];
  });
}

interface PartialOf {
  readonly plan: PlannedPartial | null;
  readonly notes: readonly PartialNote[];
}

function partialOf(
  request: PlanRequest,
  model: LayoutModel,
  domain: string,
  devices: readonly WantedDevice[],
): PartialOf {
  const own = devices.filter((device) => device.domain.name === domain);
  if (own.length === 0) return { plan: null, notes: [] };
  const { source, notes } = partialPlan(model.host, own, request.clocks ?? new Map());
  const { tree } = readDts(source, `${domain}-passthrough.dts`);
  return { plan: { domain, source, dtb: writeDtb(tree) }, notes };
}

function finished(request: PlanRequest, model: LayoutModel, places: Places): Plan {
  const { domains, devices, partials, windows } = places;
  const chosen = childNamed(request.host.root, "chosen");
  const { counts, state } = chosenCells(request.host);
  const hasInterrupt = model.host.uart?.spi != null;
  const firstPhandle = 1 + Math.max(0, ...model.host.phandles.keys());
  const nodes = hostNodes(domains, devices, counts, chosen === null ? "missing" : state, hasInterrupt, {
    chosen: dom0Nodes(places.dom0, counts),
    domain: (name) => windowNodes(name, windows, counts, firstPhandle),
  });
  const notes = partials.flatMap((partial) => partial.notes);
  const reasons = [
    ...domains.flatMap((domain) => reasonsFor(domain, devices, model)),
    ...windows.map(({ id, memory, domains: names }) => {
      return `${names.join(", ")}: shared memory ${id} is ${rangeText(memory)} (${sizeText(memory.size)}) in each, with an event channel between two`;
    }),
    ...notes.map(({ text }) => text),
  ];
  if (!hasInterrupt) {
    reasons.push("nr_spis is set: Xen finds no UART with an interrupt to count the SPIs by (L38)");
  }
  const overlay = overlayText(nodes, reasons);
  const files = [...places.dom0, ...domainFiles(domains)];
  const lines = commandLines(request, chosen, notes.length > 0);
  const marks = nodes.filter(({ path }) => path !== "/chosen");
  return {
    possible: true,
    domains,
    windows,
    overlay,
    marks: overlayText(marks, ["marks the devices of the domains: Dom0 must leave them alone"]),
    partials: partials.flatMap(({ plan }) => (plan === null ? [] : [plan])),
    uboot: ubootScript(files, nodes, bootargProperties(request.host, lines)),
    imagebuilder: imagebuilderConfig(domains, files, windows, lines, places.left),
    reasons,
    warnings: notes.filter(({ counts: fails }) => fails).map(({ text }) => text),
    check: checkLayout(plannedInput(request, overlay, domains, partials)),
  };
}

/** Host, overlay and partial trees together. The host is read anew so that the caller's tree stays as it is. */
function plannedInput(
  request: PlanRequest,
  overlay: string,
  domains: readonly PlacedDomain[],
  partials: readonly PartialOf[],
): LayoutInput {
  const host = readDtb(writeDtb(request.host), request.host.path).tree;
  applyOverlay(host, readDts(overlay, "plan.dts").tree);
  const modules = new Map<string, ModuleFile>();
  for (const domain of domains) {
    const module = domain.modules.find(({ kind }) => kind === "device-tree");
    const plan = partials.find((partial) => partial.plan?.domain === domain.wanted.name)?.plan;
    if (module === undefined || plan == null) continue;
    const path = `/chosen/${domain.wanted.name}/module@${hexAddress(module.memory.start).slice(2)}`;
    const file = `${domain.wanted.name}-passthrough.dts`;
    modules.set(path, moduleFile(file, plan.dtb, readDts(plan.source, file).tree));
  }
  return inputOf(request, host, modules);
}

/** Cells of /chosen: its own where an address fits, else 2 and 2. */
function chosenCells(host: DeviceTree): { counts: CellCounts; state: "exists" | "without cells" } {
  const chosen = childNamed(host.root, "chosen");
  const counts = chosen === null ? null : inheritedCells(chosen);
  const own = chosen?.properties.has("#address-cells") && chosen.properties.has("#size-cells");
  if (own && counts !== null && counts.address === 2 && counts.size === 2) return { counts, state: "exists" };
  return { counts: { address: 2, size: 2 }, state: "without cells" };
}

function reasonsFor(domain: PlacedDomain, devices: readonly WantedDevice[], model: LayoutModel): string[] {
  const { wanted, banks, modules } = domain;
  const result = banks.map(
    (bank, i) => `${wanted.name}: bank ${i} is ${rangeText(bank)} (${sizeText(bank.size)}), 1:1`,
  );
  if (totalSize(banks) !== wanted.memory) {
    result.push(`${wanted.name}: memory rounded up to ${sizeText(totalSize(banks))} (2 MiB pages)`);
  }
  for (const { kind, memory, assumed } of modules) {
    const size = assumed ? "size assumed, replace it" : `${hexAddress(memory.size)} bytes`;
    const high =
      endOf(memory) > LOADER_TOP
        ? "; above 4 GiB, where U-Boot and 32-bit disk controllers often cannot load"
        : "";
    result.push(
      `${wanted.name}: load the ${kind} at ${hexAddress(memory.start)} (${size}), outside of every bank${high}`,
    );
  }
  for (const { domain: owner, device, reach, protected: behind } of devices) {
    if (owner !== wanted) continue;
    const why = behind ? "an IOMMU protects it" : "no IOMMU: forced, the guest must be trusted (L29)";
    const limits =
      reach.limits.length === 0 || !reach.master
        ? ""
        : `; banks lie within its DMA reach (${reach.limits.join(", ")})`;
    result.push(`${wanted.name}: ${device.node.path} at its host address, ${why}${limits}`);
  }
  const high = banks.some((bank) => endOf(bank) > 1n << 32n);
  const unknown = devices.filter(
    ({ domain: owner, reach }) => owner === wanted && reach.master && reach.limits.length === 0,
  );
  if (high && unknown.length > 0 && model.host.iommus.length === 0) {
    const paths = unknown.map(({ device }) => device.node.path).join(", ");
    result.push(
      `${wanted.name}: memory lies above 4 GiB; if ${paths} cannot address it, say so with --masters (dma_bits)`,
    );
  }
  return result;
}
