import type { CommandEntry } from "./command-entry.ts";

/** Every command, in the order in which help lists them. */
export const commands: readonly CommandEntry[] = [
  {
    name: "replay",
    summary: "replay logs of one run, check the 1:1 rules, report",
    load: async () => (await import("./replay/replay.ts")).buildReplay,
  },
  {
    name: "compare",
    summary: "tell what a guest patch changed: new, fixed and unchanged findings",
    load: async () => (await import("./compare/compare.ts")).buildCompare,
  },
  {
    name: "info",
    summary: "tell what is in a log",
    load: async () => (await import("./info/info.ts")).buildInfo,
  },
  {
    name: "convert",
    summary: "write logs of one run as one log of another form",
    load: async () => (await import("./convert/convert.ts")).buildConvert,
  },
  {
    name: "report",
    summary: "write a run as one page: findings, map, the story of each frame",
    load: async () => (await import("./report/report.ts")).buildReport,
  },
  {
    name: "fleet",
    summary: "replay many runs, and tell which causes hit how many of which",
    load: async () => (await import("./fleet/fleet.ts")).buildFleet,
  },
  {
    name: "rules",
    summary: "print the rules: what, why, how to fix it",
    load: async () => (await import("./rules/rules.ts")).buildRules,
  },
  {
    name: "abi",
    summary: "read, show and compare Xen's public interface",
    load: async () => (await import("./abi/abi.ts")).buildAbi,
  },
  {
    name: "bindgen",
    summary: "print bindings for c, rust, go, python or typescript",
    load: async () => (await import("./bindgen/bindgen.ts")).buildBindgen,
  },
  {
    name: "layout",
    summary: "check a dom0less configuration, or plan one that is 1:1",
    load: async () => (await import("./layout/layout.ts")).buildLayout,
  },
  {
    name: "lab",
    summary: "run guest kernels on a real Xen in QEMU, and judge what they did",
    load: async () => (await import("./lab/lab.ts")).buildLab,
  },
  {
    name: "capture",
    summary: "write a kit that records a target's hypercalls",
    load: async () => (await import("./capture/capture.ts")).buildCapture,
  },
  {
    name: "completion",
    summary: "print a shell's completion script",
    load: async () => (await import("./completion/completion.ts")).buildCompletion,
  },
];
