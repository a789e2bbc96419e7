import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { colorPalette, plainPalette } from "@xgt/findings";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../src/program/main.ts";
import { type ColorMode, columnsOf, paletteFor } from "../src/terminal/color.ts";
import type { Io } from "../src/terminal/io.ts";
import { pageText } from "../src/terminal/pager.ts";

interface Output {
  readonly isTTY: boolean;
  readonly columns?: number;
  readonly isFile?: boolean;
  text: string;
  write(text: string): Promise<void>;
}

function output(more: Partial<Output> = {}): Output {
  return {
    isTTY: false,
    text: "",
    async write(text) {
      this.text += text;
    },
    ...more,
  };
}

function ioOf(env: Record<string, string>, stdout: Output, page?: (text: string) => Promise<void>): Io {
  const stdin = (async function* () {})();
  return { env, stdin, stdout, stderr: output(), ...(page === undefined ? {} : { page }) };
}

describe("colours", () => {
  const terminal = output({ isTTY: true });
  const pipe = output();
  const file = output({ isFile: true });

  it.each<[what: string, mode: ColorMode, output: Output, env: Record<string, string>, colours: boolean]>([
    ["a terminal", "auto", terminal, {}, true],
    ["a pipe", "auto", pipe, {}, false],
    ["a terminal that has none", "auto", terminal, { TERM: "dumb" }, false],
    ["a terminal with NO_COLOR", "auto", terminal, { NO_COLOR: "1" }, false],
    ["a terminal with an empty NO_COLOR", "auto", terminal, { NO_COLOR: "" }, true],
    ["a pipe with FORCE_COLOR, as of a CI job", "auto", pipe, { FORCE_COLOR: "1" }, true],
    ["a pipe with an empty FORCE_COLOR", "auto", pipe, { FORCE_COLOR: "" }, false],
    ["a terminal with FORCE_COLOR=0", "auto", terminal, { FORCE_COLOR: "0" }, false],
    ["both words", "auto", pipe, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
    ["a file with FORCE_COLOR", "auto", file, { FORCE_COLOR: "1" }, false],
    ["a file that shall have them", "always", file, {}, true],
    ["--color never with FORCE_COLOR", "never", terminal, { FORCE_COLOR: "1" }, false],
  ])("%s", (_, mode, to, env, colours) => {
    expect(paletteFor(mode, to, ioOf(env, to))).toBe(colours ? colorPalette : plainPalette);
  });
});

describe("columns", () => {
  it.each([
    [undefined, 100],
    [80, 80],
    [250, 100],
    [10, 40],
  ])("of a terminal with %s are %i", (columns, wanted) => {
    expect(columnsOf(output({ isTTY: true, ...(columns === undefined ? {} : { columns }) }))).toBe(wanted);
  });

  it("hold what a rule says", async () => {
    const stdout = output({ isTTY: true, columns: 60 });
    await main(["rules", "G44", "--color", "never"], ioOf({}, stdout));
    const [said] = stdout.text.split("\nA log that keeps it");
    expect(Math.max(...said.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});

describe("the pager", () => {
  let folder = "";
  let pager = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "xgt-pager-"));
    pager = join(folder, "pager");
    writeFileSync(pager, `#!/bin/sh\necho "$@" "$LESS" > "${folder}/called"\ncat > "${folder}/paged"\n`);
    chmodSync(pager, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const long = "line\n".repeat(50);
  const page = async (text: string, env: Record<string, string>) => {
    const terminal = output({ isTTY: true });
    await pageText(text, { rows: 24, env: { PATH: process.env.PATH ?? "", ...env }, output: terminal });
    return terminal.text;
  };

  it("shows what is longer than a screen, with its own options", async () => {
    expect(await page(long, { PAGER: `${pager} -x` })).toBe("");
    expect(readFileSync(join(folder, "paged"), "utf8")).toBe(long);
    expect(readFileSync(join(folder, "called"), "utf8")).toBe("-x FRX\n");
  });

  it.each([
    ["what fits", "one line\n", "false"],
    ["everything, where PAGER is cat", long, "cat"],
    ["everything, where PAGER is empty", long, ""],
    ["everything, where there is no such pager", long, "/nowhere/pager"],
  ])("is not asked for %s", async (_, text, name) => {
    expect(await page(text, { PAGER: name })).toBe(text);
  });

  it("is for the rules in a terminal, not for a file or JSON", async () => {
    let paged = "";
    const show = async (text: string) => {
      paged += text;
    };
    const stdout = output({ isTTY: true });
    await main(["rules", "-f", "json"], ioOf({}, stdout, show));
    await main(["rules", "-o", join(folder, "rules.txt")], ioOf({}, stdout, show));
    expect(paged).toBe("");
    await main(["rules"], ioOf({}, stdout, show));
    expect(paged).toContain("dma-to-hole");
  });
});
