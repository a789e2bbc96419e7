// Plans layouts for every device tree below a folder and checks them: node tools/run-ts.mjs tools/plan-boards.ts DIR [NAME-PART]...
//
// Each board gets two domains, each with a device (of the kinds that people pass through), with the newest Xen and with
// 4.17, and then one domain for the first device of each kind. A tree whose memory node the boot loader fills gets 2 GiB,
// and that is said; boards with 1 GiB or more also get a Dom0. What was written is read again and counted (audit-plan.ts).
// Prints one line a plan and a summary; exits with 1 where a plan breaks a rule, a reference leads nowhere, an interrupt is
// lost without a warning, or dtc complains.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  applyOverlay,
  cellOf,
  type DeviceTree,
  isEnabled,
  layoutModel,
  overlaps,
  planLayout,
  readDeviceTree,
  totalSize,
  type WantedDomain,
} from "../packages/dom0less-layout/src/index.ts";
import { parseRelease, releaseName } from "../packages/hypercall-abi/src/index.ts";
import { auditPlan } from "./audit-plan.ts";

const [folder, ...parts] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write("usage: node tools/run-ts.mjs tools/plan-boards.ts DIR [NAME-PART]...\n");
  process.exit(2);
}
/** What people pass through, by the names of nodes. */
const KINDS: Readonly<Record<string, RegExp>> = {
  mmc: /^(?:mmc|mmcnr|sd|sdhci|sdhc|dwmmc\d*)@/,
  ethernet: /^ethernet@/,
  uart: /^(?:serial|uart)\d*@/,
  spi: /^(?:spi|qspi)@/,
  i2c: /^i2c@/,
  can: /^(?:can|flexcan)@/,
  gpu: /^(?:gpu|vga|mali)@/,
  usb: /^(?:usb|usb3|dwc3)@/,
  pcie: /^(?:pcie|pci)@/,
  watchdog: /^(?:watchdog|wdt)@/,
  other: /^(?:crypto|sata|virtio_mmio|pl061|pl031)@/,
};
const RELEASES = [parseRelease("4.22"), parseRelease("4.17")];
const hasDtc = spawnSync("dtc", ["--version"]).status === 0;
const counts = { plans: 0, found: 0, impossible: 0, broken: 0, dangling: 0, droppedInterrupts: 0, dtc: 0 };
const byKind: Record<string, { found: number; refused: number; warned: number }> = {};

const ASSUMED = 0x8000_0000n;

/** Reads a tree as U-Boot hands it on: with /chosen, and where it has no RAM with 2 GiB where no device is. */
function load(path: string): { tree: DeviceTree; filled: boolean } {
  const tree = readDeviceTree(readFileSync(path), path).tree;
  applyOverlay(tree, readDeviceTree(Buffer.from("/dts-v1/; / { chosen { }; };"), "chosen.dts").tree);
  const { host } = layoutModel({ host: tree, modules: new Map(), release: RELEASES[0] });
  if (host.ram.length > 0) return { tree, filled: false };
  const registers = host.devices.flatMap((device) => device.registers);
  const named = /^memory@([0-9a-f]+)$/.exec(
    tree.root.children.find((node) => /^memory@/.test(node.name))?.name ?? "",
  );
  const places = [
    ...(named === null ? [] : [BigInt(`0x${named[1]}`)]),
    0x4000_0000n,
    0x8000_0000n,
    0x1_0000_0000n,
  ];
  const size = 0x3000_0000n;
  const start = places.find((at) => !registers.some((range) => overlaps(range, { start: at, size }))) ?? 0n;
  const free = registers.every((range) => !overlaps(range, { start, size: ASSUMED })) ? ASSUMED : size;
  const cells = (value: bigint, count: number | null) => {
    return (count ?? 1) >= 2
      ? `0x${(value >> 32n).toString(16)} 0x${(value & 0xffff_ffffn).toString(16)}`
      : `0x${value.toString(16)}`;
  };
  const reg = `${cells(start, cellOf(tree.root, "#address-cells") ?? 2)} ${cells(free, cellOf(tree.root, "#size-cells"))}`;
  const text = `/dts-v1/; / { memory@${start.toString(16)} { device_type = "memory"; reg = <${reg}>; }; };`;
  applyOverlay(tree, readDeviceTree(Buffer.from(text), "memory.dts").tree);
  return { tree, filled: true };
}

/** Devices that two domains could get: enabled, with registers and interrupts, no page or interrupt shared. */
function pick(tree: DeviceTree): string[] {
  const { host } = layoutModel({ host: tree, modules: new Map(), release: RELEASES[0] });
  const pages = new Map<bigint, number>();
  for (const device of host.devices) {
    for (const { start } of device.registers) pages.set(start >> 12n, (pages.get(start >> 12n) ?? 0) + 1);
  }
  const found: string[] = [];
  const taken = new Set<number>(host.uart?.spi == null ? [] : [host.uart.spi]);
  for (const { node, registers, spis } of host.devices) {
    if (!isWanted(node.name) || !isEnabled(node) || node === host.uart?.node) continue;
    if (registers.length === 0 || spis.length === 0 || spis.some((spi) => taken.has(spi))) continue;
    if (registers.some(({ start }) => (pages.get(start >> 12n) ?? 0) > 1)) continue;
    if (found.some((path) => node.path.startsWith(`${path}/`))) continue;
    for (const spi of spis) taken.add(spi);
    found.push(node.path);
    if (found.length === 2) break;
  }
  return found;
}

function wanted(name: string, memory: bigint, devices: string[]): WantedDomain {
  const rest = {
    cpus: 1,
    enhanced: "no-xenstore",
    vpl011: false,
    ramdiskSize: null,
    bootargs: null,
  } as const;
  return { name, memory, devices, kernelSize: 0x200_0000n, ...rest };
}

function isWanted(name: string): boolean {
  return Object.values(KINDS).some((kind) => kind.test(name));
}

/** The first enabled device of a kind that the CPU addresses, other than Xen's UART. */
function firstOf(tree: DeviceTree, kind: RegExp): string | null {
  const { host } = layoutModel({ host: tree, modules: new Map(), release: RELEASES[0] });
  const found = host.devices.find(({ node, registers }) => {
    return kind.test(node.name) && isEnabled(node) && node !== host.uart?.node && registers.length > 0;
  });
  return found?.node.path ?? null;
}

/** Plans, re-reads, counts; returns what happened. */
function planOne(
  tree: DeviceTree,
  head: string,
  domains: WantedDomain[],
  release: number,
  dom0: boolean,
): "found" | "warned" | "refused" {
  counts.plans++;
  const plan = planLayout({ host: tree, release, domains, masters: [], firmware: [], dom0 });
  if (!plan.possible) {
    counts.impossible++;
    process.stdout.write(`${head}not possible: ${plan.conflict.join("; ")}\n`);
    return "refused";
  }
  counts.found++;
  const bad = plan.check.findings.filter(({ severity }) => severity === "error");
  const { dangling, droppedInterrupts, dtc } = auditPlan(tree, plan, hasDtc);
  if (bad.length > 0) counts.broken++;
  counts.dangling += dangling.length;
  counts.droppedInterrupts += droppedInterrupts.length;
  counts.dtc += dtc.length;
  const problems = [
    ...bad.map(({ rule, message }) => `${rule} ${message}`),
    ...dangling.map((text) => `dangling ${text}`),
    ...droppedInterrupts.map((text) => `interrupts ${text}`),
    ...dtc.map((text) => `dtc ${text}`),
  ];
  const what = problems.length > 0 ? `BROKEN ${problems.join("; ")}` : "planned";
  const warned = plan.warnings.length > 0 ? `, warned: ${plan.warnings.join("; ")}` : "";
  const devices = domains.flatMap((domain) => domain.devices).join(" ");
  process.stdout.write(`${head}${what} ${devices}${warned}\n`);
  return plan.warnings.length > 0 ? "warned" : "found";
}

function planBoard(path: string): void {
  const shown = path.slice(folder.length + 1);
  const { tree, filled } = load(path);
  const devices = pick(tree);
  const { host } = layoutModel({ host: tree, modules: new Map(), release: RELEASES[0] });
  const large = totalSize(host.ram) >= 1n << 30n;
  const assumed = filled ? " (RAM assumed)" : "";
  for (const release of RELEASES) {
    const sizes = large ? [256n, 64n] : [64n, 48n];
    const domains = devices.map((device, i) => wanted(`domU${i + 1}`, sizes[i] << 20n, [device]));
    if (domains.length === 0) domains.push(wanted("domU1", 128n << 20n, []));
    planOne(tree, `${shown} ${releaseName(release)}${assumed}: `, domains, release, large);
  }
  for (const [kind, name] of Object.entries(KINDS)) {
    const device = firstOf(tree, name);
    if (device === null) continue;
    const domains = [wanted("domU1", 64n << 20n, [device])];
    const result = planOne(tree, `${shown} ${kind}${assumed}: `, domains, RELEASES[0], false);
    byKind[kind] ??= { found: 0, refused: 0, warned: 0 };
    byKind[kind][result]++;
  }
}

const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter(
    (name) => name.endsWith(".dtb") && (parts.length === 0 || parts.some((part) => name.includes(part))),
  )
  .sort();
for (const file of files) planBoard(join(folder, file));
process.stdout.write(`${JSON.stringify({ trees: files.length, ...counts, hasDtc, byKind })}\n`);
const wrong = counts.broken + counts.dangling + counts.droppedInterrupts + counts.dtc;
process.exitCode = wrong > 0 ? 1 : 0;
