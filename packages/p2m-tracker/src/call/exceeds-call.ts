import { CALL_FRAMES_MAX, CALL_OPS_MAX } from "../limits.ts";
import type { Call } from "./call.ts";

/** Whether a call has more ops, or a longer list, than semantics and rules go through at a time. */
export function exceedsCall(call: Call): boolean {
  if (call.in.rows > CALL_OPS_MAX || call.out.rows > CALL_OPS_MAX) return true;
  const lists = call.shape?.in.lists.length ?? 0;
  for (let list = 0; list < lists; list++) {
    if (call.in.listLength(list) > CALL_FRAMES_MAX) return true;
  }
  return false;
}
