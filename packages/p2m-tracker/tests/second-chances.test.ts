import { Errno, Gntst } from "@xgt/hypercall-abi";
import { describe, expect, test } from "vitest";
import {
  dma,
  EXTENDED,
  exampleLogWith,
  frame,
  guestEntry,
  map,
  mapForeign,
  PEER_FRAME,
  placeXenPage,
  remove,
  unmap,
} from "../src/rules/kinds/example.ts";
import { messages, said } from "./rule-findings.ts";

const lost = { ev: "lost", count: 3 };
const ends = { ev: "domain", domid: 0, what: "destroy" };
const mapped = map({ gfn: EXTENDED });
const grant = { ev: "grant", ref: 20, dom: 1, gfn: frame(EXTENDED), ro: false };
const busy = placeXenPage(1, 3, EXTENDED + 1, Errno.EBUSY);
const placed = placeXenPage(1, 3, EXTENDED);
const refused = [
  ...mapped,
  guestEntry(EXTENDED, PEER_FRAME),
  ...unmap(EXTENDED, 1, Gntst.generalError),
  guestEntry(EXTENDED, -1),
];

describe("a fault that a later call makes good is information, whatever else became of it is not", () => {
  test.each<[string, string, object[], string[]]>([
    ["G21", "the log ends", [...mapped, ...unmap(0)], ["error 0x100000"]],
    ["G21", "unmapped in the end", [...mapped, ...unmap(0), ...unmap(EXTENDED)], ["info 0x100000"]],
    [
      "G21",
      "twice, then unmapped",
      [...mapped, ...unmap(0), ...unmap(0), ...unmap(EXTENDED)],
      ["info 0x100000", "info 0x100000"],
    ],
    [
      "G21",
      "used by a device first",
      [...mapped, ...unmap(0), dma(EXTENDED, PEER_FRAME), ...unmap(EXTENDED)],
      ["error 0x100000"],
    ],
    ["G21", "granted on first", [...mapped, ...unmap(0), grant, ...unmap(EXTENDED)], ["error 0x100000"]],
    [
      "G21",
      "covered by a foreign page",
      [...mapped, ...unmap(0), ...mapForeign(EXTENDED)],
      ["error 0x100000"],
    ],
    [
      "G21",
      "a handle from before the log, unmapped in the end",
      [...unmap(0, 77), ...unmap(EXTENDED, 77)],
      ["info -"],
    ],
    ["G21", "the domain ends", [...mapped, ...unmap(0), ends], ["error 0x100000"]],
    ["G21", "records are lost", [...mapped, ...unmap(0), lost], ["info 0x100000"]],
    [
      "G22",
      "refused, then unmapped",
      [...mapped, ...unmap(EXTENDED + 1, 1, -1), ...unmap(EXTENDED)],
      ["info 0x100001"],
    ],
    [
      "G22",
      "refused at another grant, then unmapped",
      [
        ...mapped,
        ...map({ gfn: EXTENDED + 1, handle: 2, ref: 9, mfn: 0xc8001 }),
        ...unmap(EXTENDED + 1, 1, -1),
        ...unmap(EXTENDED),
      ],
      ["info 0x100001"],
    ],
    [
      "G27",
      "unmapped in the end",
      [...mapped, ...remove(EXTENDED, -2), ...unmap(EXTENDED)],
      ["info 0x100000"],
    ],
    ["G27", "never unmapped", [...mapped, ...remove(EXTENDED, -2)], ["warning 0x100000"]],
    [
      "G27",
      "in use all the while",
      [...mapped, ...remove(EXTENDED, -2), dma(EXTENDED, PEER_FRAME), ...unmap(EXTENDED)],
      ["info 0x100000"],
    ],
    ["G39", "never placed", [...placed, ...busy], ["warning 0x100001"]],
    [
      "G39",
      "removed and placed",
      [...placed, ...busy, ...remove(EXTENDED), ...placeXenPage(1, 3, EXTENDED + 1)],
      ["info 0x100001"],
    ],
    [
      "G39",
      "another frame placed",
      [...placed, ...busy, ...placeXenPage(1, 4, EXTENDED + 2)],
      ["warning 0x100001"],
    ],
    ["G07", "unmapped in the end", [...refused, ...unmap(EXTENDED)], ["info 0x100000"]],
    ["G07", "the entry made again", [...refused, guestEntry(EXTENDED, PEER_FRAME)], ["info 0x100000"]],
    [
      "G07",
      "used by a device first",
      [...refused, dma(EXTENDED, EXTENDED), ...unmap(EXTENDED)],
      ["error 0x100000"],
    ],
  ])("%s: %s", async (rule, _what, events, expected) => {
    expect(await said(rule, exampleLogWith({}, events))).toEqual(expected);
  });

  test("the finding is that of the fault's own event, and says what became of it", async () => {
    const used = exampleLogWith({}, mapped, unmap(0), dma(EXTENDED, PEER_FRAME));
    expect((await messages("G21", used))[0]).toMatch(/; at event 5 a DMA uses the page$/);
    const good = exampleLogWith({}, mapped, unmap(0), unmap(EXTENDED));
    expect((await messages("G21", good))[0]).toMatch(/; made good at event 6$/);
  });
});
