import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LabError } from "../src/host/lab-error.ts";
import { runMachine } from "../src/machine/machine.ts";
import type { PlacedDomU } from "../src/machine/placed-domu.ts";

let folder = "";
const path = process.env.PATH;

/** A program in QEMU's place. */
function qemu(script: string): void {
  writeFileSync(join(folder, "qemu-system-aarch64"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function run(seconds = 30, domU?: PlacedDomU) {
  const file = join(folder, "image");
  writeFileSync(file, "");
  return runMachine({ xen: file, kernel: file, initramfs: file, share: folder, domU, moreMib: 0, seconds });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-machine-"));
  process.env.PATH = `${folder}:/bin:/usr/bin`;
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

describe("runMachine", () => {
  it("returns the scenario's status and the console", async () => {
    qemu("echo XGT-LAB-UP 6.1; echo XGT-LAB-DONE 3");
    const { status, console, bootSeconds } = await run();
    expect(status).toBe(3);
    expect(console).toContain("XGT-LAB-UP 6.1");
    expect(bootSeconds).toBeGreaterThan(0);
  });

  it("ends a machine whose domU is done, as nothing else does", async () => {
    qemu("echo XGT-LAB-UP 6.1; echo '(XEN) XGT-LAB-DONE 3'; exec sleep 600");
    const { status } = await run(30, { dtb: "host.dtb", loads: [{ file: "image", at: 0x49000000n }] });
    expect(status).toBe(3);
  });

  it("shows the console's end where the guest panics, and ends the machine", async () => {
    qemu("echo 'Kernel panic - not syncing: no init'; exec sleep 600");
    await expect(run()).rejects.toMatchObject({
      message: "the guest failed; the console's last lines:",
      said: ["Kernel panic - not syncing: no init"],
    });
  });

  it("takes no scenario for done after a failure", async () => {
    qemu("echo XGT-LAB-UP 6.1; echo XGT-LAB-FAILED the capture module did not load; echo XGT-LAB-DONE 0");
    await expect(run()).rejects.toMatchObject({
      message: "the guest failed; the console's last lines:",
      said: expect.arrayContaining(["XGT-LAB-FAILED the capture module did not load"]),
    });
  });

  it("says where the machine ends too early", async () => {
    qemu("echo '(XEN) nothing to boot'; exit 1");
    await expect(run()).rejects.toMatchObject({
      message: expect.stringContaining("ended before the scenario (QEMU: 1)"),
      said: ["(XEN) nothing to boot"],
    });
  });

  it("says what a kernel that refuses the modules needs", async () => {
    const refusal = "9p: version magic '6.1.0 SMP aarch64' should be '6.1.9 SMP aarch64'";
    qemu(`echo "${refusal}"; echo 'XGT-LAB-FAILED the shared folder cannot be mounted'; exec sleep 600`);
    await expect(run()).rejects.toMatchObject({
      message: expect.stringMatching(/the guest failed: the kernel refuses the module 9p.*the tree/),
      said: expect.arrayContaining([refusal]),
    });
  });

  it("ends a scenario that takes too long", async () => {
    qemu("echo XGT-LAB-UP; exec sleep 600");
    await expect(run(0.2)).rejects.toThrow(/did not end within 0.2 s/);
  });

  it("names what to install where QEMU is missing", async () => {
    process.env.PATH = folder;
    await expect(run()).rejects.toThrow(/qemu-system-aarch64 is not installed: install qemu-system-arm/);
  });

  it("names a file that is not there", async () => {
    const missing = runMachine({
      xen: "/no/xen",
      kernel: "k",
      initramfs: "i",
      share: folder,
      moreMib: 0,
      seconds: 1,
    });
    await expect(missing).rejects.toThrow(LabError);
  });
});
