import { describe, expect, test } from "vitest";
import {
  formatDiagnostic,
  HeaderReader,
  HeaderTreeError,
  headerTreeOf,
  readHeaderTree,
} from "../src/index.ts";
import { EXPANSION_TOKENS_MAX } from "../src/limits.ts";
import { constantText, placesOf, readText } from "./read-text.ts";

/** A declaration behind the trouble: it must be read all the same. */
const after = "\nstruct after { int here; };\n#define AFTER 7\n";

/** Reads a text, asks for exactly these diagnostics, and that what follows is in the model. */
function expectPlaces(text: string, ...places: string[]): void {
  const result = readText(text + after);
  expect(placesOf(result)).toEqual(places);
  expect(result.abi.structs["struct after"]?.size).toBe(4);
  expect(constantText(result, "AFTER")).toBe("7 int");
}

describe("conditionals", () => {
  test("without an end, at the end", () => {
    const result = readText("#if 1\nstruct a { int x; };\n#ifdef B\n#endif\n");
    expect(placesOf(result)).toEqual([
      "xen.h:1:1 the conditional that starts here has no end; expected #endif",
    ]);
    expect(result.abi.structs["struct a"]?.size).toBe(4);
  });

  test("strays", () => {
    expectPlaces(
      "#endif\n#else\n  #elif 1\n#if 0\n#else\n#else\n#endif",
      "xen.h:1:1 #endif without #if; expected an open #if before it",
      "xen.h:2:1 #else without #if; expected an open #if before it",
      "xen.h:3:3 #elif without #if; expected an open #if before it",
      "xen.h:6:1 #else without #if; expected an open #if before it",
    );
  });

  test("malformed conditions", () => {
    expectPlaces(
      "#if\n#endif\n#if (1\n#endif\n#if defined(\n#endif\n#if 1 / 0\n#endif\n#if 1 2\n#endif\n#ifdef 5\n#endif",
      "xen.h:1:1 a condition without an expression; expected an integer expression",
      "xen.h:3:6 malformed condition: found end of the text; expected ')'",
      "xen.h:5:5 malformed 'defined'; expected defined(NAME)",
      "xen.h:5:12 malformed condition: found '('; expected an operator or the end of the line",
      "xen.h:7:5 no integer: division by zero; expected an integer expression",
      "xen.h:9:7 malformed condition: found '2'; expected an operator or the end of the line",
      "xen.h:11:8 #ifdef without a name; expected a macro name",
    );
  });

  test("a name without a value counts as 0 and is told of", () => {
    expectPlaces(
      "#if CONFIG_THING > 3\nbroken\n#endif",
      "xen.h:1:5 'CONFIG_THING' is not defined and counts as 0; expected -DCONFIG_THING=VALUE",
    );
  });

  test("what a false branch holds is not read", () => {
    expectPlaces('#if 0\n#include "nothing.h"\nit\'s \'quoted, "so\n@ @\n#unknown\n#if (\n#endif\n#endif');
  });
});

describe("comments and text", () => {
  test("a comment without an end", () => {
    const result = readText("struct a { int x; };\n  /* no end\nstruct b { int y; };\n");
    expect(placesOf(result)).toEqual(["xen.h:2:3 the comment that starts here has no end; expected */"]);
    expect(Object.keys(result.abi.structs)).toEqual(["struct a"]);
  });

  test("characters that C does not know", () => {
    expectPlaces("struct a { int @; };", "xen.h:1:16 found '@'; expected the name of a member");
  });

  test("a byte order mark, carriage returns and continued lines", () => {
    const result = readText(
      "\ufeff#define LONG 1 + \\\r\n  2\r\nstruct a {\r\n  int x; // to the end \\\r\n int y;\r\n  int z;\r\n};\r\n",
    );
    expect(placesOf(result)).toEqual([]);
    expect(constantText(result, "LONG")).toBe("3 int");
    expect(result.abi.structs["struct a"]?.fields.map((f) => `${f.path}:${f.line}`)).toEqual(["x:4", "z:6"]);
  });
});

describe("macros", () => {
  test("recursion", () => {
    const result = readText("#define A B\n#define B A\n#define SELF (SELF + 1)");
    expect(placesOf(result)).toEqual([]);
    expect(result.abi.unmodelled.map((u) => `${u.name}: ${u.reason}`)).toEqual([
      "A: refers to itself",
      "B: refers to itself",
      "SELF: refers to itself",
    ]);
  });

  test("growth without end", () => {
    const doubling = Array.from({ length: 30 }, (_, i) => `#define D${i + 1} D${i} D${i}`).join("\n");
    const result = readText(`#define D0 int x;\n${doubling}\nstruct big { D30 };${after}`);
    expect(placesOf(result)[0]).toMatch(
      `grows without end; expected a macro that stays below ${EXPANSION_TOKENS_MAX} tokens`,
    );
    expect(result.abi.structs["struct after"]?.size).toBe(4);
  });

  test("malformed definitions and uses", () => {
    expectPlaces(
      "#define\n#define F(x,\n#define G(1) 2\n#define H(x) x\nint a[H()];\nint b[H(1, 2)];\nH(3\n",
      "xen.h:1:2 #define without a name; expected a macro name",
      "xen.h:2:9 macro F: malformed parameter list; expected a parameter name",
      "xen.h:3:11 macro G: malformed parameter list; expected a parameter name",
      "xen.h:6:7 macro H is given 2 arguments; expected 1 argument",
      "xen.h:7:1 the arguments of macro H have no end; expected ')'",
      "xen.h:7:3 found '3'; expected a type",
    );
  });

  test("a second, different definition", () => {
    expectPlaces(
      "#define A 1\n#define A 1\n#define A 2",
      "xen.h:3:9 macro A is defined a second time, differently; expected #undef before it",
    );
  });

  test("tokens that do not join", () => {
    expectPlaces(
      "#define J(a, b) a ## b\nint x = J(+, ;);",
      "xen.h:2:9 '+' ## ';' in J is no token; expected two tokens that join",
    );
  });
});

describe("includes", () => {
  test("of a file that is not there", () => {
    expectPlaces(
      '#include "nothing.h"\n#include <stdint.h>\n#include stdint.h',
      "xen.h:1:10 included file 'nothing.h' is not there; expected a file of the header tree",
      'xen.h:3:10 malformed #include; expected "FILE" or <FILE>',
    );
  });

  test("of each other, without guards", () => {
    const result = readText({ "xen.h": '#include "a.h"\nstruct x { int i; };', "a.h": '#include "xen.h"\n' });
    expect(placesOf(result)[0]).toContain("files include each other without end; expected an include guard");
    expect(result.abi.structs["struct x"]?.size).toBe(4);
  });
});

describe("declarations", () => {
  test("an unknown type loses its struct, and no other", () => {
    const text =
      "struct a {\n  int x;\n  mystery_t y;\n  other_t z;\n};\nstruct b { struct a a; };\nstruct c { int i; };";
    const result = readText(text);
    expect(placesOf(result)).toEqual([
      "xen.h:3:3 unknown type 'mystery_t'; expected a type that a header before this one declares, or -D mystery_t=TYPE, such as uint32_t",
      "xen.h:4:3 unknown type 'other_t'; expected a type that a header before this one declares, or -D other_t=TYPE, such as uint32_t",
      "xen.h:6:21 member a has no known size; expected a complete type, not struct a",
    ]);
    expect(Object.keys(result.abi.structs)).toEqual(["struct c"]);
    expect(result.abi.unmodelled).toEqual([
      { name: "struct a", file: "xen.h", line: 1, reason: "unknown type 'mystery_t'" },
      { name: "struct b", file: "xen.h", line: 6, reason: "member a has no known size" },
    ]);
  });

  test("an unknown attribute", () => {
    expectPlaces(
      "struct a { int x; } __attribute__((packed, mystery(1, (2)), aligned(3)));",
      "xen.h:1:44 unknown attribute 'mystery'; expected an attribute whose effect on the layout is known",
      "xen.h:1:69 an alignment that is no power of two; expected 1, 2, 4 ... 4096",
    );
  });

  test("constants that overflow", () => {
    expectPlaces(
      "#define WIDE 0x1ffffffffffffffff\n#define SUM (0x7fffffff + 1)\n#define SHIFT (1 << 40)\n#define FINE (1U << 31)",
      "xen.h:1:9 the constant '0x1ffffffffffffffff' overflows every integer type; expected at most 64 bits",
      "xen.h:2:9 '+' overflows int; expected a value that int holds",
      "xen.h:3:9 shift of a 32-bit value by 40; expected a value that int holds",
    );
  });

  test("arrays and bit fields that cannot be", () => {
    expectPlaces(
      "struct a { int x[-1]; };\nstruct b { int y : 33; };\nstruct c { char *p : 1; };\nstruct d { int f[]; int g; };\nstruct e { int h[n]; };",
      "xen.h:1:18 array length -1; expected 0 to 1099511627776",
      "xen.h:2:20 bit-field width 33; expected 0 to 32 for int",
      "xen.h:3:22 a bit field of type char *; expected an integer type",
      "xen.h:4:16 a flexible array before the end; expected the flexible array as last member",
      "xen.h:5:18 found 'n'; expected a number, an enumerator or a macro that is known here",
    );
  });

  test("definitions twice", () => {
    const result = readText(
      "struct a { int x; };\nstruct a { int y[2]; };\nenum e { P };\nenum e { Q };\ntypedef int t;\ntypedef int t;\ntypedef char t;\n",
    );
    expect(placesOf(result)).toEqual([
      "xen.h:2:8 struct a is defined a second time; expected one definition of struct a",
      "xen.h:4:6 enum e is defined a second time; expected one definition of enum e",
      "xen.h:7:14 typedef t is declared a second time, differently; expected int",
    ]);
    expect(result.abi.structs["struct a"]?.size).toBe(4);
  });

  test("a body without an end", () => {
    const result = readText("struct a { int x; };\nstruct b { int y;\n");
    expect(placesOf(result)).toEqual(["xen.h:2:17 found end of the text; expected '}'"]);
    expect(Object.keys(result.abi.structs)).toEqual(["struct a"]);
    expect(result.abi.unmodelled).toMatchObject([{ name: "struct b", file: "xen.h", line: 2 }]);
  });

  test("thousands of brackets", () => {
    for (const open of ["(", "{", "[", "*", "struct {", "~", "sizeof(", "union { struct {"]) {
      const result = readText(`#define X ${open.repeat(20_000)}\nstruct s { int a${open.repeat(20_000)}\n`);
      expect(result.diagnosticCount).toBeGreaterThan(0);
    }
  });

  test("names of JavaScript's own are names like any other", () => {
    const result = readText(
      "#define constructor 3\n#define toString 4\n#define __proto__ 5\nstruct hasOwnProperty { int valueOf; };",
    );
    expect(constantText(result, "constructor")).toBe("3 int");
    expect(constantText(result, "toString")).toBe("4 int");
    expect(result.abi.structs["struct hasOwnProperty"]?.fields[0]?.path).toBe("valueOf");
    expect(result.abi.unmodelled).toMatchObject([{ name: "__proto__" }]);
  });

  test("the same place is told of once for all that reads it", () => {
    const files = {
      "xen.h": "#define ONE 1\n",
      "a.h": '#include "bad.h"\n',
      "b.h": '#include "bad.h"\n',
      "bad.h": "mystery x;\n",
    };
    expect(placesOf(readText(files))).toEqual([
      "bad.h:1:1 unknown type 'mystery'; expected a type that a header before this one declares, or -D mystery=TYPE, such as uint32_t",
    ]);
  });
});

describe("what is shown", () => {
  test("the place, what was found, what was expected, the line and a mark under it", () => {
    const { diagnostics } = readText("struct a {\n\tmystery_t y;\n};\n");
    expect(formatDiagnostic(diagnostics[0])).toBe(
      "xen.h:2:2: error: unknown type 'mystery_t'; expected a type that a header before this one declares, or -D mystery_t=TYPE, such as uint32_t\n" +
        "     mystery_t y;\n" +
        "     ^",
    );
  });

  test("no end of complaints is cut, and still counted", () => {
    const result = readText("@ x;\n".repeat(5_000));
    expect(result.diagnostics.length).toBeLessThanOrEqual(1_000);
    expect(result.diagnosticCount).toBeGreaterThan(4_000);
  });
});

test("a folder that is none, and one without headers", () => {
  expect(() => readHeaderTree("/nowhere/at/all")).toThrow(HeaderTreeError);
  expect(() => readHeaderTree("/nowhere/at/all")).toThrow(
    "no such folder; give a Xen tree or a folder that holds xen.h",
  );
  const empty = new HeaderReader(headerTreeOf("none", [])).read({ xen: "0", arch: "arm64", mode: "tools" });
  expect(empty.abi.structs).toEqual({});
});
