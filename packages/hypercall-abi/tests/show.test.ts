import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import {
  loadModel,
  loadViews,
  ModelFileError,
  modelsOf,
  readModelFile,
  renderAbi,
  renderHistory,
  writeModelFile,
} from "../src/index.ts";

const abi = loadModel("4.17", "arm64", "tools");
const text = (name: string): string => renderAbi(abi, { name, format: "text" });

describe("renderAbi()", () => {
  test("a struct with its padding", () => {
    expect(text("xen_memory_reservation")).toBe(
      `struct xen_memory_reservation  (memory.h:46)  Xen 4.17, arm64, tools
  32 bytes, aligned to 8
       0      8  handle of xen_pfn_t  extent_start
       8      8  xen_ulong_t          nr_extents
      16      4  unsigned int         extent_order
      20      4  unsigned int         mem_flags
      24      2  domid_t              domid
      26      6  padding
`,
    );
  });

  test("padding stands where it is, bit fields show bit and width", () => {
    expect(text("struct xen_arch_domainconfig").split("\n").slice(2, 5)).toEqual([
      "       0      1  uint8_t   gic_version",
      "       1      1  padding",
      "       2      2  uint16_t  tee_type",
    ]);
    expect(text("buf_ioreq")).toContain("       0  12:20  uint32_t  addr\n");
  });

  test("constants, hypercalls with their prototype, typedefs, patterns", () => {
    expect(text("DOMID_SELF")).toBe("DOMID_SELF = 32752  0x7ff0  unsigned int  (xen.h:565)\n");
    expect(text("grant_table_op")).toContain("HYPERVISOR_grant_table_op(enum grant_table_op cmd");
    expect(text("xen_pfn_t")).toContain("typedef xen_pfn_t: uint64_t, 8 bytes");
    expect(
      text("XENMEM_*_physmap")
        .split("\n")
        .filter((line) => line !== ""),
    ).toHaveLength(4);
  });

  test("JSON has the same form, whole or in part", () => {
    const part = JSON.parse(renderAbi(abi, { name: "struct gnttab_copy", format: "json" }));
    expect(part).toMatchObject({ version: 1, xen: "4.17", arch: "arm64", mode: "tools" });
    expect(Object.keys(part.structs)).toEqual(["struct gnttab_copy"]);
    expect(JSON.parse(renderAbi(abi, { format: "json" })).constants.XENMEM_populate_physmap).toMatchObject({
      value: "6",
      type: "int",
    });
    expect(renderAbi(abi, { format: "text" })).toContain(
      "546 structs and unions, 2051 constants, 50 hypercalls",
    );
  });

  test("what is not there, and what is no data", () => {
    const missing = {
      message: "Xen 4.17 arm64 tools has no 'createdomain'",
      near: expect.arrayContaining(["struct xen_domctl_createdomain"]),
    };
    expect(() => text("createdomain")).toThrow(expect.objectContaining(missing));
    expect(() => text("XENMEMF_node")).toThrow(
      "XENMEMF_node (memory.h:35) is no data: a function-like macro",
    );
  });
});

describe("model files", () => {
  test("what is written is read", () => {
    const back = readModelFile(writeModelFile(abi));
    const rest = { prototypes: {}, groups: {}, unmodelled: [] };
    const plain = JSON.parse(JSON.stringify({ ...abi, ...rest }));
    for (const struct of Object.values<{ macro?: string }>(plain.structs)) delete struct.macro;
    expect({ ...back, ...rest }).toEqual(plain);
  });

  test("the least that a model is", () => {
    const least = {
      version: 1,
      xen: "4.17",
      arch: "arm64",
      mode: "guest",
      structs: {
        "struct s": {
          kind: "struct",
          size: 4,
          align: 4,
          fields: [{ path: "a", offset: 0, size: 4, type: "int" }],
        },
      },
      constants: { __HYPERVISOR_x: { value: "3", type: "int" } },
    };
    expect(readModelFile(JSON.stringify(least)).hypercalls).toEqual({ __HYPERVISOR_x: 3 });
    const unmodelled = '{"name":"m","reason":"a macro","line":1e999}';
    const endless = JSON.stringify({ ...least, unmodelled: [0] }).replace("[0]", `[${unmodelled}]`);
    expect(readModelFile(endless).unmodelled[0].line).toBe(0);
  });

  test.each([
    ["{", "no JSON: "],
    ["[]", "the file: needs an object"],
    ['{"version":2}', "version: 2; this reads version 1"],
    ['{"version":1,"arch":"vax"}', 'arch: "vax"; known are arm64, arm32, x86_64, x86_32'],
    ['{"version":1,"arch":"arm64","mode":"x"}', "mode: needs 'tools' or 'guest'"],
    [
      '{"version":1,"arch":"arm64","mode":"tools","constants":{"A":{"value":6,"type":"int"}}}',
      'constants["A"].value: needs a string',
    ],
    [
      '{"version":1,"arch":"arm64","mode":"tools","constants":{"A":{"value":"x","type":"int"}}}',
      'constants["A"].value: needs a decimal number in a string',
    ],
    [
      '{"version":1,"arch":"arm64","mode":"tools","xen":"4","constants":{},"structs":{"struct a":{"kind":"struct","size":4,"align":4,"fields":[{"path":"x","offset":-1,"size":4,"type":"int"}]}}}',
      'structs["struct a"].fields[0].offset: needs a number of at least 0',
    ],
  ])("%s is refused", (file, message) => {
    expect(() => readModelFile(file)).toThrow(ModelFileError);
    expect(() => readModelFile(file)).toThrow(message);
  });
});

describe("loadViews()", () => {
  const folder = mkdtempSync(join(tmpdir(), "xgt-views-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a release, a folder, a file", () => {
    expect(loadViews("4.17", "arm64").views.tools).toBe(abi);
    const fixtures = loadViews(fileURLToPath(new URL("fixtures/public", import.meta.url)), "arm64");
    expect(Object.keys(fixtures.views)).toEqual(["tools", "guest"]);
    const file = join(folder, "model.json");
    writeFileSync(file, writeModelFile(abi));
    expect(loadViews(file, "arm64").views.tools?.structs).toHaveProperty(["struct xen_domctl"]);
    expect(() => loadViews(file, "arm32")).toThrow("a model for arm64, not arm32; give --arch arm64");
  });

  test("none of these", () => {
    expect(() => loadViews("no/such/thing", "arm64")).toThrow(
      "no such file or folder; give a release, a model file or a folder",
    );
    expect(() => loadViews("3.2", "arm64")).toThrow("no model of Xen 3.2; the nearest is 4.0");
  });
});

describe("renderHistory()", () => {
  const models = modelsOf("arm64", "tools");

  test("releases that agree share a column; what a release has not is a dash", () => {
    const [head, releases, size] = renderHistory(models, "struct xen_memory_reservation", "text").split("\n");
    expect([head, releases.trim(), size.split(/\s+/)]).toEqual([
      "struct xen_memory_reservation  (arm64, tools)",
      "4.3 - master",
      ["", "size", "32"],
    ]);
  });

  test("each cell is what that release's own model says", () => {
    const { tables } = JSON.parse(renderHistory(models, "struct xen_domctl_createdomain", "json"));
    const [{ rows, columns }] = tables;
    expect(columns.length).toBeGreaterThan(4);
    const numbers = models.map(({ xen }) => xen);
    for (const { releases, cells } of columns) {
      const [first, last = first] = releases.split(" - ");
      for (const xen of numbers.slice(numbers.indexOf(first), numbers.indexOf(last) + 1)) {
        const struct = loadModel(xen, "arm64", "tools").structs["struct xen_domctl_createdomain"];
        expect(cells[0], xen).toBe(String(struct.size));
        for (const { path, offset, size, anonymous } of struct.fields)
          if (!anonymous) expect(cells[rows.indexOf(path)], `${xen} ${path}`).toBe(`${offset}+${size}`);
      }
    }
  });
});
