import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONFIG_MEMBERS } from "../src/config/xgt-config.ts";
import { wordsOf } from "./case-file.ts";
import { runCommand } from "./run-command.ts";

const root = join(import.meta.dirname, "../../..");
const docs = join(root, "docs");
const home = process.cwd();
let folder = "";

/** `$ xgt ...` with the lines that stand below it. */
interface Shown {
  readonly command: string;
  readonly lines: readonly string[];
}

/** The commands of a document's `console` blocks; the blocks of one document are run in one folder, in their order. */
function shownCommands(text: string): Shown[] {
  return [...text.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command, ...lines] = part.trimEnd().split("\n");
        return { command, lines };
      }),
  );
}

/** What a command is shown to print: `...` stands for any lines, `exit N` at the end for the status. */
function pattern(lines: readonly string[]): RegExp {
  const quoted = lines.map((line) =>
    line === "..." ? "(?:[^\n]*\n)*?" : `${line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\n`,
  );
  return new RegExp(`^${quoted.join("")}$`);
}

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "xgt-docs-")));
  symlinkSync(join(root, "corpus"), join(folder, "corpus"));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

const documents = readdirSync(docs).filter((file) => file.endsWith(".md"));
const withCommands = documents.filter(
  (file) => shownCommands(readFileSync(join(docs, file), "utf8")).length > 0,
);

describe.each(withCommands)("the commands of docs/%s", (file) => {
  it("print what it shows and end as it says", async () => {
    for (const { command, lines } of shownCommands(readFileSync(join(docs, file), "utf8"))) {
      const [program, ...words] = wordsOf(command);
      expect(program, command).toBe("xgt");
      const { stdout, stderr, status } = await runCommand(words);
      expect(`${stdout}${stderr}exit ${status}\n`, command).toMatch(pattern(lines));
    }
  });
});

it("docs/xgt.config.schema.json knows the members that the command line reads", () => {
  const schema = JSON.parse(readFileSync(join(docs, "xgt.config.schema.json"), "utf8"));
  expect(Object.keys(schema.properties)).toEqual([...CONFIG_MEMBERS]);
});
