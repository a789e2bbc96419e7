// Plans a layout for every device tree below a folder and checks it: node tools/run-ts.mjs tools/plan-boards.ts DIR [NAME-PART]...
//
// Each board gets two domains, each with a device (of the kinds that people pass through), with the newest Xen and with
// 4.17. A tree whose memory node the boot loader fills gets 2 GiB, and that is said; boards with 1 GiB or more also get a Dom0. Prints one line a tree
// and a summary; exits with 1 where a plan breaks a rule, or dtc refuses what was planned.
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
  type Plan,
  planLayout,
  readDeviceTree,
  totalSize,
  type WantedDomain,
} from "../packages/dom0less-layout/src/index.ts";

const [folder, ...parts] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write("usage: node tools/run-ts.mjs tools/plan-boards.ts DIR [NAME-PART]...\n");
  process.exit(2);
}
const KINDS =
  /^(?:mmc|mmcnr|sd|sdhci|sdhc|ethernet|can|usb|gpu|pcie|crypto|sata|virtio_mmio|pl061|pl031|serial)@/;
const RELEASES = [22, 17];
const hasDtc = spawnSync("dtc", ["--version"]).status === 0;
const counts = { boards: 0, planned: 0, impossible: 0, broken: 0, refused: 0 };

const ASSUMED = 0x8000_0000n;

/** Reads a tree; one without RAM gets 2 GiB where its memory node says, or where no device is. */
function load(path: string): { tree: DeviceTree; filled: boolean } {
  const tree = readDeviceTree(readFileSync(path), path).tree;
  const { host } = layoutModel({ host: tree, modules: new Map(), release: 22 });
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
  const { host } = layoutModel({ host: tree, modules: new Map(), release: 22 });
  const pages = new Map<bigint, number>();
  for (const device of host.devices) {
    for (const { start } of device.registers) pages.set(start >> 12n, (pages.get(start >> 12n) ?? 0) + 1);
  }
  const found: string[] = [];
  const taken = new Set<number>(host.uart?.spi == null ? [] : [host.uart.spi]);
  for (const { node, registers, spis } of host.devices) {
    if (!KINDS.test(node.name) || !isEnabled(node) || node === host.uart?.node) continue;
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

function refusedByDtc(plan: Plan): string | null {
  if (!hasDtc) return null;
  for (const source of [plan.overlay, ...plan.partials.map((partial) => partial.source)]) {
    const run = spawnSync("dtc", ["-q", "-I", "dts", "-O", "dtb", "-"], {
      input: source,
      maxBuffer: 1 << 26,
    });
    if (run.status !== 0) return run.stderr.toString().trim();
  }
  return null;
}

function planBoard(path: string): void {
  const shown = path.slice(folder.length + 1);
  const { tree, filled } = load(path);
  const devices = pick(tree);
  const { host } = layoutModel({ host: tree, modules: new Map(), release: 22 });
  const large = totalSize(host.ram) >= 1n << 30n;
  for (const release of RELEASES) {
    counts.boards++;
    const sizes = large ? [256n, 64n] : [64n, 48n];
    const domains = devices.map((device, i) => wanted(`domU${i + 1}`, sizes[i] << 20n, [device]));
    if (domains.length === 0) domains.push(wanted("domU1", 128n << 20n, []));
    const plan = planLayout({ host: tree, release, domains, masters: [], firmware: [], dom0: large });
    const head = `${shown} 4.${release}${filled ? " (RAM assumed)" : ""}: `;
    if (!plan.possible) {
      counts.impossible++;
      process.stdout.write(`${head}not possible: ${plan.conflict.join("; ")}\n`);
      continue;
    }
    counts.planned++;
    const bad = plan.check.findings.filter(({ severity }) => severity === "error");
    const refused = refusedByDtc(plan);
    if (bad.length > 0) counts.broken++;
    if (refused !== null) counts.refused++;
    const problems = [
      ...bad.map(({ rule, message }) => `${rule} ${message}`),
      ...(refused === null ? [] : [refused]),
    ];
    const warnings = plan.check.findings
      .filter(({ severity }) => severity === "warning")
      .map(({ rule }) => rule);
    const what =
      problems.length > 0
        ? `BROKEN ${problems.join("; ")}`
        : `planned ${devices.join(" ")} ${warnings.join(" ")}`;
    process.stdout.write(`${head}${what.trimEnd()}\n`);
  }
}

const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter(
    (name) => name.endsWith(".dtb") && (parts.length === 0 || parts.some((part) => name.includes(part))),
  )
  .sort();
for (const file of files) planBoard(join(folder, file));
process.stdout.write(`${JSON.stringify({ trees: files.length, ...counts, dtc: hasDtc })}\n`);
process.exitCode = counts.broken + counts.refused > 0 ? 1 : 0;
