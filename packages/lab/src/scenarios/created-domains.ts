import { DOMID_FIRST_RESERVED, MEMORY_OP, MemoryOp } from "@xgt/hypercall-abi";
import {
  argumentShapeOf,
  CallView,
  type DomainSpec,
  EventKind,
  fieldIndex,
  openLog,
  StringTable,
} from "@xgt/hypercall-log";

/**
 * The domains that a toolstack gave memory to, from the module's capture: they begin with none, and are never 1:1, which
 * only Xen itself can ask for (xen/include/xen/domain.h:CDF_directmap@4.20).
 */
export async function createdDomains(capture: string): Promise<DomainSpec[]> {
  const half = argumentShapeOf(MEMORY_OP, MemoryOp.populate_physmap)?.in;
  if (half === undefined) return [];
  const domidField = fieldIndex(half, "domid");
  const domids = new Set<number>();
  const call = new CallView();
  const log = await openLog("-", { strings: new StringTable(), stdin: once(capture), from: "ndjson" });
  for await (const batch of log.batches()) {
    for (let row = 0; row < batch.length; row++) {
      if (batch.kind[row] !== EventKind.enter || batch.nr[row] !== MEMORY_OP) continue;
      if (batch.cmd[row] !== MemoryOp.populate_physmap) continue;
      call.loadRow(batch, row, half);
      const domid = call.u64(0, domidField);
      if (domid > 0 && domid < DOMID_FIRST_RESERVED) domids.add(domid);
    }
  }
  return [...domids].map((domid) => ({ domid, mode: "translated", ram: [], regions: [] }));
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
