import { spawn } from "node:child_process";
import { TOOL_OUTPUT_SHOWN, TOOL_SECONDS_MAX } from "../limits.ts";
import { LabError } from "./lab-error.ts";

/** How a program of the host is run. */
interface ToolRun {
  /** Folder to run in; undefined: this process's. */
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the tool is for and how to get it, for the error where it is missing. */
  readonly advice: string;
}

/** Runs a program of the host and returns what it wrote to stdout. Throws LabError where it is missing or fails. */
export async function runTool(program: string, args: readonly string[], run: ToolRun): Promise<Buffer> {
  const child = spawn(program, args, {
    cwd: run.cwd,
    env: { ...process.env, ...run.env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TOOL_SECONDS_MAX * 1000,
  });
  const out: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => out.push(piece));
  child.stderr.on("data", (piece: Buffer) => complaints.push(piece));
  const status = await new Promise<number | string>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "ENOENT"
          ? new LabError(`${program} is not installed: ${run.advice}`)
          : new LabError(`${program} cannot be run (${error.code ?? error.message}): ${run.advice}`),
      );
    });
    child.on("close", (code, signal) => resolve(code ?? signal ?? "no status"));
  });
  if (status === 0) return Buffer.concat(out);
  const said = lastLines(`${Buffer.concat(out)}${Buffer.concat(complaints)}`);
  const how = said.length === 0 ? "without a word" : "it said:";
  throw new LabError(`${[program, args[0]].join(" ")} failed (${status}), ${how}`, said);
}

/** The end of what a program wrote. */
export function lastLines(text: string): string[] {
  const end = text.trim();
  return end === "" ? [] : end.slice(-TOOL_OUTPUT_SHOWN).split("\n");
}
