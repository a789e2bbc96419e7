import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";

/** Lays the public headers that a Xen git has at a commit into a folder, below the names that they include each other by. */
export function unpackHeaders(git: string, commit: string, into: string): void {
  const tar = execFileSync("git", ["-C", git, "archive", commit, "xen/include/public"], {
    maxBuffer: 1 << 28,
  });
  execFileSync("tar", ["x", "-C", into], { input: tar });
  // arch-arm/smccc.h asks for "public/xen.h".
  symlinkSync("xen/include/public", join(into, "public"));
}
