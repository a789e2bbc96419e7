// Builds a program for browsers into one script and one style sheet, with vite: what `import page from "./main.tsx?page"` gives.
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";

/** The program of an entry file as one text: `{ "script": TEXT, "style": TEXT }` as JSON, gzipped, in base64. */
export async function packPage(entry) {
  // Only what imports a page pays for vite.
  const { build } = await import("vite");
  const { output } = await build({
    root: dirname(entry),
    configFile: false,
    // Our packages reach for Node where a page never comes: what it does not use is left out below.
    logLevel: "error",
    publicDir: false,
    define: { "process.env.NODE_ENV": '"production"' },
    resolve: { conditions: ["xgt-source", "module", "browser", "default"] },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      write: false,
      target: "es2022",
      cssCodeSplit: false,
      modulePreload: false,
      rollupOptions: {
        input: entry,
        treeshake: { moduleSideEffects: (id) => id === entry || id.endsWith(".css") },
        output: { format: "iife", entryFileNames: "page.js" },
      },
    },
  });
  const scripts = output.filter(({ type }) => type === "chunk");
  const styles = output.filter(({ fileName }) => fileName.endsWith(".css"));
  if (scripts.length !== 1) throw new Error(`${entry}: vite made ${scripts.length} scripts, a page has one`);
  const script = scripts[0].code.trim();
  // Inside of a script element nothing may look like its end.
  if (/<\/script|<!--/i.test(script)) throw new Error(`${entry}: the script cannot stand inside of a page`);
  const style = styles
    .map(({ source }) => String(source))
    .join("")
    .trim();
  return gzipSync(JSON.stringify({ script, style }), { level: 9 }).toString("base64");
}
