import { Command } from "commander";
import type { BuildCommand } from "../command-entry.ts";
import { buildLayoutCheck } from "./layout-check-command.ts";
import { buildLayoutPlan } from "./layout-plan-command.ts";

const HELP = `
Examples:
  xgt layout check host.dtb --module /chosen/domU1/module@88000000=partial.dtb
  xgt layout check --symptom "can't request region for resource [mem 0x4005d000-0x4005dfff]"
  xgt layout plan host.dtb --domu domU1 --memory 512M --pass /soc/mmc@4005d000

Exit status:
  0    nothing at or above --fail-on; a plan was found
  1    findings; no plan is possible
  2    wrong use, or input that is unreadable or corrupt`;

/** Static layouts: check one, or plan one. */
export const buildLayout: BuildCommand = (context) => {
  const command = new Command("layout")
    .description("Check a dom0less configuration against the rules for 1:1 domains, or plan one.")
    .helpCommand(false)
    .addHelpText("after", HELP);
  command.addCommand(buildLayoutCheck(context));
  command.addCommand(buildLayoutPlan(context));
  return command;
};
