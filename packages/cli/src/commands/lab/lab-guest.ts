import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type ImageRun, makeFolder, removeFolder, runImage, xenImage } from "@xgt/lab";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import { counted } from "../../terminal/quantity.ts";
import type { LabRunOptions } from "./lab.ts";
import { differenceFromPlan, needsStaticMemory, planDomUs } from "./lab-domu.ts";
import { judgeLog } from "./lab-judge.ts";
import { labErrorsAsCliErrors, releaseNamed, sayTo } from "./lab-machine.ts";

/** Name of the log in the folder of `-o`: the console as it was captured, Xen's boot log included. */
const CONSOLE_FILE = "guest.console";

/** Boots a guest's own image as Dom0 on a real Xen, replays what its console shows, and says what came of it. */
export async function labGuest(image: string, options: LabRunOptions, io: Io): Promise<number> {
  const folder = options.output ?? (await makeFolder(join(tmpdir(), "xgt-lab-guest-")));
  try {
    await mkdir(folder, { recursive: true });
    const { run, title, difference } = await labErrorsAsCliErrors(() => boot(image, options, io));
    const log = join(folder, CONSOLE_FILE);
    await writeFile(log, run.console, "latin1");
    await io.stderr.write(
      `${basename(image)}: ${title}: ${endText(run)} after ${run.seconds.toFixed(1)} s\n`,
    );
    const { errors, gaps } = await judgeLog(basename(image), log, io, "console");
    const failed = run.end === "shut down" ? 0 : 1;
    if (failed > 0) {
      const tail = [...endLines(run), ...run.tail];
      await io.stdout.write(`${tail.join("\n    ")}\n`);
    }
    if (difference !== "") await io.stdout.write(`  error: not the planned domain: ${difference}\n`);
    for (const gap of gaps) await io.stdout.write(`not judged: ${gap}\n`);
    const total = errors + failed + (difference === "" ? 0 : 1);
    const kept = gaps.length > 0 ? "no error seen, but the log is not whole" : "1:1 is kept: no error";
    await io.stdout.write(`result: ${total > 0 ? counted(total, "error") : kept}\n`);
    if (gaps.length > 0) return ExitStatus.trouble;
    return total === 0 ? ExitStatus.clean : ExitStatus.findings;
  } finally {
    if (options.output === undefined) await removeFolder(folder);
  }
}

interface Booted {
  readonly run: ImageRun;
  /** Of the Xen. */
  readonly title: string;
  /** How the domain differs from the planned one; "": not at all, or none was planned. */
  readonly difference: string;
}

async function boot(image: string, options: LabRunOptions, io: Io): Promise<Booted> {
  if (options.as === "domU") needsStaticMemory(options.xen);
  const xen = await xenImage(releaseNamed(options.xenRelease), options.xen, sayTo(io));
  const bootargs = options.bootargs ?? "";
  const work = await makeFolder(join(tmpdir(), "xgt-lab-image-"));
  try {
    const wanted = [{ name: "guest", image, bootargs, hasDisk: true }];
    const planned = options.as === "domU" ? await planDomUs(wanted, work) : null;
    const run = await runImage({
      xen: xen.path,
      image,
      bootargs,
      disk: options.disk,
      scratch: join(work, "disk.img"),
      domU: planned?.placed,
    });
    const difference = planned === null ? "" : differenceFromPlan(run.console, planned.specs[0]);
    return { run, title: xen.title, difference };
  } finally {
    await removeFolder(work);
  }
}

function endText(run: ImageRun): string {
  return run.end === "time is over" ? "ended by us, its time was over," : run.end;
}

function endLines(run: ImageRun): string[] {
  const what =
    run.end === "panic" ? "the guest panicked" : "the guest did not shut down within its time, and was ended";
  return [`  error: ${what}; the console's last lines:`];
}
