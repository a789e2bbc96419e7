import { describe, expect, it } from "vitest";
import { CallView } from "../../src/events/call-view.ts";
import { operationsOf } from "../../src/events/operations.ts";
import { ndjson } from "../../src/formats/ndjson/ndjson.ts";
import { readWhole } from "../read-log.ts";

/** Operations of the one event that a line holds. */
function operationsIn(line: string): number {
  const { batch } = readWhole(ndjson, `${line}\n`);
  expect(batch.length).toBe(1);
  return operationsOf(batch, 0, new CallView());
}

describe("operations of an event", () => {
  it.each([
    [
      "the ops of a grant call",
      3,
      '{"id":1,"ev":"enter","nr":20,"cmd":0,"args":{"count":3,"ops":[{"ref":8}]}}',
    ],
    ["none where it declares none", 0, '{"id":1,"ev":"enter","nr":20,"cmd":0,"args":{"count":0}}'],
    ["one where neither argument nor count is recorded", 1, '{"id":1,"ev":"enter","nr":20,"cmd":0}'],
    [
      "the count where Xen could not read the ops",
      2,
      '{"id":1,"ev":"enter","nr":20,"cmd":0,"args":{"fault":true,"count":2}}',
    ],
    [
      "the extents of a memory call",
      2,
      '{"id":1,"ev":"enter","nr":12,"cmd":1,"args":{"extents":["0x1","0x2"]}}',
    ],
    ["one for a call without a list", 1, '{"id":1,"ev":"enter","nr":12,"cmd":2}'],
    ["one for a sub-op that is not known", 1, '{"id":1,"ev":"enter","nr":12,"cmd":63}'],
    ["one for an entry of the guest's table", 1, '{"ev":"guest_p2m","pfn":"0x1","mfn":"0x2","nr":5}'],
    ["one for a DMA", 1, '{"ev":"dma","op":"map","segments":[{"phys":"0x1000"},{"phys":"0x3000"}]}'],
    ["none for an exit", 0, '{"id":1,"ev":"exit","ret":0}'],
    ["none for lost records", 0, '{"ev":"lost","count":7}'],
  ])("%s: %d", (_, operations, line) => {
    expect(operationsIn(line)).toBe(operations);
  });
});
