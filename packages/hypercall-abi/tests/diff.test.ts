import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  type Abi,
  type AbiDiff,
  type Change,
  diffAbi,
  type LoadedViews,
  loadModel,
  loadViews,
  releases,
  renderAbiDiff,
  ViewMismatchError,
} from "../src/index.ts";
import type { Constant, Struct } from "../src/model/model.ts";
import { readText } from "./read-text.ts";

/** Difference of two header texts, in both modes. */
function diffTexts(before: string, after: string): AbiDiff {
  const views = (text: string) => ({
    tools: readText(text).abi,
    guest: readText(text, { mode: "guest" }).abi,
  });
  return diffAbi(views(before), views(after));
}

function only(diff: AbiDiff): Change {
  expect(diff.changes).toHaveLength(1);
  return diff.changes[0];
}

const summary = (change: Change): string[] =>
  (change.fields ?? []).map((f) => `${f.change} ${f.path}${f.to === undefined ? "" : ` -> ${f.to}`}`);

const neighbours = releases.slice(1).map((xen, i): [string, string] => [releases[i], xen]);

/** Names that only one side has, or that both have and say differently: the diff's claims are held against this. */
function differing<V>(
  old: Readonly<Record<string, V>>,
  now: Readonly<Record<string, V>>,
  say: (value: V) => string,
): string[] {
  const names = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...names].filter((n) => !(n in old) || !(n in now) || say(old[n]) !== say(now[n])).sort();
}

const constantKey = (c: Constant): string => `${c.value} ${c.type}`;

/** Where bytes of a struct are, whatever its members are called. */
function placesOf({ kind, size, align, fields }: Struct): string {
  const rows = fields.filter((f) => !/<anonymous>/.test(f.type));
  const places = rows.map(
    (f) => `${f.bitOffset ?? f.offset * 8}:${f.bitWidth ?? f.size * 8}${f.flexible ? "[]" : ""}`,
  );
  return `${kind} ${size} ${align} ${[...new Set(places)].sort().join()}`;
}

/** A union of unchanged size whose alternative changed: that struct's own line says so. */
function holdsAlternative(old: Abi, now: Abi, name: string): boolean {
  const [a, b] = [old.structs[name], now.structs[name]];
  return a !== undefined && b !== undefined && a.size === b.size && a.align === b.align;
}

describe("structs", () => {
  test("a field wrapped into a union at the same place is a rename", () => {
    const change = only(
      diffTexts(
        "struct s { int a; int b; int c; };",
        "struct s { int a; union { struct { int b; int c; } x; char d[8]; } u; };",
      ),
    );
    expect(summary(change)).toEqual(["renamed b -> u.x.b", "added u.d", "renamed c -> u.x.c"]);
    expect(change.impact).toEqual({ guest: "compatible", tools: "compatible" });
    expect(change.silent).toBeUndefined();
  });

  test("also when a struct with a name of its own is put around it", () => {
    const change = only(
      diffTexts(
        "struct in { int b; int c; };\nstruct s { int a; int b; int c; };",
        "struct in { int b; int c; };\nstruct s { int a; struct in i; };",
      ),
    );
    expect(summary(change)).toEqual(["renamed b -> i.b", "renamed c -> i.c"]);
  });

  test("a member in the middle moves the rest: breaking", () => {
    const change = only(diffTexts("struct s { int a; int b; };", "struct s { int a; int n; int b; };"));
    expect(summary(change)).toEqual(["added n", "moved b"]);
    expect(change).toMatchObject({ size: [8, 12], impact: { guest: "breaking", tools: "breaking" } });
  });

  test("a member in padding: compatible, if it was zeroed", () => {
    const change = only(diffTexts("struct s { char a; int b; };", "struct s { char a; char n; int b; };"));
    expect(change.impact.guest).toBe("compatible");
    expect(change.note).toContain("must have zeroed");
  });

  test("a member that is split, and two that are joined", () => {
    expect(
      summary(only(diffTexts("struct s { int a; int b; };", "struct s { int a; short lo; short hi; };"))),
    ).toEqual(["split b"]);
    const joined = only(diffTexts("struct s { int a; int pad; };", "struct s { uint64_t a; };"));
    expect(joined.fields).toMatchObject([{ change: "merged", path: "a", parts: ["a", "pad"] }]);
    expect(joined.impact.tools).toBe("breaking");
  });

  test("another sign, another typedef for the same bytes", () => {
    const types = "typedef unsigned int mine_t;\n";
    expect(summary(only(diffTexts("struct s { int a; };", "struct s { unsigned int a; };")))).toEqual([
      "retyped a",
    ]);
    expect(
      diffTexts(`${types}struct s { unsigned int a; };`, `${types}struct s { mine_t a; };`).changes,
    ).toEqual([]);
  });

  test("a holder changes because of what it holds", () => {
    const text = (extra: string): string =>
      `struct in { int a;${extra} };\nstruct out { struct in i; int z; };\nstruct any { union { struct in i; char pad[64]; } u; };`;
    const diff = diffTexts(text(""), text(" int n;"));
    expect(diff.changes.map((c) => [c.name, c.because])).toEqual([
      ["struct in", undefined],
      ["struct out", ["struct in"]],
    ]);
  });

  test("a new name for the whole struct", () => {
    const change = only(
      diffTexts("struct old_name { int a; int b; };", "struct new_name { int a; int b; };"),
    );
    expect(change).toMatchObject({ change: "renamed", name: "struct old_name", to: "struct new_name" });
  });

  test("a withdrawn operation breaks its users, and moves nothing", () => {
    const change = only(
      diffTexts(
        "struct s { union { int a; long b; } u; };\n#define S_INTERFACE_VERSION 1",
        "struct s { union { long b; } u; };\n#define S_INTERFACE_VERSION 1",
      ),
    );
    expect(change.impact.tools).toBe("breaking");
    expect(change.silent).toBeUndefined();
  });
});

describe("versions", () => {
  const text = (version: number, member: string): string =>
    `#define CTL_INTERFACE_VERSION ${version}\nstruct part { int a;${member} };\nstruct ctl { int interface_version; struct part p; };`;

  test("a layout that changes while the version does not is flagged", () => {
    const diff = diffTexts(text(7, ""), text(7, " int n;"));
    expect(diff.summary.silent).toBe(2);
    expect(diff.changes[0]?.silent).toEqual({ constant: "CTL_INTERFACE_VERSION", value: "7" });
    expect(renderAbiDiff(diff, "text")).toContain("LAYOUT CHANGED, INTERFACE VERSION DID NOT");
  });

  test("a version number is of what its own structs hold, and of nothing that guests see", () => {
    const guestToo = (member: string): string =>
      `#ifdef __XEN_TOOLS__\n#define CTL_INTERFACE_VERSION 7\nstruct ctl { int interface_version; struct regs *r; struct part p; };\n#endif\n${member}`;
    const parts = (more: string): string =>
      guestToo("").replace(
        "struct ctl",
        `struct regs { int a;${more} };struct part { int a;${more} };\nstruct ctl`,
      );
    expect(diffTexts(parts(""), parts(" int n;")).summary.silent).toBeGreaterThan(0);
    const shared = (more: string): string =>
      `struct regs { int a;${more} };\n#ifdef __XEN_TOOLS__\n#define CTL_INTERFACE_VERSION 7\nstruct ctl { int interface_version; struct regs r[1]; char end[64]; };\n#endif`;
    const change = diffTexts(shared(""), shared(" int n;")).changes.find((c) => c.name === "struct regs");
    expect(change?.impact).toEqual({ guest: "breaking", tools: "breaking" });
    expect(change?.silent).toBeUndefined();
    const beside = (more: string): string =>
      `#define LOG_INTERFACE_VERSION 7\nstruct log { int version; };\nstruct beside { int a;${more} };`;
    expect(diffTexts(beside(""), beside(" int n;")).summary.silent).toBe(0);
  });

  test("with a new version it is a plain change", () => {
    const diff = diffTexts(text(7, ""), text(8, " int n;"));
    expect(diff.summary.silent).toBe(0);
    expect(diff.changes.find((c) => c.name === "CTL_INTERFACE_VERSION")?.impact.tools).toBe("breaking");
  });
});

describe("two views", () => {
  const reported = (name: string): LoadedViews =>
    loadViews(fileURLToPath(new URL(`fixtures/reports/${name}`, import.meta.url)), "arm64");

  test("what moves out of or into the tools' part of the headers changes for guests alone", () => {
    const diff = diffAbi(reported("guest-view/before").views, reported("guest-view/after").views);
    expect(diff.changes.map((c) => [c.change, c.name, c.impact, c.crossed])).toEqual([
      ["removed", "struct xen_guest_regs", { guest: "breaking", tools: null }, true],
      ["added", "struct xen_probe_resource", { guest: "compatible", tools: null }, true],
      ["added", "XENMEM_probe_resource", { guest: "compatible", tools: null }, true],
    ]);
    expect(diff.summary).toEqual({
      breaking: { guest: 1, tools: 0 },
      compatible: { guest: 2, tools: 0 },
      silent: 0,
    });
    expect(renderAbiDiff(diff, "text")).toContain("1 struct gone for guests, which only tools still have");
  });

  test("one view alone says that the other was not compared, and two that do not meet are refused", () => {
    const tools = readText("#define A 1").abi;
    const guest = readText("#define A 2", { mode: "guest" }).abi;
    const diff = diffAbi({ tools }, { tools: readText("#define A 3").abi, guest });
    expect(diff.summary.breaking).toEqual({ guest: null, tools: 1 });
    expect(renderAbiDiff(diff, "text")).toContain("guests: not compared, one side has no such view");
    expect(() => diffAbi({ tools }, { guest })).toThrow(ViewMismatchError);
  });

  test("padding that gets a name is the same bytes; padding that gets a meaning is not", () => {
    const named = only(diffAbi(reported("pad-named/a").views, reported("pad-named/b").views));
    expect([named.impact, named.note]).toEqual([
      { guest: "compatible", tools: "compatible" },
      "padding has a name now, same bytes",
    ]);
    const text = (members: string): string => `struct s { char a; ${members} int b; };`;
    const note = (before: string, after: string): string | undefined => {
      const change = only(diffTexts(text(before), text(after)));
      expect(change.impact.tools).toBe("compatible");
      return change.note;
    };
    expect(note("char pad[3];", "char pad0; short pad1;")).toBe(
      "padding is named or cut otherwise, same bytes",
    );
    expect(note("char pad[3];", "")).toBe("padding is named or cut otherwise, same bytes");
    expect(note("char pad[3];", "char flags[3];")).toContain("older code must have zeroed it");
    expect(note("char pad[3];", "char flags; char pad[2];")).toContain("older code must have zeroed it");
  });

  test.each(neighbours)("%s to %s: each view's differences are told, and nothing else", (a, b) => {
    for (const arch of ["arm64", "arm32", "x86_64"] as const) {
      const views = (xen: string) => ({
        tools: loadModel(xen, arch, "tools"),
        guest: loadModel(xen, arch, "guest"),
      });
      const [before, after] = [views(a), views(b)];
      const { changes } = diffAbi(before, after);
      for (const mode of ["tools", "guest"] as const) {
        const told = changes.filter((c) => c.impact[mode] !== null);
        const names = (subject: Change["subject"], broken: boolean): Set<string> => {
          const mine = told.filter(
            (c) => c.subject === subject && (!broken || c.impact[mode] === "breaking"),
          );
          return new Set(mine.flatMap((c) => (c.to === undefined ? [c.name] : [c.name, c.to])));
        };
        const [old, now] = [before[mode], after[mode]];
        expect([...names("constant", false)].sort()).toEqual(
          differing(old.constants, now.constants, constantKey),
        );
        const structs = names("struct", false);
        const differ = differing(old.structs, now.structs, (s) => placesOf(s));
        // A member whose type's own change is told there, and members under other names, are in no list of places.
        for (const name of differ)
          expect(structs.has(name) || holdsAlternative(old, now, name), `${mode} ${name}`).toBe(true);
        const said = differing(old.structs, now.structs, (s) => JSON.stringify([s.size, s.align, s.fields]));
        for (const name of names("struct", true)) expect(said, `${mode} ${name}`).toContain(name);
      }
    }
  });
});

describe("macros", () => {
  test("those that are code are compared by their tokens", () => {
    const diff = diffTexts(
      "#define SAME(a) ((a) + 1)\n#define OTHER(a) (a)\n#define GONE(a) a\n#define NOW_DATA(a) a\n",
      "#define SAME(b)   ((b)+1) /* the same */\n#define OTHER(a) (a) + 0\n#define NEW(a) a\n#define NOW_DATA 1\n",
    );
    expect(diff.changes.map((c) => [c.subject, c.change, c.name, c.impact.guest])).toEqual([
      ["constant", "added", "NOW_DATA", "compatible"],
      ["macro", "changed", "OTHER", "compatible"],
      ["macro", "removed", "GONE", "breaking"],
      ["macro", "added", "NEW", "compatible"],
    ]);
    expect(renderAbiDiff(diff, "text")).toContain(
      "1 macro with other tokens (what was built before keeps its own): OTHER",
    );
  });

  test("what one macro did to many is told once", () => {
    const text = (dimension: string): string =>
      `#define TAIL ${dimension}\n${["a", "b", "c"].map((n) => `struct ${n} { int n; int tail[TAIL]; };`).join("\n")}`;
    const diff = diffTexts(text("1"), text(""));
    expect(diff.groups).toMatchObject([
      { macro: "TAIL", what: "an array [1] became []", names: ["struct a", "struct b", "struct c"] },
    ]);
    expect(diff.groups[0]?.impact).toEqual({ guest: "compatible", tools: "compatible" });
    expect(renderAbiDiff(diff, "text")).toContain("3 structs through macro TAIL: an array [1] became []");
  });
});

describe("constants", () => {
  test("values, types, limits, renames and numbers that were given away", () => {
    const diff = diffTexts(
      "#define V 1\n#define T 1\n#define X_MAX 3\n#define OP_hvm_guest 4\n#define OP_balance 5\n#define GONE 99\n",
      "#define V 2\n#define T 1u\n#define X_MAX 4\n#define OP_hvm 4\n#define OP_ondemand 5\n#define NEW 7\n",
    );
    const said = diff.changes.map((c) => [c.change, c.name, c.to ?? c.note ?? "", c.impact.tools]);
    expect(said).toEqual([
      ["changed", "T", "same number, another C type", "compatible"],
      ["changed", "V", "", "breaking"],
      ["changed", "X_MAX", "a limit that grows with additions", "compatible"],
      ["removed", "GONE", "", "breaking"],
      ["removed", "OP_balance", "", "breaking"],
      ["renamed", "OP_hvm_guest", "OP_hvm", "compatible"],
      ["added", "NEW", "", "compatible"],
      ["added", "OP_ondemand", "", "compatible"],
    ]);
  });

  test("what only tools see concerns only tools", () => {
    const diff = diffTexts("#define A 1\n", "#define A 1\n#ifdef __XEN_TOOLS__\n#define B 2\n#endif\n");
    expect(only(diff).impact).toEqual({ guest: null, tools: "compatible" });
  });
});

describe("bundled releases", () => {
  const between = (a: string, b: string, arch: "arm64" | "x86_64" = "arm64"): AbiDiff => {
    const views = (xen: string) => ({
      tools: loadModel(xen, arch, "tools"),
      guest: loadModel(xen, arch, "guest"),
    });
    return diffAbi(views(a), views(b));
  };

  test("4.20 to 4.21 on arm64: createdomain grew while the domctl version did not", () => {
    const diff = between("4.20", "4.21");
    const silent = diff.changes.filter((c) => c.silent !== undefined);
    expect(silent.map((c) => [c.name, c.size, c.silent])).toEqual([
      ["struct xen_arch_domainconfig", [12, 16], { constant: "XEN_DOMCTL_INTERFACE_VERSION", value: "23" }],
      ["struct xen_domctl_createdomain", [72, 76], { constant: "XEN_DOMCTL_INTERFACE_VERSION", value: "23" }],
    ]);
    expect(summary(silent[1])).toEqual(["split altp2m_opts", "resized arch"]);
  });

  test("4.18 to 4.19: one macro, seventeen shared structs", () => {
    const diff = between("4.18", "4.19");
    expect(diff.groups).toHaveLength(1);
    expect(diff.groups[0]).toMatchObject({ macro: "XENPV_FLEX_ARRAY_DIM", what: "an array [1] became []" });
    expect(diff.groups[0].names).toHaveLength(17);
  });

  test("4.17 to 4.18: fields that a union was put around did not move", () => {
    const change = between("4.17", "4.18").changes.find((c) => c.name === "struct xen_get_cpufreq_para");
    expect(change?.impact.tools).toBe("compatible");
    expect(change?.fields?.filter((f) => f.change !== "renamed").map((f) => f.path)).toEqual(["u.cppc_para"]);
  });

  test("a release and itself", () => {
    expect(between("4.22", "4.22").changes).toEqual([]);
    expect(renderAbiDiff(between("4.22", "4.22"), "text")).toContain("No difference.");
  });

  test("JSON comes back as it went, markdown has headings, text fits a terminal", () => {
    const diff = between("4.20", "4.21");
    expect(JSON.parse(renderAbiDiff(diff, "json"))).toEqual(diff);
    expect(renderAbiDiff(diff, "markdown")).toMatch(
      /^# Xen 4\.20 -> 4\.21, arm64\n[\s\S]*## Breaking for tools\n/,
    );
    const lines = renderAbiDiff(diff, "text").split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
  });
});
