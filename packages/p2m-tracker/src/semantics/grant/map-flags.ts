import { Gntmap } from "@xgt/hypercall-abi";

/** Flags that an Arm map may carry; any other is refused (arch/arm/mm.c:create_grant_host_mapping@master). */
export const GNTMAP_ALLOWED = Gntmap.hostMap | Gntmap.readonly;
