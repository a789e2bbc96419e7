import { readFile, stat, writeFile } from "node:fs/promises";
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
import { boardTree, type PlacedDomU } from "@xgt/lab";
import { CliError } from "../../terminal/cli-error.ts";

/** The domain's node below /chosen. */
const NAME = "guest";
const MEMORY = 64n << 20n;
/** QEMU puts its first -device into the last of the virtio-mmio slots. */
const DISK_NODE = "/virtio_mmio@a003e00";
/** What Xen prints of a domU's building, and all that a domU prints by hypercall (debug builds). */
const XEN_ARGUMENTS =
  "console=dtuart dtuart=/pl011@9000000 loglvl=all guest_loglvl=all bootscrub=0 sync_console";

/** A domU that is planned: what the machine boots, and what the domain has to be then. */
interface PlannedDomU {
  readonly placed: PlacedDomU;
  readonly spec: DomainSpec;
}

/** Plans a direct-mapped domU with a disk for an image, and writes the trees that boot it into `folder`. Throws CliError. */
export async function planDomU(image: string, bootargs: string, folder: string): Promise<PlannedDomU> {
  const board = join(folder, "board.dtb");
  await boardTree(board);
  const host = readDeviceTree(await readFile(board), board).tree;
  const plan = planLayout({
    host,
    release: NEWEST_RELEASE,
    domains: [
      {
        name: NAME,
        memory: MEMORY,
        cpus: 1,
        devices: [DISK_NODE],
        enhanced: "no-xenstore",
        vpl011: true,
        kernelSize: BigInt((await stat(image)).size),
        ramdiskSize: null,
        bootargs,
      },
    ],
    masters: [],
    firmware: [],
    dom0: false,
  });
  if (!plan.possible) throw new CliError("no layout is possible for the domU:", plan.conflict);
  applyOverlay(host, readDeviceTree(Buffer.from(plan.overlay), "plan.dtso").tree);
  setText(host, "/chosen", "xen,xen-bootargs", XEN_ARGUMENTS);
  const dtb = join(folder, "host.dtb");
  const partial = join(folder, "passthrough.dtb");
  await writeFile(partial, plan.partials[0].dtb);
  await writeFile(dtb, writeDtb(host));
  const spec = domainSpecOf(plan.check.model).domains[0];
  const loads = [
    { file: image, at: placeOf(plan, "kernel") },
    { file: partial, at: placeOf(plan, "device-tree") },
  ];
  return { placed: { dtb, loads }, spec };
}

/** How the domain that Xen made, by its boot log, differs from the planned one; "": not at all. */
export function differenceFromPlan(console: string, { spec }: PlannedDomU): string {
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

function placeOf(plan: Plan, kind: "kernel" | "device-tree"): bigint {
  const module = plan.domains[0].modules.find((candidate) => candidate.kind === kind);
  if (module === undefined) throw new CliError(`the plan places no ${kind}`);
  return module.memory.start;
}

function setText(tree: DeviceTree, path: string, name: string, text: string): void {
  const node = nodeAt(tree, path);
  if (node === null) throw new CliError(`the board's tree has no ${path}`);
  node.properties.set(name, { name, data: Buffer.from(`${text}\0`), location: node.location });
}
