// Holds `abi diff` of each commit that touches Xen's public headers, in both views, against gcc: what it makes of the headers
// before and after the commit.
//
//   node tools/run-ts.mjs tools/check-history.ts --git DIR --from stable-4.21 --to master
//
// Prints a line for each commit: what is told, and where gcc is of another mind, about where members lie as about what is told
// (the diff), and about every size, offset and value (the models that it compares).
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  type Abi,
  diffAbi,
  HeaderReader,
  isUnread,
  type Mode,
  readHeaderTree,
  renderStaticAsserts,
} from "../packages/hypercall-abi/src/index.ts";
import { disagreements } from "../packages/hypercall-abi/tests/told-changes.ts";
import { gccOf, type LayoutArch, layoutDigests } from "./layout-digests.ts";
import { unpackHeaders } from "./unpack-headers.ts";

const archs = ["arm64", "x86_64"] as const satisfies readonly LayoutArch[];
const modes = ["tools", "guest"] as const satisfies readonly Mode[];

const { values } = parseArgs({
  options: { git: { type: "string" }, from: { type: "string" }, to: { type: "string" } },
});

/** The headers of one commit, as they are read and as gcc has them. */
interface Compiled {
  readonly views: Readonly<Record<Mode, Abi>>;
  readonly layouts: Readonly<Record<Mode, ReadonlyMap<string, string>>>;
  /** What the compiler says against the models, and declarations that were not read. */
  readonly wrong: readonly string[];
}

function git(...args: string[]): string {
  return execFileSync("git", ["-C", values.git ?? ".", ...args], { encoding: "utf8" }).trim();
}

function compile(commit: string): Map<LayoutArch, Compiled> {
  const folder = mkdtempSync(join(tmpdir(), "xgt-history-"));
  try {
    unpackHeaders(values.git ?? ".", commit, folder);
    const reader = new HeaderReader(readHeaderTree(folder));
    return new Map(archs.map((arch) => [arch, compiled(folder, reader, arch)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compiled(folder: string, reader: HeaderReader, arch: LayoutArch): Compiled {
  const wrong: string[] = [];
  const read = (mode: Mode): Abi => {
    const { abi } = reader.read({ xen: "commit", arch, mode });
    wrong.push(...abi.unmodelled.filter(isUnread).map(({ name }) => `${name} is not read`));
    wrong.push(...refused(folder, abi, arch));
    return abi;
  };
  const views = { tools: read("tools"), guest: read("guest") };
  const layouts = (mode: Mode): Map<string, string> => layoutDigests(folder, views[mode].headers, arch, mode);
  return { views, layouts: { tools: layouts("tools"), guest: layouts("guest") }, wrong };
}

/** Assertions of a model that do not hold, by the compiler. */
function refused(folder: string, abi: Abi, arch: LayoutArch): string[] {
  const file = join(folder, "asserts.c");
  writeFileSync(file, renderStaticAsserts(abi, { prefix: "" }).text);
  const [compiler, ...options] = gccOf(arch);
  const include = ["-iquote", join(folder, "xen/include/public"), "-iquote", folder];
  const { stderr } = spawnSync(
    compiler,
    [...options, "-std=gnu11", "-fsyntax-only", "-w", ...include, file],
    {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    },
  );
  return stderr.split("\n").filter((line) => line.includes("error:"));
}

function main(from: string, to: string): void {
  const commits = git(
    "rev-list",
    "--reverse",
    "--topo-order",
    "--no-merges",
    `${from}..${to}`,
    "--",
    "xen/include/public",
  );
  const cache = new Map<string, Map<LayoutArch, Compiled>>();
  const at = (commit: string): Map<LayoutArch, Compiled> => {
    const tree = git("rev-parse", `${commit}:xen/include/public`);
    const known = cache.get(tree) ?? compile(commit);
    if (cache.size > 8) cache.clear();
    cache.set(tree, known);
    return known;
  };
  let [changesInAll, wrongInAll, count] = [0, 0, 0];
  for (const commit of commits.split("\n").filter((line) => line !== "")) {
    const [before, after] = [at(`${commit}^`), at(commit)];
    const told: string[] = [];
    const wrong: string[] = [];
    for (const arch of archs) {
      const [old, now] = [before.get(arch), after.get(arch)];
      if (old === undefined || now === undefined) continue;
      const { changes, summary } = diffAbi(old.views, now.views);
      const { breaking } = summary;
      changesInAll += changes.length;
      told.push(
        `${arch} ${changes.length} changes (guests ${breaking.guest} breaking, tools ${breaking.tools})`,
      );
      wrong.push(...old.wrong, ...now.wrong);
      for (const mode of modes)
        wrong.push(
          ...disagreements(changes, mode, old.layouts[mode], now.layouts[mode]).map(
            (what) => `${arch} ${mode} ${what}`,
          ),
        );
    }
    count++;
    wrongInAll += wrong.length;
    process.stdout.write(`${git("log", "-1", "--format=%h %s", commit).slice(0, 80)}: ${told.join(", ")}\n`);
    for (const line of wrong) process.stdout.write(`  ${line}\n`);
  }
  process.stdout.write(`${count} commits, ${changesInAll} changes told, ${wrongInAll} disagreements\n`);
  if (wrongInAll > 0) process.exitCode = 1;
}

if (values.git === undefined || values.from === undefined || values.to === undefined) {
  process.stderr.write("usage: check-history.ts --git DIR --from COMMIT --to COMMIT\n");
  process.exitCode = 2;
} else main(values.from, values.to);
