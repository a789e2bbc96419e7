import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Io } from "../src/terminal/io.ts";
import { openOutput, replaceFile } from "../src/terminal/output-file.ts";
import { removeUnfinishedFiles } from "../src/terminal/temporary-file.ts";

const silent = { isTTY: false, write: async () => {} };
const io: Io = { env: {}, stdin: (async function* () {})(), stdout: silent, stderr: silent };
let folder = "";
const at = (name: string) => join(folder, name);
const open = (path: string, ...inputs: (string | undefined)[]) =>
  openOutput(path, io, { command: "xgt replay", inputs });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-output-"));
  writeFileSync(at("log"), "a log");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a text to a path as a command would. */
async function write(path: string, text: string): Promise<void> {
  const output = open(path);
  await output.write(text);
  output.commit();
}

describe("an output", () => {
  it.each([
    ["by the same name", (log: string) => log],
    ["by another path", (log: string) => join(folder, "sub", "..", log.slice(folder.length))],
    ["by a link", (log: string) => link("sym", log)],
    ["by a link to a link", (log: string) => link("again", link("sym", log))],
    ["by a second name of the file", (log: string) => hardLink("hard", log)],
    [
      "through a folder that is a link",
      (log: string) => join(link("folder", folder), log.slice(folder.length)),
    ],
  ])("never is one of the inputs: %s", (_, nameOf) => {
    mkdirSync(at("sub"));
    const named = nameOf(at("log"));
    expect(() => open(named, undefined, "-", at("log"))).toThrow("the output is one of the inputs");
    expect(() => open(at("log"), named)).toThrow("the output is one of the inputs");
    expect(readFileSync(at("log"), "utf8")).toBe("a log");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("never is a header of a folder that is an input, but may be another file there", () => {
    writeFileSync(at("xen.h"), "#define A 1");
    writeFileSync(at("model.json"), "{}");
    expect(() => open(at("xen.h"), folder)).toThrow("the output is one of the inputs");
    open(at("model.json"), folder).discard();
    open(at("new.h"), folder).discard();
  });

  it("may be an input where nothing is kept: /dev/null", async () => {
    const output = open("/dev/null", "/dev/null");
    await output.write("nothing");
    output.commit();
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  it("stays behind a link, also where the link leads to nothing yet", async () => {
    mkdirSync(at("sub"));
    symlinkSync("sub/target", at("link"));
    await write(at("link"), "first");
    await write(at("link"), "second");
    expect(readlinkSync(at("link"))).toBe("sub/target");
    expect(readFileSync(at("sub/target"), "utf8")).toBe("second");
    symlinkSync("link-to-link", at("ring"));
    symlinkSync("ring", at("link-to-link"));
    expect(() => open(at("ring"))).toThrow("ELOOP");
    symlinkSync("nowhere/target", at("lost"));
    expect(() => open(at("lost"))).toThrow("ENOENT");
    expect(lstatSync(at("lost")).isSymbolicLink()).toBe(true);
  });

  it("has a temporary name that nobody can know, beside the target", () => {
    const names = Array.from({ length: 3 }, () => {
      const before = new Set(readdirSync(folder));
      open(at("out"));
      return readdirSync(folder).find((name) => !before.has(name)) ?? "";
    });
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^\.xgt-[0-9a-f]{24}\.tmp$/);
    removeUnfinishedFiles();
    expect(readdirSync(folder)).toEqual(["log"]);
  });

  it("may have as long a name as a file can have", async () => {
    await write(at("x".repeat(255)), "long");
    expect(readFileSync(at("x".repeat(255)), "utf8")).toBe("long");
  });

  it("keeps the permissions of the file that it replaces", async () => {
    writeFileSync(at("secret"), "old");
    chmodSync(at("secret"), 0o622);
    await write(at("secret"), "new");
    expect(statSync(at("secret")).mode & 0o777).toBe(0o622);
  });

  it("is not there at all where it is discarded, and leaves what was there", async () => {
    const output = open(at("log"));
    await output.write("half");
    output.discard();
    output.discard();
    expect(readFileSync(at("log"), "utf8")).toBe("a log");
    expect(readdirSync(folder)).toEqual(["log"]);
  });

  it("says why it cannot take its name, and leaves nothing", async () => {
    const output = open(at("out"));
    mkdirSync(at("out"));
    writeFileSync(at("out/in"), "");
    expect(() => output.commit()).toThrow(/out: writing failed \(E\w+\)/);
    output.discard();
    expect(readdirSync(folder).sort()).toEqual(["log", "out"]);
  });
});

describe("a file among several that a command writes", () => {
  it("is replaced as a whole, and is no input either", () => {
    const check = { command: "xgt layout plan", inputs: [at("log")] };
    replaceFile(at("plan"), "a plan", check);
    expect(readFileSync(at("plan"), "utf8")).toBe("a plan");
    expect(() => replaceFile(at("log"), "a plan", check)).toThrow("the output is one of the inputs");
  });
});

function link(name: string, target: string): string {
  symlinkSync(target, at(name));
  return at(name);
}

function hardLink(name: string, target: string): string {
  linkSync(target, at(name));
  return at(name);
}
