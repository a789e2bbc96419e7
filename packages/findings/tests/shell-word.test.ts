import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellComment, shellWord } from "../src/index.ts";

/** What a shell makes of a script whose text is bytes, each character one. */
function shell(script: string): string {
  const { stdout, stderr, status } = spawnSync("sh", ["-s"], { input: Buffer.from(script, "latin1") });
  expect([status, stderr.toString("latin1")]).toEqual([0, ""]);
  return stdout.toString("latin1");
}

const bytes = Array.from({ length: 255 }, (_, i) => String.fromCharCode(i + 1));

describe("a word of a shell", () => {
  it("is the same text again, for every byte but NUL, alone and among others", () => {
    const words = [...bytes, ...bytes.map((byte) => `a${byte}b${byte}`), bytes.join(""), ""];
    const script = words.map((word) => `printf '%s\\0' ${shellWord(word)}\n`).join("");
    expect(shell(script).split("\0").slice(0, -1)).toEqual(words);
  });

  it("is the same text again, whatever is put together", () => {
    const hostile = fc.array(fc.constantFrom("'", "\\", '"', "$(echo no)", "`", "\n", ";", " ", "#", "x"));
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 50 }), (lists) => {
        const words = lists.map((list) => list.join(""));
        const script = words.map((word) => `printf '%s\\0' ${shellWord(word)}\n`).join("");
        expect(shell(script).split("\0").slice(0, -1)).toEqual(words);
      }),
      { numRuns: 20 },
    );
  });

  it("cannot hold a NUL", () => {
    expect(() => shellWord("a\0b")).toThrow(RangeError);
  });
});

describe("a comment of a shell", () => {
  it("never does anything, for every byte", () => {
    const script = ["\0", ...bytes].map((byte) => shellComment(`a${byte}echo run`)).join("");
    expect(shell(script)).toBe("");
    expect(script.split("\n")).toHaveLength(257);
  });
});
