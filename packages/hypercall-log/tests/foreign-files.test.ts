import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { LogOpenError } from "../src/input/log-open-error.ts";
import { foreignFiles } from "../src/log/foreign-files.ts";
import { openLog } from "../src/log/open-log.ts";

const folder = mkdtempSync(join(tmpdir(), "xgt-foreign-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes of a text, one a character, at an offset of a file of 4 KiB. */
function at(offset: number, magic: string): Uint8Array {
  const bytes = new Uint8Array(4096);
  bytes.set(Buffer.from(magic, "latin1"), offset);
  return bytes;
}

const elf = (type: number) =>
  Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...new Array(9).fill(0), type, 0);

/** One file of each kind, as it begins. */
const examples: readonly (readonly [kind: string, content: string | Uint8Array])[] = [
  ["device-tree-blob", at(0, "\xd0\x0d\xfe\xed\0\0\x10\0")],
  ["device-tree-source", "/dts-v1/;\n/ { };\n"],
  ["device-tree-source", "/* board */\n// by hand\n/dts-v1/;\n"],
  ["utf-16", Buffer.from('\uFEFF{"xgt_log":1}\r\n', "utf16le")],
  ["utf-16", Buffer.from('{"xgt_log":1,"version":1}\r\n', "utf16le")],
  ["perf-data", at(0, "PERFILE2")],
  ["core-dump", elf(4)],
  ["crash-dump", at(0, "KDUMP   ")],
  ["elf", elf(2)],
  ["arm64-image", at(56, "ARM\x64")],
  ["x86-kernel", at(0x202, "HdrS")],
  ["u-boot-image", at(0, "\x27\x05\x19\x56")],
  ["tar", at(257, "ustar")],
  ["zip", at(0, "PK\x03\x04")],
  ["7z", at(0, "7z\xbc\xaf\x27\x1c")],
  ["lz4", at(0, "\x04\x22\x4d\x18")],
  ["lzop", at(0, "\x89LZO\0")],
  ["lzma", at(0, "\x5d\0\0\x80")],
  ["cpio", "07070100000000"],
  ["ar", "!<arch>\ndebian-binary   "],
  ["rpm", at(0, "\xed\xab\xee\xdb")],
  ["pcap", at(0, "\xd4\xc3\xb2\xa1")],
  ["pcap", at(0, "\x0a\x0d\x0d\x0a")],
  ["systemd-journal", at(0, "LPKSHHRH")],
  ["qcow2", at(0, "QFI\xfb")],
  ["sqlite", at(0, "SQLite format 3\0")],
  ["pdf", "%PDF-1.7\n"],
  ["picture", at(0, "\x89PNG")],
  ["disk-image", at(510, "\x55\xaa")],
  ["html", "<!DOCTYPE html>\n<html><head><title>Sign in</title>\n"],
  ["html", "<!-- proxy -->\n<html>\n"],
  ["xml", '<?xml version="1.0"?>\n<a/>\n'],
  ["git-lfs", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"],
  ["json-array", '[{"ev":"enter","id":1}]\n'],
  ["xgt-report", '{"version":1,"inputs":[],"domains":[]}\n'],
  ["sarif", '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[]}\n'],
  ["domain-spec", '{"version":1,"xen":"4.17","domains":[{"domid":0,"mode":"direct-mapped"}]}\n'],
  ["domain-spec", '{\n  "version": 1,\n  "domains": [\n'],
  ["abi-model", '{"version":1,"xen":"4.17","arch":"arm64","mode":"tools","structs":{}}\n'],
  ["xen-boot-log", "(XEN) Xen version 4.20.0 (builder@host) debug=y 2025-03-05\n"],
  ["xen-boot-log", "[   1.2] (XEN) memory.c:238:d0v0 mfn 0x39000 doesn't belong to d1\n"],
  ["kernel-log", "Nov 30 10:00:01 board kernel: Linux version 6.6.0\n"],
  ["kernel-log", "[    0.000000] Booting Linux on physical CPU 0x0\n"],
  ["symbols", "ffff800080010000 T _text\nffff800080010000 t bcm2835\n"],
  ["kprobe-events", "p:xen/mo_s_a_40 a+0x40 cmd=%x0:u64\n"],
  ["strace", 'execve("/usr/sbin/xl", ["xl"], 0x7f) = 0\n'],
  ["patch", "diff --git a/mm.c b/mm.c\n"],
  ["script", "#!/bin/sh\n"],
  ["xl-config", 'name = "guest"\nkernel = "/boot/Image"\n'],
  ["json", '{"hello":"world"}\n'],
  ["csv", "time,gfn,mfn\n1,2,3\n4,5,6\n"],
  ["zeros", new Uint8Array(4096)],
];

describe("files that are no logs", () => {
  it("are told by a table of which each kind has an example", () => {
    expect(new Set(examples.map(([kind]) => kind))).toEqual(new Set(foreignFiles.map(({ kind }) => kind)));
    expect(foreignFiles.length).toBeGreaterThan(20);
  });

  it.each(examples)("%s: one line says what it is and what to do", async (kind, content) => {
    const known = foreignFiles.find((file) => file.kind === kind);
    for (const [name, bytes] of [
      ["log", content],
      ["log.gz", gzipSync(content)],
    ] as const) {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      const error: unknown = await openLog(path).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(LogOpenError);
      expect(String((error as Error).message)).toBe(`${path}: ${known?.what}; ${known?.advice}`);
      expect((error as Error).message).not.toContain("\n");
    }
  });

  it("are told at once, whatever a hostile text repeats", () => {
    const texts = [
      "/* */ ",
      "<!-- -->",
      "# a\n",
      "{",
      "[",
      '{"domains"',
      "<",
      "a,",
      "- kernel: ",
      "[ 1.1",
    ].map((piece) => piece.repeat((64 << 10) / piece.length));
    const start = performance.now();
    for (const text of texts) {
      const head = Buffer.from(text);
      foreignFiles.find((file) => file.is(head, text));
    }
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
