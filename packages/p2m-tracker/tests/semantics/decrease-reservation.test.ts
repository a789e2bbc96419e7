import { describe, expect, test } from "vitest";
import { decrease, EXTENDED, RAM } from "../../src/rules/kinds/example.ts";
import { broken, kindAt } from "./releases.ts";

describe("decrease_reservation", () => {
  test("a call without its exit may have done what it would do, and nothing that is refused", async () => {
    const enter = (gfn: number) => [decrease([gfn])[0]] as object[];
    expect(await kindAt(RAM, "4.17", enter(RAM))).toBe("unknown");
    expect(await kindAt(EXTENDED, "4.17", enter(EXTENDED))).toBe("hole");
  });

  test("fragments of one call at the HVC: each does its part", async () => {
    const first = decrease([RAM, RAM + 1, RAM + 2], 1 + 64 * 2);
    expect(await broken("4.17", first)).toEqual([]);
    expect(await kindAt(RAM + 1, "4.17", first)).toBe("hole");
    expect(await kindAt(RAM + 2, "4.17", first)).toBe("own");
  });
});
