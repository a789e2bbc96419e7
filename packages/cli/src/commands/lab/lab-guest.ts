import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { counted, type Finding } from "@xgt/findings";
import { type ImageRun, makeFolder, removeFolder, runImage, xenImage } from "@xgt/lab";
import { ExitStatus } from "../../terminal/exit-status.ts";
import type { Io } from "../../terminal/io.ts";
import type { LabRunOptions } from "./lab.ts";
import { differenceFromPlan, needsStaticMemory, planDomUs } from "./lab-domu.ts";
import { judgeLog } from "./lab-judge.ts";
import { labErrorsAsCliErrors, releaseNamed, sayTo } from "./lab-machine.ts";
import { endFinding, LabReport, planFinding } from "./lab-report.ts";

/** Name of the log in the folder of `-o`: the console as it was captured, Xen's boot log included. */
const CONSOLE_FILE = "guest.console";

/** Boots a guest's own image on a real Xen, replays what its console shows, and says what came of it. Throws CliError. */
export async function labGuest(image: string, options: LabRunOptions, io: Io): Promise<number> {
  const folder = options.output ?? (await makeFolder(join(tmpdir(), "xgt-lab-guest-")));
  const report = new LabReport(options, io);
  try {
    await mkdir(folder, { recursive: true });
    const booted = await labErrorsAsCliErrors(() => boot(image, options, io));
    const { run, title } = booted;
    const name = basename(image);
    const log = join(folder, CONSOLE_FILE);
    await writeFile(log, run.console, "latin1");
    await io.stderr.write(`${name}: ${title}: ${endText(run)} after ${run.seconds.toFixed(1)} s\n`);
    const { errors, gaps, document } = await judgeLog(name, log, report.text, "console");
    const ends = endsOf(booted);
    for (const { message, notes } of ends) {
      const lines = [`  error: ${message}`, ...notes.map((note) => note.message)];
      await report.text.stdout.write(`${lines.join("\n    ")}\n`);
    }
    for (const gap of gaps) await report.text.stdout.write(`not judged: ${gap}\n`);
    const total = errors + ends.length;
    const kept = gaps.length > 0 ? "no error seen, but the log is not whole" : "1:1 is kept: no error";
    await report.text.stdout.write(`result: ${total > 0 ? counted(total, "error") : kept}\n`);
    await report.add(document, ends);
    await report.end();
    // A guest that died mostly leaves a log that is cut: that it died is the verdict.
    if (gaps.length > 0 && ends.length === 0) return ExitStatus.trouble;
    return total === 0 ? ExitStatus.clean : ExitStatus.findings;
  } finally {
    report.discard();
    if (options.output === undefined) await removeFolder(folder);
  }
}

/** What is wrong with how it ended. */
function endsOf({ run, difference }: Booted): Finding[] {
  const { end, tail } = run;
  const ends: Finding[] = [];
  if (end === "panic") ends.push(endFinding("B01", "the guest panicked", tail));
  else if (end === "time is over") {
    const what = "the guest did not shut down within its time, and was ended";
    ends.push(endFinding("B03", what, tail));
  }
  if (difference !== "") ends.push(planFinding(difference));
  return ends;
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
    const wanted = [{ name: "guest", image, bootargs, devices: 1 }];
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
