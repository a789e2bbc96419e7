import type { RuleHelp } from "@xgt/findings";

/** What an audit holds a copy to, in the order of its report. */
export const auditRules = [
  {
    id: "A01",
    name: "layout-drift",
    severity: "error",
    what: "A struct or union of the copy has the layout that the nearest release of Xen has.",
    why: "Xen reads and writes the bytes of its own layout: members at other places are garbage to the guest.",
    fix: "Take the declaration from the headers of the Xen that runs below.",
  },
  {
    id: "A02",
    name: "value-drift",
    severity: "error",
    what: "A constant of the copy has the value that the nearest release of Xen has.",
    why: "The guest asks for something else than it means, or takes an answer for another one.",
    fix: "Take the value from the headers of the Xen that runs below.",
  },
  {
    id: "A03",
    name: "unknown-name",
    severity: "warning",
    what: "What the copy declares is in some release of Xen.",
    why: "A name that no release has, but for one that is nearly the same, is mostly a mistake of copying.",
    fix: "Take the name that the release has.",
  },
  {
    id: "A04",
    name: "mixed-control-interfaces",
    severity: "error",
    what: "Some release of Xen accepts all control interfaces of the copy.",
    why: "Xen refuses domctl and sysctl calls whose version number is not its own, so the copy fits no Xen at all.",
    fix: "Take all headers from one release.",
  },
  {
    id: "A05",
    name: "default-interface-version",
    severity: "warning",
    what: "A file that does not define __XEN_INTERFACE_VERSION__ gets the latest interface of the copy.",
    why: "With an older one hypercalls have other numbers and structs another layout, without a word of the compiler.",
    fix: "Define __XEN_INTERFACE_VERSION__ for the whole build.",
  },
] as const satisfies readonly RuleHelp[];
