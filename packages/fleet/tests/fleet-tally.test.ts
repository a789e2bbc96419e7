import { plainPalette } from "@xgt/findings";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FleetError,
  FleetTally,
  fleetJson,
  fleetPage,
  fleetText,
  isManifest,
  type RunSummary,
  readManifest,
  readSummaries,
  summaryLine,
} from "../src/index.ts";

async function* pieces(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += 7) yield text.slice(at, at + 7);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const cause = fc
  .record({
    rule: fc.constantFrom("G17", "G44", "I02"),
    severity: fc.constantFrom("error", "warning", "info"),
    operation: fc.constantFrom("DMA", "map_grant_ref", ""),
    comm: fc.constantFrom("blkback", "dmag"),
  })
  .map((part) => ({ name: "a-rule", domid: 0, causedBy: "", frame: "RAM", ...part }) as const);
const place = fc.option(
  fc.record({ path: fc.string(), place: fc.option(fc.nat()), unit: fc.constant("line") }),
);
const counts = fc.uniqueArray(
  fc.record({
    cause,
    findings: fc.integer({ min: 1, max: 9 }),
    message: fc.string({ unit: "binary" }),
    fix: fc.option(fc.string()),
    first: place,
    last: place,
  }),
  { maxLength: 4, selector: ({ cause: one }) => JSON.stringify(one) },
);
const count = fc.integer({ min: 0, max: 9 });
const subOp = fc.record({
  operation: fc.constantFrom("map_grant_ref", "populate_physmap", "call 99"),
  calls: count,
  shortCounts: count,
  refusedCalls: count,
  refusedOps: count,
});
const summaries: fc.Arbitrary<RunSummary[]> = fc.uniqueArray(
  fc.record({
    id: fc.string({ unit: "binary", minLength: 1 }),
    group: fc.record({ kernel: fc.constantFrom("6.12.9", "6.13.1"), board: fc.constantFrom("a", "b") }),
    failure: fc.constantFrom(undefined, undefined, "no such file"),
    troubles: fc.constantFrom([], ["the log is cut"]),
    operations: fc.nat(),
    behaviour: fc.uniqueArray(subOp, { maxLength: 3, selector: ({ operation }) => operation }),
    causes: counts,
    causesLeftOut: fc.constantFrom(0, 3),
    undecided: fc.constantFrom([], ["G13"]),
  }) as fc.Arbitrary<RunSummary>,
  { maxLength: 12, selector: ({ id }) => id },
);

function answer(runs: readonly RunSummary[]): string {
  const tally = new FleetTally();
  for (const run of runs) tally.add(run);
  return JSON.stringify(fleetJson(tally.answer(), "nightly"));
}

describe("the answer of a fleet", () => {
  it("is the same in whatever order runs come, and through files of summaries", async () => {
    await fc.assert(
      fc.asyncProperty(summaries, fc.infiniteStream(fc.nat()), async (runs, order) => {
        const shuffled = runs.map((run) => ({ run, at: order.next().value })).sort((a, b) => a.at - b.at);
        expect(answer(shuffled.map(({ run }) => run))).toBe(answer(runs));
        const text = runs.map(summaryLine).join("");
        expect(answer(await all(readSummaries(pieces(text), "s")))).toBe(answer(runs));
      }),
    );
  });

  const run = (id: string, kernel: string, hits: boolean, rule = "G17"): RunSummary => ({
    id,
    group: { kernel },
    failure: undefined,
    troubles: [],
    operations: 10,
    causes: hits
      ? [
          {
            cause: {
              rule,
              name: "x",
              severity: "error",
              domid: 0,
              operation: "DMA",
              causedBy: "",
              comm: "",
              frame: "",
            },
            findings: 2,
            message: "m",
            fix: null,
            first: null,
          },
        ]
      : [],
    causesLeftOut: 0,
    undecided: [],
  });

  it("ranks causes by runs, says which groups they hit, and tells flaky ones from steady ones", () => {
    const tally = new FleetTally();
    for (const one of [run("a", "old", false), run("b", "new", true), run("c", "new", true)]) tally.add(one);
    expect(tally.answer().causes).toMatchObject([
      {
        runs: 2,
        findings: 4,
        isSteady: true,
        shares: [{ key: "kernel", value: "new", hit: 2, runs: 2 }],
        example: { run: "b" },
      },
    ]);
    tally.add(run("d", "new", false));
    expect(tally.answer().causes[0].isSteady).toBe(false);
  });

  it.each([
    [["6.12.1", "6.12.2"], ["6.13.1"], ["all with kernel 6.12.*"]],
    [["6.12.1"], ["6.12.2"], ["all with kernel 6.12.1"]],
    [["6.12.1", "6.13.1"], ["5.15.1"], ["all with kernel 6.*"]],
    [["6.12", "6.1"], ["5.15"], ["all with kernel 6.*"]],
    [["6.12.1", "5.15.1"], ["6.13.1"], []],
    [["6.12.1"], [], []],
  ])("says what the runs with a cause have in common: %s against %s", (hit, clean, common) => {
    const tally = new FleetTally();
    for (const kernel of hit) tally.add(run(`hit ${kernel}`, kernel, true));
    for (const kernel of clean) tally.add(run(`clean ${kernel}`, kernel, false));
    const text = [...fleetText(tally.answer(), "", plainPalette, false)].join("");
    expect(text.match(/all with kernel [^,]*/g) ?? []).toEqual(common);
  });

  it("tells what is new and what is gone since another fleet", () => {
    const [before, now] = [new FleetTally(), new FleetTally()];
    before.add(run("a", "old", true, "G44"));
    now.add(run("a", "new", true, "G17"));
    const { causes, gone } = now.answer(before.causesByKey());
    expect(causes.map(({ cause: { rule }, isNew }) => [rule, isNew])).toEqual([["G17", true]]);
    expect(gone.map(({ rule }) => rule)).toEqual(["G44"]);
  });

  it("says of a cause that is not new how many runs had it before", () => {
    const [before, now] = [new FleetTally(), new FleetTally()];
    for (const id of ["a", "b", "c"]) before.add(run(id, "old", id === "a"));
    before.add({ ...run("d", "old", false), failure: "no such file" });
    for (const id of ["a", "b"]) now.add(run(id, "new", true));
    const answer = now.answer(before.causesByKey());
    expect(answer.causes.map(({ isNew, before: known }) => [isNew, known])).toEqual([
      [false, { runs: 1, of: 3 }],
    ]);
    expect([...fleetText(answer, "", plainPalette, false)].join("")).toContain(
      ": 2 of 2 runs (1 of 3 before), ",
    );
    expect(now.answer().causes[0].before).toBeUndefined();
  });

  it("counts no run twice", () => {
    const tally = new FleetTally();
    tally.add(run("a", "old", true));
    expect(() => tally.add(run("a", "old", true))).toThrow(FleetError);
  });
});

describe("the page of a fleet", () => {
  const tags = (page: string) => page.match(/<[^>]*>/g)?.map((tag) => tag.replace(/="[^"]*"/g, ""));
  const pageOf = (text: string, runs: readonly RunSummary[]) => {
    const tally = new FleetTally();
    for (const run of runs) {
      const causes = run.causes.map((one) => ({
        ...one,
        ...{ message: text, fix: text, cause: { ...one.cause, comm: text, name: text } },
      }));
      const group = { [text]: text };
      const failure = run.failure === undefined ? undefined : text;
      tally.add({ ...run, id: run.id + text, page: `p/${text}`, group, failure, causes: causes.slice(0, 1) });
    }
    return [...fleetPage(tally.answer(), text)].join("");
  };

  it("has no markup of a log's or a manifest's, whatever they say", () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        "<script>alert(1)</script>",
        "</style><img src=x onerror=x>",
        '" onclick=x y="',
        "-->",
        "&lt;",
      ),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(hostile, summaries, (text, runs) => {
        expect(tags(pageOf(text, runs))).toEqual(tags(pageOf("plain", runs)));
      }),
    );
  });

  it("runs nothing and loads nothing", () => {
    const page = pageOf("x", []);
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']*'"/);
    expect(page).not.toMatch(/<script|<link|url\(|src=/);
  });

  it.each([
    ["https://farm/run.html", '<a href="https://farm/run.html"'],
    ["pages/run.html", '<a href="pages/run.html"'],
    ["javascript:alert(1)", null],
    ["JaVaScript&colon;alert(1)", '<a href="JaVaScript&#38;colon;alert(1)"'],
    [" javascript:alert(1)", null],
    ["java\nscript:alert(1)", null],
    ["data:text/html,x", null],
    ["file:///etc/passwd", null],
  ])("links to a run's own page, and to nothing else: %j", (page, link) => {
    const tally = new FleetTally();
    const nothing = { troubles: [], operations: 0, causes: [], causesLeftOut: 0, undecided: [] };
    tally.add({ id: "run", group: {}, failure: "none", page, ...nothing });
    const text = [...fleetPage(tally.answer(), "")].join("");
    if (link === null) expect(text).not.toContain("<a ");
    else expect(text).toContain(link);
  });
});

describe("a file of summaries", () => {
  it("leaves out a last line that was cut, and names a line that is none", async () => {
    const line = '{"xgt_run":1,"id":"a","operations":1,"causes":[],"undecided":[]}\n';
    expect(await all(readSummaries(pieces(`${line}${line.slice(0, 20)}`), "s"))).toHaveLength(1);
    await expect(all(readSummaries(pieces(`${line}{"id":"b"}\n`), "s"))).rejects.toThrow(
      /^s:2: this is no summary/,
    );
  });

  it("is read or refused, whatever it holds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), async (value, more) => {
        for (const line of [value, { xgt_run: 1, id: "a", causes: value, ...more }]) {
          try {
            await all(readSummaries(pieces(`${JSON.stringify(line)}\n`), "s"));
          } catch (error) {
            expect(error).toBeInstanceOf(FleetError);
          }
        }
      }),
    );
  });
});

describe("a manifest", () => {
  const head = '{"xgt_fleet":1,"name":"nightly"}\n';

  it("names runs, each with what it belongs to", async () => {
    const text = `${head}{"logs":["a.jsonl","t.txt"],"domains":"s.json","group":{"board":"b"}}\n\n{"id":"x","logs":["b"]}`;
    expect(isManifest(text)).toBe(true);
    const { name, runs } = await readManifest(pieces(text), "m");
    expect(name).toBe("nightly");
    expect(await all(runs)).toEqual([
      { id: "a.jsonl", logs: ["a.jsonl", "t.txt"], domains: "s.json", xen: undefined, group: { board: "b" } },
      { id: "x", logs: ["b"], domains: undefined, xen: undefined, group: {} },
    ]);
  });

  it.each([
    ['{"logs":[]}', /m:2: a run needs "logs"/],
    ['{"logs":[7]}', /m:2: logs is a list of paths/],
    ['{"logs":["a"],"group":{"k":1}}', /m:2: group\.k is a text/],
    ["{", /m:2: /],
  ])("is refused with the line: %s", async (line, message) => {
    const { runs } = await readManifest(pieces(`${head}${line}\n`), "m");
    await expect(all(runs)).rejects.toThrow(message);
  });

  it("is told from a log", () => {
    expect(isManifest('{"xgt_log":1,"version":1}\n')).toBe(false);
    expect(isManifest("\u0000\u0001")).toBe(false);
  });
});
