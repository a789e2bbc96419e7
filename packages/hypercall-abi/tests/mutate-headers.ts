/** Random numbers that a seed repeats. */
export class SeededRandom {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0 || 1;
  }

  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number {
    // xorshift32
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state % limit;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const fragments: readonly string[] = [
  "#if 1\n",
  "#if (\n",
  "#ifdef X\n",
  "#else\n",
  "#elif 1 / 0\n",
  "#endif\n",
  "#define A B\n#define B A\n",
  "#define F(x) F(x) F(x)\nF(1)\n",
  "#define G(x, ...) x ## __VA_ARGS__\nG(\n",
  "#define D0 0,0\n#define D1 D0 D0 D0 D0\n#define D2 D1 D1 D1 D1\n#define D3 D2 D2 D2 D2\n#define D4 D3 D3 D3 D3\n#define D5 D4 D4 D4 D4\n#define D6 D5 D5 D5 D5\n#define D7 D6 D6 D6 D6\nint d[] = { D7 };\n",
  '#include "xen.h"\n',
  '#include "nothing.h"\n',
  "#include <\n",
  "#undef __XEN_PUBLIC_XEN_H__\n",
  "#pragma pack(push,1)\n",
  "#pragma pack(3)\n",
  "#error no\n",
  "#unknown\n",
  "/*",
  "*/",
  '"',
  "'",
  "\\\n",
  "##",
  "#",
  "...",
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ";",
  ",",
  "`",
  "struct x { int a; };",
  "struct y { struct y y; };",
  "union { struct { int ",
  "typedef typedef int t;",
  "int x[0xffffffffffffffff];",
  "char big[1 << 30][1 << 30];",
  "int neg[-1];",
  "int f : 65;",
  "unsigned z : 0;",
  "enum e { E = 0xffffffffffffffff, E2 };",
  "__attribute__((aligned(3)))",
  "__attribute__((mystery))",
  "sizeof(",
  "offsetof(struct x, ",
  "__typeof__(",
  "99999999999999999999999999",
  "0x",
  "1 << 64",
  "1/0",
  "static inline int f(void) { return",
  "\u0000",
  "\ufeff",
  "\r\n",
  "é",
  "__proto__",
  "#define __proto__ 1\n",
  "constructor",
];

/** A header with a few random changes. `others` are texts that pieces may come from. */
export function mutateHeader(text: string, others: readonly string[], random: SeededRandom): string {
  let out = text;
  const count = 1 + random.below(4);
  for (let i = 0; i < count; i++) out = mutateOnce(out, others, random);
  return out;
}

function mutateOnce(text: string, others: readonly string[], random: SeededRandom): string {
  const at = random.below(text.length + 1);
  const length = 1 + random.below(random.below(4) === 0 ? 2_000 : 40);
  switch (random.below(10)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + text.slice(at, at + length).repeat(2) + text.slice(at + length);
    case 2: {
      const other = random.pick(others);
      const from = random.below(other.length + 1);
      return text.slice(0, at) + other.slice(from, from + length) + text.slice(at);
    }
    case 3:
      return text.slice(0, at) + String.fromCharCode(random.below(128)) + text.slice(at + 1);
    case 4:
      return text.slice(0, at);
    case 5: {
      const lines = text.split("\n");
      const [a, b] = [random.below(lines.length), random.below(lines.length)];
      [lines[a], lines[b]] = [lines[b], lines[a]];
      return lines.join("\n");
    }
    case 6:
      return (
        text.slice(0, at) +
        random
          .pick(["(", "{", "[", "struct {", "x(", "*", "-", "~", "#if 1\n"])
          .repeat(1 + random.below(3_000)) +
        text.slice(at)
      );
    default:
      return text.slice(0, at) + random.pick(fragments) + text.slice(at);
  }
}
