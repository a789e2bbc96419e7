import { conformanceRule } from "../kinds/conformance-rule.ts";
import { call, exampleLog, frame, RAM } from "../kinds/example.ts";

function removeFrom(start: number, ret: number): object[] {
  return call(12, 15, { domid: "0x7ff0", gpfn: frame(RAM), start_extent: start }, { ret });
}

export const startExtent = conformanceRule({
  id: "H29",
  name: "start-extent",
  what: "A start_extent other than 0 is -EINVAL for ops that cannot be continued, and -EDOM beyond 16 bits for add_to_physmap and its batch.",
  source: "common/memory.c:do_memory_op@master",
  passing: exampleLog(removeFrom(1, -22)),
  failing: exampleLog(removeFrom(1, 0)),
});
