import type { Run } from "../replay/replay-run.ts";

const ADVICE =
  "`xgt info` tells what a log holds; record memory_op and grant_table_op calls, and DMA (`xgt capture` writes a recorder)";

/** Why a run says nothing about its guest, and what to do next; null: something was there to check. */
export function nothingChecked({ result }: Run): string | null {
  if (result.checked > 0) return null;
  const what =
    result.events === 0
      ? "no event was read"
      : `none of ${result.events} events is a memory, grant or DMA event that the model follows`;
  return `nothing was checked: ${what}; ${ADVICE}`;
}
