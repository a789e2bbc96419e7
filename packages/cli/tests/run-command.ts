import { main } from "../src/program/main.ts";
import type { Io } from "../src/terminal/io.ts";

/** What a command printed and ended with. */
export interface CommandRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, without a terminal. */
export async function runCommand(
  args: readonly string[],
  stdin: Uint8Array = new Uint8Array(),
): Promise<CommandRun> {
  const printed = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr") => ({
    isTTY: false,
    write: async (text: string) => {
      printed[name] += text;
    },
  });
  const io: Io = {
    env: {},
    stdin: (async function* () {
      yield stdin;
    })(),
    stdout: output("stdout"),
    stderr: output("stderr"),
  };
  const status = await main(args, io);
  return { status, ...printed };
}
