/**
 * Writes the man pages xgt(1), xgt-replay(1), ... from the command line itself.
 *
 *   node tools/run-ts.mjs tools/make-man.ts [FOLDER]      (default: packages/cli/dist/man)
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildProgram, commandTree, type Io } from "@xgt/cli";
import { manPage } from "./man-page.ts";

const folder = process.argv[2] ?? "packages/cli/dist/man";
const silent = { isTTY: false, write: async () => {} };
const io: Io = { env: {}, stdin: (async function* () {})(), stdout: silent, stderr: silent };
const program = await buildProgram({ io, exit: () => {} });
mkdirSync(folder, { recursive: true });
for (const command of commandTree(program)) {
  const { name, text } = manPage(command);
  writeFileSync(join(folder, `${name}.1`), text);
}
