// Makes or refreshes the bundled models from Xen trees. See packages/hypercall-abi/README.md.
//
//   node tools/run-ts.mjs tools/import-models.ts --git DIR [--release V]...   every (or each named) release of a Xen git
//   node tools/run-ts.mjs tools/import-models.ts --tree DIR --release V       one release from a folder
//   node tools/run-ts.mjs tools/import-models.ts --dump [--release V]         the bundled models as text, for review
//
// Nothing is written when a header could not be read, unless --force is given.
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pool as bundledPool } from "../packages/hypercall-abi/src/models/data/pool.ts";
import { releaseList } from "../packages/hypercall-abi/src/models/data/release-list.ts";
import { releaseIndexes } from "../packages/hypercall-abi/src/models/data/releases.ts";
import {
  bundledViews,
  decodeModel,
  decodePool,
  type EncodedModels,
  encodeModels,
  formatDiagnostic,
  HeaderReader,
  type HeaderTree,
  headerTreeOf,
  itemsOf,
  type ReleaseModels,
  type ReleaseSource,
  readHeaderTree,
} from "../packages/hypercall-abi/src/models/tooling.ts";

const dataFolder = "packages/hypercall-abi/src/models/data";
/** Releases from this one on are bundled. */
const oldest = "4.0";

const { values } = parseArgs({
  options: {
    git: { type: "string" },
    tree: { type: "string" },
    release: { type: "string", multiple: true },
    dump: { type: "boolean" },
    force: { type: "boolean" },
  },
});

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function git(folder: string, ...args: string[]): string {
  return execFileSync("git", ["-C", folder, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
}

function minorOf(release: string): number {
  return Number(release.split(".")[1]);
}

/** Stable branches from the oldest bundled release on, and master. */
function releasesOf(folder: string): string[] {
  const names = git(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes");
  const stable = [...names.matchAll(/(?:^|\/)stable-(4\.[0-9]+)$/gm)].map((m) => m[1]);
  const wanted = [...new Set(stable)].filter((r) => minorOf(r) >= minorOf(oldest));
  return [...wanted.sort((a, b) => minorOf(a) - minorOf(b)), "master"];
}

function branchOf(folder: string, release: string): string {
  const branch = release === "master" ? "master" : `stable-${release}`;
  for (const name of [branch, `origin/${branch}`, `RELEASE-${release}.0`]) {
    try {
      return git(folder, "rev-parse", "--verify", "--quiet", `${name}^{commit}`).trim();
    } catch {
      // The next spelling.
    }
  }
  throw new Error(`${folder}: no branch ${branch}`);
}

function buildOf(makefile: string, release: string): string {
  const part = (name: string): string =>
    new RegExp(`^(?:export )?XEN_${name}\\s*\\??=\\s*([^\\s$]*)`, "m").exec(makefile)?.[1] ?? "";
  const numbers = `${part("VERSION")}.${part("SUBVERSION")}`;
  return numbers === "." ? release : `${numbers}${part("EXTRAVERSION")}`;
}

function treeFromGit(folder: string, commit: string): HeaderTree {
  const below = "xen/include/public/";
  const listing = git(folder, "ls-tree", "-r", "-z", commit, below);
  const paths: string[] = [];
  const blobs: string[] = [];
  for (const entry of listing.split("\0")) {
    const match = /^\d+ blob ([0-9a-f]+)\t(.*\.h)$/.exec(entry);
    if (match === null) continue;
    blobs.push(match[1]);
    paths.push(match[2].slice(below.length));
  }
  const batch = execFileSync("git", ["-C", folder, "cat-file", "--batch"], {
    input: blobs.join("\n"),
    maxBuffer: 1 << 28,
  });
  const files: [string, string][] = [];
  let at = 0;
  for (const path of paths) {
    const lineEnd = batch.indexOf(0x0a, at);
    const size = Number(batch.subarray(at, lineEnd).toString().split(" ")[2]);
    files.push([path, batch.subarray(lineEnd + 1, lineEnd + 1 + size).toString("utf8")]);
    at = lineEnd + 1 + size + 1;
  }
  return headerTreeOf(commit, files);
}

let problemsInAll = 0;

function importRelease(source: ReleaseSource, tree: HeaderTree): ReleaseModels {
  const started = performance.now();
  const reader = new HeaderReader(tree);
  let problems = 0;
  const models = bundledViews.flatMap(({ arch, mode }) => {
    const result = reader.read({ xen: source.xen, arch, mode });
    if (!result.abi.headers.includes("xen.h")) {
      say(`${source.xen}: its headers do not know ${arch}`);
      return [];
    }
    problems += result.diagnostics.filter((d) => d.severity === "error").length;
    for (const d of result.diagnostics.slice(0, 5))
      say(`${source.xen} ${arch} ${mode}: ${formatDiagnostic(d)}`);
    return result.abi;
  });
  problemsInAll += problems;
  const first = models[0];
  const counts = `${Object.keys(first.structs).length} structs, ${Object.keys(first.constants).length} constants`;
  const took = (performance.now() - started).toFixed(0);
  say(
    `${source.xen} (${source.build}, ${source.commit.slice(0, 12)}): ${first.arch} ${counts}; ${problems} diagnostics; ${took} ms for ${models.length} models`,
  );
  return { source, models };
}

function bundled(): ReleaseModels[] {
  if (releaseList.length === 0) return [];
  const pool = decodePool(bundledPool);
  return releaseList.map((source) => {
    const release = { ...source, index: releaseIndexes[source.xen] };
    return { source, models: bundledViews.flatMap((v) => decodeModel(release, pool, v.arch, v.mode) ?? []) };
  });
}

function write(encoded: EncodedModels): void {
  const head = "// Made by tools/import-models.ts from Xen's public headers: facts only. Do not edit.\n";
  const wrapped = (text: string): string => `\`\n${text.replace(/.{1,120}/g, "$&\n")}\``;
  const sources = encoded.releases.map(({ xen, build, commit }) => {
    const members = Object.entries({ xen, build, commit });
    return `  { ${members.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ")} },\n`;
  });
  const indexes = encoded.releases.map((r) => `  ${JSON.stringify(r.xen)}: ${wrapped(r.index)},\n`);
  replaceFile(
    "pool.ts",
    `${head}/** What encode-models.ts made of all declarations. */\nexport const pool: string = ${wrapped(encoded.pool)};\n`,
  );
  replaceFile(
    "release-list.ts",
    `${head}import type { ReleaseSource } from "./release-models.ts";\n\n/** Where each bundled release came from, oldest first. */\nexport const releaseList: readonly ReleaseSource[] = [\n${sources.join("")}];\n`,
  );
  replaceFile(
    "releases.ts",
    `${head}/** What encode-models.ts made of each release, by name. */\nexport const releaseIndexes: Readonly<Record<string, string>> = {\n${indexes.join("")}};\n`,
  );
}

function replaceFile(name: string, text: string): void {
  const path = join(dataFolder, name);
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
  say(`${path}: ${text.length} bytes`);
}

function dump(): void {
  const wanted = values.release;
  for (const { source, models } of bundled()) {
    if (wanted !== undefined && !wanted.includes(source.xen)) continue;
    for (const abi of models) {
      process.stdout.write(`== ${source.xen} ${source.build} ${source.commit} ${abi.arch} ${abi.mode}\n`);
      for (const item of itemsOf(abi)) process.stdout.write(`${item.text}\t:${item.line}\n`);
    }
  }
}

function main(): void {
  if (values.dump) {
    dump();
    return;
  }
  const fresh: ReleaseModels[] = [];
  if (values.git !== undefined) {
    const folder = values.git;
    for (const release of values.release ?? releasesOf(folder)) {
      const commit = branchOf(folder, release);
      const build = buildOf(git(folder, "show", `${commit}:xen/Makefile`), release);
      fresh.push(importRelease({ xen: release, build, commit }, treeFromGit(folder, commit)));
    }
  } else if (values.tree !== undefined && values.release?.length === 1) {
    const xen = values.release[0];
    const makefile = join(values.tree, "xen/Makefile");
    let build = xen;
    try {
      build = buildOf(readFileSync(makefile, "utf8"), xen);
    } catch {
      say(`${makefile} is not there: the release is called ${xen}`);
    }
    fresh.push(importRelease({ xen, build, commit: "unknown" }, readHeaderTree(values.tree)));
  } else {
    say(
      "usage: import-models.ts --git DIR [--release V]... | --tree DIR --release V | --dump [--release V]...",
    );
    process.exitCode = 2;
    return;
  }
  if (problemsInAll > 0 && !values.force) {
    say(`nothing is written: ${problemsInAll} places could not be read (--force writes all the same)`);
    process.exitCode = 1;
    return;
  }
  const replaced = new Set(fresh.map((r) => r.source.xen));
  const all = [...bundled().filter((r) => !replaced.has(r.source.xen)), ...fresh];
  const order = (r: ReleaseModels): number =>
    r.source.xen === "master" ? Number.POSITIVE_INFINITY : minorOf(r.source.xen);
  all.sort((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)));
  write(encodeModels(all));
}

main();
