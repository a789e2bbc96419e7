import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readHeaderTree } from "../src/headers/preprocess/header-tree.ts";

/** Real headers that are on this machine. */
export interface PresentHeaders {
  readonly what: string;
  /** The folder that holds xen.h. */
  readonly root: string;
  /** Release by the tree's own word; undefined for an installed include folder. */
  readonly release: string | undefined;
}

/** A Xen tree named by XGT_XEN_TREE, and Debian's libxen-dev. */
export function presentHeaders(): PresentHeaders[] {
  const found: PresentHeaders[] = [];
  const tree = process.env.XGT_XEN_TREE;
  if (tree !== undefined && tree !== "") {
    const { root } = readHeaderTree(tree);
    found.push({ what: `XGT_XEN_TREE (${tree})`, root, release: releaseOf(tree) });
  }
  const debian = "/usr/include/xen";
  if (existsSync(join(debian, "xen.h"))) found.push({ what: "libxen-dev", root: debian, release: undefined });
  return found;
}

function releaseOf(tree: string): string | undefined {
  const makefile = join(tree, "xen/Makefile");
  if (!existsSync(makefile)) return undefined;
  const text = readFileSync(makefile, "utf8");
  const part = (name: string): string | undefined =>
    new RegExp(`XEN_${name}\\s*=\\s*([0-9]+)`).exec(text)?.[1];
  const [major, minor] = [part("VERSION"), part("SUBVERSION")];
  return major === undefined || minor === undefined ? undefined : `${major}.${minor}`;
}

/** What a skipped test says. */
export const howToGetHeaders = "no Xen headers here: install libxen-dev or set XGT_XEN_TREE to a Xen tree";
