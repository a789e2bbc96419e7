import { bootLogDomains, parseBootLog } from "@xgt/hypercall-log";
import { packageGroups } from "../host/package-groups.ts";
import type { LabRelease } from "../host/releases.ts";
import type { Scenario } from "./scenario.ts";

/**
 * Why a scenario that starts domains cannot work here: Debian's toolstack is of another release than the Xen of this
 * console, which refuses its control calls (XEN_DOMCTL_INTERFACE_VERSION). Empty: there is no such reason.
 */
export function toolstackMisfit(release: LabRelease, { groups }: Scenario, console: string): string {
  const { xen } = bootLogDomains(parseBootLog(Buffer.from(console, "latin1")));
  const startsDomains = packageGroups.some(({ name, startsDomus }) => startsDomus && groups.includes(name));
  if (!startsDomains || xen === undefined || xen === release.xen) return "";
  return `Debian's toolstack is that of Xen ${release.xen}, and Xen ${xen} takes control calls of its own release only`;
}
