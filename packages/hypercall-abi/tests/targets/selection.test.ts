import { describe, expect, test } from "vitest";
import { docComments, headerTreeOf, loadModel, makePlan, targets } from "../../src/index.ts";
import { emit, mutableModel } from "./emit.ts";

const abi = loadModel("4.20", "arm64", "guest");
const chosen = (...only: string[]): string[] =>
  makePlan(abi, { only }).plan.aggregates.map(({ name }) => name);
const constants = (...only: string[]): string[] =>
  makePlan(abi, { only }).plan.sections.flatMap((section) => section.constants.map(({ name }) => name));

describe("--only", () => {
  test("takes along what is inside, and what handles lead to", () => {
    expect(chosen("gnttab_copy")).toEqual(["gnttab_copy_ptr_u", "gnttab_copy_ptr", "gnttab_copy"]);
    expect(chosen("struct xen_memory_exchange")).toEqual(["xen_memory_reservation", "xen_memory_exchange"]);
    expect(chosen("vcpu_register_runstate_memory_area")).toContain("vcpu_runstate_info");
  });

  test("meets keys, typedefs, groups, headers and globs", () => {
    expect(chosen("xen_memory_reservation_t")).toEqual(["xen_memory_reservation"]);
    expect(constants("grant_status")).toHaveLength(14);
    expect(constants("GNTST_*")).toEqual(constants("grant_status"));
    expect(chosen("memory.h").length).toBeGreaterThan(10);
    expect(chosen("xen_memory_?eservation")).toEqual(["xen_memory_reservation"]);
  });

  test("takes along constants that the body of a struct defines", () => {
    expect(constants("evtchn_status")).toContain("EVTCHNSTAT_closed");
  });

  test("says which globs met nothing", () => {
    expect(makePlan(abi, { only: ["xen_memory_reservation", "nothing_*", "no(thing"] }).unmatched).toEqual([
      "nothing_*",
      "no(thing",
    ]);
  });

  test("many stars take no time", () => {
    expect(chosen(`${"*a".repeat(12)}zzz`)).toEqual([]);
  });
});

describe("every language", () => {
  for (const { name } of targets) {
    test(`${name}: the same model gives the same text`, () => {
      const text = emit(name, abi);
      expect(emit(name, mutableModel("4.20", "arm64", "guest"))).toBe(text);
      expect(text.endsWith("\n") && !text.endsWith("\n\n")).toBe(true);
      expect(text).not.toMatch(/[ \t]+$/m);
    });

    test(`${name}: a type without a mapping fails with its name`, () => {
      const model = mutableModel("4.20", "arm64", "guest");
      const field = model.structs["struct xen_memory_reservation"].fields[4] as { type: string };
      field.type = "__int128";
      expect(() => emit(name, model)).toThrow(
        /struct xen_memory_reservation\.domid: no mapping for type '__int128'/,
      );
    });

    test(`${name}: unnamed types are called after parent and member`, () => {
      const text = emit(name, abi);
      expect(text).toMatch(/gnttab_copy_ptr_u|GnttabCopyPtrU/);
      expect(text).not.toMatch(/anonymous|__bindgen/);
    });
  }
});

test("comments of the user's own headers stand before what they are about", () => {
  const tree = headerTreeOf(".", [
    [
      "a.h",
      '/* Licence. */\n\n/*\n * What it is\n *\n * for.\n */\nstruct a {\n  int b; // behind\n  char c; /* also\n  behind */\n};\nchar *s = "/* no */";\nint d;\n',
    ],
  ]);
  const docOf = docComments(tree);
  expect(docOf("a.h", 8)).toEqual(["What it is", "", "for."]);
  expect(docOf("a.h", 9)).toEqual(["behind"]);
  expect(docOf("a.h", 10)).toEqual(["also", "behind"]);
  expect(docOf("a.h", 14)).toEqual([]);
  expect(docOf("b.h", 1)).toEqual([]);
});

describe("a model file that holds code instead of names", () => {
  const changed = (change: (model: Record<string, never>) => void): (() => void) => {
    const model = mutableModel("4.20", "arm64", "guest");
    change(model as never);
    return () => {
      for (const { name } of targets) emit(name, model);
    };
  };
  const evil = "a; } int evil(void) { //";

  test("is refused by the name", () => {
    expect(
      changed((model) => Object.assign(model.structs, { [`struct ${evil}`]: model.structs["struct ioreq"] })),
    ).toThrow(/no name in C/);
    expect(
      changed((model) => Object.assign(model.constants, { [evil]: { value: "1", type: "int" } })),
    ).toThrow(/no name in C/);
    expect(
      changed((model) => Object.assign(model.constants, { ok: { value: "1; x", type: "int" } })),
    ).toThrow(/no whole number/);
    expect(changed((model) => Object.assign(model.strings, { [evil]: "x" }))).toThrow(/no name in C/);
  });

  test("cannot leave a comment", () => {
    const model = mutableModel("4.20", "arm64", "guest");
    const struct = model.structs["struct xen_memory_reservation"] as { file: string };
    struct.file = 'x */ """\nevil\n/*';
    for (const { name } of targets) {
      const text = emit(name, model, { only: ["xen_memory_reservation"] });
      expect(text).not.toMatch(/^\s*evil/m);
      expect(text).not.toContain("x */");
      expect(text).not.toContain('x * / """');
    }
  });
});
