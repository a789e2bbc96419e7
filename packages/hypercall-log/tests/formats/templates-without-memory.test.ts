import { expect, test, vi } from "vitest";

const HEADER = '{"xgt_log":1,"version":1,"xen":"4.17","arch":"arm64","domains":[]}';
const entry = (t: number) =>
  `{"t":${t},"ev":"guest_p2m","pid":9,"comm":"blkback","pfn":"0x${(0x200000 + t).toString(16)}","mfn":"0x87fff","nr":1}`;

const TEXT = [HEADER, ...Array.from({ length: 500 }, (_, i) => entry(i))].map((line) => `${line}\n`).join("");

/** Reads the text where lines are read in WebAssembly if that can be, and holds what it gives against the general reader's. */
async function expectRead(): Promise<void> {
  // Each time anew: a module remembers that there is none.
  vi.resetModules();
  const { ndjson } = await import("../../src/formats/ndjson/ndjson.ts");
  const { eventsOf, readWhole } = await import("../read-log.ts");
  const log = readWhole(ndjson, TEXT, 4096, "webassembly");
  expect(eventsOf(log)).toEqual(eventsOf(readWhole(ndjson, TEXT, 4096, "none")));
  expect(log.batch.length).toBe(500);
}

test("a process that gets no memory for WebAssembly reads all the same, and asks for it once", async () => {
  const memory = vi.spyOn(WebAssembly, "Memory").mockImplementation(() => {
    throw new RangeError("WebAssembly.Memory(): could not allocate memory");
  });
  await expectRead();
  expect(memory).toHaveBeenCalledOnce();
  memory.mockRestore();
});

test("a runtime without WebAssembly reads all the same", async () => {
  vi.stubGlobal("WebAssembly", undefined);
  await expectRead();
  vi.unstubAllGlobals();
});
