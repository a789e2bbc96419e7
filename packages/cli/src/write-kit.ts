import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CaptureKit, kprobeKit, LabError, moduleKit } from "@xgt/lab";
import { CliError } from "./cli-error.ts";
import type { CaptureOptions } from "./commands/capture.ts";
import { ExitStatus } from "./exit-status.ts";
import type { Io } from "./io.ts";
import { paletteFor } from "./terminal/color.ts";
import { messageLine } from "./terminal/messages.ts";
import { shownPath } from "./terminal/shown-path.ts";

/** Writes a capture kit into a folder that is empty or not there yet. Throws CliError. */
export async function writeKit(kind: string, options: CaptureOptions, io: Io): Promise<number> {
  const folder = options.output ?? `xgt-${kind}`;
  const { files, notes } = await kitOf(kind, options);
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0) {
      throw new CliError(`${shownPath(folder)}: the folder is not empty; name another one with -o`);
    }
    for (const { name, content, executable } of files) {
      await writeFile(join(folder, name), content, { mode: executable ? 0o755 : 0o644 });
    }
  } catch (error) {
    if (error instanceof CliError || !(error instanceof Error && "code" in error)) throw error;
    throw new CliError(
      `${shownPath(folder)}: cannot be written (${error.code}); name another folder with -o`,
    );
  }
  const palette = paletteFor("auto", io.stderr, io);
  for (const note of notes) await io.stderr.write(messageLine("info", note, palette));
  const names = files.map(({ name }) => name).join(" ");
  await io.stdout.write(`${shownPath(folder)}: ${names}\nREADME.md says how to run it.\n`);
  return ExitStatus.clean;
}

async function kitOf(kind: string, options: CaptureOptions): Promise<CaptureKit> {
  const { image, symbols, modules } = options;
  try {
    if (kind === "linux-module") return await moduleKit();
    if (image === undefined || symbols === undefined) {
      throw new CliError("kprobes need --image and --symbols: the target's kernel and its /proc/kallsyms");
    }
    return await kprobeKit({ image, symbols, modules });
  } catch (error) {
    if (error instanceof LabError) throw new CliError(error.message);
    throw error;
  }
}
