import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bpftraceKit, type CaptureKit, kprobeKit, moduleKit } from "@xgt/lab";
import { CliError, UsageError } from "../../terminal/cli-error.ts";
import { paletteFor } from "../../terminal/color.ts";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { messageLine } from "../../terminal/messages.ts";
import { shownPath } from "../../terminal/shown-path.ts";
import { labErrorsAsCliErrors } from "../lab/lab-machine.ts";
import type { CaptureOptions } from "./capture.ts";

const COMMAND = "xgt capture";
const NAME_ANOTHER = "name another folder with -o";

/** Writes a capture kit into a folder that is empty or not there yet. Throws CliError. */
export async function writeKit(kind: string, options: CaptureOptions, io: Io): Promise<number> {
  const folder = options.output ?? `xgt-${kind}`;
  if (folder === "" || folder === "-")
    throw new UsageError(COMMAND, `-o "${folder}": a kit is several files: name a folder`);
  const { files, notes } = await kitOf(kind, options);
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0)
      throw new CliError(`${shownPath(folder)}: the folder is not empty; ${NAME_ANOTHER}`);
    for (const { name, content, executable } of files) {
      await writeFile(join(folder, name), content, { flag: "wx", mode: executable ? 0o755 : 0o644 });
    }
  } catch (error) {
    if (error instanceof CliError || !(error instanceof Error && "code" in error)) throw error;
    throw new CliError(`${shownPath(folder)}: ${reasonOf(error.code)}; ${NAME_ANOTHER}`);
  }
  const palette = paletteFor("auto", io.stderr, io);
  for (const note of notes) await io.stderr.write(messageLine("info", note, palette));
  const names = files.map(({ name }) => name).join(" ");
  await io.stdout.write(`${shownPath(folder)}: ${names}\nREADME.md says how to run it.\n`);
  return ExitStatus.clean;
}

/** Why a folder cannot be made or written, by Node's word for it. */
function reasonOf(code: unknown): string {
  if (code === "EEXIST") return "is a file, not a folder";
  return code === "ENOTDIR" ? "lies in a file, not in a folder" : `cannot be written (${code})`;
}

async function kitOf(kind: string, options: CaptureOptions): Promise<CaptureKit> {
  const { image, symbols, modules } = options;
  if (kind === "linux-module") {
    const given = Object.entries({ image, symbols, modules }).find(([, value]) => value !== undefined);
    if (given === undefined) return labErrorsAsCliErrors(moduleKit);
    throw new UsageError(
      COMMAND,
      `--${given[0]} is for kprobes and bpftrace: linux-module is built on the target itself`,
    );
  }
  if (image === undefined) {
    throw new UsageError(COMMAND, `${kind} needs --image, the target's kernel`);
  }
  const make = kind === "bpftrace" ? bpftraceKit : kprobeKit;
  return labErrorsAsCliErrors(() => make({ image, symbols, modules }));
}
