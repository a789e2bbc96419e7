import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unpackGroup } from "../src/host/package-cache.ts";
import { packageGroups } from "../src/host/package-groups.ts";
import { labReleases } from "../src/host/releases.ts";

const hasKeyring = existsSync("/usr/share/keyrings/debian-archive-keyring.gpg");
const [release] = labReleases;
const toolstack = packageGroups.find(({ name }) => name === "toolstack");
const saved = { path: process.env.PATH, mirror: process.env.XGT_LAB_MIRROR };
let folder = "";
let said: string[] = [];

/** A program in the place of one of Debian's; `log` in its folder gets what it was called with. */
function tool(name: string, script: string): void {
  const log = `echo "${name} $*" >> ${join(folder, "log")}`;
  writeFileSync(join(folder, "tools", name), `#!/bin/sh\n${log}\n${script}\n`, { mode: 0o755 });
}

function fetched(): Promise<string> {
  if (toolstack === undefined) throw new Error("no toolstack");
  return unpackGroup(toolstack, release, join(folder, "cache"), (text) => said.push(text));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-cache-"));
  said = [];
  for (const name of ["tools", "cache"]) mkdirSync(join(folder, name));
  tool("dpkg", "echo amd64");
  tool(
    "apt-get",
    'case "$*" in *install*) cp "$(dirname "$APT_CONFIG")/status" ../../status; : > xen-utils_1%3a2_arm64.deb;; esac',
  );
  tool("apt-cache", 'printf "Package: $2\\nVersion: 7\\nDepends: more\\n\\nPackage: $2\\nVersion: 6\\n"');
  tool("dpkg-deb", 'mkdir -p "$3/usr"; : > "$3/usr/program"');
  process.env.PATH = `${join(folder, "tools")}:/bin:/usr/bin`;
  process.env.XGT_LAB_MIRROR = "http://mirror.example";
});
afterEach(() => {
  process.env.PATH = saved.path;
  if (saved.mirror === undefined) delete process.env.XGT_LAB_MIRROR;
  else process.env.XGT_LAB_MIRROR = saved.mirror;
  rmSync(folder, { recursive: true });
});

describe.runIf(hasKeyring)("unpackGroup", () => {
  it("fetches a group beside the suite's own packages, and only once", async () => {
    const root = await fetched();
    expect(root).toBe(join(folder, "cache", `${release.suite}-toolstack`, "root"));
    expect(readdirSync(join(root, "usr"))).toEqual(["program"]);
    expect(readdirSync(join(root, "..")).sort()).toEqual(["facts.json", "root"]);
    expect(JSON.parse(readFileSync(join(root, "../facts.json"), "utf8"))).toEqual({
      packages: ["xen-utils_1:2_arm64"],
      folder: join(root, ".."),
    });
    const calls = readFileSync(join(folder, "log"), "utf8");
    expect(calls).toMatch(/apt-get install .*--no-install-recommends xen-utils-4\.17\n/);
    await fetched();
    expect(readFileSync(join(folder, "log"), "utf8")).toBe(calls);
    expect(said).toEqual([`fetching Debian ${release.suite}'s packages for toolstack`]);
  });

  it("fetches again into a cache that was moved", async () => {
    await fetched();
    const facts = join(folder, "cache", `${release.suite}-toolstack`, "facts.json");
    writeFileSync(facts, JSON.stringify({ packages: [], folder: "/somewhere/else" }));
    await fetched();
    expect(said).toHaveLength(2);
  });

  it("takes what it leaves out for installed, in the version that the suite has", async () => {
    await fetched();
    const stanza = (name: string) => `Package: ${name}\nVersion: 7\nStatus: install ok installed\n`;
    expect(readFileSync(join(folder, "cache/status"), "utf8")).toBe(
      toolstack?.without.map(stanza).join("\n"),
    );
  });

  it("leaves nothing where it fails, so that the next run fetches again", async () => {
    tool("dpkg-deb", "echo broken; exit 2");
    await expect(fetched()).rejects.toThrow(/dpkg-deb .*failed \(2\)/);
    expect(readdirSync(join(folder, "cache")).filter((name) => name !== "status")).toEqual([]);
  });
});
