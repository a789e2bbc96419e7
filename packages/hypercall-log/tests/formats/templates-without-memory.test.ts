import { expect, test, vi } from "vitest";
import { ndjson } from "../../src/formats/ndjson/ndjson.ts";
import { eventsOf, readWhole } from "../read-log.ts";

const HEADER = '{"xgt_log":1,"version":1,"xen":"4.17","arch":"arm64","domains":[]}';
const entry = (t: number) =>
  `{"t":${t},"ev":"guest_p2m","pid":9,"comm":"blkback","pfn":"0x${(0x200000 + t).toString(16)}","mfn":"0x87fff","nr":1}`;

test("a process that gets no memory for WebAssembly reads all the same, and asks for it once", () => {
  const memory = vi.spyOn(WebAssembly, "Memory").mockImplementation(() => {
    throw new RangeError("WebAssembly.Memory(): could not allocate memory");
  });
  const text = [HEADER, ...Array.from({ length: 500 }, (_, i) => entry(i))]
    .map((line) => `${line}\n`)
    .join("");
  const log = readWhole(ndjson, text, 4096, "webassembly");
  expect(eventsOf(log)).toEqual(eventsOf(readWhole(ndjson, text, 4096, "none")));
  expect(log.batch.length).toBe(500);
  expect(memory).toHaveBeenCalledOnce();
});
