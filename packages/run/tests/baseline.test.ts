import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { causeKey } from "@xgt/findings";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { BaselineError, readBaseline, replayRun, writeBaseline } from "../src/index.ts";
import { dma, logText, reservation } from "./run-logs.ts";

const folder = mkdtempSync(join(tmpdir(), "xgt-baseline-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HOLES = [0x80010, 0x80020];
const faulty = [...reservation(1, 1, HOLES), dma(HOLES[0]), dma(HOLES[1]), ...reservation(2, 6, HOLES)];

async function replayed(lines: readonly object[], accepted?: ReadonlySet<string>) {
  const path = join(folder, "run.ndjson");
  writeFileSync(path, logText(lines));
  return replayRun({ paths: [path] }, { filter: { accepted } });
}

describe("accepted findings", () => {
  it("are left out by cause, whatever frames they are about, and counted", async () => {
    const { findings } = await replayed(faulty);
    const text = [...writeBaseline(findings.causes.values(), null)].join("");
    const { accepted } = readBaseline(text, "accepted.json");
    expect(accepted.map(({ cause }) => cause)).toEqual([...findings.causes.values()]);

    const keys = new Set(accepted.map(({ cause }) => causeKey(cause)));
    const elsewhere = [...reservation(1, 1, [0x80100]), dma(0x80100), ...reservation(2, 6, [0x80100])];
    const after = await replayed(elsewhere, keys);
    expect(after.findings.list).toEqual([]);
    expect(after.summary).toMatchObject({ error: 0, warning: 0 });
    expect([...after.findings.accepted.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });

  it("do not hide another cause of the same rule", async () => {
    const { findings } = await replayed(faulty);
    const dmaOnly = new Set(
      [...findings.causes].filter(([, { rule }]) => rule === "G44").map(([key]) => key),
    );
    const unmapped = [...reservation(1, 1, HOLES), dma(HOLES[0], "map"), dma(0x90000)];
    const rules = (await replayed(unmapped, dmaOnly)).findings.list.map(({ rule }) => rule);
    expect(rules).not.toContain("G44");
    expect(rules.length).toBeGreaterThan(0);
  });

  it("keep the reasons that stand already when the file is written again", async () => {
    const { findings } = await replayed(faulty);
    const causes = [...findings.causes.values()];
    const before = { path: "accepted.json", accepted: [{ cause: causes[0], reason: "known" }] };
    const { accepted } = readBaseline([...writeBaseline(causes, before)].join(""), "accepted.json");
    expect(accepted[0].reason).toBe("known");
    expect(new Set(accepted.slice(1).map(({ reason }) => reason)).size).toBe(1);
  });
});

describe("a file of accepted findings", () => {
  const entry = { rule: "G44", severity: "error", domid: 0, reason: "known" };
  const whole = (more: object) => JSON.stringify({ version: 1, accepted: [{ ...entry, ...more }] });

  it.each([
    ["no JSON", "{", /accepted\.json: /],
    ["another file", '{"xgt_log":1}', /no file of accepted findings/],
    ["no reason", whole({ reason: " " }), /accepted\[0\]\.reason is empty/],
    ["a reason that is a number", whole({ reason: 5 }), /accepted\[0\]\.reason is a text/],
    ["a severity that does not exist", whole({ severity: "bad" }), /accepted\[0\]\.severity is one of/],
    ["a domain that is none", whole({ domid: -1 }), /accepted\[0\]\.domid/],
  ])("is refused with the place: %s", (_, text, message) => {
    expect(() => readBaseline(text, "accepted.json")).toThrow(message);
  });

  it("is read or refused, whatever it holds", () => {
    const any = fc.oneof(fc.jsonValue(), fc.record({ version: fc.constant(1), accepted: fc.jsonValue() }));
    fc.assert(
      fc.property(any, (value) => {
        try {
          readBaseline(JSON.stringify(value), "x");
        } catch (error) {
          expect(error).toBeInstanceOf(BaselineError);
        }
      }),
    );
  });
});
