import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import { inFolder } from "./toolchain.ts";

/** What every generated module exports. */
export interface BindingsModule {
  readonly checkBindings: () => void;
  readonly encode: (type: unknown, value: unknown) => Uint8Array;
  readonly decode: (type: unknown, bytes: Uint8Array, at?: number) => Record<string, unknown>;
  readonly create: (type: unknown) => Record<string, unknown>;
  readonly over: (type: unknown, bytes: Uint8Array, at?: number) => Record<string, unknown>;
  readonly [name: string]: unknown;
}

/** Runs the generated text, types taken off. */
export async function loadTypeScript(text: string): Promise<BindingsModule> {
  const { code } = transformSync(text, { loader: "ts", format: "esm", target: "es2022" });
  return (await import(
    `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`
  )) as BindingsModule;
}

/** What TypeScript's own compiler says of the text under the strictest rules; empty: nothing. */
export function compileTypeScript(text: string, use = ""): string {
  const compiler = join(
    dirname(createRequire(join(process.cwd(), "package.json")).resolve("typescript/package.json")),
    "bin/tsc",
  );
  const options = [
    ...["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUnusedLocals", "--noUnusedParameters"],
    ...[
      "--verbatimModuleSyntax",
      "--isolatedModules",
      "--erasableSyntaxOnly",
      "--allowImportingTsExtensions",
    ],
    ...["--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"],
  ];
  return inFolder({ "xen.ts": text, "use.ts": use }, (folder) => {
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const files = use === "" ? ["xen.ts"] : ["xen.ts", "use.ts"];
    const run = spawnSync(process.execPath, [compiler, ...options, ...files], {
      cwd: folder,
      encoding: "utf8",
    });
    return run.stdout.replaceAll(pathToFileURL(folder).pathname, "");
  });
}
