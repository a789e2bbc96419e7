import { describe, expect, test } from "vitest";
import {
  type Abi,
  bind,
  EXCLUDED,
  HeaderReader,
  headerTreeOf,
  loadModel,
  type PlanOptions,
  targets,
} from "../../src/index.ts";
import { hostCompiler, inFolder, titled } from "./toolchain.ts";

const headers = `typedef unsigned char uint8_t;
typedef unsigned long long uint64_t;
struct said { uint64_t frame; };
struct unsaid { struct said inside; uint64_t more; };
struct holder { struct unsaid it; };
struct pointing { uint64_t a; };
#define COUNT 3
`;

/** A model in which one struct holds what no language knows. */
function model(): Abi {
  const { abi } = new HeaderReader(headerTreeOf("left", [["t.h", headers]])).read({
    xen: "test",
    arch: "arm64",
    mode: "guest",
  });
  const unsaid = abi.structs["struct unsaid"];
  const fields = unsaid.fields.map((field) =>
    field.path === "more" ? { ...field, type: "toString" } : field,
  );
  return { ...abi, structs: { ...abi.structs, "struct unsaid": { ...unsaid, fields } } };
}

function bound(language: string, abi: Abi, options: PlanOptions = {}) {
  const target = targets.find(({ name }) => name === language);
  if (target === undefined) throw new Error(`no target ${language}`);
  return bind(target, abi, options, { prefix: "" });
}

describe("an item that a language cannot say", () => {
  for (const { name } of targets) {
    test(`${name}: is left out by name, with what holds it, and the rest is printed`, () => {
      const { text, plan, leftOut } = bound(name, model());
      expect(leftOut).toEqual([
        { name: "struct unsaid", why: "struct unsaid.more: no mapping for type 'toString'" },
        { name: "struct holder", why: "it holds struct unsaid, which is left out" },
      ]);
      expect(plan.aggregates.map(({ key }) => key)).toEqual(["struct pointing", "struct said"]);
      expect(text).toContain("COUNT");
      expect(text).not.toMatch(/unsaid|holder/i);
    });
  }

  test("is refused where nothing of it can be left out", () => {
    const { abi } = new HeaderReader(
      headerTreeOf("names", [
        [
          "t.h",
          "enum k { K };\nstruct k { int a; };\nstruct k_value { int a; };\nstruct k_enum { int a; };\n",
        ],
      ]),
    ).read({ xen: "test", arch: "arm64", mode: "guest" });
    expect(() => bound("rust", abi)).toThrow("every name for it is taken: K, KValue, KEnum");
  });
});

describe("--exclude", () => {
  test.skipIf(hostCompiler === undefined)(
    titled(
      "leaves out what it names and what holds that; handles to it lead to no type",
      hostCompiler,
      "gcc",
    ),
    () => {
      const exclude = ["xen_memory_reservation", "XENMEM_populate_*", "COMPAT_*"];
      const { text, leftOut, unmatched } = bound("c", loadModel("4.20", "arm64", "guest"), { exclude });
      expect(unmatched).toEqual(["COMPAT_*"]);
      expect(leftOut).toContainEqual({ name: "struct xen_memory_reservation", why: EXCLUDED });
      expect(leftOut).toContainEqual({ name: "XENMEM_populate_physmap", why: EXCLUDED });
      expect(leftOut).toContainEqual({
        name: "struct xen_memory_exchange",
        why: "it holds struct xen_memory_reservation, which is left out",
      });
      expect(text).not.toMatch(/xen_memory_exchange|XENMEM_populate_physmap/);
      inFolder({ "xen.h": text, "use.c": '#include "xen.h"\n' }, (_, run) => {
        expect(run(hostCompiler ?? "", "-Wall", "-Werror", "-fsyntax-only", "use.c").stderr).toBe("");
      });
    },
  );

  test("wins over --only", () => {
    const { plan, leftOut } = bound("c", loadModel("4.20", "arm64", "guest"), {
      only: ["xen_memory_exchange"],
      exclude: ["xen_memory_exchange"],
    });
    expect(plan.aggregates.map(({ key }) => key)).toEqual(["struct xen_memory_reservation"]);
    expect(leftOut).toEqual([{ name: "struct xen_memory_exchange", why: EXCLUDED }]);
  });
});
