import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DENSE_HANDLES_FIRST } from "../src/limits.ts";
import { HandleState, Maptrack } from "../src/state/maptrack.ts";

const handles = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(2 ** 20, 2 ** 31, 2 ** 32 - 1));

describe("Maptrack", () => {
  test("counts live handles and frames as a map would", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(handles, fc.boolean(), fc.integer({ min: 1, max: 5 }))), (steps) => {
        const track = new Maptrack(true);
        const live = new Map<number, number>();
        for (const [handle, opens, mfn] of steps) {
          if (opens) {
            track.open(handle, 1, 8, 2, 0x1000, mfn, 1);
            live.set(handle, mfn);
          } else if (live.delete(handle)) track.close(track.find(handle), HandleState.released, 2);
        }
        expect(track.live).toBe(live.size);
        const seen: number[] = [];
        track.forEachLive((handle) => {
          seen.push(handle);
        });
        expect(seen).toEqual([...live.keys()].sort((a, b) => a - b));
        for (let mfn = 1; mfn <= 5; mfn++) {
          expect(track.isLive(mfn)).toBe([...live.values()].includes(mfn));
        }
      }),
    );
  });

  test("tells a handle that was released from one that was never seen", () => {
    const track = new Maptrack(true);
    track.open(3, 1, 8, 2, 0x1000, 7, 1);
    track.close(track.find(3), HandleState.released, 2);
    expect(track.stateOf(3)).toBe(HandleState.released);
    expect(track.stateOf(2)).toBe(HandleState.unseen);
    expect(track.stateOf(2 ** 30)).toBe(HandleState.unseen);
  });

  test("keeps large handles in the dense table once many are live, until records are lost", () => {
    const track = new Maptrack(true);
    const many = DENSE_HANDLES_FIRST / 4;
    const open = (handle: number) => track.open(handle, 1, handle, 2, 0x1000 + handle, 0x5000 + handle, 1);
    open(DENSE_HANDLES_FIRST + 7);
    for (let handle = 0; handle < many; handle++) open(handle);
    open(DENSE_HANDLES_FIRST);
    expect(track.isDense(DENSE_HANDLES_FIRST)).toBe(false);
    expect(track.pinnedMfn(1, DENSE_HANDLES_FIRST + 7)).toBe(0x5000 + DENSE_HANDLES_FIRST + 7);

    track.forget();
    for (let handle = 0; handle < many; handle++) open(handle);
    open(DENSE_HANDLES_FIRST);
    expect(track.isDense(2 * DENSE_HANDLES_FIRST - 1)).toBe(true);
    expect(track.isDense(2 * DENSE_HANDLES_FIRST)).toBe(false);
    expect(track.pinnedMfn(1, DENSE_HANDLES_FIRST)).toBe(0x5000 + DENSE_HANDLES_FIRST);
    expect(track.live).toBe(many + 1);

    track.forget();
    expect(track.isDense(DENSE_HANDLES_FIRST)).toBe(false);
    expect(track.stateOf(DENSE_HANDLES_FIRST)).toBe(HandleState.unseen);
    expect(track.stateOf(3)).toBe(HandleState.unseen);
  });
});
