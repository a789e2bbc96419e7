import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootLogDomains, type DomainSpec, logHeaderJson, parseBootLog } from "@xgt/hypercall-log";
import { fileOf, guestSources, sourcesIn } from "../host/guest-sources.ts";
import { LabError } from "../host/lab-error.ts";
import { labCacheFolder, unpackGroup, unpackSuite } from "../host/package-cache.ts";
import { packageGroups } from "../host/package-groups.ts";
import type { LabRelease } from "../host/releases.ts";
import { lastLines } from "../host/run-tool.ts";
import { makeFolder, removeFolder } from "../host/temporary-folder.ts";
import { buildModule, buildProgram } from "../kernel/build-module.ts";
import { type GuestKernel, kernelOf } from "../kernel/guest-kernel.ts";
import { checkTreeConfig, neededBy } from "../kernel/kernel-config.ts";
import type { LabOptions } from "../kernel/lab-options.ts";
import { checkXenImage, debianXen, type XenImage } from "../kernel/xen-image.ts";
import { GuestImages } from "../machine/guest-images.ts";
import { keptImagesFolder } from "../machine/kept-images.ts";
import { LINUX_DOMU_ARGUMENTS, type MachineRun } from "../machine/machine.ts";
import type { DomUFiles, PlannedDomU } from "../machine/placed-domu.ts";
import { createdDomains } from "./created-domains.ts";
import { type RecorderChoice, runRecorded } from "./recorder.ts";
import type { Scenario } from "./scenario.ts";
import { ScenarioFailure } from "./scenario-failure.ts";
import { toolstackMisfit } from "./toolstack-misfit.ts";

const DISK_BYTES = 64 << 20;

/** What a scenario's run left. */
export interface ScenarioRun {
  /** How the boot went and what it printed. */
  readonly machine: MachineRun;
  /** The capture with a header that names the domains, as Xen's boot log tells them. */
  readonly log: string;
  /** What the scenario printed. */
  readonly output: string;
  /** Files named `result.*` that it left in the shared folder. */
  readonly results: ReadonlyMap<string, Buffer>;
  /** How a domU differs from the planned one; "": not at all, or there is none. */
  readonly difference: string;
}

/** Finds a place for a domU. Throws LabError or what it likes. */
type DomUPlanner = (files: DomUFiles) => Promise<PlannedDomU>;

/** A Xen and a Dom0 kernel, ready to boot any number of times, side by side too. */
export class Lab {
  /** "Xen 4.17.7+13..., Linux 6.1.0-56-arm64". */
  readonly title: string;
  private readonly folder: string;
  private readonly release: LabRelease;
  private readonly xen: string;
  private readonly kernel: GuestKernel;
  private readonly images: GuestImages;
  private readonly planDomU: DomUPlanner | undefined;

  private constructor(
    folder: string,
    release: LabRelease,
    xen: XenImage,
    kernel: GuestKernel,
    images: GuestImages,
    planDomU: DomUPlanner | undefined,
  ) {
    this.folder = folder;
    this.release = release;
    this.title = `${xen.title}, ${kernel.title}`;
    this.xen = xen.path;
    this.kernel = kernel;
    this.images = images;
    this.planDomU = planDomU;
  }

  /**
   * Fetches what the cache lacks and builds what the guest needs. `planDomU` makes that a dom0less direct-mapped domU
   * in place of Dom0. Throws LabError.
   */
  static async prepare(options: LabOptions, planDomU?: DomUPlanner): Promise<Lab> {
    if (options.xen !== undefined) await checkXenImage(options.xen);
    const guest = await guestSources();
    const cache = options.cache ?? labCacheFolder();
    const unpacked = await unpackSuite(options.release, cache, options.say);
    const kernel = await kernelOf(options, unpacked, cache);
    const folder = await makeFolder(join(tmpdir(), "xgt-lab-"));
    try {
      const symbols = join(kernel.headers, "Module.symvers");
      const images = new GuestImages({
        folder: options.reuse ? await keptImagesFolder(cache, guest, [kernel.image, symbols]) : folder,
        system: { root: unpacked.root, modules: kernel.modules },
        own: async () => {
          options.say(`building the guest for ${kernel.title}`);
          return {
            init: fileOf(guest, "init"),
            captureModule: await buildModule(kernel.headers, sourcesIn(guest, "module"), folder),
            program: await buildProgram(sourcesIn(guest, "programs"), folder),
          };
        },
        domu: { files: sourcesIn(guest, "domu"), kernel: kernel.image },
        group: (group) => unpackGroup(group, options.release, cache, options.say),
        release: options.release,
      });
      const debian = debianXen(unpacked, options.release);
      const xen = options.xen === undefined ? debian : { path: options.xen, title: options.xen };
      return new Lab(folder, options.release, xen, kernel, images, planDomU);
    } catch (error) {
      await removeFolder(folder);
      throw error;
    }
  }

  /** Whether a log of this kernel's tells of DMA. */
  get hasDmaEvents(): boolean {
    return this.kernel.dmaEvents;
  }

  /** Why a failure says nothing of the kernel; empty: there is no such reason. */
  misfit(scenario: Scenario, console: string): string {
    return toolstackMisfit(this.release, scenario, console);
  }

  /** Whether the guest is a domU. */
  get isDomU(): boolean {
    return this.planDomU !== undefined;
  }

  /** Refuses a scenario that this kernel lacks something for, before anything boots. Throws LabError. */
  async check(scenario: Scenario): Promise<void> {
    const words = [...scenario.groups, ...(scenario.needsDma ? ["dma"] : [])];
    const needs = words.map((word) => neededBy.get(word)).filter((needed) => needed !== undefined);
    if (this.kernel.tree !== undefined && needs.length > 0) await checkTreeConfig(this.kernel.tree, needs);
  }

  /**
   * Boots, runs a scenario and brings its log out. `files` are put into the shared folder; `groups` names package
   * groups that the run needs beside the scenario's own; `beside` records beside the module. Throws LabError,
   * ScenarioFailure where the machine worked and the script failed.
   */
  async run(
    scenario: Scenario,
    files: ReadonlyMap<string, Uint8Array> = new Map(),
    groups: readonly string[] = [],
    beside?: RecorderChoice,
  ): Promise<ScenarioRun> {
    const wanted = new Set([...scenario.groups, ...groups, ...(beside?.groups ?? [])]);
    const recorder = beside?.make(this.kernel);
    const chosen = packageGroups.filter(({ name }) => wanted.has(name));
    const initramfs = await this.images.dom0(chosen);
    const share = await mkdtemp(join(this.folder, "share-"));
    try {
      await writeFile(join(share, "scenario.sh"), scenario.script);
      for (const [name, content] of [...files, ...(recorder?.files ?? [])]) {
        await writeFile(join(share, name), content);
      }
      const disk = scenario.needsDma ? `${share}.disk` : undefined;
      if (disk !== undefined) {
        await writeFile(disk, "");
        await truncate(disk, DISK_BYTES);
      }
      const { xen, kernel } = this;
      const seconds = scenario.seconds + (beside?.seconds ?? 0);
      const moreMib = chosen.reduce((sum, group) => sum + group.memoryMib, 0);
      const planned = await this.planDomU?.({
        kernel: kernel.image,
        initramfs,
        bootargs: LINUX_DOMU_ARGUMENTS,
        devices: disk === undefined ? 1 : 2,
        folder: `${share}.place`,
      });
      const domU = planned?.placed;
      const parts = { xen, kernel: kernel.image, initramfs, share, disk, domU, moreMib, seconds };
      const machine = await runRecorded(parts, recorder);
      if (disk !== undefined) await rm(disk);
      const output = await leftBehind(share, "output.txt", machine);
      const results = new Map<string, Buffer>();
      for (const name of await readdir(share)) {
        if (name.startsWith("result.")) results.set(name, await readFile(join(share, name)));
      }
      const capture = await leftBehind(share, "capture.ndjson", machine);
      const created = chosen.some(({ startsDomus }) => startsDomus) ? await createdDomains(capture) : [];
      const difference = planned?.difference(machine.console) ?? "";
      const run = {
        machine,
        log: logWithHeader(machine.console, capture, created),
        output,
        results,
        difference,
      };
      if (machine.status !== 0) throw new ScenarioFailure(scenario.name, run);
      return run;
    } finally {
      await rm(share, { recursive: true, force: true });
    }
  }

  /** Takes away what the lab made; the cache of packages stays. */
  async close(): Promise<void> {
    await removeFolder(this.folder);
  }
}

/** A file that the guest must have left in the shared folder. Throws LabError. */
async function leftBehind(share: string, name: string, { console }: MachineRun): Promise<string> {
  const text = await readFile(join(share, name), "utf8").catch(() => null);
  if (text !== null) return text;
  throw new LabError(`the guest left no ${name}; the console's last lines:`, lastLines(console));
}

function logWithHeader(console: string, capture: string, created: readonly DomainSpec[]): string {
  const spec = bootLogDomains(parseBootLog(Buffer.from(console, "latin1")));
  const domains = [...spec.domains, ...created];
  const header = logHeaderJson({ ...spec, domains, fromBoot: false, recorder: "xgt_capture" });
  return `${JSON.stringify(header)}\n${capture}`;
}
