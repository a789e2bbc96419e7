import { gunzipSync } from "node:zlib";
import packed from "../page/main.tsx?page";

/** The page's own program: what is the same in every page. */
export interface PageProgram {
  readonly script: string;
  readonly style: string;
  /** Content security policy: this script, this style, and nothing else. */
  readonly policy: string;
}

/** Unpacks the program. */
export function pageProgram(): PageProgram {
  const { script, style } = JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString("utf8"));
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return { script, style, policy };
}

function hashOf(text: string): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
