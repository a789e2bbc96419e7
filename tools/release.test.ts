import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { changelogWith, manifestWith, versionTrouble } from "./release.mjs";

const root = join(import.meta.dirname, "..");

describe("a release", () => {
  it.each([
    ["0.1.1", "0.1.0", null],
    ["0.10.0", "0.9.9", null],
    ["0.1.0", "0.1.0", "0.1.0 does not come after 0.1.0"],
    ["0.0.9", "0.1.0", "0.0.9 does not come after 0.1.0"],
    ["1.0", "0.1.0", "1.0 is no version: write three numbers, as in 1.2.0"],
    ["v1.0.0", "0.1.0", "v1.0.0 is no version: write three numbers, as in 1.2.0"],
  ])("of %s after %s: %s", (version, current, trouble) => {
    expect(versionTrouble(version, current)).toBe(trouble);
  });

  it("gives every package its version, and what it needs of the others", () => {
    for (const name of readdirSync(join(root, "packages"))) {
      const text = readFileSync(join(root, "packages", name, "package.json"), "utf8");
      const before = JSON.parse(text);
      const after = JSON.parse(manifestWith(text, "9.8.7"));
      const own = (group: object = {}) =>
        Object.fromEntries(
          Object.entries(group).map(([key, value]) => [key, key.startsWith("@xgt/") ? "9.8.7" : value]),
        );
      expect(after).toEqual({
        ...before,
        version: "9.8.7",
        ...(before.dependencies && { dependencies: own(before.dependencies) }),
        ...(before.devDependencies && { devDependencies: own(before.devDependencies) }),
      });
    }
  });

  it("takes what was not released yet", () => {
    const before = "# Changelog\n\n## Unreleased\n\n- A.\n\n## 0.1.0 (2026-01-01)\n\n- B.\n";
    const after =
      "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-11-30)\n\n- A.\n\n## 0.1.0 (2026-01-01)\n\n- B.\n";
    expect(changelogWith(before, "0.2.0", "2026-11-30")).toBe(after);
    expect(() => changelogWith(after, "0.3.0", "2026-12-01")).toThrow(/nothing stands below "## Unreleased"/);
  });
});
