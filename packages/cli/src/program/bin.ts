// The command from its sources; start.ts starts it from the bundle.
import { runProgram } from "./run-program.ts";

await runProgram(new URL(import.meta.url));
