import { exampleInput, layoutRules, writeDtb } from "../../packages/dom0less-layout/src/index.ts";
import { readHeaderTree, releases } from "../../packages/hypercall-abi/src/index.ts";
import { mutateHeader, SeededRandom } from "../../packages/hypercall-abi/tests/mutate-headers.ts";
import { extremeText } from "./extreme-values.ts";
import type { FuzzInput, FuzzTarget, RandomSource } from "./fuzz-input.ts";
import { withIncludes } from "./header-seeds.ts";
import { kernelSeeds } from "./kernel-seeds.ts";
import { smallModels } from "./model-seeds.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { seedFiles } from "./seed-files.ts";

const LANGUAGES = ["c", "rust", "go", "python", "typescript"];
const CHECK_FORMS = ["text", "json", "ndjson"];

/** Ways into the command for all but logs: device trees, headers, models, kernels, and words of people. */
export function otherTargets(root: string): FuzzTarget[] {
  return [...treeTargets(root), ...headerTargets(root), modelTarget(), ...kernelTargets(), wordTarget()];
}

function treeTargets(root: string): FuzzTarget[] {
  const boards = seedFiles(root, "packages/dom0less-layout/tests/boards", /\.dts$/);
  const examples = layoutRules.flatMap(({ passing, failing }) => [passing, failing]);
  const sources = [...boards.map(({ bytes }) => bytes), ...examples.map(({ host }) => Buffer.from(host))];
  const blobs = examples.map((example) => writeDtb(exampleInput(example).host));
  const make =
    (seeds: readonly Uint8Array[], name: string) =>
    (random: RandomSource): FuzzInput => {
      const files = new Map([[name, mutateBytes(random.pick(seeds), seeds, random)]]);
      const overlay = random.below(5) === 0;
      if (overlay) files.set("over.dtso", mutateBytes(random.pick(sources), sources, random));
      const more = overlay ? ["--overlay", "over.dtso"] : [];
      const module = random.below(4) === 0;
      if (module) files.set("part.dtb", mutateBytes(random.pick(blobs), blobs, random));
      if (module) more.push("--module", "/chosen/domU1/module@48000000=part.dtb");
      if (random.below(4) > 0)
        return { args: ["layout", "check", name, "-f", random.pick(CHECK_FORMS), ...more], files };
      const [memory, pass] = [
        random.pick(["128M", "1G", "4K", extremeText(random)]),
        random.pick(["/soc/mmc@1000", "/uart@9000000", "/"]),
      ];
      const plan = ["layout", "plan", name, "--domu", "u", "--memory", memory, "--pass", pass];
      const form = ["-f", random.pick(["dts", "uboot", "text", "svg", "domains", "json"])];
      return { args: [...plan, ...form, ...(overlay ? ["--overlay", "over.dtso"] : [])], files };
    };
  const logs = seedFiles(root, "corpus", /(boot|console)\.log(\.gz)?$/);
  return [
    { name: "layout-dts", make: make(sources, "host.dts") },
    { name: "layout-dtb", make: make(blobs, "host.dtb") },
    {
      name: "layout-log",
      make: (random) => {
        const log = mutateBytes(
          random.pick(logs).bytes,
          logs.map(({ bytes }) => bytes),
          random,
        );
        const files = new Map([
          ["log", log],
          ["host.dts", random.pick(sources)],
        ]);
        return {
          args: ["layout", "check", "host.dts", "--log", "log", "-f", random.pick(CHECK_FORMS)],
          files,
        };
      },
    },
    {
      name: "domains-tree",
      make: (random) => {
        const tree =
          random.below(2) === 0
            ? mutateBytes(random.pick(sources), sources, random)
            : mutateBytes(random.pick(blobs), blobs, random);
        const log = Buffer.from(
          '{"xgt_log":1,"version":1,"domains":[]}\n{"ev":"guest_p2m","pfn":"0x1","mfn":"0x2"}\n',
        );
        return {
          args: ["replay", "log", "--domains", "tree", "-f", "json"],
          files: new Map([
            ["log", log],
            ["tree", tree],
          ]),
        };
      },
    },
  ];
}

function headerTargets(root: string): FuzzTarget[] {
  const tree = readHeaderTree(`${root}/packages/hypercall-abi/tests/fixtures/public`);
  const texts = [...tree.files.values()];
  const paths = [...tree.files.keys()];
  const needed = new Map(paths.map((path) => [path, withIncludes(tree.files, path)]));
  const make =
    (command: (random: RandomSource) => string[]) =>
    (random: RandomSource): FuzzInput => {
      const path = random.pick(paths);
      const all = random.below(8) === 0 ? [...tree.files] : (needed.get(path) ?? []);
      const files = new Map(
        all.map(([name, text]): [string, Uint8Array] => [`public/${name}`, Buffer.from(text)]),
      );
      const changed = mutateHeader(
        tree.files.get(path) ?? "",
        texts,
        new SeededRandom(1 + random.below(1 << 30)),
      );
      const bytes =
        random.below(4) === 0 ? mutateBytes(Buffer.from(changed), [], random) : Buffer.from(changed);
      files.set(`public/${path}`, bytes);
      return { args: command(random), files };
    };
  return [
    {
      name: "headers-bindgen",
      make: make((random) => ["bindgen", random.pick(LANGUAGES), "--headers", "public"]),
    },
    {
      name: "headers-abi",
      make: make((random) => {
        const arch = random.below(3) === 0 ? ["--arch", random.pick(["arm32", "x86_64"])] : [];
        const form = ["-f", random.pick(["text", "json", "markdown"])];
        // To compare with all releases takes ten times as long as to read.
        switch (random.below(8)) {
          case 0:
            return ["abi", "audit", "public", ...form, ...arch];
          case 1:
            return ["abi", "diff", random.pick(["4.17", "4.20"]), "public", ...form, ...arch];
          default:
            return ["abi", "import", "public", "--xen", "4.20", ...arch];
        }
      }),
    },
  ];
}

/** Model files, as `abi diff` and `bindgen` take them. */
function modelTarget(): FuzzTarget {
  const seeds = smallModels();
  return {
    name: "model",
    make: (random) => {
      const files = new Map([["model.json", mutateBytes(random.pick(seeds), seeds, random)]]);
      const args =
        random.below(3) === 0
          ? [
              "abi",
              "diff",
              "model.json",
              random.pick(["4.17", "model.json"]),
              "-f",
              random.pick(["text", "json", "markdown"]),
            ]
          : [
              "bindgen",
              random.pick(LANGUAGES),
              "--model",
              "model.json",
              "--asserts",
              random.pick(["model", "bundled"]),
            ];
      return { args, files };
    },
  };
}

function kernelTargets(): FuzzTarget[] {
  const { image, symbols, module } = kernelSeeds();
  const good: [string, Uint8Array][] = [
    ["Image", image],
    ["kallsyms", symbols],
    ["modules/xen-privcmd.ko", module],
  ];
  return good.map(([name, bytes]) => ({
    name: `kprobes-${name.replace(/.*\//, "")}`,
    make: (random) => {
      const files = new Map([...good, [name, mutateBytes(bytes, [bytes], random)] as const]);
      const args = [
        "capture",
        "kprobes",
        "--image",
        "Image",
        "--symbols",
        "kallsyms",
        "--modules",
        "modules",
        "-o",
        "kit",
      ];
      return { args, files };
    },
  }));
}

/** Words that people give: names to look up, messages to explain. */
function wordTarget(): FuzzTarget {
  const words = [
    "XENMEM_*",
    "xen_memory_reservation",
    "*",
    "toString",
    "__proto__",
    "constructor",
    "G44",
    "L06",
    "(XEN) d0v0 IOMMU: fault",
    "[",
    "**a*",
    "a".repeat(400),
  ];
  return {
    name: "words",
    make: (random) => {
      const word = Buffer.from(mutateBytes(Buffer.from(random.pick(words)), [], random))
        .toString("latin1")
        .replaceAll("\0", "");
      const args = random.pick([
        ["abi", "show", word],
        ["abi", "show", word, "--xen", random.pick(releases), "-f", "json"],
        ["abi", "show", "--xen", word],
        ["rules", word],
        ["rules", word, "-f", "json"],
        ["layout", "check", "--symptom", word],
        ["bindgen", random.pick(LANGUAGES), "--only", word],
        ["completion", word],
        [word],
        ["help", word],
      ]);
      return { args, files: new Map() };
    },
  };
}
