import { describe, expect, it } from "vitest";
import { checkBuildPath } from "../src/host/build-path.ts";
import { makefileUnder } from "../src/host/prepare-headers.ts";

describe("makefileUnder", () => {
  it("moves the include of Debian's headers up to Linux 6", () => {
    expect(makefileUnder("/c/root", "include /usr/src/linux-headers-6.1.0-56-common/Makefile\n")).toBe(
      "include /c/root/usr/src/linux-headers-6.1.0-56-common/Makefile\n",
    );
  });

  it("moves the folder that later ones name too", () => {
    const text =
      "KBUILD_OUTPUT=/usr/src/linux-headers-7-arm64\ninclude /usr/src/linux-headers-7-common/Makefile\n";
    expect(makefileUnder("/c/root", text)).toBe(
      "KBUILD_OUTPUT=/c/root/usr/src/linux-headers-7-arm64\ninclude /c/root/usr/src/linux-headers-7-common/Makefile\n",
    );
  });
});

describe("a folder in which a kernel is built", () => {
  it.each([
    "/home/a b/cache",
    "/tmp/x;y",
    "/tmp/$(id)",
    "/tmp/`id`",
    "/tmp/it's",
    '/tmp/"',
    "/tmp/a:b",
    "/tmp/#1",
    "/tmp/\n",
  ])("is refused where make would not understand its path: %j", (path) => {
    expect(() => checkBuildPath(path, "name another")).toThrow(/cannot be built here.*; name another$/);
  });

  it("may have letters of any language", () => {
    checkBuildPath("/home/müller/.cache/xgt-lab_1+2", "name another");
  });
});
