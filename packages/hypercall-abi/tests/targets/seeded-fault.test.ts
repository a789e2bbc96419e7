import { describe, expect, test } from "vitest";
import type { Abi } from "../../src/index.ts";
import { loadModel } from "../../src/index.ts";
import { emit, mutableModel } from "./emit.ts";
import { goCompiler, hostCompiler, inFolder, pythonInterpreter, rustCompiler, titled } from "./toolchain.ts";
import { loadTypeScript } from "./typescript-module.ts";

/** A language and how its own checks are run: what they say, empty when all hold. */
interface Checker {
  readonly language: string;
  readonly tool: string | undefined;
  readonly missing: string;
  readonly run: (text: string) => string | Promise<string>;
}

const checkers: readonly Checker[] = [
  {
    language: "c",
    tool: hostCompiler,
    missing: "gcc",
    run: (text) =>
      inFolder(
        { "xen.h": text, "use.c": '#include "xen.h"\n' },
        (_, run) => run(hostCompiler!, "-fsyntax-only", "use.c").stderr,
      ),
  },
  {
    language: "rust",
    tool: rustCompiler,
    missing: "rustc",
    run: (text) =>
      inFolder(
        { "lib.rs": text },
        (_, run) =>
          run(rustCompiler!, "--edition", "2021", "--crate-type", "lib", "--emit", "metadata", "lib.rs")
            .stderr,
      ),
  },
  {
    language: "go",
    tool: goCompiler,
    missing: "go",
    // The compiler says the line of the assertion, not always what is in it.
    run: (text) =>
      inFolder({ "xen.go": text }, (_, run) =>
        run(goCompiler!, "build", ".").stderr.replace(
          /xen\.go:(\d+):.*/g,
          (message, line) => `${message}: ${text.split("\n")[Number(line) - 1]}`,
        ),
      ),
  },
  {
    language: "python",
    tool: pythonInterpreter,
    missing: "python3",
    run: (text) =>
      inFolder({ "xen.py": text }, (_, run) => run(pythonInterpreter!, "-c", "import xen").stderr),
  },
  {
    language: "typescript",
    tool: process.execPath,
    missing: "node",
    run: async (text) => {
      try {
        (await loadTypeScript(text)).checkBindings();
        return "";
      } catch (problem) {
        return String(problem);
      }
    },
  },
];

const good = loadModel("4.20", "arm64", "guest");
const only = ["xen_memory_reservation", "XENMEM_populate_physmap", "gnttab_copy", "ioreq"];

function withFault(change: (model: Mutable<Abi>) => void): Abi {
  const model = mutableModel("4.20", "arm64", "guest") as Mutable<Abi>;
  change(model);
  return model as Abi;
}

type Mutable<T> = { -readonly [K in keyof T]: Mutable<T[K]> };

describe("a wrong fact in the model is caught by the generated code itself", () => {
  for (const { language, tool, missing, run } of checkers) {
    test.skipIf(tool === undefined)(
      titled(language, tool, missing),
      async () => {
        expect(await run(emit(language, good, { only }))).toBe("");

        const offset = withFault((model) => {
          const fields = model.structs["struct xen_memory_reservation"].fields;
          fields.find(({ path }) => path === "extent_order")!.offset += 4;
        });
        expect(await run(emit(language, offset, { only })), "an offset").toMatch(/extent_?order/i);

        const inUnion = withFault((model) => {
          const fields = model.structs["struct gnttab_copy"].fields;
          fields.find(({ path }) => path === "dest")!.offset += 8;
        });
        expect(await run(emit(language, inUnion, { only })), "an offset of a struct inside").not.toBe("");

        const size = withFault((model) => {
          model.structs["struct ioreq"].size += 8;
        });
        expect(await run(emit(language, size, { only })), "a size").toMatch(/ioreq/i);

        // Nothing but the model says what a constant is: the second source is the model that assertions are made from.
        const value = withFault((model) => {
          model.constants.XENMEM_populate_physmap.value = "7";
        });
        expect(await run(emit(language, value, { only, asserted: good })), "a value").toContain(
          "XENMEM_populate_physmap",
        );
      },
      120_000,
    );
  }
});

test("a second model to assert by does not hide what contradicts itself in the first", () => {
  const offset = withFault((model) => {
    const fields = model.structs["struct xen_memory_reservation"].fields;
    fields.find(({ path }) => path === "nr_extents")!.offset = 12;
  });
  const text = emit("c", offset, { only, asserted: good });
  expect(text).toContain("offsetof(struct xen_memory_reservation, nr_extents) == 12");
});
