import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LabError } from "../src/host/lab-error.ts";
import { labReleases } from "../src/host/releases.ts";
import { GuestImages } from "../src/machine/guest-images.ts";
import { keptImagesFolder } from "../src/machine/kept-images.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-images-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("kept images", () => {
  it("lie in another folder where a source or the kernel is another one", async () => {
    const kernel = join(folder, "Image");
    writeFileSync(kernel, "one");
    const place = (init: string) => keptImagesFolder(folder, new Map([["init", init]]), [kernel]);
    const first = await place("a");
    expect(await place("a")).toBe(first);
    const others = [await place("b")];
    writeFileSync(kernel, "another");
    others.push(await place("a"));
    expect(new Set([first, ...others]).size).toBe(3);
  });

  it("are taken as they are: nothing is built for an image that is there", async () => {
    const [release] = labReleases;
    const images = new GuestImages({
      folder,
      system: { root: folder, modules: folder },
      own: () => Promise.reject(new LabError("no compiler")),
      domu: { files: new Map(), kernel: "" },
      group: () => Promise.reject(new LabError("no packages")),
      release,
    });
    await expect(images.dom0([])).rejects.toThrow(LabError);
    writeFileSync(join(folder, "dom0.cpio.gz"), "kept");
    expect(await images.dom0([])).toBe(join(folder, "dom0.cpio.gz"));
  });
});
