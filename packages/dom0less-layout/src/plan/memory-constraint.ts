import { bigGuestMap } from "@xgt/hypercall-abi";
import type { LayoutModel } from "../model/layout-model.ts";
import { moduleRanges } from "../model/layout-model.ts";
import { dom0Memory } from "../model/xen-arguments.ts";
import {
  ASSUMED_KERNEL_SIZE,
  type PlanRequest,
  type WantedDomain,
  XEN_ROOM,
} from "../request/plan-request.ts";
import type { WantedDevice } from "../request/wanted-device.ts";
import {
  type AddressRange,
  alignDown,
  alignUp,
  compare,
  endOf,
  intersectAll,
  pagesOf,
  rangeText,
  SUPERPAGE_SIZE,
  sizeText,
  subtract,
  totalSize,
} from "../terms/address-range.ts";
import { GUEST_DTB_ROOM } from "../terms/emulated-hardware.ts";

/** One reason why memory is not free, or wanted. Each can be left out to see whether it matters. */
export type MemoryConstraint = { readonly text: string } & (
  | { readonly kind: "demand"; readonly domain: WantedDomain; readonly size: bigint; readonly low: boolean }
  | { readonly kind: "first-bank"; readonly domain: WantedDomain; readonly size: bigint }
  | { readonly kind: "only"; readonly domain: WantedDomain; readonly ranges: readonly AddressRange[] }
  | { readonly kind: "not"; readonly domain: WantedDomain; readonly range: AddressRange }
  | { readonly kind: "taken"; readonly range: AddressRange }
  | { readonly kind: "room"; readonly size: bigint }
);

/** All constraints of a request on memory. */
export function memoryConstraints(
  request: PlanRequest,
  model: LayoutModel,
  devices: readonly WantedDevice[],
): MemoryConstraint[] {
  const result: MemoryConstraint[] = [];
  for (const domain of request.domains) {
    const size = alignUp(domain.memory, SUPERPAGE_SIZE);
    const low = devices.some((device) => device.domain === domain && device.reach.master);
    result.push({ kind: "demand", domain, size, low, text: `${domain.name} wants ${sizeText(size)}` });
    const images = imageRoom(domain);
    result.push({
      kind: "first-bank",
      domain,
      size: images,
      text: `the first bank of ${domain.name} must hold kernel, DTB and initrd (${sizeText(images)})`,
    });
    if (domain.enhanced !== "off") {
      const range = bigGuestMap.grantTable;
      const text = `${domain.name} has PV interfaces, whose grant table is at ${rangeText(range)}`;
      result.push({ kind: "not", domain, range, text });
    }
  }
  for (const { domain, device, reach } of devices.filter(isLimited)) {
    const ranges = reach.reachable;
    const where = ranges.length === 0 ? "nothing" : ranges.map(rangeText).join(", ");
    const text = `DMA of ${device.node.path}, given to ${domain.name}, reaches ${where} (${reach.limits.join(", ")})`;
    result.push({ kind: "only", domain, ranges, text });
  }
  for (const range of model.host.reserved) {
    result.push({ kind: "taken", range: pagesOf(range), text: `${range.name} keeps ${rangeText(range)}` });
  }
  for (const { module, memory } of moduleRanges(model)) {
    result.push({
      kind: "taken",
      range: memory,
      text: `${module.node.path} is loaded at ${rangeText(memory)}`,
    });
  }
  for (const { config } of model.domains) {
    config.banks.forEach((range, i) => {
      result.push({ kind: "taken", range, text: `bank ${i} of ${config.name} is ${rangeText(range)}` });
    });
  }
  const room = XEN_ROOM + (request.dom0 ? dom0Memory(model.host.arguments) : 0n);
  const who = request.dom0 ? "Xen and Dom0" : "Xen";
  result.push({ kind: "room", size: room, text: `${who} need ${sizeText(room)} of free RAM` });
  return result;
}

function isLimited({ reach, protected: behind }: WantedDevice): boolean {
  return reach.master && reach.limits.length > 0 && !behind;
}

/** What bank 0 must hold by arch/arm/kernel.c:place_dtb_initrd@master, and a page more (its tests are strict). */
function imageRoom(domain: WantedDomain): bigint {
  const kernel = alignUp(domain.kernelSize ?? ASSUMED_KERNEL_SIZE, SUPERPAGE_SIZE);
  return kernel + GUEST_DTB_ROOM + alignUp(domain.ramdiskSize ?? 0n, SUPERPAGE_SIZE) + SUPERPAGE_SIZE;
}

const LOW: AddressRange = { start: 0n, size: 1n << 32n };

/** Banks by domain; null: these constraints cannot all hold. */
type Allocation = ReadonlyMap<WantedDomain, readonly AddressRange[]>;

/** Tries to give every domain its banks: most constrained domain first, from the top of the best-fitting range. */
export function allocate(
  ram: readonly AddressRange[],
  constraints: readonly MemoryConstraint[],
): Allocation | null {
  const taken = constraints.flatMap((rule) => (rule.kind === "taken" ? [rule.range] : []));
  let free = subtract(ram, taken)
    .map(wholeSuperpages)
    .filter(({ size }) => size > 0n);
  const demands = constraints.filter((rule) => rule.kind === "demand");
  const jobs = demands.map((demand) => ({
    ...demand,
    allowed: () => allowedFor(demand.domain, free, constraints),
  }));
  jobs.sort((a, b) => compare(totalSize(a.allowed()), totalSize(b.allowed())) || compare(b.size, a.size));
  const result = new Map<WantedDomain, readonly AddressRange[]>();
  for (const job of jobs) {
    const first = constraints.find((rule) => rule.kind === "first-bank" && rule.domain === job.domain);
    const room = first?.kind === "first-bank" ? first.size : 0n;
    const banks = chooseBanks(job.allowed(), job.size, room, job.low);
    if (banks === null) return null;
    result.set(job.domain, banks);
    free = subtract(free, banks);
  }
  const room = constraints.find((rule) => rule.kind === "room");
  return room?.kind === "room" && totalSize(free) < room.size ? null : result;
}

/** Free memory that a domain may have. */
function allowedFor(
  domain: WantedDomain,
  free: readonly AddressRange[],
  constraints: readonly MemoryConstraint[],
): AddressRange[] {
  let allowed = [...free];
  for (const rule of constraints) {
    if (rule.kind === "only" && rule.domain === domain) allowed = intersectAll(allowed, rule.ranges);
    if (rule.kind === "not" && rule.domain === domain) allowed = subtract(allowed, [rule.range]);
  }
  return allowed.map(wholeSuperpages).filter(({ size }) => size > 0n);
}

/** Devices that tell nothing of their reach get memory below 4 GiB where there is some; others leave it to Dom0. */
function chooseBanks(
  allowed: readonly AddressRange[],
  size: bigint,
  first: bigint,
  low: boolean,
): AddressRange[] | null {
  if (size < first) return null;
  const halves = [...intersectAll(allowed, [LOW]), ...subtract(allowed, [LOW])];
  const rank = (range: AddressRange) => (range.start < endOf(LOW) === low ? 0 : 1);
  const fitting = [...halves, ...allowed]
    .filter((range) => range.size >= size)
    .sort((a, b) => rank(a) - rank(b) || compare(a.size, b.size));
  if (fitting[0] !== undefined) return [top(fitting[0], size)];
  const banks: AddressRange[] = [];
  let left = size;
  for (const range of [...allowed].sort((a, b) => compare(b.size, a.size))) {
    if (left === 0n) break;
    const bank = top(range, range.size < left ? range.size : left);
    banks.push(bank);
    left -= bank.size;
  }
  return left === 0n && banks[0].size >= first ? banks : null;
}

function top(range: AddressRange, size: bigint): AddressRange {
  return { start: endOf(range) - size, size };
}

/** The 2 MiB-aligned inside of a range. */
export function wholeSuperpages(range: AddressRange): AddressRange {
  const start = alignUp(range.start, SUPERPAGE_SIZE);
  const end = alignDown(endOf(range), SUPERPAGE_SIZE);
  return { start, size: end > start ? end - start : 0n };
}
