import { isBootLog } from "../domains/boot-log/boot-log.ts";

/** A kind of file that people give as a log and that is none. */
export interface ForeignFile {
  /** Short name: "device-tree". */
  readonly kind: string;
  /** True where a file's first bytes, and the text that they are, are of this kind. */
  is(head: Uint8Array, text: string): boolean;
  /** True where it is looked for before the logs: a reader might take it for a damaged log. */
  readonly first?: true;
  /** What it is, as the rest of a sentence: "is a device tree". */
  readonly what: string;
  /** What to do instead. */
  readonly advice: string;
}

const CAPTURE = "record hypercalls first: `xgt capture` writes a recorder";
const UNPACK = "unpack it and name the log inside";
const ELF_CORE = 4;
const ELF_TYPE_AT = 16;
const TAR_MAGIC_AT = 257;
const ARM64_MAGIC_AT = 56;
const BZIMAGE_MAGIC_AT = 0x202;
const BOOT_SECTOR_MAGIC_AT = 510;
const EXT_MAGIC_AT = 0x438;
/** Lines by which a table of commas is told. */
const CSV_LINES = 3;

/** Told by a text at an offset. */
function has(magic: string, at = 0): (head: Uint8Array) => boolean {
  return (head) => holds(head, magic, at);
}

/** Whether one byte a character stands at an offset. */
function holds(head: Uint8Array, magic: string, at: number): boolean {
  for (let i = 0; i < magic.length; i++) if (head[at + i] !== magic.charCodeAt(i)) return false;
  return true;
}

/** Told by its text. */
function matches(pattern: RegExp): (head: Uint8Array, text: string) => boolean {
  return (_, text) => pattern.test(text);
}

/** UTF-16: a byte order mark, or a zero beside nearly every character of a text. */
function isUtf16(head: Uint8Array): boolean {
  if (holds(head, "\xff\xfe", 0) || holds(head, "\xfe\xff", 0)) return true;
  const pairs = Math.min(64, head.length >> 1);
  let low = 0;
  let high = 0;
  for (let i = 0; i < pairs; i++) {
    if (head[2 * i + 1] === 0 && head[2 * i] >= 9) low++;
    if (head[2 * i] === 0 && head[2 * i + 1] >= 9) high++;
  }
  return pairs >= 8 && Math.max(low, high) > 0.9 * pairs;
}

/** Lines with the same number of commas, two at least. */
function isCsv(_: Uint8Array, text: string): boolean {
  const commas = text
    .split("\n", CSV_LINES + 1)
    .slice(0, -1)
    .map((line) => line.split(",").length - 1);
  return commas.length >= 2 && commas[0] >= 2 && commas.every((count) => count === commas[0]);
}

/**
 * Files that are no logs, in the order in which they are tried. Whatever a reader of logs takes is not looked at here, but
 * for the kinds that come first: a kernel log with a recorder's lines in it is a console.
 */
export const foreignFiles: readonly ForeignFile[] = [
  {
    kind: "device-tree-blob",
    is: has("\xd0\x0d\xfe\xed"),
    what: "is a device tree (.dtb)",
    advice: "give it with --domains beside the log, or to `xgt layout check`",
  },
  {
    kind: "device-tree-source",
    is: matches(
      /^\s*(?:\/\*(?:[^*]|\*(?!\/))*\*\/\s*|\/\/[^\n]*\n\s*)*(?:\/dts-v1\/|\/plugin\/;|\/memreserve\/|\/ \{)/,
    ),
    what: "is a device tree (.dts)",
    advice: "give it with --domains beside the log, or to `xgt layout check`",
  },
  {
    kind: "utf-16",
    first: true,
    is: isUtf16,
    what: "is UTF-16 text",
    advice: "convert it first: iconv -f UTF-16 -t UTF-8",
  },
  {
    kind: "perf-data",
    is: (head) => holds(head, "PERFILE2", 0) || holds(head, "2ELIFREP", 0),
    what: "is perf's own file (perf.data)",
    advice: "make a text of it: perf script --show-lost-events -i perf.data > run.txt",
  },
  {
    kind: "core-dump",
    is: (head) => holds(head, "\x7fELF", 0) && head[ELF_TYPE_AT + (head[5] === 2 ? 1 : 0)] === ELF_CORE,
    what: "is a core dump",
    advice: CAPTURE,
  },
  {
    kind: "crash-dump",
    is: (head) => holds(head, "KDUMP   ", 0) || holds(head, "DISKDUMP", 0) || holds(head, "makedumpfile", 0),
    what: "is a kernel's crash dump",
    advice: CAPTURE,
  },
  {
    kind: "elf",
    is: has("\x7fELF"),
    what: "is an ELF file (vmlinux, a module or a program)",
    advice: "`xgt capture kprobes --image Image` takes the kernel's Image; a log is what its probes write",
  },
  {
    kind: "arm64-image",
    is: has("ARM\x64", ARM64_MAGIC_AT),
    what: "is an arm64 kernel (Image)",
    advice: "`xgt capture kprobes --image FILE` makes a recorder for it, `xgt lab run --kernel FILE` runs it",
  },
  {
    kind: "x86-kernel",
    is: has("HdrS", BZIMAGE_MAGIC_AT),
    what: "is an x86 kernel (bzImage)",
    advice: CAPTURE,
  },
  {
    kind: "u-boot-image",
    is: has("\x27\x05\x19\x56"),
    what: "is an image for U-Boot (uImage)",
    advice: CAPTURE,
  },
  { kind: "tar", is: has("ustar", TAR_MAGIC_AT), what: "is a tar archive", advice: UNPACK },
  { kind: "zip", is: has("PK\x03\x04"), what: "is a zip archive", advice: UNPACK },
  { kind: "7z", is: has("7z\xbc\xaf\x27\x1c"), what: "is a 7z archive", advice: UNPACK },
  {
    kind: "lz4",
    is: has("\x04\x22\x4d\x18"),
    what: "is compressed with lz4",
    advice: "decompress it first: lz4 -d",
  },
  {
    kind: "lzop",
    is: has("\x89LZO\0"),
    what: "is compressed with lzop",
    advice: "decompress it first: lzop -d",
  },
  {
    kind: "lzma",
    is: has("\x5d\0\0"),
    what: "is compressed with lzma",
    advice: "decompress it first: xz --format=lzma -d",
  },
  {
    kind: "cpio",
    is: (head) => holds(head, "070701", 0) || holds(head, "070702", 0),
    what: "is a cpio archive (an initrd)",
    advice: UNPACK,
  },
  { kind: "ar", is: has("!<arch>\n"), what: "is an archive (.deb or .a)", advice: UNPACK },
  { kind: "rpm", is: has("\xed\xab\xee\xdb"), what: "is an rpm package", advice: UNPACK },
  {
    kind: "pcap",
    is: (head) =>
      [
        "\xd4\xc3\xb2\xa1",
        "\xa1\xb2\xc3\xd4",
        "\x4d\x3c\xb2\xa1",
        "\xa1\xb2\x3c\x4d",
        "\x0a\x0d\x0d\x0a",
      ].some((magic) => holds(head, magic, 0)),
    what: "is a capture of network packets (pcap)",
    advice: CAPTURE,
  },
  {
    kind: "systemd-journal",
    is: has("LPKSHHRH"),
    what: "is systemd's journal in its binary form",
    advice: "where a recorder wrote to it, make a text: journalctl -o cat --file FILE",
  },
  { kind: "qcow2", is: has("QFI\xfb"), what: "is a disk image (qcow2)", advice: CAPTURE },
  { kind: "sqlite", is: has("SQLite format 3\0"), what: "is an SQLite database", advice: CAPTURE },
  { kind: "pdf", is: has("%PDF-"), what: "is a PDF document", advice: CAPTURE },
  {
    kind: "picture",
    is: (head) => holds(head, "\x89PNG", 0) || holds(head, "\xff\xd8\xff", 0) || holds(head, "GIF8", 0),
    what: "is a picture",
    advice: "a log is text or a recorder's file; copy the text instead of its picture",
  },
  {
    kind: "disk-image",
    is: (head) => holds(head, "\x55\xaa", BOOT_SECTOR_MAGIC_AT) || holds(head, "\x53\xef", EXT_MAGIC_AT),
    what: "is a disk or a file system",
    advice: "mount it and name the log inside",
  },
  {
    kind: "html",
    is: matches(/^\uFEFF?\s*(?:<!--(?:[^-]|-(?!->))*-->\s*)*<(?:!doctype html|html|head|body)\b/i),
    what: "is a web page (an error or a login page, saved in place of the log?)",
    advice: "download the log itself",
  },
  { kind: "xml", is: matches(/^\uFEFF?\s*<(?:\?xml|[a-z])/i), what: "is XML", advice: CAPTURE },
  {
    kind: "git-lfs",
    is: matches(/^version https:\/\/git-lfs/),
    what: "is a pointer of Git LFS, not the file itself",
    advice: "fetch it: git lfs pull",
  },
  {
    kind: "json-array",
    first: true,
    is: matches(/^\uFEFF?\s*\[\s*(?:[{[\]"]|-?\d+(?:\.\d+)?\s*,)/),
    what: "is a JSON array",
    advice: "the log has one object a line: jq -c '.[]' FILE",
  },
  {
    kind: "xgt-report",
    is: matches(/^\s*\{\s*"version"\s*:\s*1\s*,\s*"(?:inputs|base)"\s*:/),
    what: "is a report of xgt (-f json), not a log",
    advice: "name the log that the report is of",
  },
  {
    kind: "sarif",
    is: matches(/^\s*\{\s*"(?:\$schema|version)"\s*:[^{]*(?:sarif|"runs"\s*:)/),
    what: "is a report in SARIF, not a log",
    advice: "name the log that the report is of",
  },
  {
    kind: "domain-spec",
    is: matches(/^\s*\{(?![\s\S]*"xgt_log")[\s\S]*"domains"\s*:\s*\[/),
    what: "is a specification of domains (DomainSpec)",
    advice: "give it with --domains beside the log",
  },
  {
    kind: "abi-model",
    is: matches(/^\s*\{[\s\S]{0,200}"structs"\s*:\s*\{/),
    what: "is a model of Xen's interface (`xgt abi import`)",
    advice: "give it to `xgt abi` or `xgt bindgen`",
  },
  {
    kind: "xen-boot-log",
    is: (head) => isBootLog(head),
    what: "is Xen's boot log",
    advice: "give it with --domains beside the log; `xgt layout check --symptom -` explains its messages",
  },
  {
    kind: "kernel-log",
    is: matches(/^(?:[^\n]{0,80}\bkernel: |(?:<\d+>)?\[ *\d+\.\d+\] (?!\{))/m),
    what: "is a kernel's log without a recorder's lines",
    advice: `${CAPTURE}; \`xgt layout check --symptom -\` explains messages`,
  },
  {
    kind: "symbols",
    is: matches(/^[0-9a-f]{8,16} [A-Za-z] [\w.$]+/),
    what: "is a list of a kernel's symbols (kallsyms, System.map)",
    advice: "give it to `xgt capture kprobes --symbols`",
  },
  {
    kind: "kprobe-events",
    is: matches(/^[pr]\d*:[\w/]+ \S+/),
    what: "is a list of kprobes (kprobe_events), not what they recorded",
    advice: "read tracefs's `trace` after the run",
  },
  {
    kind: "strace",
    is: matches(/^(?:\d+ +)?(?:\d+[:.\d]* +)?(?:execve|ioctl|openat|mmap|read|write)\(/),
    what: "is strace's text, which has no hypercalls",
    advice: CAPTURE,
  },
  {
    kind: "patch",
    is: matches(/^(?:diff --git |From [0-9a-f]{40} |--- a\/|Index: )/),
    what: "is a patch",
    advice: "name a log; `xgt compare BASE PATCHED` takes the logs of two runs",
  },
  {
    kind: "script",
    is: matches(/^#!/),
    what: "is a script",
    advice: "run it on the target, and name what it records",
  },
  {
    kind: "xl-config",
    is: matches(/^\s*(?:#[^\n]*\n\s*)*(?:name|kernel|memory|vcpus|disk|extra)\s*=\s*["[\d]/),
    what: "is a domain's configuration for xl",
    advice: "a log is what a recorder in the domain writes: `xgt capture`",
  },
  {
    kind: "json",
    is: matches(/^\uFEFF?\s*\{\s*["}]/),
    what: "is JSON without a recorder's events",
    advice: "docs/log-format.md says what a log's lines hold",
  },
  { kind: "csv", is: isCsv, what: "is a table with commas (CSV)", advice: CAPTURE },
  {
    kind: "zeros",
    is: (head) => head.every((byte) => byte === 0),
    what: "holds zeros only as far as it was looked at",
    advice: "check that the copy is complete and was synced",
  },
];
