// Starts the bundled command. The program lies in the bundle's last line as a comment: V8 passes over it, and takes what it
// has compiled before from a cache.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { CodeCache } from "./start/code-cache.ts";
import { codeCacheFile } from "./start/code-cache-file.ts";
import { compilePatiently } from "./start/patient-compiler.ts";
import { programHash, programText } from "./start/program-text.ts";
import { isThread } from "./terminal/thread.ts";

/** What the program's text gives. */
interface Program {
  runProgram(file: URL): Promise<number>;
}

const file = new URL(import.meta.url);
// Threads run replays, under the flags of the process. V8 refuses code that it kept under other flags.
const isPatient = !isThread() && compilePatiently(process.argv.slice(2));
const command = isThread() ? "replay" : `${process.argv[2] ?? ""}${isPatient ? "-long" : ""}`;
const cache = new CodeCache(codeCacheFile(process.env, programHash, command));
const cachedData = cache.read();
const path = fileURLToPath(file);
const script = new Script(programText(path), {
  filename: path,
  ...(cachedData !== undefined && { cachedData }),
});
const load: (require: NodeJS.Require) => Program = script.runInThisContext();
const status = await load(createRequire(file)).runProgram(file);
if (!isThread()) cache.keep(script, status);
