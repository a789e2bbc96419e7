import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Finding,
  type FindingsDocument,
  plainPalette,
  type RuleHelp,
  type SinkOptions,
  sinks,
  TEXT_COLUMNS,
} from "../src/index.ts";
import { document, finding } from "./example-document.ts";

const rules: RuleHelp[] = [
  {
    id: "G44",
    name: "dma-to-hole",
    severity: "error",
    what: "It holds.",
    why: "It breaks.",
    fix: "Mend it.",
  },
  {
    id: "G20",
    name: "handle-leak",
    severity: "warning",
    what: "It holds.",
    why: "It breaks.",
    fix: "Mend it.",
  },
];

function write(
  name: string,
  documents: readonly FindingsDocument[],
  more: Partial<SinkOptions> = {},
): string {
  const sink = sinks.find((candidate) => candidate.name === name);
  if (sink === undefined) throw new Error(`no sink ${name}`);
  const writer = sink.open({
    palette: plainPalette,
    verbose: false,
    columns: TEXT_COLUMNS,
    brief: false,
    events: false,
    several: documents.length > 1,
    reporter: { version: "0.1.0", rules, failOn: "error" },
    ...more,
  });
  return [...documents.flatMap((one) => [...writer.document(one)]), ...writer.end()].join("");
}

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "]]>",
    "<x/>",
    "::error::x",
    "a|b",
    "%0A",
    "\u0000",
    "\ud800",
    "\u202e",
    "a\nb",
    '"',
    "@me",
    "`",
  ),
);
const anyFinding = fc
  .record({ message: hostile, path: hostile, severity: fc.constantFrom("error", "warning", "info") })
  .map(({ message, path, severity }) =>
    finding({ message, severity, location: { path, place: 1, unit: "line" } } as Partial<Finding>),
  );
const anyDocument = fc
  .tuple(fc.array(anyFinding, { maxLength: 4 }), fc.array(hostile, { maxLength: 2 }), hostile)
  .map(([findings, troubles, subject]) => document(findings, { troubles, subject }));

const cause = {
  rule: "G44",
  name: "dma-to-hole",
  severity: "error",
  domid: 0,
  operation: "DMA",
  causedBy: "unmap_grant_ref",
  comm: "dmag",
  frame: "RAM",
} as const;

describe("the SARIF sink", () => {
  it("names rule, level, place and the call that caused it", () => {
    const [run] = JSON.parse(write("sarif", [document([finding({ cause })])])).runs;
    expect(run.tool.driver).toMatchObject({ name: "xgt", semanticVersion: "0.1.0" });
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(["G44", "G20"]);
    expect(run.results).toMatchObject([
      {
        ruleId: "G44",
        ruleIndex: 0,
        level: "error",
        message: {
          text: expect.stringContaining("gfn 0x107fd0: the device uses a gfn that holds no frame. Fix:"),
        },
        locations: [
          { physicalLocation: { artifactLocation: { uri: "trace.txt" }, region: { startLine: 17 } } },
        ],
        relatedLocations: [
          {
            id: 1,
            physicalLocation: { artifactLocation: { uri: "hvclog.jsonl" }, region: { startLine: 8 } },
          },
        ],
        partialFingerprints: { "xgtCause/v1": expect.stringMatching(/^[0-9a-f]{32}$/) },
      },
    ]);
    expect(run.invocations).toEqual([{ executionSuccessful: true, toolExecutionNotifications: [] }]);
  });

  it("has the same fingerprint where only frame and time differ, and each only once", () => {
    const prints = (findings: Finding[]) =>
      JSON.parse(write("sarif", [document(findings)])).runs[0].results.map(
        (result: { partialFingerprints: Record<string, string> }) =>
          result.partialFingerprints["xgtCause/v1"],
      );
    const [first] = prints([finding({ cause })]);
    expect(prints([finding({ cause, gfn: 7, event: 90, time: 3, message: "otherwise" })])).toEqual([first]);
    expect(new Set(prints([finding({ cause }), finding({ cause, gfn: 7 })])).size).toBe(2);
    expect(prints([finding({ cause: { ...cause, comm: "other" } })])).not.toEqual([first]);
  });

  it("says that a run failed where its input cannot be relied upon", () => {
    const [run] = JSON.parse(write("sarif", [document([], { troubles: ["the log is cut"] })])).runs;
    expect(run.invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [{ level: "error", message: { text: "run.jsonl: the log is cut" } }],
    });
  });

  it("counts bytes from 0, and names absolute paths as files", () => {
    const at = { path: "/a b/x%.dat", place: 4096, unit: "byte" } as const;
    const [run] = JSON.parse(write("sarif", [document([finding({ location: at })])])).runs;
    expect(run.results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "file:///a%20b/x%25.dat" },
      region: { byteOffset: 4096 },
    });
  });

  it("is one run of well-formed JSON, whatever the findings hold and however many documents there are", () => {
    fc.assert(
      fc.property(fc.array(anyDocument, { maxLength: 3 }), (documents) => {
        const { runs } = JSON.parse(write("sarif", documents));
        expect(runs).toHaveLength(1);
        expect(runs[0].results).toHaveLength(documents.flatMap(({ findings }) => findings).length);
      }),
    );
  });
});

/** The elements of an XML text by name, with a check that they are nested rightly. */
function elements(xml: string): Map<string, number> {
  const counts = new Map<string, number>();
  const open: string[] = [];
  const body = xml.replace(/^<\?xml [^?]*\?>/, "");
  const tag = /<(\/?)([a-z-]+)((?: [a-z]+="[^"<>]*")*)(\/?)>|([<>])/g;
  for (const [, close, name, , empty, stray] of body.matchAll(tag)) {
    if (stray !== undefined) throw new Error(`a stray ${stray} in ${xml}`);
    if (close === "/") expect(open.pop()).toBe(name);
    else {
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (empty === "") open.push(name);
    }
  }
  expect(open).toEqual([]);
  return counts;
}

describe("the JUnit sink", () => {
  it("has a test case for each rule: failed, skipped where undecided, passed", () => {
    const undecided = [{ rule: "G20", name: "handle-leak", why: "the log holds no domain events" }];
    const text = write("junit", [document([finding()], { undecided })]);
    expect(text).toContain('tests="3" failures="1" errors="0" skipped="1"');
    expect(text).toContain('<skipped message="the log holds no domain events"/>');
    expect(elements(text)).toEqual(
      new Map([
        ["testsuites", 1],
        ["testsuite", 1],
        ["testcase", 3],
        ["failure", 1],
        ["skipped", 1],
      ]),
    );
  });

  it("fails by the severity that fails the run", () => {
    const warning = document([finding({ severity: "warning" })]);
    expect(elements(write("junit", [warning])).get("failure")).toBe(undefined);
    const reporter = { version: "0.1.0", rules, failOn: "warning" } as const;
    expect(elements(write("junit", [warning], { reporter })).get("failure")).toBe(1);
  });

  it("passes no rule of an input that cannot be relied upon", () => {
    const counts = elements(write("junit", [document([], { troubles: ["the log is cut"] })]));
    expect([counts.get("error"), counts.get("skipped"), counts.get("testcase")]).toEqual([1, 2, 3]);
  });

  it("is well-formed XML whatever the findings hold", () => {
    fc.assert(
      fc.property(fc.array(anyDocument, { minLength: 1, maxLength: 3 }), (documents) => {
        const text = write("junit", documents);
        // Control characters, halves of characters and non-characters are no XML.
        expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u);
        expect(elements(text).get("testsuite")).toBe(documents.length);
      }),
    );
  });
});

describe("the GitHub sink", () => {
  it("writes the worst first, and information only where all is asked for", () => {
    const all = [finding({ severity: "info" }), finding({ severity: "warning" }), finding()];
    const kinds = (text: string) => [...text.matchAll(/^::(\w+) /gm)].map(([, kind]) => kind);
    expect(kinds(write("github", [document(all)]))).toEqual(["error", "warning"]);
    expect(kinds(write("github", [document(all)], { verbose: true }))).toEqual([
      "error",
      "warning",
      "notice",
    ]);
  });

  it("names file, line, rule, cause and fix in one command", () => {
    expect(write("github", [document([finding()])])).toBe(
      "::error file=trace.txt,line=17,title=G44 dma-to-hole::gfn 0x107fd0: the device uses a gfn that holds no frame.%0A" +
        "Since event 12: unmap_grant_ref by dmag (hvclog.jsonl:8).%0AFix: Populate the gfn first.\n",
    );
  });

  it("is one command a finding, whatever the findings hold", () => {
    fc.assert(
      fc.property(anyDocument, (one) => {
        const lines = write("github", [one], { verbose: true }).split("\n").slice(0, -1);
        expect(lines).toHaveLength(one.findings.length + (one.troubles?.length ?? 0));
        for (const line of lines)
          expect(line).toMatch(/^::(error|warning|notice) (\w+=[^:,\n]*,?)+::[^\n\r]*$/);
      }),
    );
  });
});

describe("the GitLab sink", () => {
  it("is an array of violations with the fields that GitLab documents", () => {
    const violations = JSON.parse(write("gitlab", [document([finding()]), document([finding()])]));
    expect(violations).toHaveLength(2);
    expect(violations[0]).toEqual({
      description: expect.stringContaining("the device uses a gfn that holds no frame"),
      check_name: "G44 dma-to-hole",
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      severity: "critical",
      location: { path: "trace.txt", lines: { begin: 17 } },
    });
    expect(violations[0].fingerprint).not.toBe(violations[1].fingerprint);
    expect(JSON.parse(write("gitlab", [document([])]))).toEqual([]);
  });

  it("says which byte of a binary log in words", () => {
    const location = { path: "trace.dat", place: 4096, unit: "byte" } as const;
    const [violation] = JSON.parse(write("gitlab", [document([finding({ location })])]));
    expect(violation.description).toContain("trace.dat:byte 4096");
    expect(violation.location.lines.begin).toBe(1);
  });
});

describe("the Markdown sink", () => {
  it("is one row a finding, whatever the findings hold, without markup of theirs", () => {
    fc.assert(
      fc.property(anyDocument, (one) => {
        const text = write("markdown", [one], { verbose: true });
        const rows = text.split("\n").filter((line) => /^\| (error|warning|info) \|/.test(line));
        expect(rows).toHaveLength(one.findings.length);
        for (const row of rows) expect(row.replace(/\\./g, "").split("|")).toHaveLength(8);
        expect(text.replaceAll(/<\/?(details|summary)>/g, "")).not.toMatch(/[<@]/);
      }),
    );
  });
});
