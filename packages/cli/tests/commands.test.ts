import { describe, expect, it } from "vitest";
import { commands } from "../src/commands/index.ts";
import { main } from "../src/program/main.ts";
import { buildProgram, commandPath } from "../src/program/program.ts";
import type { Io } from "../src/terminal/io.ts";

const silent = { isTTY: false, write: async () => {} };
const io: Io = { env: {}, stdin: (async function* () {})(), stdout: silent, stderr: silent };

describe("every command", () => {
  it("has the name and the summary that the registry gives it", async () => {
    const program = await buildProgram({ io, exit: () => {} });
    const listed = program.commands.map((command) => [command.name(), command.summary()]);
    expect(listed).toEqual(commands.map(({ name, summary }) => [name, summary]));
    for (const { name, load } of commands) {
      expect((await load())({ io, exit: () => {} }).name()).toBe(name);
    }
  });

  it.each(commands.map(({ name }) => name))("%s tells examples and exit status in its help", async (name) => {
    let help = "";
    const stdout = {
      isTTY: false,
      write: async (text: string) => {
        help += text;
      },
    };
    expect(await main([name, "--help"], { ...io, stdout })).toBe(0);
    expect(help).toMatch(new RegExp(`^Usage: xgt ${name}`));
    expect(help).toContain("\nExamples:\n  ");
    expect(help).toContain("\nExit status:\n  0 ");
    for (const line of help.split("\n")) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  it("is named with its parents in messages", async () => {
    const program = await buildProgram({ io, exit: () => {} });
    expect(program.commands.map((command) => commandPath(command))).toContain("xgt replay");
  });
});

describe("a bug", () => {
  it("is reported in one line, with the stack only where it is asked for", async () => {
    const told = async (env: Record<string, string>) => {
      let text = "";
      const stderr = {
        isTTY: false,
        write: async (part: string) => {
          text += part;
        },
      };
      const stdout = { isTTY: false, write: () => Promise.reject(new Error("something impossible")) };
      expect(await main(["--help"], { ...io, env, stdout, stderr })).toBe(2);
      return text;
    };
    expect(await told({})).toMatch(
      /^xgt: error: something impossible; this is a bug of xgt: please report it.*\n$/,
    );
    expect(await told({ XGT_DEBUG: "1" })).toContain("\n    at ");
  });
});
