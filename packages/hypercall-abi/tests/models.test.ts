import { describe, expect, test } from "vitest";
import {
  modelSources,
  nearestRelease,
  newestRelease,
  releaseSources,
  releases,
} from "../src/facts/xen-release.ts";
import type { Abi } from "../src/model/model.ts";
import { bundledViews } from "../src/models/data/release-models.ts";
import { decodeModel, decodePool } from "../src/models/decode-models.ts";
import { encodeModels } from "../src/models/encode-models.ts";
import { loadModel, UnknownModelError } from "../src/models/load-model.ts";
import { readText } from "./read-text.ts";

describe("bundled releases", () => {
  test("from 4.11 to the newest branch, and master", () => {
    expect(releases[0]).toBe("4.11");
    expect(releases).toContain("4.17");
    expect(releases.at(-1)).toBe("master");
    expect(newestRelease).toBe(releases.at(-2));
    const minors = releases.slice(0, -1).map((r) => Number(r.split(".")[1]));
    expect(minors).toEqual(Array.from({ length: minors.length }, (_, i) => 11 + i));
    for (const source of releaseSources) expect(source.commit).toMatch(/^[0-9a-f]{40}$/);
  });

  test.each([
    ["4.17", "4.17"],
    ["4.17.7+13-gdeadbee", "4.17"],
    ["xen-4.20.4-pre", "4.20"],
    ["RELEASE-4.19.0", "4.19"],
    ["4.1", "4.11"],
    ["3.4", "4.11"],
    ["4.99", "master"],
    ["5.0", "master"],
    ["unstable", "master"],
    ["what", newestRelease],
    ["", newestRelease],
  ])("nearestRelease(%j) is %s", (version, release) => {
    expect(nearestRelease(version)).toBe(release);
  });

  test("a release by its full version, and master by its coming number", () => {
    expect(loadModel("4.17.7+13", "arm64", "tools")).toBe(loadModel("4.17", "arm64", "tools"));
    const coming = /^[0-9]+\.[0-9]+/.exec(releaseSources.at(-1)!.build)![0];
    expect(loadModel(coming, "arm64", "guest").xen).toBe("master");
  });

  test("what is not bundled is refused with what is", () => {
    expect(() => loadModel("3.4", "arm64", "tools")).toThrow(UnknownModelError);
    expect(() => loadModel("3.4", "x86_64", "tools")).toThrow(
      "no model of Xen 3.4; the nearest is 4.0, bundled are 4.0, 4.1",
    );
    expect(() => loadModel("4.17", "x86_32", "tools")).toThrow(
      "no model for x86_32 is bundled, only for arm64, arm32, x86_64",
    );
    expect(() => loadModel("4.1", "arm64", "tools")).toThrow(
      "no model of Xen 4.1 for arm64: its headers do not know arm64",
    );
  });

  test("interfaces older than what a replay knows: x86 from 4.0, arm32 from 4.2, arm64 from 4.3", () => {
    expect(modelSources.map(({ xen }) => xen).slice(0, 12)).toEqual([
      ...Array.from({ length: 11 }, (_, i) => `4.${i}`),
      releases[0],
    ]);
    expect(loadModel("4.0", "x86_64", "guest").structs["struct gnttab_map_grant_ref"]?.size).toBe(32);
    expect(loadModel("4.2", "arm32", "guest").hypercalls.__HYPERVISOR_memory_op).toBe(12);
    expect(loadModel("4.3", "arm64", "tools").structs["struct xen_hvm_set_mem_type"]?.size).toBe(16);
  });

  test("every one has the hypercalls and structs of memory and grants", () => {
    for (const xen of releases) {
      for (const { arch, mode } of bundledViews) {
        const abi = loadModel(xen, arch, mode);
        expect([abi.xen, abi.arch, abi.mode, abi.version]).toEqual([xen, arch, mode, 1]);
        expect(abi.hypercalls.__HYPERVISOR_memory_op).toBe(12);
        expect(abi.structs["struct gnttab_map_grant_ref"]?.size).toBe(32);
        expect("struct xen_domctl" in abi.structs).toBe(mode === "tools");
      }
    }
  });
});

describe("encoding", () => {
  const plain = (abi: Abi): unknown => JSON.parse(JSON.stringify(abi));
  const text = (extra: string) => `
/* \` enum neg_errnoval
 * \` HYPERVISOR_thing_op(enum thing_op cmd, void *args)
 */
/* \` enum thing_op { // THING_* => struct thing_* */
#define THING_one 1
/* \` } */
#define FLEX
enum { ANON = 1 }; enum named { NAMED = -2 };
typedef unsigned int thing_t;
struct thing_one {
    thing_t a; union { uint8_t b:3; uint16_t c[2][3]; };
#define THING_FLAG (1u << 3)
    char d[FLEX];
};
#define TEXT "a\\tb\\"c"
#define CODE(x) (x)
${extra}`;
  const views = (extra: string): Abi[] =>
    bundledViews.map(({ arch, mode }) => readText(text(extra), { xen: "4.99", arch, mode }).abi);

  test("what goes in comes out, for every view, with lines that differ by release and by view", () => {
    const first = views("#ifdef __x86_64__\n#define WHERE 1\n#else\n\n#define WHERE 1\n#endif\n");
    const second = views(`${"\n".repeat(40_000)}#define WHERE 1\n#define MORE 2\n`).map((abi) => ({
      ...abi,
      xen: "5.0",
    }));
    const source = (xen: string) => ({ xen, build: `${xen}.0`, commit: "0".repeat(40) });
    const encoded = encodeModels([
      { source: source("4.99"), models: first },
      { source: source("5.0"), models: second },
    ]);
    const pool = decodePool(encoded.pool);
    for (const [release, models] of [first, second].entries()) {
      bundledViews.forEach(({ arch, mode }, view) => {
        const decoded = decodeModel(encoded.releases[release], pool, arch, mode)!;
        expect(plain(decoded)).toEqual(plain(models[view]));
        expect(Object.keys(decoded.constants)).toEqual(Object.keys(models[view].constants));
      });
    }
    expect(first[0].groups.thing_op?.link).toEqual({ from: "THING_*", to: "struct thing_*" });
    expect(first[0].constants.THING_FLAG?.within).toBe("struct thing_one");
  });

  test("the same models give the same bytes, in whatever order they are encoded again", () => {
    const source = { xen: "4.99", build: "4.99", commit: "c" };
    const once = encodeModels([{ source, models: views("") }]);
    const pool = decodePool(once.pool);
    const again = bundledViews.map((v) => decodeModel(once.releases[0], pool, v.arch, v.mode)!);
    expect(encodeModels([{ source, models: again }])).toEqual(once);
  });
});
