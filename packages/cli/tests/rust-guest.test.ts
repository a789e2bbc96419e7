import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const packageFolder = join(import.meta.dirname, "..");
const example = join(packageFolder, "../../examples/bare-metal-rust");
const here = ["rustc", "make"].every((tool) => spawnSync(tool, ["--version"]).status === 0);

let folder = "";
let xgt = "";

/** What the guest's logic, run on this host, records, and what a replay of that says. */
function replayed(...words: string[]) {
  const { stdout: record, stderr } = spawnSync(join(folder, "host"), words, { encoding: "utf8" });
  expect(stderr).toBe("");
  const args = [xgt, "replay", "-", "-f", "json", "-q"];
  const { stdout, status } = spawnSync(process.execPath, args, { input: record, encoding: "utf8" });
  const { findings, summary } = JSON.parse(stdout);
  const alarming = findings.filter(({ severity }: { severity: string }) => severity !== "info");
  return { record, status, summary, rules: alarming.map(({ rule }: { rule: string }) => rule) };
}

describe.skipIf(!here)(
  `the logic of examples/bare-metal-rust on a host${here ? "" : " (no rustc or make here)"}`,
  () => {
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "xgt-rust-guest-"));
      xgt = join(folder, "xgt.mjs");
      execFileSync(process.execPath, ["bundle.mjs", xgt], { cwd: packageFolder });
      cpSync(example, folder, { recursive: true });
      // As its README says; bindings and shim are made on the way.
      const { status, stderr } = spawnSync("make", ["-C", folder, "host", `XGT=${process.execPath} ${xgt}`], {
        encoding: "utf8",
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("replays clean, and every byte is where it belongs", () => {
      const { record, status, summary, rules } = replayed();
      expect(record).toContain("END: all bytes are where they belong");
      expect({ status, rules }).toEqual({ status: 0, rules: [] });
      expect(summary).toMatchObject({ error: 0, warning: 0 });
    });

    it("uses the gfn as the device's address when it forgets dev_bus_addr, and the disk holds wrong bytes", () => {
      const { record, status, rules } = replayed("forget-bus-addr");
      expect(record).toContain("END: wrong bytes");
      expect({ status, rules }).toEqual({ status: 1, rules: ["G17", "G17"] });
    });
  },
);
