import { describe, expect, test } from "vitest";
import { call, decrease, EXTENDED, map, populate, RAM } from "../../src/rules/kinds/example.ts";
import { broken } from "./releases.ts";

const asked = (cmd: number, ret: number, args: object = { domid: "0x7ff0" }) => call(12, cmd, args, { ret });

describe("reservation queries", () => {
  test("current_reservation: ballooning on a direct-mapped domain changes nothing", async () => {
    const ballooned = [decrease([RAM]), populate([RAM]), decrease([RAM + 1])];
    expect(await broken("4.20", asked(3, 500), ...ballooned, asked(3, 500))).toEqual([]);
    expect(await broken("4.20", asked(3, 500), ...ballooned, asked(3, 499))).toEqual(["H05"]);
  });
  test("maximum_gpfn only rises", async () => {
    expect(
      await broken("4.20", asked(14, EXTENDED), map({ gfn: EXTENDED + 5 }), asked(14, EXTENDED + 5)),
    ).toEqual([]);
    expect(await broken("4.20", asked(14, EXTENDED), asked(14, RAM))).toEqual(["H28"]);
  });
  test("a start_extent is refused", async () => {
    expect(await broken("4.20", asked(4, -22, { domid: "0x7ff0", start_extent: 1 }))).toEqual([]);
    expect(await broken("4.20", asked(4, 7, { domid: "0x7ff0", start_extent: 1 }))).toEqual(["H29"]);
  });
});
