import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkXenImage } from "../src/kernel/xen-image.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-xen-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const path = join(folder, "xen");
  writeFileSync(path, content, "latin1");
  return path;
}

describe("a Xen of the user's own", () => {
  it("has an arm64 Image's magic", async () => {
    await expect(checkXenImage(file(`${"\0".repeat(56)}ARM\x64`))).resolves.toBeUndefined();
  });

  it.each([
    ["text", "hello"],
    ["xen-syms", `\x7fELF${"\0".repeat(60)}`],
    ["nothing", ""],
  ])("is refused as %s", async (_, content) => {
    await expect(checkXenImage(file(content))).rejects.toThrow(
      /is no arm64 Xen: --xen takes the file xen\/xen/,
    );
  });

  it("is refused as a folder, or where it is not there", async () => {
    await expect(checkXenImage(folder)).rejects.toThrow(/cannot be read \(EISDIR\)/);
    await expect(checkXenImage(join(folder, "none"))).rejects.toThrow(/no such file/);
  });
});
