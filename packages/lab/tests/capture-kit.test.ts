import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { kprobeKit, moduleKit } from "../src/capture/capture-kit.ts";
import { code, testKernel, testModule } from "./kernel-files.ts";

const folder = mkdtempSync(join(tmpdir(), "xgt-kit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { image, symbols } = testKernel([
  { name: "start", body: [code.ret] },
  { name: "HYPERVISOR_memory_op", body: [code.ret] },
  { name: "privcmd_call", body: [code.ret] },
  { name: "gnttab_map", body: [code.movToW0(7), "HYPERVISOR_memory_op", code.ret] },
  { name: "xen_guest_init", body: ["HYPERVISOR_memory_op", code.ret], init: true },
]);
const paths = { image: join(folder, "vmlinuz"), symbols: join(folder, "kallsyms") };
writeFileSync(paths.image, gzipSync(image));
writeFileSync(paths.symbols, symbols);
const modules = join(folder, "modules");
mkdirSync(join(modules, "kernel/drivers/xen"), { recursive: true });
writeFileSync(
  join(modules, "kernel/drivers/xen/xen-privcmd.ko"),
  testModule("privcmd_ioctl", [code.nop, code.call(0), code.ret], "privcmd_call", 1),
);

const startOf = (kit: { files: readonly { name: string; content: string }[] }) =>
  kit.files.find(({ name }) => name === "start.sh")?.content ?? "";

describe("the kit of kprobes", () => {
  it("probes the target's kernel and modules, and says what it leaves out", async () => {
    const kit = await kprobeKit({ ...paths, modules });
    expect(kit.files.map(({ name, executable }) => [name, executable])).toEqual([
      ["start.sh", true],
      ["stop.sh", true],
      ["README.md", false],
    ]);
    expect(startOf(kit)).toContain("event 'mo_s_gnttab_map_4' 'gnttab_map+0x4'");
    expect(startOf(kit)).toContain("'xen_privcmd:privcmd_ioctl+0x4'");
    expect(kit.notes).toEqual([
      "not recorded: HYPERVISOR_memory_op at xen_guest_init+0x0: runs at boot or load only",
    ]);
  });

  it("says that the toolstack is missing where its module is", async () => {
    const kit = await kprobeKit({ ...paths, modules: undefined });
    expect(startOf(kit)).not.toContain("privcmd");
    expect(kit.notes.at(-1)).toMatch(/toolstack's calls are not recorded.*--modules/);
  });

  it.each([
    ["image", "no such file"],
    ["symbols", "no such file"],
    ["modules", "no such file"],
  ])("names %s that is not there", async (which, what) => {
    const kernel = { ...paths, modules, [which]: join(folder, "missing") };
    await expect(kprobeKit(kernel)).rejects.toThrow(`missing: ${what}`);
  });
});

it("the kit of the module holds every source that it is built from", async () => {
  const { files } = await moduleKit();
  const source = join(import.meta.dirname, "../guest/module");
  for (const name of readdirSync(source)) {
    expect(files.find((file) => file.name === name)?.content, name).toBe(
      readFileSync(join(source, name), "utf8"),
    );
  }
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(["Makefile", "README.md"]));
});
