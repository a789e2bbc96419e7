import { describe, expect, it } from "vitest";
import { modules, staleFiles } from "./make-proto.mjs";

describe("modules that are made of a .proto", () => {
  it("are what tools/make-proto.mjs makes now", () => {
    expect(staleFiles().map(({ path }) => path)).toEqual([]);
  });

  it("differ where the schema does", () => {
    const [{ module }, { proto }] = modules;
    const stale = staleFiles([{ proto, module }]);
    expect(stale.map(({ path }) => path)).toEqual([module, module.replace(/\.js$/, ".d.ts")]);
  });
});
