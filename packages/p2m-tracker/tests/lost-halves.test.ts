import { describe, expect, test } from "vitest";
import { decrease, exampleLog, map, populate, RAM, unmap } from "../src/rules/kinds/example.ts";
import { replayText } from "./replay-text.ts";

/** The first half of a call whose end the recorder lost, by another thread than the examples'. */
function beginning([enter]: readonly object[], id: number): object {
  return { ...enter, id, pid: 99 };
}

const lost = { ev: "lost", count: 3 };

async function errorsOf(...events: readonly (object | readonly object[])[]): Promise<string[]> {
  const { result } = await replayText(exampleLog(...events.flat()));
  return result.findings.filter(({ severity }) => severity === "error").map(({ rule }) => rule);
}

describe("a call whose end was lost", () => {
  test.each([
    ["gave a gfn back that was mapped over and unmapped since", decrease([RAM])],
    ["populated it", populate([RAM])],
    ["mapped a grant there", map({ gfn: RAM, handle: 40 })],
  ])("counts at its beginning, not over what was done later: it %s", async (_, call) => {
    const since = [decrease([RAM]), map({ gfn: RAM, handle: 1 }), unmap(RAM, 1), populate([RAM])];
    expect(await errorsOf(beginning(call, 900), lost, ...since)).toEqual([]);
    const { replay } = await replayText(exampleLog(beginning(call, 900), lost, ...since.flat()));
    expect(replay.mapRuns(0, true).find(({ gfn }) => gfn === RAM)?.kind).toBe("own");
  });

  test("leaves unknown what nothing else named since", async () => {
    const events = [decrease([RAM + 1]), beginning(populate([RAM + 1]), 900), decrease([RAM + 2])].flat();
    const { replay, result } = await replayText(exampleLog(...events));
    const kinds = replay.mapRuns(0, true).filter(({ gfn, count }) => gfn <= RAM + 2 && gfn + count > RAM + 1);
    expect(kinds.map(({ kind }) => kind)).toEqual(["unknown", "hole"]);
    expect(result.counters.entersWithoutExit).toBe(1);
  });

  test("releases no handle that Xen gave out again since", async () => {
    const first = [decrease([RAM, RAM + 1]), map({ gfn: RAM, handle: 1 })];
    const lostUnmap = beginning(unmap(RAM, 1), 900);
    const later = [unmap(RAM, 1), map({ gfn: RAM + 1, handle: 1 })];
    const { replay } = await replayText(exampleLog(...[...first, lostUnmap, ...later].flat()));
    expect(replay.machine.domains.get(0)?.maptrack.live).toBe(1);
    const run = replay.mapRuns(0, true).find(({ gfn }) => gfn === RAM + 1);
    expect([run?.kind, run?.handle]).toEqual(["grant", 1]);
  });

  test("is judged by no rule once anything followed", async () => {
    const other = { ev: "guest_p2m", pfn: "0x10", mfn: "0x20" };
    expect(await errorsOf(decrease([RAM]), beginning(decrease([RAM]), 900), other)).toEqual([]);
    expect(await errorsOf(beginning(unmap(RAM, 77), 900), other)).toEqual([]);
  });

  test("is judged by what it asked for where the log is cut right behind", async () => {
    const twice = [
      decrease([RAM]),
      map({ gfn: RAM, handle: 1 }),
      unmap(RAM, 1),
      beginning(unmap(RAM, 1), 900),
    ];
    expect(await errorsOf(...twice)).toEqual(["G23"]);
  });
});
