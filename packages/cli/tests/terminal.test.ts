import { counted } from "@xgt/findings";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Io } from "../src/terminal/io.ts";
import { nearestName, suggestion } from "../src/terminal/nearest.ts";
import { Progress, progressText } from "../src/terminal/progress.ts";
import { bytesText, durationText, rateText } from "../src/terminal/quantity.ts";

const half = { log: { inputSize: 4_000_000, inputRead: 1_000_000 }, operations: 500_000 };
const pipe = { log: { inputSize: undefined, inputRead: 1_000_000 }, operations: 500_000 };

function ioWith(isTTY: boolean): { io: Io; written: string[] } {
  const written: string[] = [];
  const output = {
    isTTY,
    write: async (text: string) => {
      written.push(text);
    },
  };
  return { io: { env: {}, stdin: (async function* () {})(), stdout: output, stderr: output }, written };
}

describe("the progress line", () => {
  afterEach(() => vi.useRealTimers());

  it("tells bytes, speed and the time left, as far as they can be known", () => {
    expect(progressText([half], 2)).toBe("xgt: 1.0 MB of 4.0 MB (25%), 250 k operations/s, 6 s left");
    expect(progressText([half, pipe], 2)).toBe("xgt: 2.0 MB, 500 k operations/s");
  });

  it("comes on a terminal after half a second, and is taken away again", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { io, written } = ioWith(true);
    const progress = new Progress(io, false);
    progress.tick([half]);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(600);
    progress.tick([half]);
    progress.tick([half]);
    progress.clear();
    expect(written).toHaveLength(2);
    expect(written[0]).toContain("1.0 MB of 4.0 MB");
    expect(written[1]).toBe("\r\u001b[K");
  });

  it.each([
    ["in a pipe", false, false],
    ["with --quiet", true, true],
  ])("does not come %s", (_, isTTY, quiet) => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { io, written } = ioWith(isTTY);
    const progress = new Progress(io, quiet);
    vi.advanceTimersByTime(10_000);
    progress.tick([half]);
    progress.clear();
    expect(written).toEqual([]);
  });
});

describe("words", () => {
  it("suggest what was probably meant", () => {
    expect(nearestName("replya", ["replay", "rules"])).toBe("replay");
    expect(nearestName("dma-to", ["dma-wrong-frame", "dma-to-hole"])).toBe("dma-to-hole");
    expect(suggestion("zzzzzz", ["replay"])).toBe("");
  });

  it("count", () => {
    expect(counted(1, "event")).toBe("1 event");
    expect(counted(0, "event")).toBe("0 events");
    expect(bytesText(999)).toBe("999 B");
    expect(bytesText(1_500_000)).toBe("1.5 MB");
    expect([rateText(17), rateText(2_400), rateText(3_140_000)]).toEqual(["17", "2 k", "3.1 M"]);
    expect([durationText(0.2), durationText(200)]).toEqual(["1 s", "3 min 20 s"]);
  });
});
