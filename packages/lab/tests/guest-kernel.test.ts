import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { labReleases } from "../src/host/releases.ts";
import { kernelOf } from "../src/kernel/guest-kernel.ts";
import { configTroubles, neededBy, neededByAll, parseConfig } from "../src/kernel/kernel-config.ts";
import { imageFacts } from "../src/kernel/kernel-image.ts";
import { consoleTrouble } from "../src/machine/console-trouble.ts";
import type { KernelChoice } from "../src/scenarios/lab.ts";

const VERSION = "6.1.0-56-arm64";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xgt-kernel-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What begins like an arm64 Image and names a version. */
function image(version: string, strings = ""): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write(strings, 0x100);
  bytes.write("MZ", 0);
  bytes.write("ARMd", 0x38);
  bytes.write(`Linux version ${version} (builder) #1 SMP`, 0x80);
  return bytes;
}

/** A configuration that has all that every scenario needs. */
function completeConfig(): string {
  const names = neededByAll.flatMap(({ builtIn, present }) => [...builtIn, ...present]);
  return `# CONFIG_MODULE_SIG_FORCE is not set\n${names.map((name) => `CONFIG_${name}=y\n`).join("")}`;
}

function choose(kernel: KernelChoice) {
  const unpacked = { suite: "bookworm", root: join(folder, "root"), kernelVersion: VERSION, packages: [] };
  return kernelOf({ release: labReleases[0], kernel, say: () => undefined }, unpacked, folder);
}

describe("a kernel's build tree", () => {
  async function tree(config: string): Promise<string> {
    await mkdir(join(folder, "arch/arm64/boot"), { recursive: true });
    await writeFile(join(folder, "arch/arm64/boot/Image"), image("6.1.192"));
    await writeFile(join(folder, "Module.symvers"), "");
    await writeFile(join(folder, ".config"), config);
    return folder;
  }

  it("is taken with a complete configuration", async () => {
    const kernel = await choose({ tree: await tree(completeConfig()) });
    expect(kernel.title).toBe(`${folder} (Linux 6.1.192)`);
    expect(kernel.image).toBe(join(folder, "arch/arm64/boot/Image"));
  });

  it("is refused by the options that it lacks", async () => {
    const config = completeConfig().replace("CONFIG_XEN_BALLOON=y\n", "").replace("CONFIG_9P_FS=y\n", "");
    await expect(choose({ tree: await tree(config) })).rejects.toMatchObject({
      message: expect.stringContaining(`${folder}/.config lacks`),
      said: [
        "CONFIG_XEN_BALLOON=y to balloon, to map grants and to issue hypercalls",
        "CONFIG_9P_FS=y or =m to share a folder with the host",
      ],
    });
  });

  it("is refused where it has no configuration at all", async () => {
    await expect(choose({ tree: folder })).rejects.toThrow(/no \.config/);
  });
});

describe("an Image", () => {
  it("is refused where it is not the version whose modules it would load", async () => {
    const path = join(folder, "Image");
    await writeFile(path, image("6.1.192"));
    await expect(choose({ image: path })).rejects.toThrow(
      /is Linux 6\.1\.192, which refuses the modules of Debian bookworm's 6\.1\.0-56-arm64: .*KERNELRELEASE=/,
    );
  });

  it("is taken with Debian's modules where it is that version", async () => {
    const path = join(folder, "Image");
    await writeFile(path, image(VERSION));
    const modules = join(folder, "root/usr/lib/modules", VERSION);
    await mkdir(modules, { recursive: true });
    await writeFile(join(modules, "vmlinuz"), image(VERSION));
    expect(await choose({ image: path })).toMatchObject({ image: path, modules, title: path });
  });

  it("is taken with the modules of another suite that the cache holds", async () => {
    const path = join(folder, "Image");
    await writeFile(path, image("6.12.1-arm64"));
    const modules = join(folder, "trixie/root/usr/lib/modules/6.12.1-arm64");
    await mkdir(modules, { recursive: true });
    await writeFile(join(modules, "vmlinuz"), image("6.12.1-arm64"));
    await writeFile(
      join(folder, "trixie/facts.json"),
      JSON.stringify({ kernelVersion: "6.12.1-arm64", packages: [], folder: join(folder, "trixie") }),
    );
    expect(await choose({ image: path })).toMatchObject({ image: path, modules });
  });

  it.each([
    ["vmlinux", "\x7fELF", /an ELF file/],
    ["Image.gz", "\x1f\x8b\x08", /compressed/],
    ["vmlinuz.efi", "MZ\0\0zimg", /a compressed EFI program/],
    ["text", "hello", /no arm64 Image/],
  ])("is no %s", async (name, start, complaint) => {
    const path = join(folder, name);
    await writeFile(path, Buffer.from(start.padEnd(128, "\0"), "latin1"));
    await expect(imageFacts(path)).rejects.toThrow(complaint);
  });

  it("tells whether it has events of DMA", async () => {
    const path = join(folder, "Image");
    await writeFile(path, image("6.12.1", "xen\0dma_map_sg_attrs\0"));
    expect(await imageFacts(path)).toEqual({ version: "6.12.1", dmaEvents: false });
    await writeFile(path, image("6.12.1", "xen\0dma_map_sg\0"));
    expect(await imageFacts(path)).toEqual({ version: "6.12.1", dmaEvents: true });
  });

  it("has to be there", async () => {
    await expect(imageFacts(join(folder, "nothing"))).rejects.toThrow(/nothing: no such file$/);
  });

  it("is no device that never ends", async () => {
    await expect(imageFacts("/dev/zero")).rejects.toThrow(/more than 256 MiB: this is not an arm64 Image/);
  });

  it("names its version where other texts come first", async () => {
    const path = join(folder, "Image");
    await writeFile(path, image("6.12.1", `${"Linux version \n".repeat(3)}`));
    expect(await imageFacts(path)).toMatchObject({ version: "6.12.1" });
  });
});

describe("configTroubles", () => {
  it("takes modules where the lab loads them, and only there", () => {
    const [needs] = [neededBy.get("dma")].filter((found) => found !== undefined);
    const config = (text: string) => configTroubles(parseConfig(text), [needs]);
    expect(config("CONFIG_PCI=y\nCONFIG_PCI_HOST_GENERIC=y\nCONFIG_BLK_DEV_NVME=m\n")).toEqual([]);
    expect(config("CONFIG_PCI=y\nCONFIG_PCI_HOST_GENERIC=m\n")).toEqual([
      "CONFIG_PCI_HOST_GENERIC=y, CONFIG_BLK_DEV_NVME=y or =m for real DMA",
    ]);
  });

  it("names an option that keeps the lab's module out", () => {
    expect(configTroubles(parseConfig("CONFIG_MODULE_SIG_FORCE=y\n"), [])).toEqual([
      "CONFIG_MODULE_SIG_FORCE unset, to load the lab's module",
    ]);
  });
});

describe("consoleTrouble", () => {
  it.each([
    [
      "9p: version magic '6.1.0-56-arm64 SMP mod_unload modversions aarch64' should be '6.1.192 SMP mod_unload aarch64'",
      /refuses the module 9p, built for "6\.1\.0-56-arm64 .*it is "6\.1\.192 .*itself/,
    ],
    ["9pnet: disagrees about version of symbol module_layout", /module 9pnet: module_layout has another/],
    [
      "xen_gntdev: Unknown symbol gnttab_map_refs (err -2)",
      /lacks gnttab_map_refs, which the module xen_gntdev/,
    ],
    ["Loading of unsigned module is rejected", /CONFIG_MODULE_SIG_FORCE/],
    [
      "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
      /CONFIG_BLK_DEV_INITRD/,
    ],
  ])("explains %s", (said, advice) => {
    expect(consoleTrouble(`[    1.0] booting\n[    1.2] ${said}\n[    1.3] more`)).toMatch(advice);
  });

  it("says nothing of what it does not know", () => {
    expect(consoleTrouble("[    1.0] booting\n")).toBeUndefined();
  });
});
