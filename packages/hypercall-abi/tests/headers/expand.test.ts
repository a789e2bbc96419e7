import { describe, expect, test } from "vitest";
import { Preprocessor } from "../../src/headers/preprocess/preprocess.ts";
import { Diagnostics } from "../../src/headers/tokens/diagnostics.ts";
import { scan } from "../../src/headers/tokens/scan.ts";
import { makeSourceFile } from "../../src/headers/tokens/source-file.ts";
import { architectures } from "../../src/model/architecture.ts";

/** The text after preprocessing, one space between tokens that had space. */
function expand(text: string): string {
  const diagnostics = new Diagnostics();
  const find = () => ({ kind: "missing" }) as const;
  const preprocessor = new Preprocessor(architectures[0], { predefined: [], locked: [] }, find, diagnostics);
  const tokens = preprocessor.run(scan(makeSourceFile("t.h", text), diagnostics));
  expect(diagnostics.list).toEqual([]);
  return tokens.map((t, i) => (i > 0 && t.spaceBefore ? ` ${t.text}` : t.text)).join("");
}

describe("macro replacement, by the C standard's own examples", () => {
  const first = `#define x 3
#define f(a) f(x * (a))
#undef x
#define x 2
#define g f
#define z z[0]
#define h g(~
#define m(a) a(w)
#define w 0,1
#define t(a) a
#define p() int
#define q(x) x
#define r(x,y) x ## y
#define str(x) # x
`;
  test("rescanning, recursion and arguments", () => {
    expect(expand(`${first}f(y+1) + f(f(z)) % t(t(g)(0) + t)(1);`)).toBe(
      "f(2 * (y+1)) + f(2 * (f(2 * (z[0])))) % f(2 * (0)) + t(1);",
    );
    expect(expand(`${first}g(x+(3,4)-w) | h 5) & m\n(f)^m(m);`)).toBe(
      "f(2 * (2+(3,4)-0,1)) | f(2 * (~ 5)) & f(2 * (0,1))^m(0,1);",
    );
    expect(expand(`${first}p() i[q()] = { q(1), r(2,3), r(4,), r(,5), r(,) };`)).toBe(
      "int i[] = { 1, 23, 4, 5, };",
    );
  });

  test("strings and joins", () => {
    const text = `#define str(s) # s
#define xstr(s) str(s)
#define INCFILE(n) vers ## n
#define glue(a, b) a ## b
#define xglue(a, b) glue(a, b)
#define HIGHLOW "hello"
#define LOW LOW ", world"
`;
    expect(expand(`${text}str(strncmp("abc\\0d", "abc", '\\4') == 0)`)).toBe(
      '"strncmp(\\"abc\\\\0d\\", \\"abc\\", \'\\\\4\') == 0"',
    );
    expect(expand(`${text}xstr(INCFILE(2).h)`)).toBe('"vers2.h"');
    expect(expand(`${text}glue(HIGH, LOW);`)).toBe('"hello";');
    expect(expand(`${text}xglue(HIGH, LOW)`)).toBe('"hello" ", world"');
  });

  test("arguments that are empty, and variable ones", () => {
    expect(
      expand(
        "#define t(x,y,z) x ## y ## z\nint j[] = { t(1,2,3), t(,4,5), t(6,,7), t(8,9,), t(10,,), t(,11,), t(,,12), t(,,) };",
      ),
    ).toBe("int j[] = { 123, 45, 67, 89, 10, 11, 12, };");
    expect(expand('#define d(...) f(stderr, __VA_ARGS__)\nd("Flag"); d("X = %d\\n", x);')).toBe(
      'f(stderr, "Flag"); f(stderr, "X = %d\\n", x);',
    );
    expect(expand('#define e(f, a...) p(f, ## a)\ne("1") e("2", 3, 4)')).toBe('p("1") p("2", 3, 4)');
  });

  test("a name without brackets is no use of a function-like macro", () => {
    expect(expand("#define F(x) <x>\nF F (1) F\n(2) F;")).toBe("F <1> <2> F;");
  });

  test("a parameter that is expanded next to one that is joined", () => {
    expect(expand("#define ONE 1\n#define BOTH(n) n t_##n\nBOTH(ONE)")).toBe("1 t_ONE");
  });
});

describe("conditionals", () => {
  test.each([
    ["1 ? 2 : 0", true],
    ["-1 > 0u", true],
    ["defined X || !defined(Y)", true],
    ["0x7fffffffffffffff + 0 > 0", true],
    ["(2 || 1/0) && 'A' == 65", true],
    ["undefined_name", false],
    ["1 << 3 != 8", false],
    ["~0 == -1", true],
  ])("#if %s", (condition, truth) => {
    const diagnostics = new Diagnostics();
    const find = () => ({ kind: "missing" }) as const;
    const preprocessor = new Preprocessor(
      architectures[0],
      { predefined: [], locked: [] },
      find,
      diagnostics,
    );
    const tokens = preprocessor.run(
      scan(makeSourceFile("t.h", `#if ${condition}\nyes\n#else\nno\n#endif`), diagnostics),
    );
    expect(tokens.map((t) => t.text)).toEqual([truth ? "yes" : "no"]);
  });
});
