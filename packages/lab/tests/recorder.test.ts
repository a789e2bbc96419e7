import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { LabError } from "../src/host/lab-error.ts";
import { recorderKinds } from "../src/kprobes/kprobe-recorder.ts";
import { type Recorder, runRecorded } from "../src/scenarios/recorder.ts";
import { code, testKernel, testModule } from "./kernel-files.ts";

const folder = mkdtempSync(join(tmpdir(), "xgt-recorder-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { image, symbols } = testKernel([
  { name: "start", body: [code.ret] },
  { name: "HYPERVISOR_grant_table_op", body: [code.ret] },
  { name: "gnttab_map_refs", body: [code.movToW0(0), "HYPERVISOR_grant_table_op", code.ret] },
]);
const modules = join(folder, "modules");
mkdirSync(modules);
const module = testModule("privcmd_ioctl", [code.nop, code.call(0), code.ret], "privcmd_call", 1);
writeFileSync(join(modules, "xen-privcmd.ko"), module);
const kernel = { title: "test", image: join(folder, "Image"), headers: folder, modules };
writeFileSync(kernel.image, image);

describe.each(recorderKinds)("the host's half of $name", (kind) => {
  const recorder = kind.make(kernel);
  const share = () => mkdtempSync(join(folder, "share-"));

  it("gives the guest what starts and ends the recording", () => {
    expect([...recorder.files.keys()]).toEqual(expect.arrayContaining(["before.sh", "after.sh"]));
    const all = [...recorder.files.values()].map((content) => Buffer.from(content).toString()).join("");
    if (kind.name === "trace-cmd") expect(all).toContain(`/share/${kind.result}`);
  });

  it("answers the guest's symbols with the script for its kernel, not before it has them whole", async () => {
    const place = share();
    const answer = recorder.answer(place, new AbortController().signal);
    await sleep(150);
    expect(existsSync(join(place, "start.sh"))).toBe(false);
    writeFileSync(join(place, "symbols.gz"), gzipSync(symbols));
    await answer;
    const script = readFileSync(join(place, "start.sh"), "utf8");
    expect(script).toContain("gnttab_map_refs+0x4");
    expect(script).toContain("xen_privcmd:privcmd_ioctl+0x4");
    expect(script.includes("trace-cmd record")).toBe(kind.name === "trace-cmd");
  });

  it("ends when the machine ends before it asks", async () => {
    const ended = new AbortController();
    const answer = recorder.answer(share(), ended.signal);
    ended.abort();
    await expect(answer).resolves.toBeUndefined();
  });

  it.each([
    ["that hold no addresses", gzipSync("0000000000000000 T _text\n")],
    ["that are not packed", Buffer.from("ffff800008000000 T _text\n")],
  ])("refuses symbols %s", async (_, content) => {
    const place = share();
    writeFileSync(join(place, "symbols.gz"), content);
    await expect(recorder.answer(place, new AbortController().signal)).rejects.toThrow(LabError);
  });
});

describe("a machine with a recorder", () => {
  const parts = { xen: join(folder, "no-xen"), kernel: "", initramfs: "", share: folder, seconds: 1 };

  it("that cannot run ends the recorder too", async () => {
    let aborted = false;
    const recorder: Recorder = {
      files: new Map(),
      answer: (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            resolve();
          });
        }),
    };
    await expect(runRecorded(parts, recorder)).rejects.toThrow("no-xen: no such file");
    expect(aborted).toBe(true);
  });

  it("whose recorder fails says why", async () => {
    const recorder: Recorder = {
      files: new Map(),
      answer: async () => {
        throw new LabError("no probes");
      },
    };
    await expect(runRecorded(parts, recorder)).rejects.toThrow("no probes");
  });
});
