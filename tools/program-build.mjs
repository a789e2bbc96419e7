// Builds what a program needs only at times into one CommonJS text: what `import packed from "./libraries.ts?program"` gives.
import { resolve } from "node:path";
import { brotliCompressSync } from "node:zlib";

/** Packages that ours can do without: others call for them where they are there. */
const OPTIONAL = ["msgpackr-extract", "bullmq-otel", "redis", "pg", "@valkey/valkey-glide"];

/** Nothing runs when a module of these is loaded, so that what is not used can be left out. They do not say so themselves. */
const WITHOUT_EFFECTS = /\/node_modules\/(bullmq|luxon)\//;

const withoutEffects = {
  name: "without-effects",
  setup(build) {
    build.onResolve({ filter: /.*/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === withoutEffects || from.kind === "entry-point") return undefined;
      const { importer, namespace, resolveDir, kind } = from;
      const options = { importer, namespace, resolveDir, kind, pluginData: withoutEffects };
      const found = await build.resolve(path, options);
      return WITHOUT_EFFECTS.test(found.path) ? { ...found, sideEffects: false } : found;
    });
  },
};

/** The program of an entry file: its text, and the files that are in it, by their whole paths. */
export async function buildProgram(entry) {
  // Only what imports a program pays for esbuild.
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: process.cwd(),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    mainFields: ["module", "main"],
    external: OPTIONAL,
    plugins: [withoutEffects],
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    write: false,
    metafile: true,
  });
  return { text: outputFiles[0].text, inputs: Object.keys(metafile.inputs).map((path) => resolve(path)) };
}

/** The program of an entry file, compressed with Brotli, in base64. */
export async function packProgram(entry) {
  const { text } = await buildProgram(entry);
  return brotliCompressSync(text).toString("base64");
}
