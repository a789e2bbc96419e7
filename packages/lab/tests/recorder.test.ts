import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { LabError } from "../src/host/lab-error.ts";
import { recordersOf } from "../src/kprobes/kprobe-recorder.ts";
import { recorderKinds } from "../src/kprobes/recorder-kinds.ts";
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

const choices = [...recorderKinds.map((kind) => [kind]), recorderKinds];

describe.each(choices.map((kinds) => [kinds.map(({ name }) => name).join(), kinds] as const))(
  "the host's half of %s",
  (_, kinds) => {
    const recorder = recordersOf(kinds).make(kernel);
    const share = () => mkdtempSync(join(folder, "share-"));

    it("gives the guest what starts and ends the recording, and brings the logs out after all have ended", () => {
      const content = (name: string) => Buffer.from(recorder.files.get(name) ?? "").toString();
      for (const name of ["before.sh", "after.sh"]) execFileSync("sh", ["-n"], { input: content(name) });
      const after = content("after.sh");
      for (const { logs } of kinds) for (const { result } of logs) expect(mentions(after, result)).toBe(true);
      const firstLog = after.indexOf("/share/result");
      for (const { stop } of kinds) expect(after.indexOf(stop)).toBeLessThan(firstLog);
    });

    it("answers the guest's symbols with the script for its kernel, not before it has them whole", async () => {
      const place = share();
      const answer = recorder.answer(place, new AbortController().signal);
      await sleep(150);
      expect(existsSync(join(place, "start.sh"))).toBe(false);
      writeFileSync(join(place, "symbols.gz"), gzipSync(symbols));
      await answer;
      const script = readFileSync(join(place, "start.sh"), "utf8");
      execFileSync("sh", ["-n"], { input: script });
      expect(script).toContain("gnttab_map_refs+0x4");
      expect(script).toContain("xen_privcmd:privcmd_ioctl+0x4");
      const has = (name: string) => kinds.some((kind) => kind.name === name);
      expect(script.includes("trace-cmd record")).toBe(has("trace-cmd"));
      expect(script.includes("perf record")).toBe(has("perf"));
      expect(existsSync(join(place, "record.bt"))).toBe(has("bpftrace"));
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
  },
);

/** Whether a script names a file: tracefs's stop script has its beginning as an argument. */
function mentions(script: string, result: string): boolean {
  return script.includes(`/share/${result}`) || script.includes(`$1${result.slice("result".length)}`);
}

describe("a machine with a recorder", () => {
  const parts = {
    xen: join(folder, "no-xen"),
    kernel: "",
    initramfs: "",
    share: folder,
    moreMib: 0,
    seconds: 1,
  };

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
