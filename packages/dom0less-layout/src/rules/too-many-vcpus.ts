import { GICV2_VCPUS, MAX_VCPUS, REDISTRIBUTOR_SIZE } from "../terms/emulated-hardware.ts";
import { since } from "../terms/first-releases.ts";
import { domain, example, gicV3 } from "./example-board.ts";
import type { LayoutRule } from "./layout-rule.ts";

/** The GIC bounds the vCPUs. */
export const tooManyVcpus: LayoutRule = {
  id: "L35",
  name: "too-many-vcpus",
  severity: "error",
  outcome: "panic",
  what: "cpus is at most 8 with a GICv2, and at most what the host's redistributor regions hold for a direct-mapped domain with a GICv3.",
  why: "A domain with the host's layout has the host's redistributor frames, one of 128 KiB a vCPU; Xen makes no further ones.",
  consequence:
    '"Failed to allocate dNvM": from 4.20 on the domain is not made and Xen panics, before it runs with fewer vCPUs than asked. More than 8 on a GICv2: "Error creating domain".',
  fix: "Lower cpus to the number of redistributor frames (usually the number of physical CPUs).",
  source:
    "arch/arm/vgic-v3.c:vgic_v3_vcpu_init,vgic_v3_domain_init@4.17..master; arch/arm/vgic.c:vgic_max_vcpus@4.16..master; arch/arm/domain_build.c:construct_domain@4.17..4.19, @4.20..master (e3aa330017); docs/misc/arm/device-tree/booting.txt@master (f8523357f0)",
  passing: example(domain({ cpus: "cpus = <4>;" }), { gic: gicV3(4) }),
  failing: example(domain({ cpus: "cpus = <5>;" }), { gic: gicV3(4) }),
  check(model, host) {
    const { gic } = model.host;
    for (const guest of model.domains) {
      const { cpus, name, node } = guest.config;
      if (cpus === null || gic === null) continue;
      const place = { domain: guest, node, property: "cpus" };
      if (gic.version === 2 && cpus > GICV2_VCPUS) {
        host.report({ ...place, message: `${name} asks for ${cpus} vCPUs; a GICv2 has ${GICV2_VCPUS}` });
      } else if (cpus > MAX_VCPUS) {
        host.report({ ...place, message: `${name} asks for ${cpus} vCPUs; Xen has ${MAX_VCPUS} a domain` });
      } else if (gic.version === 3 && guest.hostLayout) {
        const frames = gic.redistributors.reduce(
          (sum, region) => sum + Number(region.size / REDISTRIBUTOR_SIZE),
          0,
        );
        if (cpus <= frames) continue;
        const message = `${name} asks for ${cpus} vCPUs; the host's redistributor regions hold ${frames} frames`;
        const outcome = model.release >= since.vcpuChecked ? "panic" : "silent";
        host.report({ ...place, message, outcome, notes: [{ message: "the host's GIC", node: gic.node }] });
      }
    }
  },
};
