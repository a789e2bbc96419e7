// Boots a planned layout, and broken ones, on a real Xen in QEMU: what Xen does against what the rules say.
//
//   nice node tools/run-ts.mjs tools/boot-plan.ts --xen FILE --release 4.20 --kernel Image --ramdisk FILE [--only L03,L16]
//
// FILE is an arm64 Xen with CONFIG_STATIC_MEMORY=y (CONFIG_UNSUPPORTED=y shows the question; Debian's has it not). Image is
// an arm64 Linux with a driver for the PL031 clock, the ramdisk's /init prints "GUEST UP". Needs qemu-system-aarch64.
// The plan must boot; every broken variant must do what its finding says: stop Xen where it says "Xen panics".
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  applyOverlay,
  checkLayout,
  type DeviceTree,
  hexAddress,
  moduleFile,
  nodeAt,
  planLayout,
  readDeviceTree,
  writeDtb,
} from "../packages/dom0less-layout/src/index.ts";
import { knownRelease } from "../packages/hypercall-abi/src/index.ts";

const { values } = parseArgs({
  options: {
    xen: { type: "string" },
    release: { type: "string" },
    kernel: { type: "string" },
    ramdisk: { type: "string" },
    only: { type: "string" },
  },
});
const { xen, kernel, ramdisk } = values;
const release = knownRelease(values.release ?? "");
if (xen === undefined || kernel === undefined || ramdisk === undefined || release === null) {
  process.stderr.write(
    "usage: boot-plan.ts --xen FILE --release 4.20 --kernel Image --ramdisk FILE [--only IDS]\n",
  );
  process.exit(2);
}
const xenImage: string = xen;
const DEVICE = "/pl031@9010000";
const NODE = "/passthrough/pl031@9010000";
const DOMAIN = "/chosen/domU1";
const BOOT_SECONDS = 30;
const MACHINE = [
  "-M",
  "virt,virtualization=on,gic-version=3",
  "-cpu",
  "cortex-a57",
  "-smp",
  "4",
  "-m",
  "4096",
];
const folder = mkdtempSync(join(tmpdir(), "xgt-boot-"));

/** A change of the host tree (H) or of the partial tree (P): node, property, cells, text, or null to delete it. */
type Change = readonly ["H" | "P", string, string, readonly number[] | string | null];
const ARGUMENTS =
  "console=dtuart dtuart=/pl011@9000000 loglvl=all guest_loglvl=all console_timestamps=none bootscrub=0";

/** What breaks each rule, on this board. */
const VARIANTS: Readonly<Record<string, readonly Change[]>> = {
  plan: [],
  L01: [["H", DOMAIN, "xen,static-mem", null]],
  L03: [["H", DOMAIN, "memory", [0, 0x40000]]],
  L04: [["H", DOMAIN, "xen,static-mem", [0, 0xe0000800, 0, 0x20000000]]],
  L05: [["H", DOMAIN, "xen,static-mem", [1, 0x30000000, 0, 0x20000000]]],
  L06: [["H", DOMAIN, "xen,static-mem", [1, 0x20000000, 0, 0x20000000]]],
  L08: [["H", DOMAIN, "xen,static-mem", [0, 0xe0000000, 0, 0x1000000, 0, 0xe1000000, 0, 0x1f000000]]],
  L10: [["P", NODE, "xen,reg", [0, 0x9010000, 0, 0x1000, 0, 0xe0200000]]],
  L11: [
    ["P", NODE, "xen,reg", [0, 0x9010000, 0, 0x1000, 0, 0xf0000000]],
    ["P", NODE, "reg", [0, 0xf0000000, 0, 0x1000]],
  ],
  L13: [["P", NODE, "xen,reg", [0, 0x9010000, 0, 0x200, 0, 0x9010000]]],
  L14: [
    ["P", NODE, "xen,path", null],
    ["P", NODE, "xen,force-assign-without-iommu", null],
  ],
  L15: [["P", NODE, "xen,path", "/nowhere@1"]],
  L16: [["P", NODE, "xen,force-assign-without-iommu", null]],
  L17: [["P", NODE, "reg", [0, 0x9011000, 0, 0x1000]]],
  L18: [["P", NODE, "interrupts", [0, 9, 4]]],
  L23: [["H", "/pl011@9000000", "reg", [0, 0x9000000, 0, 0x800]]],
  L28: [["H", DOMAIN, "xen,enhanced", "enabled"]],
  L35: [["H", DOMAIN, "cpus", [129]]],
  L41: [["H", DOMAIN, "cpus", null]],
};

function change(tree: DeviceTree, [, path, name, value]: Change): void {
  const node = nodeAt(tree, path);
  if (node == null) throw new Error(`no node ${path}`);
  if (value === null) {
    node.properties.delete(name);
    return;
  }
  const text = typeof value === "string" ? Buffer.from(`${value}\0`) : Buffer.alloc(value.length * 4);
  if (typeof value !== "string") {
    for (const [i, cell] of value.entries()) text.writeUInt32BE(cell, i * 4);
  }
  node.properties.set(name, { name, data: text, location: node.location });
}

/** Runs until the guest is up, Xen has stopped, or time is over. */
async function boot(
  host: string,
  loads: readonly [string, bigint][],
): Promise<{ up: boolean; stopped: boolean; log: string }> {
  const loaders = loads.flatMap(([file, at]) => [
    "-device",
    `loader,file=${file},addr=${hexAddress(at)},force-raw=on`,
  ]);
  const args = [...MACHINE, "-nic", "none", "-nographic", "-dtb", host, "-kernel", xenImage, ...loaders];
  const child = spawn("qemu-system-aarch64", args, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      child.kill();
      const stopped = /Panic on CPU|Assertion .* failed/.test(log) || !/Freed \d+kB init memory/.test(log);
      resolve({ up: /GUEST UP/.test(log), stopped, log });
    };
    const timer = setTimeout(end, BOOT_SECONDS * 1000);
    child.stdout.on("data", (data) => {
      log += data;
      if (/GUEST UP|Reboot in|Manual reset/.test(log)) end();
    });
  });
}

const dumped = join(folder, "virt.dtb");
spawnSync("qemu-system-aarch64", [
  "-M",
  `${MACHINE[1]},dumpdtb=${dumped}`,
  ...MACHINE.slice(2),
  "-nic",
  "none",
  "-nographic",
]);
const plan = planLayout({
  host: readDeviceTree(readFileSync(dumped), dumped).tree,
  release,
  domains: [
    {
      name: "domU1",
      memory: 512n << 20n,
      cpus: 1,
      devices: [DEVICE],
      enhanced: "off",
      vpl011: true,
      kernelSize: BigInt(statSync(kernel).size),
      ramdiskSize: BigInt(statSync(ramdisk).size),
      bootargs: "console=ttyAMA0 earlycon",
    },
  ],
  masters: [],
  firmware: [],
  dom0: false,
});
if (!plan.possible) throw new Error(plan.conflict.join("; "));
const place = (kind: string): bigint => {
  const module = plan.domains[0].modules.find((candidate) => candidate.kind === kind);
  if (module === undefined) throw new Error(`the plan has no ${kind}`);
  return module.memory.start;
};
let wrong = 0;
for (const [id, changes] of Object.entries(VARIANTS)) {
  if (values.only !== undefined && !values.only.split(",").includes(id)) continue;
  const host = readDeviceTree(readFileSync(dumped), "host.dtb").tree;
  applyOverlay(host, readDeviceTree(Buffer.from(plan.overlay), "plan.dtso").tree);
  const partial = readDeviceTree(plan.partials[0].dtb, "partial.dtb").tree;
  change(host, ["H", "/chosen", "xen,xen-bootargs", ARGUMENTS]);
  for (const one of changes) change(one[0] === "H" ? host : partial, one);
  const bytes = writeDtb(partial);
  const module = (kind: string) => `${DOMAIN}/module@${hexAddress(place(kind)).slice(2)}`;
  change(host, [
    "H",
    module("device-tree"),
    "reg",
    [Number(place("device-tree") >> 32n), Number(place("device-tree") & 0xffffffffn), 0, bytes.length],
  ]);
  writeFileSync(join(folder, "host.dtb"), writeDtb(host));
  writeFileSync(join(folder, "partial.dtb"), bytes);
  const modules = new Map([
    [module("device-tree"), moduleFile("partial.dtb", bytes, partial)],
    [module("kernel"), moduleFile(kernel, readFileSync(kernel), null)],
  ]);
  const { findings } = checkLayout({ host, modules, release });
  const errors = findings.filter(({ severity }) => severity === "error");
  const panics = errors.some(({ message }) => message.endsWith("(Xen panics at boot)"));
  const { up, stopped, log } = await boot(join(folder, "host.dtb"), [
    [kernel, place("kernel")],
    [ramdisk, place("ramdisk")],
    [join(folder, "partial.dtb"), place("device-tree")],
  ]);
  const named = id === "plan" ? errors.length === 0 : errors.some(({ rule }) => rule === id);
  // L04 is an assertion: debug builds of Xen stop, others do not.
  const agrees = named && (id === "plan" ? up : id === "L04" || stopped === panics);
  if (!agrees) wrong++;
  const said = errors.map(({ rule }) => rule).join(" ") || "no error";
  const did = stopped ? "Xen stopped" : up ? "guest up" : "guest not up";
  process.stdout.write(
    `${agrees ? "ok   " : "WRONG"} ${id.padEnd(5)} rules: ${said}${panics ? " (panic)" : ""}; Xen: ${did}\n`,
  );
  if (!agrees) process.stdout.write(`${log.split("\n").slice(-15).join("\n")}\n`);
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = wrong === 0 ? 0 : 1;
