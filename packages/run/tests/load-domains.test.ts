import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { loadDomains, SpecificationError } from "../src/index.ts";
import { HEADER, streamOf } from "./run-logs.ts";

const folder = mkdtempSync(join(tmpdir(), "xgt-domains-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const SPEC = JSON.stringify({ version: 1, xen: "4.17", domains: HEADER.domains });
const BOOT = `(XEN) Xen version 4.17.7 (Debian 4.17.7+13)
(XEN) *** LOADING DOMAIN 0 ***
(XEN) Allocating 1:1 mappings totalling 16MB for dom0:
(XEN) BANK[0] 0x00000060000000-0x00000061000000 (16MB)
`;
const TREE = `/dts-v1/;
/ {
  #address-cells = <2>; #size-cells = <2>;
  memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x40000000>; };
  chosen {
    #address-cells = <2>; #size-cells = <2>;
    module@48000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x0 0x48000000 0x0 0x1000000>; };
  };
};
`;

async function failure(path: string): Promise<SpecificationError> {
  const error = await loadDomains(path).catch((reason: unknown) => reason);
  if (!(error instanceof SpecificationError)) throw error;
  return error;
}

describe("domains given beside the logs", () => {
  it("are a DomainSpec, gzipped or not, from a file or a stream", async () => {
    const { spec } = await loadDomains(file("spec.json", SPEC));
    expect(spec).toMatchObject({
      xen: "4.17",
      domains: [{ domid: 0, ram: [{ gfn: 0x80000, count: 0x4000 }] }],
    });
    expect((await loadDomains(file("spec.json.gz", gzipSync(SPEC)))).spec).toEqual(spec);
    expect((await loadDomains("-", streamOf(SPEC))).spec).toEqual(spec);
  });

  it("are Xen's boot log", async () => {
    const { spec } = await loadDomains(file("boot.log", BOOT));
    expect(spec).toMatchObject({
      xen: "4.17",
      domains: [{ domid: 0, ram: [{ gfn: 0x60000, count: 0x1000 }] }],
    });
  });

  it("are a device tree; what only a boot tells is said to be open", async () => {
    const path = file("host.dts", TREE);
    const { spec, notes } = await loadDomains(path);
    expect(spec.domains.map(({ domid, ram }) => [domid, ram])).toEqual([[0, undefined]]);
    expect(notes).toEqual([`${path}: Xen chooses Dom0's banks at boot: its RAM is not known`]);
  });

  it("that cannot be used say what is wrong with which file, and what to do", async () => {
    const missing = await failure(join(folder, "missing"));
    expect(missing.message).toBe(
      `${missing.path}: no such file; --domains takes a DomainSpec (JSON) or Xen's boot log`,
    );
    expect((await failure(file("wrong.json", '{"version":1}'))).message).toMatch(/^.*wrong\.json: .*domains/);
    expect((await failure(file("cut.gz", gzipSync(SPEC).subarray(0, 20)))).advice).toBe(
      "copy the file again",
    );
    expect((await failure(file("nothing.log", "(XEN) Xen version 4.17.7\n"))).message).toMatch(
      /shows no domain being built; take the console/,
    );
  });
});
