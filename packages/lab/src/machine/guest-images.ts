import { access, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileOf, type GuestSources } from "../host/guest-sources.ts";
import type { PackageGroup } from "../host/package-groups.ts";
import type { LabRelease } from "../host/releases.ts";
import type { CpioEntry } from "./cpio.ts";
import { dom0Initramfs, domuInitramfs, type GuestFiles, type GuestSystem } from "./initramfs.ts";
import { programFiles } from "./program-files.ts";

/** What images are made from. */
interface ImageSources {
  /** Folder that the images go to; those that it has already are taken. */
  readonly folder: string;
  /** Debian's programs and the kernel's modules. */
  readonly system: GuestSystem;
  /** Makes the lab's own part of Dom0. */
  own(): Promise<GuestFiles>;
  /** guest/domu, and the kernel that DomUs boot: Dom0's. */
  readonly domu: { readonly files: GuestSources; readonly kernel: string };
  /** Which programs a package group has depends on it. */
  readonly release: LabRelease;
  /** Root of a group's packages, fetched on demand. */
  group(group: PackageGroup): Promise<string>;
}

/** The initramfs files of one kernel's guests, each built when a run first needs it. */
export class GuestImages {
  private readonly sources: ImageSources;
  /** Paths under way or done, by file name. */
  private readonly built = new Map<string, Promise<string>>();
  private ownFiles: Promise<GuestFiles> | undefined;

  constructor(sources: ImageSources) {
    this.sources = sources;
  }

  /** Path of Dom0's initramfs with these groups. Throws LabError. */
  dom0(groups: readonly PackageGroup[]): Promise<string> {
    const { system, release } = this.sources;
    const name = ["dom0", ...groups.map((group) => group.name)].join("-");
    return this.once(name, async () => {
      const added = [];
      for (const group of groups) {
        const root = await this.sources.group(group);
        const files = await programFiles(root, group.programs(release), group.loaded);
        if (group.startsDomus) files.push(...(await this.domuFiles()));
        added.push({ files, modules: group.modules });
      }
      return dom0Initramfs(system, await this.own(), added);
    });
  }

  /** What DomUs start from. In the initramfs, as reading the share is DMA: one event a page of the kernel. */
  private async domuFiles(): Promise<CpioEntry[]> {
    const { files, kernel } = this.sources.domu;
    const entry = (name: string, content: Buffer): CpioEntry => ({
      path: `domu/${name}`,
      kind: "file",
      content,
    });
    const entries: CpioEntry[] = [{ path: "domu", kind: "folder" }];
    for (const [name, text] of files) entries.push(entry(name, Buffer.from(text)));
    entries.push(entry("Image", await readFile(kernel)));
    const init = fileOf(files, "init");
    entries.push(entry("initramfs.gz", await domuInitramfs(this.sources.system, init)));
    return entries;
  }

  /** Built for the first image that needs it, for all of them. */
  private own(): Promise<GuestFiles> {
    this.ownFiles ??= this.sources.own().catch((error: unknown) => {
      this.ownFiles = undefined;
      throw error;
    });
    return this.ownFiles;
  }

  private once(name: string, build: () => Promise<Buffer>): Promise<string> {
    const path = join(this.sources.folder, `${name}.cpio.gz`);
    const known = this.built.get(name);
    if (known !== undefined) return known;
    const pending = access(path).then(
      () => path,
      async () => {
        // Whoever finds it finds it whole.
        const fresh = `${path}.${process.pid}`;
        await writeFile(fresh, await build());
        await rename(fresh, path);
        return path;
      },
    );
    this.built.set(name, pending);
    // What failed may work the next time.
    pending.catch(() => this.built.delete(name));
    return pending;
  }
}
