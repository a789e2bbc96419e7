import { spawnSync } from "node:child_process";
import { buildProgram, commandTree } from "@xgt/cli";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { manPage } from "./man-page.ts";

const command = new Command("tool")
  .description("Does a thing.\n.not a request, and a back\\slash")
  .option("-f, --form <FORM>", "shape of it", "round")
  .addHelpText("after", "\nA remark.\n\nExamples:\n  tool --form x | cat\n\nExit status:\n  0  done");
const child = new Command("sub").summary("a part").description("Does a part.");
command.addCommand(child);

describe("man pages", () => {
  it("hold the sections that people look for", () => {
    const { name, text } = manPage(command);
    expect(name).toBe("tool");
    const sections = [...text.matchAll(/^\.SH (.*)$/gm)].map((match) => match[1]);
    expect(sections).toEqual([
      "NAME",
      "SYNOPSIS",
      "DESCRIPTION",
      "OPTIONS",
      "COMMANDS",
      "EXAMPLES",
      "EXIT STATUS",
      "SEE ALSO",
    ]);
    expect(text).toContain(".B \\-f, \\-\\-form <FORM>\nshape of it. Default: round.");
    expect(manPage(child).name).toBe("tool-sub");
  });

  it("let no text be taken for a request", () => {
    expect(manPage(command).text).toContain("\n\\&.not a request, and a back\\eslash\n");
  });

  const groff = spawnSync("groff", ["--version"]).status === 0;
  it.runIf(groff)("of all commands are accepted by groff without a warning", async () => {
    const silent = { isTTY: false, write: async () => {} };
    const io = { env: {}, stdin: (async function* () {})(), stdout: silent, stderr: silent };
    const program = await buildProgram({ io, exit: () => {} });
    for (const one of commandTree(program)) {
      const input = manPage(one).text;
      const page = spawnSync("groff", ["-man", "-Tascii", "-ww"], { input, encoding: "utf8" });
      expect(page.stderr, one.name()).toBe("");
      expect(page.status).toBe(0);
    }
  });
});
