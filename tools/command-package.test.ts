import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rules } from "@xgt/p2m-tracker";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { code, testKernel } from "../packages/lab/tests/kernel-files.ts";

const packages = join(import.meta.dirname, "../packages");
const cli = join(packages, "cli");
const manifest = JSON.parse(readFileSync(join(cli, "package.json"), "utf8"));
const breaking = rules.find((rule) => rule.id === "G44")?.failing ?? "";
let folder = "";
/** Holds xgt.mjs and nothing else of ours. */
let alone = "";
/** Where the package is installed as a user does for himself, and as an administrator does for all. */
let home = "";
let prefix = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-command-"));
  [alone, home, prefix] = ["alone", "home", "prefix"].map((name) => join(folder, name));
  for (const each of [alone, home]) mkdirSync(each);
  const npm = (cwd: string, ...args: string[]) =>
    execFileSync("npm", [...args, "--silent"], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  npm(cli, "pack", "--pack-destination", folder);
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  writeFileSync(join(home, "package.json"), '{ "private": true }');
  npm(home, "install", "--offline", join(folder, tarball));
  npm(folder, "install", "--offline", "--global", "--prefix", prefix, join(folder, tarball));
  copyFileSync(installed("dist/xgt.mjs"), join(alone, "xgt.mjs"));
  for (const each of [alone, home]) writeFileSync(join(each, "run.ndjson"), breaking);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function installed(...path: string[]): string {
  return join(home, "node_modules/@xgt/cli", ...path);
}

/** The two ways to have the command, each in a folder of its own. */
const ways: Record<string, () => readonly [cwd: string, program: string, args: readonly string[]]> = {
  "xgt.mjs alone in an empty folder": () => [alone, process.execPath, ["xgt.mjs"]],
  "the package, installed offline": () => [home, join(home, "node_modules/.bin/xgt"), []],
};

describe.each(Object.keys(ways))("%s", (way) => {
  const cwd = () => ways[way]()[0];
  const xgt = (status: number, ...more: string[]): string => {
    const [folder, program, args] = ways[way]();
    const run = spawnSync(program, [...args, ...more], { maxBuffer: 1 << 26, cwd: folder, encoding: "utf8" });
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status, stderr: "" });
    return run.stdout;
  };

  it("says its version", () => {
    expect(xgt(0, "--version")).toBe(`${manifest.version}\n`);
  });

  it("replays, in threads too", () => {
    expect(xgt(1, "replay", "run.ndjson", "-q")).toMatch(/^run\.ndjson:\d+: error: .*\[G44 dma-to-hole\]$/m);
    const each = xgt(1, "replay", "--each", "run.ndjson", "run.ndjson", "--jobs", "2", "-f", "json", "-q");
    expect(JSON.parse(each).runs).toHaveLength(2);
  });

  it("lists every scenario of the lab", () => {
    const scripts = readdirSync(join(packages, "lab/guest/scenarios"));
    const listed = xgt(0, "lab", "list").trimEnd().split("\n");
    expect(listed.map((line) => `${line.split(" ")[0]}.sh`).sort()).toEqual(scripts.sort());
  });

  it("writes the capture module as it lies in the sources", () => {
    xgt(0, "capture", "linux-module", "-o", "module");
    const source = join(packages, "lab/guest/module");
    for (const name of readdirSync(source)) {
      const ours = readFileSync(join(source, name));
      expect(readFileSync(join(cwd(), "module", name)).equals(ours), name).toBe(true);
    }
  });

  it("writes the scripts for a kernel's kprobes", () => {
    const { image, symbols } = testKernel([
      { name: "HYPERVISOR_memory_op", body: [code.ret] },
      { name: "privcmd_call", body: [code.ret] },
      { name: "privcmd_ioctl", body: [code.nop, "privcmd_call", code.ret] },
      { name: "gnttab_map", body: [code.movToW0(7), "HYPERVISOR_memory_op", code.ret] },
    ]);
    writeFileSync(join(cwd(), "vmlinuz"), image);
    writeFileSync(join(cwd(), "kallsyms"), symbols);
    xgt(0, "capture", "kprobes", "--image", "vmlinuz", "--symbols", "kallsyms", "-o", "probes");
    expect(readFileSync(join(cwd(), "probes/start.sh"), "utf8")).toContain("'gnttab_map+0x4'");
  });

  it("makes bindings and shows the interface", () => {
    expect(xgt(0, "bindgen", "c", "--xen", "4.20", "--guest")).toContain("struct xen_memory_reservation");
    expect(xgt(0, "abi", "show", "xen_memory_reservation", "--xen", "4.20")).toContain("nr_extents");
  });

  it.each([
    ["bash", "xgt"],
    ["zsh", "_xgt"],
    ["fish", "xgt.fish"],
  ])("prints the completion of %s as it lies in the package", (shell, file) => {
    expect(xgt(0, "completion", shell)).toBe(readFileSync(installed("dist/completions", file), "utf8"));
  });
});

describe("the package of the command", () => {
  it("is complete, and holds nothing else", () => {
    const files = readdirSync(installed(), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed().length + 1));
    const plain = ["LICENSE", "README.md", "package.json", "bin/xgt.mjs", "dist/xgt.mjs"];
    const completions = ["xgt", "_xgt", "xgt.fish"].map((name) => `dist/completions/${name}`);
    expect(files.sort()).toEqual([...plain, ...completions, ...manifest.man].sort());
  });

  it("brings and needs no other package", () => {
    expect(readdirSync(join(home, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["@xgt"]);
    expect(readdirSync(join(home, "node_modules/@xgt"))).toEqual(["cli"]);
  });

  const hasMan = spawnSync("man", ["--version"]).error === undefined;
  it.skipIf(!hasMan)("installed for all, gives man its pages", () => {
    const pages = manifest.man.map((path: string) => path.replace(/^.*\/(.*)\.1$/, "$1"));
    const env = { ...process.env, MANPATH: join(prefix, "share/man") };
    const found = spawnSync("man", ["-w", ...pages], { env, encoding: "utf8" });
    expect(found.status).toBe(0);
    expect(found.stdout.trim().split("\n")).toHaveLength(pages.length);
  });
});
