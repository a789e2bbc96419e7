import type { RuleHelp } from "@xgt/findings";

/** What a run in the lab shows that no log can: how the guest ended. */
export const labRules = [
  {
    id: "B01",
    name: "guest-panicked",
    severity: "error",
    what: "The guest, and Xen below it, run until the guest shuts down.",
    why: "A guest that loses track of its frames mostly dies of it somewhere else: the console's end tells where.",
    fix: "Read the console's last lines, and the log up to there.",
  },
  {
    id: "B02",
    name: "scenario-failed",
    severity: "error",
    what: "The scenario's script does what it is for.",
    why: "What the kernel refused or lost shows as a step that fails; the log up to there is judged all the same.",
    fix: "Read what the script said, and the log's last calls.",
  },
  {
    id: "B03",
    name: "guest-did-not-end",
    severity: "error",
    what: "The guest shuts down within its time.",
    why: "A guest that waits for a device or a grant for ever was mostly given another frame than it thinks.",
    fix: "Read the console's last lines: what was it waiting for?",
  },
  {
    id: "B04",
    name: "not-the-planned-domain",
    severity: "error",
    what: "Xen makes the domU that the plan says.",
    why: "With RAM at another place than the plan's the guest's devices reach other memory.",
    fix: "Report it: the plan, or what is read of Xen's boot log, is wrong.",
  },
] as const satisfies readonly RuleHelp[];
