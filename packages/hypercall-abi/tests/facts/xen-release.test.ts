import { describe, expect, test } from "vitest";
import {
  DEVELOPMENT_RELEASE,
  knownRelease,
  NEWEST_RELEASE,
  newestRelease,
  parseRelease,
  readRelease,
  releaseName,
  releaseNumbers,
  releases,
  since,
  UnknownReleaseError,
} from "../../src/facts/xen-release.ts";

describe("a Xen release", () => {
  test.each([
    ["4.17", 4017],
    ["4.17.3", 4017],
    [" xen-4.17.3 ", 4017],
    ["Xen 4.17", 4017],
    ["RELEASE-4.17.0", 4017],
    ["stable-4.17", 4017],
    ["v4.17", 4017],
    ["4.17.3+10-g091466ba55-1~deb12u1", 4017],
    ["4.20.3+127", 4020],
    ["4.20.4-pre", 4020],
    ["4.11-rc2", 4011],
  ])("%j is %i", (text, release) => {
    expect(parseRelease(text)).toBe(release);
    expect(readRelease(text)).toEqual({ release, warning: null });
  });

  test.each(["master", "staging", "unstable", "xen-unstable", "Master", "4.23-unstable", "4.23"])(
    "%s is the development branch",
    (text) => {
      expect(parseRelease(text)).toBe(DEVELOPMENT_RELEASE);
    },
  );

  test("the newest release is the one before the development branch", () => {
    expect(NEWEST_RELEASE).toBe(parseRelease(newestRelease));
    expect(DEVELOPMENT_RELEASE).toBe(NEWEST_RELEASE + 1);
  });

  test.each(["5.0", "4.10", "4.24", "latest", "headers", "", "4", "4.1x", "4.17abc", "44.17", "4.1700"])(
    "%j is refused with the list of known ones",
    (text) => {
      expect(() => parseRelease(text)).toThrow(UnknownReleaseError);
      expect(() => parseRelease(text)).toThrow(
        /^".*" is no Xen release that is known here: write 4\.11, 4\.12, .*, 4\.22 or master\.$/,
      );
      expect(knownRelease(text)).toBeNull();
    },
  );

  test("an unknown one in a log is a warning, and nothing depends on it", () => {
    expect(readRelease("5.0")).toEqual({
      release: null,
      warning:
        '"5.0" is no Xen release that is known here (4.11 to 4.22, and master (4.23)): the release is taken as not known',
    });
    expect(since(readRelease("headers").release, "4.17")).toBeNull();
  });

  test("releases compare, and name themselves", () => {
    expect(since(parseRelease("4.16"), "4.17")).toBe(false);
    expect(since(parseRelease("4.17.1"), "4.17")).toBe(true);
    expect(since(parseRelease("master"), "4.22")).toBe(true);
    for (const name of releases) expect(releaseName(parseRelease(name))).toBe(name);
    expect(releaseNumbers(DEVELOPMENT_RELEASE)).toBe("4.23");
    expect(releaseName(null)).toBe("unknown");
  });
});
