import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FindingFilter, passesActor } from "../src/findings/finding-filter.ts";
import { dma, replayLines, reservation } from "./run-logs.ts";

const actor = { pid: 7, cpu: 1, comm: "kworker/1:2", device: "0000:00:01.0" };

describe("a filter by who did something", () => {
  it.each<[boolean, FindingFilter]>([
    [true, { pids: new Set([7, 9]) }],
    [false, { pids: new Set([9]) }],
    [true, { cpus: new Set([1]) }],
    [false, { cpus: new Set([0]) }],
    [true, { comms: ["kworker/*"] }],
    [true, { comms: ["x", "kworker/1:2"] }],
    [false, { comms: ["kworker"] }],
    [true, { devices: ["*:00:*.0"] }],
    [false, { devices: ["0000:00:01"] }],
    [false, { comms: ["kworker/*"], pids: new Set([9]) }],
  ])("passes: %s by %o", (passes, filter) => {
    expect(passesActor(filter, actor)).toBe(passes);
  });

  it("takes * for any characters and all others for themselves", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "b", ".", "[", "$") });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), part, (parts, comm) => {
        const expression = parts.map((text) => text.replace(/[.[$]/g, "\\$&")).join(".*");
        const filter = { comms: [parts.join("*")] };
        expect(passesActor(filter, { ...actor, comm })).toBe(new RegExp(`^${expression}$`).test(comm));
      }),
    );
  });

  it("keeps findings at, or caused by, what such a task did", async () => {
    const lines = [...reservation(1, 1, [0x80010]), dma(0x80010)];
    const rules = async (filter: FindingFilter) =>
      (await replayLines(lines, { filter })).findings.list.map(({ rule }) => rule);
    expect(await rules({ comms: ["balloon"] })).toContain("G44");
    expect(await rules({ comms: ["other"] })).not.toContain("G44");
    expect(await rules({ devices: ["disk"] })).toContain("G44");
    expect(await rules({ devices: ["net*"] })).not.toContain("G44");
    expect(await rules({ domids: new Set([0]) })).toContain("G44");
    expect(await rules({ domids: new Set([5]) })).not.toContain("G44");
  });
});
