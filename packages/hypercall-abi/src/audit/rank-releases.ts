import type { Abi } from "../model/model.ts";
import type { AuditRank } from "./audit-report.ts";
import { sameStruct } from "./same-bytes.ts";

/** Weight of a contradiction against a name that only one side has. */
const differentWeight = 3;
const addedWeight = 2;

/** Structs and constants of a model that are declared in some headers, and not in others. */
export function namesIn(abi: Abi, headers: ReadonlySet<string>): { structs: string[]; constants: string[] } {
  const inside = (file: string | undefined): boolean => file !== undefined && headers.has(file);
  return {
    structs: Object.keys(abi.structs).filter((key) => inside(abi.structs[key].file)),
    // The version in force is the reader's choice, not the headers'.
    constants: Object.keys(abi.constants).filter(
      (key) => inside(abi.constants[key].file) && key !== "__XEN_INTERFACE_VERSION__",
    ),
  };
}

/** How far a copy is from one release. A trimmed copy is not blamed for what it leaves out. */
export function rankRelease(copy: Abi, release: Abi, headers: ReadonlySet<string>): AuditRank {
  let same = 0;
  let structs = 0;
  let different = 0;
  let added = 0;
  for (const key of Object.keys(copy.structs)) {
    if (!Object.hasOwn(release.structs, key)) added++;
    else {
      structs++;
      if (sameStruct(release, copy, key)) same++;
      else different++;
    }
  }
  for (const [name, constant] of Object.entries(copy.constants)) {
    const theirs = Object.hasOwn(release.constants, name) ? release.constants[name] : undefined;
    if (theirs === undefined) added++;
    else if (theirs.value === constant.value) same++;
    else different++;
  }
  const expected = namesIn(release, headers);
  const missing =
    expected.structs.filter((key) => !Object.hasOwn(copy.structs, key)).length +
    expected.constants.filter((name) => !Object.hasOwn(copy.constants, name)).length;
  const covered = (same + different) / Math.max(1, same + different + missing);
  const distance = differentWeight * different + addedWeight * added + covered ** 2 * missing;
  return {
    xen: release.xen,
    same,
    structs,
    different,
    added,
    missing,
    distance: Math.round(distance * 100) / 100,
  };
}
