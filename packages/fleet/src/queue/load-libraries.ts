import { compileFunction } from "node:vm";
import { brotliDecompressSync } from "node:zlib";

/** BullMQ and ioredis. */
export type QueueLibraries = typeof import("./libraries.ts");

let loaded: QueueLibraries | undefined;

/** Unpacks and runs BullMQ and ioredis: they are a megabyte that nothing but a queue needs. */
export async function loadLibraries(): Promise<QueueLibraries> {
  if (loaded !== undefined) return loaded;
  const { default: packed } = await import("./libraries.ts?program");
  const text = brotliDecompressSync(Buffer.from(packed, "base64")).toString();
  const module = { exports: {} };
  const run = compileFunction(text, ["require", "module", "exports"], { filename: "queue-libraries.cjs" });
  run(nodeModule, module, module.exports);
  loaded = module.exports as QueueLibraries;
  return loaded;
}

/** The libraries are whole but for what Node has; what they can do without is not there. */
function nodeModule(name: string): object {
  const found: object | undefined = process.getBuiltinModule(name);
  if (found === undefined) throw new Error(`there is no module ${name}`);
  return found;
}
