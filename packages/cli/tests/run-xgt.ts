import { main } from "../src/program/main.ts";

/** What one run of the command line gave. */
export interface XgtRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Runs the command line in this process, with nothing on standard input. */
export async function runXgt(...args: string[]): Promise<XgtRun> {
  const text = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr") => ({
    isTTY: false,
    write: async (piece: string) => {
      text[name] += piece;
    },
  });
  const io = {
    env: {},
    stdin: (async function* () {})(),
    stdout: output("stdout"),
    stderr: output("stderr"),
  };
  const status = await main(args, io);
  return { ...text, status };
}
