import {
  applyFdtScript,
  applyOverlay,
  checkLayout,
  type DeviceTree,
  exampleInput,
  imagebuilderScript,
  type LayoutInput,
  layoutRules,
  moduleFile,
  pictureText,
  readDeviceTree,
  type TreeProblem,
  walk,
  writeDtb,
} from "../../packages/dom0less-layout/src/index.ts";
import type { FuzzTarget } from "./fuzz-input.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { imagebuilderConfigs, overlaySources, ubootScripts } from "./overlay-seeds.ts";
import { readerTarget } from "./reader-target.ts";
import { seedFiles } from "./seed-files.ts";

/** Readers of device trees and of what is put over them, and the rules over what they read. */
export function treeReaders(root: string): FuzzTarget[] {
  const boards = seedFiles(root, "packages/dom0less-layout/tests/boards", /\.dts$/).map(({ bytes }) => bytes);
  const inputs = layoutRules.flatMap((rule) => [rule.passing, rule.failing]).map(exampleInput);
  const sources = layoutRules.flatMap(({ passing, failing }) =>
    [passing, failing].map(({ host }) => Buffer.from(host)),
  );
  const blobs = inputs.map(({ host }) => writeDtb(host));
  const board = Buffer.from(writeDtb(inputs[0].host));
  const host = () => readDeviceTree(board, "host").tree;
  const overlays = [
    ...overlaySources,
    ...overlaySources.map((source) => writeDtb(readDeviceTree(source, "overlay").tree)),
  ];
  return [
    readerTarget("read-dts", [...boards, ...sources], (bytes) => checkTree(readDeviceTree(bytes, "tree"))),
    readerTarget("read-dtb", blobs, (bytes) => checkTree(readDeviceTree(bytes, "tree"))),
    readerTarget("read-overlay", overlays, (bytes) => {
      const { tree, problems } = readDeviceTree(bytes, "overlay");
      const base = host();
      return checkTree({ tree: base, problems: [...problems, ...applyOverlay(base, tree)] });
    }),
    readerTarget("read-uboot-script", ubootScripts, (bytes) => {
      const base = host();
      return checkTree({
        tree: base,
        problems: applyFdtScript(base, Buffer.from(bytes).toString("utf8"), "script"),
      });
    }),
    readerTarget("read-imagebuilder", imagebuilderConfigs, (bytes) => {
      const base = host();
      const { script } = imagebuilderScript(Buffer.from(bytes).toString("utf8"), () => null);
      return checkTree({ tree: base, problems: applyFdtScript(base, script, "config") });
    }),
    layouts(inputs),
  ];
}

/** What must hold of a tree that was read, whatever it was read from. */
function checkTree({ tree, problems }: { tree: DeviceTree; problems: readonly TreeProblem[] }): boolean {
  for (const { nodePath, location, message } of problems) {
    if (!nodePath.startsWith("/") || location.place === null || message === "")
      throw new Error(`a problem without a place: ${nodePath} ${message}`);
  }
  let nodes = 0;
  for (const _ of walk(tree.root)) nodes++;
  if (problems.length > 0) return false;
  const again = readDeviceTree(writeDtb(tree), "written");
  if (again.problems.length > 0) throw new Error(`written as a .dtb: ${again.problems[0].message}`);
  let same = 0;
  for (const _ of walk(again.tree.root)) same++;
  if (nodes !== same) throw new Error(`${nodes} nodes are written, ${same} read`);
  return true;
}

/** The rules over changed trees and changed partial trees. */
function layouts(inputs: readonly LayoutInput[]): FuzzTarget {
  const seeds = inputs.map(({ host, modules }) => {
    const partials = [...modules].flatMap(([path, { tree }]): [string, Uint8Array][] =>
      tree === null ? [] : [[path, writeDtb(tree)]],
    );
    return { host: writeDtb(host), partials };
  });
  const hosts = seeds.map(({ host }) => host);
  return {
    name: "read-layout",
    make: (random) => {
      const at = random.below(inputs.length);
      const { host, partials } = seeds[at];
      const files = new Map([["host", mutateBytes(host, hosts, random)]]);
      for (const [path, bytes] of partials)
        files.set(path, random.below(2) === 0 ? bytes : mutateBytes(bytes, hosts, random));
      return { args: [String(at)], files };
    },
    read: ({ args: [at], files }) => {
      const { tree, problems } = readDeviceTree(files.get("host") ?? new Uint8Array(), "host");
      const modules = new Map(inputs[Number(at)].modules);
      for (const [path, bytes] of files) {
        if (path !== "host") modules.set(path, moduleFile(path, bytes, readDeviceTree(bytes, path).tree));
      }
      const { model } = checkLayout({ ...inputs[Number(at)], host: tree, modules });
      pictureText(model);
      return problems.length === 0;
    },
  };
}
