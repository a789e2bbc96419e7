import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
/** What programs may import: every package but the command. */
const libraries = readdirSync(join(root, "packages")).filter((name) => name !== "cli");
/** What a package may hold besides JavaScript and types. */
const PLAIN_FILES = ["LICENSE", "README.md", "package.json"];
let folder = "";
/** Where all libraries are installed, away from the workspace. */
let home = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "xgt-packages-"));
  home = join(folder, "home");
  mkdirSync(home);
  writeFileSync(join(home, "package.json"), '{ "private": true }');
  const npm = (cwd: string, ...args: string[]) =>
    execFileSync("npm", [...args, "--silent"], { cwd, stdio: ["ignore", "pipe", "inherit"] });
  execFileSync("npx", ["nx", "run-many", "-t", "build"], {
    cwd: root,
    env: { ...process.env, NX_DAEMON: "false" },
  });
  const workspaces = libraries.flatMap((name) => ["-w", `@xgt/${name}`]);
  npm(root, "pack", "--ignore-scripts", "--pack-destination", folder, ...workspaces);
  npm(home, "install", "--offline", ...tarballs());
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tarballs(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".tgz"))
    .map((name) => join(folder, name));
}

function installed(name: string, ...path: string[]): string {
  return join(home, "node_modules/@xgt", name, ...path);
}

/** Runs a program in the folder with the packages: no workspace, no conditions. */
function run(program: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { cwd: home, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

describe.each(libraries)("the package %s", (name) => {
  it("holds JavaScript, types, README and licence, and every entry that it names", () => {
    const files = readdirSync(installed(name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed(name).length + 1));
    expect(files).toEqual(expect.arrayContaining([...PLAIN_FILES, "dist/index.js", "dist/types/index.d.ts"]));
    const others = files.filter((file) => !PLAIN_FILES.includes(file));
    expect(others.filter((file) => !/^dist\/[\w.-]+\.js$|^dist\/types\/.*\.d\.ts$/.test(file))).toEqual([]);
    const { exports } = JSON.parse(readFileSync(installed(name, "package.json"), "utf8"));
    expect(files).toEqual(expect.arrayContaining([exports["."].types, exports["."].default].map(plain)));
    const declarations = files.filter((file) => file.endsWith(".d.ts"));
    expect(declarations.flatMap((file) => missingTypes(installed(name, file)))).toEqual([]);
    expect(readFileSync(installed(name, "LICENSE"), "utf8")).toBe(
      readFileSync(join(root, "LICENSE"), "utf8"),
    );
  });

  it("runs the program of its README, which prints what the README says", () => {
    const readme = readFileSync(installed(name, "README.md"), "utf8");
    for (const [, file, text] of readme.matchAll(
      /^With this [\w ]+ as `([\w.-]+)`\n\n```\w+\n(.*?)^```/gms,
    )) {
      writeFileSync(join(home, file), text);
    }
    const [, program] = /^```js\n(.*?)^```/ms.exec(readme) ?? expect.fail("no program in the README");
    const [, output] =
      /^prints\n\n```text\n(.*?)^```/ms.exec(readme) ?? expect.fail("no output in the README");
    writeFileSync(join(home, "program.mjs"), program);
    expect(run("program.mjs")).toBe(output);
  });
});

it("the packages' types are seen by a strict compiler", () => {
  const lines = libraries.map(
    (name, i) =>
      `import * as p${i} from "@xgt/${name}";\nexport { p${i} };\n// @ts-expect-error There is no such name.\np${i}.noSuchName;\n`,
  );
  writeFileSync(join(home, "all.mts"), lines.join(""));
  const options = ["--module", "nodenext", "--target", "es2023", "--strict", "--noEmit", "--skipLibCheck"];
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...options, ...types, "all.mts"], {
    cwd: home,
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
});

/** Files that declarations import and that are not there. */
function missingTypes(declaration: string): string[] {
  const text = readFileSync(declaration, "utf8");
  return [...text.matchAll(/(?:from |import\()"(\.[^"]+)(?:\.[jt]s)"/g)]
    .map(([, path]) => join(dirname(declaration), `${path}.d.ts`))
    .filter((path) => !existsSync(path));
}

/** A path of package.json without its "./". */
function plain(path: string): string {
  return path.replace(/^\.\//, "");
}
