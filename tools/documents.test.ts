import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const packages = readdirSync(join(root, "packages"));

/** Documents for people who read or change this repository. */
const documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", ...readmes(), ...folderOf("docs")];

function readmes(): string[] {
  return packages.map((name) => `packages/${name}/README.md`).filter((path) => existsSync(join(root, path)));
}

function folderOf(name: string): string[] {
  if (!existsSync(join(root, name))) return [];
  return readdirSync(join(root, name))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `${name}/${file}`);
}

/** Paths that a document names: `in code`, and (behind links). */
function pathsIn(text: string): string[] {
  const prose = text.replace(/^```.*?^```/gms, "");
  const code = [...prose.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\/?)`/g)].map((match) => match[1]);
  const links = [...prose.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map((match) => match[1]);
  return [
    ...code.filter((path) => /\.(ts|mjs|md|json|c|sh)$|\/$|^(packages|tools|corpus)\/(?!NAME)/.test(path)),
    ...links,
  ];
}

/** Where a document's path may be meant from: itself, the root, its package, any package's sources. */
function places(document: string): string[] {
  const from = [dirname(document), ".", "packages"];
  return [
    ...from,
    ...packages.map((name) => `packages/${name}`),
    ...packages.map((name) => `packages/${name}/src`),
  ];
}

it.each(documents)("%s names only files and folders that are there", (document) => {
  const paths = pathsIn(readFileSync(join(root, document), "utf8"));
  const missing = paths.filter(
    (path) => !places(document).some((place) => existsSync(join(root, place, path))),
  );
  expect(missing).toEqual([]);
});
