import { posix } from "node:path";
import type { ArchitectureName } from "../../model/model.ts";
import type { ScannedFile } from "../tokens/scan.ts";
import type { HeaderTree } from "./header-tree.ts";
import { pathsAround } from "./headers-around.ts";
import type { FindInclude } from "./preprocess.ts";

/** How an `#include` finds its file inside a tree, or in what lies around it. */
export function findInclude(
  tree: HeaderTree,
  arch: ArchitectureName,
  enter: (path: string) => ScannedFile,
): FindInclude {
  const file = (path: string): ReturnType<FindInclude> | undefined =>
    tree.files.has(path) ? { kind: "file", scanned: enter(path) } : undefined;
  return (name, quoted, from) => {
    if (quoted) {
      const beside = file(posix.normalize(posix.join(posix.dirname(from), name)));
      if (beside !== undefined) return beside;
    }
    if (!quoted && !name.includes("/")) return { kind: "library" };
    // `public/xen.h`, `xen/interface/xen.h`: the folders above the tree are part of the name.
    const parts = name.split("/");
    for (let i = 0; i < parts.length; i++) {
      const found = file(parts.slice(i).join("/"));
      if (found !== undefined && (i === 0 || parts.slice(0, i).some((part) => /xen|^public$/.test(part))))
        return found;
    }
    if (quoted) return { kind: "missing" };
    const around = pathsAround(name, arch).find((path) => tree.around?.has(path));
    return around === undefined ? { kind: "library" } : { kind: "file", scanned: enter(around) };
  };
}
