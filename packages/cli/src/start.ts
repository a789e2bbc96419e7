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
const cache = new CodeCache(codeCacheFile(process.env, programHash, isThread() ? "replay" : process.argv[2]));
const cachedData = cache.read();
const path = fileURLToPath(file);
const script = new Script(programText(path), {
  filename: path,
  ...(cachedData !== undefined && { cachedData }),
});
const load: (require: NodeJS.Require) => Program = script.runInThisContext();
// V8 refuses code that it kept under other flags, so that they come after it.
const isPatient = !isThread() && compilePatiently(process.argv.slice(2));
const status = await load(createRequire(file)).runProgram(file);
if (!isThread() && !isPatient) cache.keep(script, status);
