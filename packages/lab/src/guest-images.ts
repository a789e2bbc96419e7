import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dom0Initramfs, domuInitramfs, type GuestFiles, type GuestSystem } from "./initramfs.ts";
import type { PackageGroup } from "./package-groups.ts";
import { programFiles } from "./program-files.ts";
import type { LabRelease } from "./releases.ts";

/** What images are made from. */
export interface ImageSources {
  /** Folder that the images go to. */
  readonly folder: string;
  readonly system: GuestSystem;
  readonly own: GuestFiles;
  /** Path of guest/domu/init. */
  readonly domuInit: string;
  readonly release: LabRelease;
  /** Root of a group's packages, fetched on demand. */
  group(group: PackageGroup): Promise<string>;
}

/** The initramfs files of one kernel's guests, each built when a run first needs it. */
export class GuestImages {
  private readonly sources: ImageSources;
  /** Paths under way or done, by file name. */
  private readonly built = new Map<string, Promise<string>>();

  constructor(sources: ImageSources) {
    this.sources = sources;
  }

  /** Path of Dom0's initramfs with these groups. Throws LabError. */
  dom0(groups: readonly PackageGroup[]): Promise<string> {
    const { system, own, release } = this.sources;
    const name = ["dom0", ...groups.map((group) => group.name)].join("-");
    return this.once(name, async () => {
      const added = [];
      for (const group of groups) {
        const root = await this.sources.group(group);
        const files = await programFiles(root, group.programs(release), group.loaded);
        added.push({ files, modules: group.modules });
      }
      return dom0Initramfs(system, own, added);
    });
  }

  /** Path of a DomU's initramfs. Throws LabError. */
  domu(): Promise<string> {
    const { system, domuInit } = this.sources;
    return this.once("domu", async () => domuInitramfs(system, await readFile(domuInit)));
  }

  private once(name: string, build: () => Promise<Buffer>): Promise<string> {
    const path = join(this.sources.folder, `${name}.cpio.gz`);
    const pending = this.built.get(name) ?? build().then((image) => writeFile(path, image).then(() => path));
    this.built.set(name, pending);
    return pending;
  }
}
