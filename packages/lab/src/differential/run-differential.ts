import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { logHeaderJson } from "@xgt/hypercall-log";
import { LabError } from "../host/lab-error.ts";
import { runImage } from "../images/run-image.ts";
import type { PlacedDomU } from "../machine/placed-domu.ts";
import type { Caller } from "./caller.ts";
import { type Judgement, judge } from "./judge.ts";
import { differentialHeader } from "./log-header.ts";
import { randomSequences, type Sequence, scriptOf } from "./make-script.ts";

/** Seconds that a boot's worth of calls may take. */
const SECONDS_MAX = 1800;
const SECTOR = 512;
/** Room on the disk for the log, a call: a line of each half, and what was read back. */
const LOG_BYTES_PER_STEP = 4096;
const LOG_BYTES_MIN = 4 << 20;
/**
 * Where Xen is a debug build it prints a line for most calls that it refuses. A console that is synchronous, or no
 * dom0_mem, makes Xen wait for three seconds; how much memory it clears for Dom0 is time, too.
 */
const XEN_ARGUMENTS = "console=dtuart dtuart=/pl011@9000000 dom0_mem=64M bootscrub=0 guest_loglvl=none";
/** How the executor says that it could make no second domain. */
const NO_PEER = /^peer_kind 0$/m;
/** The executor's last word on the console. */
const LOG_END = /XGT-LOG (\d+) bytes/;
const HEAD_MAGIC = "XGT-CALL";
/** As guest/executor/executor.h has them. */
const PeerKind = { none: 0, toMake: 1, guest: 2 } as const;

/** Where random calls run. */
export interface DifferentialMachine {
  /** Path of Xen's binary. */
  readonly xen: string;
  /** Path of the executor's Image. */
  readonly executor: string;
  /** Folder for the disk. */
  readonly folder: string;
  /** Who makes the calls. */
  readonly caller: Caller;
  /** There is a second domain. */
  readonly hasPeer: boolean;
  /** The caller is a dom0less domU of this machine; undefined: it is Dom0. */
  readonly domU?: PlacedDomU | undefined;
}

/** What one boot's calls showed, and the log that shows it: it replays, and names what its answers depend on. */
export interface DifferentialRun extends Judgement {
  /** Its bytes, in pieces. */
  readonly log: readonly Uint8Array[];
  /** Seconds from QEMU's start to the machine's end. */
  readonly seconds: number;
  /** What this Xen lacks of what the calls need, in words; "": nothing. */
  readonly lacks: string;
}

/** Runs sequences of calls on a real Xen and judges the model by the answers. Throws LabError. */
export async function runSequences(
  machine: DifferentialMachine,
  sequences: readonly Sequence[],
): Promise<DifferentialRun> {
  const recorded = await recordSequences(machine, sequences);
  return { ...(await judge(recorded.log, machine.caller.self)), ...recorded };
}

/** One boot of a long run. */
export interface RandomBoot {
  /** That its calls come from. */
  readonly seed: number;
  /** Random calls, without those that heal. */
  readonly calls: number;
  /** What they showed. */
  readonly run: DifferentialRun;
}

/** Calls of one boot: their log is held in memory, and each has a mark, of which a log keeps some 65,000. */
const CALLS_PER_BOOT = 40_000;

/**
 * Random calls from a seed and the seeds after it, a boot each. While the answers of one boot are judged, the next one
 * runs. Throws LabError.
 */
export async function* randomBoots(
  machine: DifferentialMachine,
  firstSeed: number,
  calls: number,
): AsyncGenerator<RandomBoot> {
  const boots: { readonly seed: number; readonly calls: number }[] = [];
  for (let left = calls; left > 0; left -= CALLS_PER_BOOT)
    boots.push({ seed: firstSeed + boots.length, calls: Math.min(left, CALLS_PER_BOOT) });
  const record = (boot: (typeof boots)[number] | undefined) => {
    const recorded = boot && recordSequences(machine, randomSequences(boot.seed, boot.calls, machine.caller));
    // Awaited in its turn; until then its failure is nobody's.
    recorded?.catch(() => {});
    return recorded;
  };
  let next = record(boots[0]);
  for (const [index, boot] of boots.entries()) {
    const recorded = await next;
    if (recorded === undefined) return;
    next = record(boots[index + 1]);
    try {
      yield { ...boot, run: { ...(await judge(recorded.log, machine.caller.self)), ...recorded } };
    } finally {
      // Whoever has seen enough does not wait for another boot; its disk is in use until it ends.
      await next?.catch(() => {});
    }
  }
}

async function recordSequences(
  machine: DifferentialMachine,
  sequences: readonly Sequence[],
): Promise<Omit<DifferentialRun, keyof Judgement>> {
  const { xen, executor, folder, caller, hasPeer, domU } = machine;
  const disk = join(await mkdtemp(join(folder, "boot-")), "calls.disk");
  const logAt = await writeDisk(disk, machine, sequences);
  try {
    const run = await runImage({
      xen,
      image: executor,
      bootargs: "",
      disk,
      scratch: disk,
      domU,
      xenArguments: XEN_ARGUMENTS,
      endMark: LOG_END,
      seconds: SECONDS_MAX,
    });
    const end = LOG_END.exec(run.console);
    if (run.end !== "shut down" || end === null)
      throw new LabError(`the executor did not end (${run.end}); the console's last lines:`, run.tail);
    const [setup, calls] = await readLog(disk, logAt, Number(end[1]));
    const peerIsThere = hasPeer && !NO_PEER.test(setup);
    const header = differentialHeader(run.console, setup, caller, peerIsThere);
    const lacks =
      hasPeer && !peerIsThere
        ? `Xen ${header.xen} has no second domain here: XEN_DOMCTL_createdomain has no grant_opts before 4.16; calls that name one meet none`
        : "";
    const first = Buffer.from(`${JSON.stringify(logHeaderJson(header))}\n`);
    return { log: [first, calls], seconds: run.seconds, lacks };
  } finally {
    await rm(dirname(disk), { recursive: true, force: true });
  }
}

/** Writes head and script, leaves room for the log behind them, and returns where that begins. */
async function writeDisk(
  path: string,
  { caller: { peer }, hasPeer }: DifferentialMachine,
  sequences: readonly Sequence[],
): Promise<number> {
  const script = scriptOf(sequences);
  const steps = sequences.reduce((sum, { length }) => sum + length + 1, 1);
  const logSector = 1 + Math.ceil(script.length / SECTOR);
  const logSectors = Math.ceil((LOG_BYTES_MIN + steps * LOG_BYTES_PER_STEP) / SECTOR);
  const head = Buffer.alloc(SECTOR);
  head.write(HEAD_MAGIC, "latin1");
  const numbers = [script.length, logSector, logSectors, peer.gfn, peer.pages, peer.lacks];
  for (const [index, value] of numbers.entries()) head.writeBigUInt64LE(BigInt(value), 8 + 8 * index);
  head.writeUInt16LE(peer.domid, 56);
  head.writeUInt16LE(!hasPeer ? PeerKind.none : peer.made ? PeerKind.toMake : PeerKind.guest, 58);
  await writeFile(path, Buffer.concat([head, script]));
  await truncate(path, (logSector + logSectors) * SECTOR);
  return logSector * SECTOR;
}

/** What the executor said before the first call, and its log. */
async function readLog(disk: string, at: number, bytes: number): Promise<[setup: string, calls: Buffer]> {
  const file = await open(disk);
  try {
    const text = Buffer.alloc(bytes);
    const { bytesRead } = await file.read(text, 0, bytes, at);
    const end = text.indexOf("\n\n");
    if (bytesRead < bytes || end < 0) throw new LabError("the executor left no whole log");
    return [text.toString("latin1", 0, end), text.subarray(end + 2)];
  } finally {
    await file.close();
  }
}
