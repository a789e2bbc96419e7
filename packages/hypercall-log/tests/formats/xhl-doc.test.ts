import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { EventKind } from "../../src/events/event-kind.ts";
import { ndjson } from "../../src/formats/ndjson/ndjson.ts";
import { eventKinds } from "../../src/formats/ndjson/ndjson-names.ts";
import { xhlColumns } from "../../src/formats/xhl/xhl-schema.ts";
import { XhlWriter } from "../../src/formats/xhl/xhl-writer.ts";
import { readWhole } from "../read-log.ts";

const text = readFileSync(new URL("../../../../docs/xhl.md", import.meta.url), "utf8");
const proto = new URL("../../proto/hypercall_log.proto", import.meta.url).pathname;

it("docs/xhl.md names every column and kind of event", () => {
  for (const name of [...xhlColumns, "length", "words", "runs"]) expect(text).toContain(`\`${name}\``);
  for (const [name, kind] of eventKinds) expect(text).toContain(`${kind} ${String(name)}`);
  expect(Object.keys(EventKind)).toHaveLength(eventKinds.size);
});

/** A Python with protobuf's library, where this machine has one and protobuf's compiler. */
const python = ["python3", "/usr/bin/python3"].find(
  (name) => spawnSync(name, ["-c", "import google.protobuf"]).status === 0,
);
const canRun = python !== undefined && spawnSync("protoc", ["--version"]).status === 0;

it.runIf(canRun)("docs/xhl.md's Python program reads a file with the stock library", () => {
  const folder = mkdtempSync(join(tmpdir(), "xgt-xhl-"));
  try {
    execFileSync("protoc", [`--proto_path=${join(proto, "..")}`, `--python_out=${folder}`, proto]);
    const program = /^```python\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? "";
    writeFileSync(join(folder, "read.py"), program);
    const log = readWhole(
      ndjson,
      '{"xgt_log":1,"xen":"4.17","domains":[]}\n{"t":1.5,"id":1,"ev":"enter","comm":"xen-balloon","nr":12,"cmd":1,"args":{"extents":["0x1","0x2","0x3","0x9"]}}\n{"t":1.75,"id":1,"ev":"exit","ret":1}\n',
    );
    const writer = new XhlWriter(log.strings);
    const file = [writer.header(log.header), writer.add(log.batch), writer.finish()];
    writeFileSync(join(folder, "run.xhl"), Buffer.concat(file));
    const printed = execFileSync(python ?? "python3", [join(folder, "read.py"), join(folder, "run.xhl")], {
      encoding: "utf8",
    });
    const lines = printed.split("\n");
    expect(lines[0]).toBe("Xen 4.17");
    expect(lines[1]).toMatch(/^1\.5 enter xen-balloon 12 1 \[1, .* 4, 1, 0, 2, 0, 3, 0, 9, 0\]$/);
    expect(lines[2]).toMatch(/^1\.75 exit \? 12 1 \[.*\]$/);
    expect(lines.slice(3)).toEqual(["2 events", ""]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
