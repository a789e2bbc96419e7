import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { bpftraceKit, kprobeKit, moduleKit } from "../src/capture/capture-kit.ts";
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

describe("the kit of bpftrace", () => {
  const programOf = async (withModules: boolean) => {
    const kit = await bpftraceKit({ ...paths, modules: withModules ? modules : undefined });
    expect(kit.files.map(({ name }) => name)).toEqual(["record.bt", "README.md"]);
    return { program: kit.files[0].content, notes: kit.notes };
  };

  it("records each call at its place, and its return behind it", async () => {
    const { program, notes } = await programOf(true);
    expect(program).toMatch(/^BEGIN \{ printf\("# xgt bpftrace 1\\n"\); \}\n/);
    expect(program).toContain("kprobe:gnttab_map+4 {");
    expect(program).toContain("kprobe:gnttab_map+8 {");
    expect(program).not.toContain("xen_guest_init");
    expect(notes).toEqual([
      "not recorded: HYPERVISOR_memory_op at xen_guest_init+0x0: runs at boot or load only",
    ]);
  });

  it("reads of a sub-op that is known its own argument only: add_to_physmap's three words", async () => {
    const { program } = await programOf(false);
    const entry = program.slice(
      program.indexOf("kprobe:gnttab_map+4"),
      program.indexOf("kprobe:gnttab_map+8"),
    );
    expect(entry.match(/printf/g)).toHaveLength(1);
    expect(entry).toContain("if ($s == 7)");
    expect(entry).toContain("w2=%llx cpu=%x");
    expect(entry).not.toContain("w3=");
  });

  it("reads programs' memory as theirs, and no byte behind a struct", async () => {
    const { program } = await programOf(true);
    const toolstack = program.slice(program.indexOf("kprobe:privcmd_ioctl+4"));
    expect(toolstack).toContain("*uptr((uint64*)($p + 0))");
    expect(toolstack).toContain('printf("I %llu %d %llx\\n", $k, $i, *uptr((uint64*)($l + $i * 8)))');
    // swap_grant_ref's op has four or eight bytes, get_version's eight: never more than its size is read.
    expect(toolstack).not.toMatch(/\(uint64\*\)\(\$p \+ \$i \* 4 /);
    expect(program.match(/[{}]/g)?.reduce((open, brace) => open + (brace === "{" ? 1 : -1), 0)).toBe(0);
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

it("the module's Makefile builds with this machine's compiler, and can be told another", async () => {
  const { files } = await moduleKit();
  const kit = join(folder, "module");
  mkdirSync(kit);
  for (const { name, content } of files) writeFileSync(join(kit, name), content);
  // Headers name the compiler that built the kernel, as Debian's do.
  const headers = join(folder, "headers");
  mkdirSync(headers);
  writeFileSync(
    join(headers, "Makefile"),
    "CC = gcc-14\nCONFIG_DEBUG_INFO_BTF_MODULES = y\nmodules:\n\t@echo built by $(CC) with BTF $(CONFIG_DEBUG_INFO_BTF_MODULES).\n",
  );
  const make = (...words: string[]) =>
    execFileSync("make", ["-s", "-C", kit, `KDIR=${headers}`, ...words], { encoding: "utf8" });
  expect(make("CROSS_COMPILE=aarch64-linux-gnu-")).toContain("built by aarch64-linux-gnu-gcc with BTF .");
  expect(make("OVERRIDES=")).toContain("built by gcc-14 with BTF y.");
});
