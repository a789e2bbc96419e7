import type { Change } from "../../state/machine.ts";
import { isUnmap, unmapFieldsOf } from "./grant-op-fields.ts";

/** Whether a change of a gfn that held a grant is the unmap of the very handle that was mapped there. */
export function isOwnUnmap(change: Change): boolean {
  const call = change.call;
  if (call === undefined) return true;
  return isUnmap(call) && call.in.u64(change.item, unmapFieldsOf(call).handle) === change.oldAux;
}
