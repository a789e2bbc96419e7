import { describe, expect, test } from "vitest";
import {
  bundledViews,
  HeaderReader,
  loadModel,
  newestRelease,
  readHeaderTree,
  releases,
  structOf,
} from "../src/index.ts";
import { howToGetHeaders, presentHeaders } from "./present-headers.ts";

const present = presentHeaders();

describe("import from real headers", () => {
  if (present.length === 0) test.skip(howToGetHeaders, () => {});

  for (const { what, root, release } of present) {
    test(`${what}: every header is read without a complaint`, () => {
      const reader = new HeaderReader(readHeaderTree(root));
      for (const { arch, mode } of bundledViews) {
        const { abi, diagnostics, skipped } = reader.read({ xen: release ?? newestRelease, arch, mode });
        expect(diagnostics).toEqual([]);
        expect(structOf(abi, "struct xen_memory_reservation").size).toBe(32);
        expect(Object.keys(abi.constants).length).toBeGreaterThan(1_200);
        const left = abi.unmodelled.filter(
          (u) => !/^(?:a function|an object|names a type|no number|an initialiser)/.test(u.reason),
        );
        expect(left).toEqual([]);
        const kinds = new Set(
          skipped.map((s) => s.reason.replace(/^in \w+/, "in a folder").replace(/^#error.*/, "#error")),
        );
        const known = ["of another architecture", "#error", "a device interface of the guest's kernel"];
        expect([...kinds].filter((kind) => !known.includes(kind) && !kind.startsWith("in a folder"))).toEqual(
          [],
        );
      }
    });

    const bundled = release === undefined ? undefined : releases.find((r) => r === release);
    test.skipIf(bundled === undefined)(`${what}: equals the bundled model of ${release}`, () => {
      const reader = new HeaderReader(readHeaderTree(root));
      for (const { arch, mode } of bundledViews) {
        const { abi } = reader.read({ xen: bundled!, arch, mode });
        expect(Object.keys(abi.structs)).toEqual(Object.keys(loadModel(bundled!, arch, mode).structs));
      }
    });
  }
});
