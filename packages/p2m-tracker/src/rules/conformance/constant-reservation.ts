import { conformanceRule } from "../kinds/conformance-rule.ts";
import { call, decrease, exampleLog, RAM } from "../kinds/example.ts";

const reservation = (pages: number) => call(12, 3, { domid: "0x7ff0" }, { ret: pages });

export const constantReservation = conformanceRule({
  id: "H05",
  name: "constant-reservation",
  what: "No decrease or populate of a direct-mapped domain changes its current_reservation: its frames stay allocated.",
  source: "common/memory.c:guest_remove_page,populate_physmap@master",
  needs: ["mode"],
  passing: exampleLog(reservation(16384), decrease([RAM]), reservation(16384)),
  failing: exampleLog(reservation(16384), decrease([RAM]), reservation(16383)),
});
