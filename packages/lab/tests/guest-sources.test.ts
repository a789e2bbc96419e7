import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fileOf, guestSources, sourcesIn } from "../src/host/guest-sources.ts";
import { LabError } from "../src/host/lab-error.ts";

describe("the guest's sources", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "xgt-guest-"));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it("are the files of guest/", async () => {
    const sources = await guestSources();
    const init = readFileSync(join(import.meta.dirname, "../guest/init"));
    expect(fileOf(sources, "init").equals(init)).toBe(true);
    expect([...sourcesIn(sources, "domu").keys()]).toEqual(["block-plain", "init", "toolstack.sh"]);
  });

  it("are those of the folder in XGT_LAB_GUEST", async () => {
    mkdirSync(join(folder, "domu"));
    writeFileSync(join(folder, "init"), "mine\n");
    writeFileSync(join(folder, "domu/init"), "its own\n");
    vi.stubEnv("XGT_LAB_GUEST", folder);
    expect([...(await guestSources())]).toEqual([
      ["domu/init", "its own\n"],
      ["init", "mine\n"],
    ]);
  });

  it("are missed by name", async () => {
    vi.stubEnv("XGT_LAB_GUEST", folder);
    expect(() => fileOf(new Map(), "init")).toThrow(new LabError("the guest's files lack init"));
    vi.stubEnv("XGT_LAB_GUEST", join(folder, "nowhere"));
    await expect(guestSources()).rejects.toThrow(`${join(folder, "nowhere")}: no such file`);
  });
});
