import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  applyOverlay,
  type DeviceTree,
  domainSpecOf,
  nodeAt,
  type Plan,
  planLayout,
  readDeviceTree,
  writeDtb,
} from "@xgt/dom0less-layout";
import { NEWEST_RELEASE } from "@xgt/hypercall-abi";
import { bootLogDomains, type DomainSpec, parseBootLog } from "@xgt/hypercall-log";
import { boardTree, type DomUFiles, type PlacedDomU, type PlannedDomU } from "@xgt/lab";
import { CliError } from "../../terminal/cli-error.ts";

const MEMORY = 64n << 20n;
/** Linux with the lab's initramfs, and pages to balloon out. */
const LINUX_MEMORY = 512n << 20n;
/** QEMU puts its first virtio -device into the last of the virtio-mmio slots, the second one before it. */
const VIRTIO_NODES = ["/virtio_mmio@a003e00", "/virtio_mmio@a003c00"];
/** What Xen prints of a domU's building. */
const XEN_ARGUMENTS = "console=dtuart dtuart=/pl011@9000000 loglvl=all bootscrub=0 sync_console";
/** All that a domU prints by hypercall (debug builds). */
const ALONE = "guest_loglvl=all";
/** Of several domUs, which have no log on the console: each may use the other's grants, which SILO, Arm's default, forbids. */
const TOGETHER = "guest_loglvl=none xsm=dummy";

/** A domU that is wanted: an image, direct-mapped, with an emulated UART. */
interface WantedDomU {
  /** Of its node below /chosen. */
  readonly name: string;
  readonly image: string;
  readonly bootargs: string;
  /** How many of the board's virtio devices it gets: the first ones. */
  readonly devices: number;
  /** Undefined: none. */
  readonly ramdisk?: string;
  /** Bytes of its RAM; undefined: enough for a program of its own. */
  readonly memory?: bigint;
}

/** DomUs that are planned: what the machine boots, and what each domain has to be then, in the order in which they were wanted. */
interface PlannedDomUs {
  readonly placed: PlacedDomU;
  readonly specs: readonly DomainSpec[];
}

/** Refuses a dom0less domU on Debian's Xen. Throws CliError. */
export function needsStaticMemory(xen: string | undefined): void {
  if (xen !== undefined) return;
  throw new CliError(
    "--as domU needs a Xen with static memory (CONFIG_STATIC_MEMORY), which Debian's has not: name the file xen/xen of such a build with --xen",
  );
}

/** Plans direct-mapped domUs and writes the trees that boot them into `folder`. Throws CliError. */
export async function planDomUs(wanted: readonly WantedDomU[], folder: string): Promise<PlannedDomUs> {
  const board = join(folder, "board.dtb");
  await boardTree(board);
  const host = readDeviceTree(await readFile(board), board).tree;
  const domains = await Promise.all(wanted.map(requestOf));
  const plan = planLayout({ host, release: NEWEST_RELEASE, domains, masters: [], firmware: [], dom0: false });
  if (!plan.possible) throw new CliError("no layout is possible for the domU:", plan.conflict);
  applyOverlay(host, readDeviceTree(Buffer.from(plan.overlay), "plan.dtso").tree);
  const more = wanted.length > 1 ? TOGETHER : ALONE;
  setText(host, "/chosen", "xen,xen-bootargs", `${XEN_ARGUMENTS} ${more}`);
  const dtb = join(folder, "host.dtb");
  await writeFile(dtb, writeDtb(host));
  const loads: { file: string; at: bigint }[] = [];
  for (const [index, { image, ramdisk, name }] of wanted.entries()) {
    loads.push({ file: image, at: placeOf(plan, index, "kernel") });
    if (ramdisk !== undefined) loads.push({ file: ramdisk, at: placeOf(plan, index, "ramdisk") });
    const partial = plan.partials.find(({ domain }) => domain === name);
    if (partial === undefined) continue;
    const file = join(folder, `${name}.dtb`);
    await writeFile(file, partial.dtb);
    loads.push({ file, at: placeOf(plan, index, "device-tree") });
  }
  return { placed: { dtb, loads }, specs: wanted.map(({ name }) => specNamed(plan, name)) };
}

async function requestOf({ name, image, bootargs, devices, ramdisk, memory = MEMORY }: WantedDomU) {
  return {
    name,
    memory,
    cpus: 1,
    devices: VIRTIO_NODES.slice(0, devices),
    enhanced: "no-xenstore" as const,
    vpl011: true,
    kernelSize: BigInt((await stat(image)).size),
    ramdiskSize: ramdisk === undefined ? null : BigInt((await stat(ramdisk)).size),
    bootargs,
  };
}

/** Plans a Linux guest as the only domU. Throws CliError. */
export async function planLinuxDomU(files: DomUFiles): Promise<PlannedDomU> {
  const { kernel, initramfs, bootargs, devices, folder } = files;
  await mkdir(folder);
  const wanted = {
    name: "linux",
    image: kernel,
    ramdisk: initramfs,
    bootargs,
    devices,
    memory: LINUX_MEMORY,
  };
  const { placed, specs } = await planDomUs([wanted], folder);
  return { placed, difference: (console) => differenceFromPlan(console, specs[0]) };
}

/** What the plan makes of one of its domains. */
function specNamed(plan: Plan, name: string): DomainSpec {
  const { model } = plan.check;
  const index = model.domains.findIndex(({ config }) => config.name === name);
  const spec = domainSpecOf(model).domains.find(({ domid }) => domid === model.domains[index]?.domid);
  if (spec === undefined) throw new CliError(`the plan lacks the domain ${name}`);
  return spec;
}

/** How the domain that Xen made, by its boot log, differs from the planned one; "": not at all. */
export function differenceFromPlan(console: string, spec: DomainSpec): string {
  const made = bootLogDomains(parseBootLog(Buffer.from(console, "latin1"))).domains.find(
    ({ domid }) => domid === spec.domid,
  );
  if (made === undefined) return `Xen's boot log shows no domain ${spec.domid}`;
  if (made.mode !== spec.mode) return `Xen made it ${made.mode}, the plan is ${spec.mode}`;
  const ram = (domain: DomainSpec) =>
    (domain.ram ?? [])
      .map(({ gfn, count }) => `0x${gfn.toString(16)}+0x${count.toString(16)}`)
      .sort()
      .join(" ");
  return ram(made) === ram(spec) ? "" : `Xen gave it RAM at ${ram(made) || "no"}, the plan at ${ram(spec)}`;
}

function placeOf(plan: Plan, index: number, kind: "kernel" | "ramdisk" | "device-tree"): bigint {
  const module = plan.domains[index].modules.find((candidate) => candidate.kind === kind);
  if (module === undefined) throw new CliError(`the plan places no ${kind}`);
  return module.memory.start;
}

function setText(tree: DeviceTree, path: string, name: string, text: string): void {
  const node = nodeAt(tree, path);
  if (node === null) throw new CliError(`the board's tree has no ${path}`);
  node.properties.set(name, { name, data: Buffer.from(`${text}\0`), location: node.location });
}
