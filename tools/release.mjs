#!/usr/bin/env node
// Makes a release: npm run release -- VERSION. Nothing leaves this machine.
//
//   1. all package.json files, the lock file and CHANGELOG.md get the version;
//   2. `npm test` must pass;
//   3. this is committed and tagged vVERSION;
//   4. every package is packed into dist/vVERSION, with SHA256SUMS and provenance.json: commit, tools, sums.
//
// The packages hold no times and no places of this machine: whoever packs the commit again, with the Node and npm that
// provenance.json names, gets the same sums.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;
const SCOPE = "@xgt/";

/** What keeps a version from being released after `current`, in words; null: nothing. */
export function versionTrouble(version, current) {
  if (!VERSION.test(version)) return `${version} is no version: write three numbers, as in 1.2.0`;
  const [next, last] = [version, current].map((text) => text.split(".").map(Number));
  const at = next.findIndex((number, i) => number !== last[i]);
  return at >= 0 && next[at] > last[at] ? null : `${version} does not come after ${current}`;
}

/** A package.json's text with a version, its own packages' too; all else stays as it is. */
export function manifestWith(text, version) {
  return text
    .replace(/^( {2}"version": )"[^"]*"/m, `$1"${version}"`)
    .replace(/("@xgt\/[\w-]+": )"\d[^"]*"/g, `$1"${version}"`);
}

/** A changelog in which what was not released yet is this version's. Throws where nothing is. */
export function changelogWith(text, version, date) {
  const [, entries] = /^## Unreleased\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(text) ?? [];
  if (entries === undefined || entries.trim() === "") {
    throw new Error('CHANGELOG.md: nothing stands below "## Unreleased": say what has changed');
  }
  return text.replace(/^## Unreleased\n/m, `## Unreleased\n\n## ${version} (${date})\n`);
}

function run(root, program, ...args) {
  return execFileSync(program, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function rewrite(path, change) {
  writeFileSync(path, change(readFileSync(path, "utf8")));
}

/** Packs all packages into a folder and writes down what they are and where they come from. */
function pack(root, version, names) {
  const folder = join(root, "dist", `v${version}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const workspaces = names.flatMap((name) => ["-w", SCOPE + name]);
  run(root, "npm", "pack", "--silent", "--pack-destination", folder, ...workspaces);
  const files = readdirSync(folder).sort();
  const sums = files.map((name) => {
    return [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ];
  });
  writeFileSync(join(folder, "SHA256SUMS"), sums.map(([name, sum]) => `${sum}  ${name}\n`).join(""));
  const provenance = {
    version,
    commit: run(root, "git", "rev-parse", "HEAD").trim(),
    command: "npm pack",
    node: process.version,
    npm: run(root, "npm", "--version").trim(),
    sha256: Object.fromEntries(sums),
  };
  writeFileSync(join(folder, "provenance.json"), `${JSON.stringify(provenance, null, 2)}\n`);
  return [folder, [...files, "SHA256SUMS", "provenance.json"]];
}

/** Makes the release of a version in the workspace at `root`. Throws an Error that says what is in the way. */
function release(root, version) {
  const manifests = ["", "tools/", ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/`)]
    .map((folder) => join(root, folder, "package.json"))
    .filter((path) => existsSync(path));
  const current = JSON.parse(readFileSync(manifests[0], "utf8")).version;
  const trouble = versionTrouble(version, current);
  if (trouble !== null) throw new Error(trouble);
  if (run(root, "git", "status", "--porcelain").trim() !== "")
    throw new Error("commit first: the tree has changes");
  const date = new Date().toISOString().slice(0, 10);
  rewrite(join(root, "CHANGELOG.md"), (text) => changelogWith(text, version, date));
  for (const path of manifests) rewrite(path, (text) => manifestWith(text, version));
  run(root, "npm", "install", "--package-lock-only", "--offline", "--ignore-scripts", "--silent");
  execFileSync("npm", ["test"], { cwd: root, stdio: "inherit" });
  run(root, "git", "commit", "--all", "--message", `Release ${version}`);
  run(root, "git", "tag", "--annotate", `v${version}`, "--message", `xgt ${version}`);
  return pack(root, version, readdirSync(join(root, "packages")));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..");
  const [version, ...rest] = process.argv.slice(2);
  if (version === undefined || rest.length > 0) {
    process.stderr.write("usage: npm run release -- VERSION\n");
    process.exitCode = 2;
  } else {
    try {
      const [folder, files] = release(root, version);
      process.stdout.write(`${folder}:\n${files.map((name) => `  ${name}\n`).join("")}`);
      process.stdout.write(
        `Tagged v${version}. To publish: git push --follow-tags, then npm publish each package.\n`,
      );
    } catch (error) {
      process.stderr.write(`release: ${error.message}\n`);
      process.exitCode = 1;
    }
  }
}
