import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cpioArchive } from "../src/machine/cpio.ts";

const hasCpio = spawnSync("cpio", ["--version"]).status === 0;
const entries = [
  { path: "bin", kind: "folder" },
  { path: "bin/tool", kind: "file", content: Buffer.from("#!/bin/sh\n"), executable: true },
  { path: "bin/sh", kind: "link", content: Buffer.from("tool") },
  { path: "odd", kind: "file", content: Buffer.from([1, 2, 3, 4, 5]) },
] as const;

describe("cpioArchive", () => {
  it("writes headers of 110 characters, names and contents at multiples of four", () => {
    const bytes = cpioArchive(entries);
    let at = 0;
    const seen: string[] = [];
    for (;;) {
      expect(bytes.toString("latin1", at, at + 6)).toBe("070701");
      const number = (index: number) =>
        Number.parseInt(bytes.toString("latin1", at + 6 + 8 * index, at + 14 + 8 * index), 16);
      const size = number(6);
      const mode = number(1).toString(8);
      const name = bytes.toString("latin1", at + 110, at + 110 + number(11) - 1);
      at += Math.ceil((110 + number(11)) / 4) * 4;
      seen.push(`${name} ${mode} ${bytes.toString("latin1", at, at + size)}`);
      at += Math.ceil(size / 4) * 4;
      if (name === "TRAILER!!!") break;
    }
    expect(at).toBe(bytes.length);
    expect(seen).toEqual([
      "bin 40755 ",
      "bin/tool 100755 #!/bin/sh\n",
      "bin/sh 120777 tool",
      "odd 100644 \u0001\u0002\u0003\u0004\u0005",
      "TRAILER!!! 0 ",
    ]);
  });

  it.runIf(hasCpio)("is unpacked by cpio", () => {
    const folder = mkdtempSync(join(tmpdir(), "xgt-cpio-"));
    const run = spawnSync("cpio", ["-idm", "--quiet"], { cwd: folder, input: cpioArchive(entries) });
    expect(run.stderr.toString()).toBe("");
    expect(readFileSync(join(folder, "bin/sh"), "utf8")).toBe("#!/bin/sh\n");
    expect(statSync(join(folder, "bin/tool")).mode & 0o111).toBe(0o111);
    rmSync(folder, { recursive: true });
  });
});
