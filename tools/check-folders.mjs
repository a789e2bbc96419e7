// Checks the folders inside of each package: imports between folders go one way, and no file lies loose in `src/`
// unless it is an entry point or stands below all folders. check-floors.mjs prints what this finds.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { importsOf, sourceFiles } from "./source-imports.mjs";

/** Files that every folder of a package may import or be listed by: they hold bounds, and names. */
const APART = /(^|\/)(index|limits)\.ts$/;

/** Violations in `packages/NAME/src` of the workspace at `root`, one line each, in a fixed order. */
export function checkFolders(root, name) {
  const source = join(root, "packages", name, "src");
  if (!existsSync(source)) return [];
  const files = sourceFiles(source).filter((file) => !file.endsWith(".test.ts"));
  const edges = files.flatMap((file) => edgesOf(file, source));
  return [
    ...circles(edges).map((circle) => `packages/${name}/src: ${circleText(circle, edges)}`),
    ...looseFiles(root, name, files, edges).map(
      (file) =>
        `packages/${name}/src/${file}: lies loose above the folders: put it into one, or name it as an entry point`,
    ),
  ];
}

/** Imports of one file that stay below `source`: `{ from, to }`, paths relative to it, with `/`. */
function edgesOf(file, source) {
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier }) => resolve(dirname(file), specifier))
    .filter((target) => target.startsWith(source + sep))
    .map((target) => ({ from: slashed(relative(source, file)), to: slashed(relative(source, target)) }));
}

/**
 * Folders that import each other, straight or over others, each circle as a sorted list. A folder is the files that lie
 * in it, without those of its sub-folders: `formats` and `formats/ndjson` are two.
 */
function circles(edges) {
  const next = new Map();
  for (const { from, to } of edges) {
    const [a, b] = [folderOf(from), folderOf(to)];
    if (a === b || APART.test(from) || APART.test(to)) continue;
    if (!next.has(a)) next.set(a, new Set());
    next.get(a).add(b);
  }
  const reach = new Map([...next.keys()].map((folder) => [folder, reachable(next, folder)]));
  const found = new Map();
  for (const folder of [...next.keys()].sort()) {
    if (!reach.get(folder).has(folder)) continue;
    const circle = [...reach.get(folder)].filter((other) => reach.get(other)?.has(folder)).sort();
    found.set(circle.join(" "), circle);
  }
  return [...found.values()];
}

function reachable(next, start) {
  const seen = new Set();
  const waiting = [...(next.get(start) ?? [])];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    waiting.push(...(next.get(folder) ?? []));
  }
  return seen;
}

/** "folders import each other: a, b (a/x.ts imports b/y.ts; b/z.ts imports a/x.ts)": one example a direction. */
function circleText(circle, edges) {
  const inside = edges.filter(({ from, to }) => {
    const [a, b] = [folderOf(from), folderOf(to)];
    return a !== b && circle.includes(a) && circle.includes(b) && !APART.test(from) && !APART.test(to);
  });
  const examples = new Map(
    inside.map(({ from, to }) => [`${folderOf(from)} ${folderOf(to)}`, `${from} imports ${to}`]),
  );
  return `folders import each other: ${circle.join(", ")} (${[...examples.values()].join("; ")})`;
}

/** Files straight in `src/` that are no entry point and import from a folder: they stand above it. */
function looseFiles(root, name, files, edges) {
  const source = join(root, "packages", name, "src");
  const entries = entryPoints(join(root, "packages", name));
  return files
    .map((file) => slashed(relative(source, file)))
    .filter((file) => !file.includes("/") && !entries.has(file))
    .filter((file) => edges.some(({ from, to }) => from === file && to.includes("/")));
}

/** Names of files in `src/` that package.json (`exports`, `bin`) or the package's bundle.mjs names. */
function entryPoints(folder) {
  const texts = ["package.json", "bundle.mjs"]
    .map((file) => join(folder, file))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, "utf8"));
  return new Set(texts.flatMap((text) => [...text.matchAll(/src\/([\w-]+\.ts)/g)].map((match) => match[1])));
}

function folderOf(file) {
  return file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "/";
}

function slashed(path) {
  return path.split(sep).join("/");
}
