#!/usr/bin/env node
// Checks the house's plan: imports go down only, between packages and between folders, and to public entries only;
// packages declare what they import; every registry lists every file of its folder. Prints one line per violation.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkFolders } from "./check-folders.mjs";
import { importsOf, sourceFiles } from "./source-imports.mjs";

/** What each package may import of ours. Every list names packages of lower floors, so there is no cycle. */
export const floors = {
  "hypercall-abi": [],
  findings: [],
  "hypercall-log": ["hypercall-abi"],
  "p2m-tracker": ["hypercall-abi", "hypercall-log", "findings"],
  "dom0less-layout": ["hypercall-abi", "hypercall-log", "findings"],
  run: ["hypercall-abi", "findings", "hypercall-log", "p2m-tracker", "dom0less-layout"],
  lab: ["hypercall-abi", "findings", "hypercall-log", "p2m-tracker", "run"],
  report: ["hypercall-abi", "findings", "hypercall-log", "p2m-tracker", "run"],
  fleet: ["findings", "hypercall-log"],
  cli: [
    "hypercall-abi",
    "findings",
    "hypercall-log",
    "p2m-tracker",
    "dom0less-layout",
    "run",
    "lab",
    "report",
    "fleet",
  ],
};

/**
 * Folders whose index.ts lists what the other files hold, those in sub-folders too. An entry is an exported constant of one of `types`, or one
 * that a function of `makers` makes.
 */
export const registries = [
  { folder: "packages/hypercall-abi/src/hypercalls", types: ["Hypercall"], makers: [] },
  { folder: "packages/hypercall-log/src/formats", types: ["LogFormat"], makers: [] },
  { folder: "packages/p2m-tracker/src/semantics", types: ["Semantics"], makers: [] },
  { folder: "packages/p2m-tracker/src/rules", types: ["Rule", "DmaRule"], makers: ["conformanceRule"] },
  { folder: "packages/dom0less-layout/src/rules", types: ["LayoutRule"], makers: [] },
  { folder: "packages/findings/src/sinks", types: ["Sink"], makers: [] },
  { folder: "packages/cli/src/commands", types: ["CommandEntry"], makers: [] },
];

/** Imports of a test that its package.json need not declare: the workspace provides them. */
const TEST_PACKAGES = new Set(["vitest", "fast-check", "esbuild"]);
const builtins = new Set(builtinModules);

/** Violations of the plan in the workspace at `root`, one line each, in a fixed order. */
export function checkFloors(root) {
  const packages = readdirSync(join(root, "packages"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, "packages", entry.name, "package.json")))
    .map((entry) => entry.name)
    .sort();
  return [
    ...packages.flatMap((name) => checkPackage(root, name)),
    ...packages.flatMap((name) => checkFolders(root, name)),
    ...registries.flatMap((registry) => checkRegistry(root, registry)),
  ];
}

function checkPackage(root, name) {
  const folder = join(root, "packages", name);
  const allowed = floors[name];
  if (allowed === undefined) return [`packages/${name}: not on any floor: add it to tools/check-floors.mjs`];
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const declared = { ...manifest.dependencies, ...manifest.devDependencies };
  const place = { folder, name, allowed, declared };
  const violations = Object.keys(declared)
    .filter((key) => key.startsWith("@xgt/") && !allowed.includes(key.slice("@xgt/".length)))
    .map((key) => `packages/${name}/package.json: depends on ${key}, which is not below it`);
  for (const file of sourceFiles(folder)) {
    for (const { specifier, line } of importsOf(file)) {
      const wrong = checkImport(place, file, specifier);
      if (wrong !== null) violations.push(`${shown(root, file)}:${line}: ${wrong}`);
    }
  }
  return violations;
}

/** What is wrong with one import, or null. */
function checkImport({ folder, name, allowed, declared }, file, specifier) {
  if (specifier.startsWith(".")) {
    const target = resolve(dirname(file), specifier);
    if (target.startsWith(folder + sep)) return null;
    // The text of an example, which is no code of ours that is linked here: the lab builds it.
    if (specifier.endsWith("?packed") && target.startsWith(join(folder, "../../examples") + sep)) return null;
    return `imports ${specifier}, which lies outside packages/${name}: import the package by its name`;
  }
  if (specifier.startsWith("node:")) return null;
  if (builtins.has(specifier)) return `imports ${specifier}: write node:${specifier}`;
  const [scope, second] = specifier.split("/");
  const target = scope.startsWith("@") ? `${scope}/${second}` : scope;
  if (scope === "@xgt") {
    if (second === name) return `imports ${specifier}, its own package: use a relative path`;
    if (!allowed.includes(second)) return `imports ${specifier}: ${name} may import ${listed(allowed)}`;
    if (specifier !== target) return `imports ${specifier}: only what ${target} exports is public`;
  }
  const isTest = /\.test\.tsx?$/.test(file) || file.includes(`${sep}tests${sep}`);
  if (declared[target] === undefined && !(isTest && TEST_PACKAGES.has(target))) {
    return `imports ${target}, which packages/${name}/package.json does not declare`;
  }
  return null;
}

function checkRegistry(root, { folder, types, makers }) {
  const path = join(root, folder);
  if (!existsSync(join(path, "index.ts"))) return [];
  const files = sourceFiles(path)
    .map((file) => shown(path, file))
    .filter((file) => !file.endsWith(".test.ts"));
  const texts = files.map((file) => readFileSync(join(path, file), "utf8"));
  const listedNames = new Set(texts.flatMap(arrayNames));
  const violations = [];
  files.forEach((file, i) => {
    for (const name of entryNames(texts[i], types, makers)) {
      if (!listedNames.has(name)) violations.push(`${folder}/${file}: ${name} is not listed in index.ts`);
    }
  });
  const imported = new Set(
    packageFiles(path).flatMap((file) =>
      importsOf(file).map(({ specifier }) => resolve(dirname(file), specifier)),
    ),
  );
  for (const file of files) {
    if (file !== "index.ts" && !imported.has(join(path, file))) {
      violations.push(`${folder}/${file}: nothing imports it: list it in index.ts or remove it`);
    }
  }
  return violations;
}

/** Source files, tests left out, of the package that holds a folder. */
function packageFiles(folder) {
  let top = folder;
  while (!existsSync(join(top, "package.json"))) top = dirname(top);
  return sourceFiles(top).filter((file) => !file.endsWith(".test.ts") && !file.includes(`${sep}tests${sep}`));
}

/** Exported constants that belong in the registry. */
function entryNames(text, types, makers) {
  const names = [];
  for (const match of text.matchAll(/^export const (\w+)(?:: (\w+))? = (?:(\w+)\()?/gm)) {
    if (types.includes(match[2]) || makers.includes(match[3])) names.push(match[1]);
  }
  return names;
}

/** Words inside the arrays that a file exports, nested lists too: up to the bracket that closes the statement. */
function arrayNames(text) {
  const arrays = text.matchAll(/^export const \w+: readonly \w+\[\] = \[(.*\]|[\s\S]*?^\])/gm);
  return [...arrays].flatMap((match) => match[1].match(/\w+/g) ?? []);
}

function listed(names) {
  return names.length === 0 ? "none of our packages" : names.join(", ");
}

function shown(root, file) {
  return relative(root, file).split(sep).join("/");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..");
  const violations = checkFloors(root);
  for (const violation of violations) process.stderr.write(`${violation}\n`);
  const count = violations.length;
  process.stdout.write(count === 0 ? "floors: imports only go down, registries are complete\n" : "");
  process.exitCode = count === 0 ? 0 : 1;
}
