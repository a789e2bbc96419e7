import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  colorPalette,
  type EventLine,
  type FindingsDocument,
  type JsonValue,
  jsonText,
  plainPalette,
  type SinkOptions,
  sinks,
  TEXT_COLUMNS,
  type Undecided,
} from "../src/index.ts";
import { document, finding } from "./example-document.ts";

const plain: SinkOptions = {
  palette: plainPalette,
  verbose: false,
  columns: TEXT_COLUMNS,
  brief: false,
  events: false,
  several: false,
  reporter: { version: "0.1.0", rules: [], failOn: "error" },
};

const event: EventLine = {
  event: 1,
  time: Number.NaN,
  task: "blkback-9",
  text: "a call",
  changes: [],
  more: 0,
  location: null,
  findings: [],
};

function write(
  name: string,
  documents: readonly FindingsDocument[],
  options: Partial<SinkOptions> = {},
): string {
  const writer = sinks.find((sink) => sink.name === name)?.open({ ...plain, ...options });
  if (writer === undefined) throw new Error(`no sink ${name}`);
  let text = "";
  for (const one of documents) {
    if (options.events) text += writer.event(event);
    for (const piece of writer.document(one)) text += piece;
  }
  for (const piece of writer.end()) text += piece;
  return text;
}

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom("\u009b", "\u202e", "\u2028", "\u007f", "\u001b[2J", "\n", "\u200b", "\u{e0041}", "x"),
      {
        maxLength: 8,
      },
    )
    .map((parts) => parts.join("")),
);
/** What no output may hold beside line breaks: control characters, and those that turn the line or are not seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const anyFinding = fc
  .record({
    message: anyText,
    path: anyText,
    gfn: fc.option(fc.double({ min: 0, max: 2 ** 64, noNaN: true }).map(Math.floor)),
    time: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    severity: fc.constantFrom("error", "warning", "info"),
  })
  .map(({ path, ...more }) => finding({ ...more, location: { path, place: 1, unit: "line" } }));

describe("the JSON sink", () => {
  it("writes version 1 with every member of a finding", () => {
    const undecided: Undecided[] = [{ rule: "G13", name: "map-of-own-grant", why: "no grant entries" }];
    expect(JSON.parse(write("json", [document([finding()], { undecided })]))).toEqual({
      version: 1,
      inputs: [{ path: "run.jsonl", events: 20 }],
      findings: [
        {
          rule: "G44",
          name: "dma-to-hole",
          severity: "error",
          domid: 0,
          event: 17,
          time_s: 14.698072,
          gfn: "0x107fd0",
          count: 1,
          bus_mfn: "0xc78ea",
          expected_mfn: null,
          cause_event: 12,
          also: ["G18"],
          message: "the device uses a gfn that holds no frame",
          certain: true,
          location: { path: "trace.txt", line: 17 },
          occurrences: 1,
          last_event: 17,
          uncertain_because: [],
        },
      ],
      undecided: [{ rule: "G13", why: "no grant entries" }],
      summary: { error: 1, warning: 0, info: 0, indeterminate: 0, undecided: 1 },
    });
  });

  it("names byte offsets as such, and a missing place as null", () => {
    const at = (location: ReturnType<typeof finding>["location"]) =>
      JSON.parse(write("json", [document([finding({ location })])])).findings[0].location;
    expect(at({ path: "xt.bin", place: 4096, unit: "byte" })).toEqual({ path: "xt.bin", byte: 4096 });
    expect(at({ path: "xt.bin", place: null, unit: "line" })).toEqual({ path: "xt.bin", line: null });
    expect(at(null)).toBe(null);
  });

  it("is JSON whatever the findings hold, for one run and for several, with events and without", () => {
    fc.assert(
      fc.property(
        fc.array(anyFinding, { maxLength: 6 }),
        fc.boolean(),
        fc.boolean(),
        (all, several, events) => {
          const documents = several ? [document(all), document([])] : [document(all)];
          const text = write("json", documents, { several, events });
          expect(text.replaceAll("\n", "")).not.toMatch(UNSEEN);
          const parsed = JSON.parse(text);
          const first = several ? parsed.runs[0] : parsed;
          expect(first.findings.map((entry: { message: string }) => entry.message)).toEqual(
            all.map((entry) => entry.message),
          );
          expect(first.events?.length).toBe(events ? 1 : undefined);
          expect(parsed.summary.error).toBe(all.filter((entry) => entry.severity === "error").length);
        },
      ),
    );
  });

  it("is JSON for several runs where there is none", () => {
    expect(JSON.parse(write("json", [], { several: true }))).toMatchObject({ version: 1, runs: [] });
  });
});

describe("jsonText", () => {
  it("gives back what went in", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(anyText, anyText)), (value) => {
        const text = [...jsonText(value as JsonValue)].join("");
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text.replaceAll("\n", "")).not.toMatch(UNSEEN);
      }),
    );
  });

  it("writes long arrays in pieces, one element a line", () => {
    const pieces = [...jsonText(Array.from({ length: 1000 }, (_, i) => ({ gfn: i })))];
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(20);
    expect(pieces.join("").split("\n").length).toBe(1001);
  });
});

describe("the NDJSON sink", () => {
  it("writes one object a line, each with its type, and the run where there are several", () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 4 }), (all) => {
        const lines = write("ndjson", [document(all), document([])], { several: true, events: true });
        expect(lines.replaceAll("\n", "")).not.toMatch(UNSEEN);
        const rows = lines
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line));
        const types = ["event", "input", ...all.map(() => "finding"), "summary", "event", "input", "summary"];
        expect(rows.map((row) => row.type)).toEqual(types);
        expect(rows.map((row) => row.run)).toEqual([...all.map(() => 1), 1, 1, 1, 2, 2, 2]);
      }),
    );
  });
});

describe("the text sink", () => {
  it("writes a finding as compilers do, with its context", () => {
    const text = write("text", [document([finding()])]);
    expect(text.split("\n").slice(0, 6)).toEqual([
      "trace.txt:17: error: gfn 0x107fd0: the device uses a gfn that holds no frame [G44 dma-to-hole]",
      "    at:     event 17 at 14.698072 s, domain 0",
      "    frame:  0xc78ea used",
      "    since:  event 12: unmap_grant_ref by dmag (hvclog.jsonl:8)",
      "    also:   G18",
      "    fix:    Populate the gfn first.",
    ]);
  });

  it("tells how to fix it once per rule", () => {
    const text = write("text", [document([finding(), finding({ event: 18 })])]);
    expect(text.match(/fix:/g)).toHaveLength(1);
  });

  it("says where a verdict is not certain", () => {
    expect(write("text", [document([finding({ certain: false })])])).toContain("not certain");
  });

  it("gives information one line per rule, unless all is asked for", () => {
    const infos = [
      finding({ severity: "info" }),
      finding({ severity: "info" }),
      finding({ severity: "info" }),
    ];
    const short = write("text", [document(infos)]);
    expect(short.match(/info:/g)).toHaveLength(1);
    expect(short).toContain("(and 2 more: --verbose)");
    expect(write("text", [document(infos)], { verbose: true }).match(/info:/g)).toHaveLength(3);
  });

  it("counts the findings of a rule beyond the first ones", () => {
    const many = Array.from({ length: 50 }, (_, i) => finding({ event: i }));
    const text = write("text", [document(many)]);
    expect(text.match(/error:/g)).toHaveLength(20);
    expect(text).toContain("... and 30 more of G44 dma-to-hole (--rule G44 shows all)");
    expect(write("text", [document(many)], { verbose: true }).match(/error:/g)).toHaveLength(50);
  });

  it("groups undecided rules by reason and leaves none out", () => {
    const undecided = ["G06", "G07", "G13"].map((rule) => {
      return { rule, name: "", why: rule === "G13" ? "no grant entries" : "no p2m events" };
    });
    const text = write("text", [document([], { undecided })]);
    expect(text).toContain("undecided  G06 G07: no p2m events\n           G13: no grant entries\n");
    expect(text).toContain("3 rules not decided");
  });

  it("is brief where only findings are wanted", () => {
    expect(write("text", [document([])], { brief: true })).toBe("");
  });

  it("puts nothing on a terminal that drives it", () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 4 }), anyText, anyText, (all, subject, title) => {
        const one = document(all, {
          subject,
          listings: [{ title, lines: [title] }],
          remarks: [{ tone: "warning", label: "", text: subject }],
        });
        const text = write("text", [one], { several: true, verbose: true });
        expect(text.replaceAll("\n", "")).not.toMatch(UNSEEN);
      }),
    );
  });

  it("says the same with colours and without", () => {
    const colored = write("text", [document([finding(), finding({ severity: "info" })])], {
      palette: colorPalette,
    });
    const plainText = write("text", [document([finding(), finding({ severity: "info" })])]);
    expect(colored).not.toBe(plainText);
    expect(colored.replace(/\p{Cc}\[\d+m/gu, "")).toBe(plainText);
  });
});
