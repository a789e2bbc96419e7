import { type ArgumentField, field, type Hypercall, type SubOp } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * Control of domains, for the toolstack.
 *
 * Directions: xen/include/public/domctl.h@master, and what xen/common/domctl.c:do_domctl@master copies back. On Arm: the
 * cases of do_domctl and of xen/arch/arm/domctl.c:arch_do_domctl, stable-4.11 to master. Notes:
 *
 * - createdomain: Xen says which gic it chose and the counter's frequency (xen/arch/arm/domain.c@4.20).
 * - shadow_op: on Arm only to get and set the allocation (arch/arm/domctl.c:p2m_domctl@4.16), and do_domctl@4.16 does
 *   not copy its `mb` back there.
 * - irq_permission: needs CONFIG_HAS_PIRQ, which Arm does not select, since 4.19 (common/domctl.c:do_domctl@4.19).
 * - bind_pt_irq, unbind_pt_irq: on Arm only with irq_type PT_IRQ_TYPE_SPI.
 * - get_device_group: Arm cannot select CONFIG_HAS_PCI before 4.21 (xen/drivers/Kconfig@4.21).
 * - soft_reset: Arm has no arch_domain_soft_reset (arch/arm/domain.c@4.11); CONFIG_HAS_SOFT_RESET@master.
 * - gethvmcontext_partial: Xen writes `bufsz` too (arch/x86/domctl.c:arch_do_domctl@master).
 */
const domctlOps = subOpTable(
  { nr: 36, constants: "XEN_DOMCTL_", structs: "struct xen_domctl_", within: "struct xen_domctl" },
  `
    1 createdomain
      | in ssidref handle flags iommu_opts@4.13.. max_vcpus@4.12.. max_evtchn_port@4.12.. -max_grant_frames@4.12..
           -max_maptrack_frames@4.12.. grant_opts@4.16.. altp2m_opts@4.19..4.20 altp2m.opts@4.21.. altp2m.nr@4.21..
           vmtrace_size@4.15.. cpupool_id@4.17.. arch.tee_type@4.13.. arch.nr_spis arch.sve_vl@4.18..
           arch.arm_sci_type@4.21.. arch.v8r_el1_msa@4.22..
      | inout ^domain arch.gic_version | out arch.clock_frequency
    2 destroydomain
    3 pausedomain
    4 unpausedomain
    5 getdomaininfo | inout ^domain
      | out domain flags tot_pages max_pages outstanding_pages shr_pages paged_pages shared_info_frame cpu_time
            nr_online_vcpus max_vcpu_id ssidref handle cpupool gpaddr_bits@4.16.. arch_config
    9 setvcpuaffinity | arg vcpuaffinity | in vcpu flags cpumap_hard.nr_bits cpumap_soft.nr_bits
      | inout *cpumap_hard.bitmap *cpumap_soft.bitmap
   10 shadow_op | arm 4.13..4.16 | in op mode | inout mb pages | out stats *dirty_bitmap
   11 max_mem | in max_memkb
   12 setvcpucontext | arg vcpucontext | in vcpu *ctxt
   13 getvcpucontext | arg vcpucontext | in vcpu | out *ctxt
   14 getvcpuinfo | in vcpu | out online blocked running cpu_time cpu
   15 max_vcpus | in max
   16 scheduler_op | in sched_id cmd | inout u.credit u.credit2 u.rtds u.v.nr_vcpus *u.v.vcpus
   17 setdomainhandle | in handle
   18 setdebugging | in enable
   19 irq_permission | arm ..4.18 | in pirq allow_access
   20 iomem_permission | in first_mfn nr_mfns allow_access
   21 ioport_permission | arm no | in first_port nr_ports allow_access
   22 hypercall_init | arm no | in gmfn
   24 settimeoffset | in -time_offset_seconds
   25 getvcpuaffinity | arg vcpuaffinity | in vcpu flags cpumap_hard.nr_bits cpumap_soft.nr_bits
      | out *cpumap_hard.bitmap *cpumap_soft.bitmap
   26 real_mode_area | arm no
   27 resumedomain
   28 sendtrigger | arm no | in trigger vcpu
   29 subscribe | in port
   33 gethvmcontext | arm no | arg hvmcontext | inout size | out *buffer
   34 sethvmcontext | arm no | arg hvmcontext | in size *buffer
   35 set_address_size | arg address_size | in size
   36 get_address_size | arm no | arg address_size | out size
   37 assign_device | in dev flags u.pci.machine_sbdf u.dt.size *u.dt.path
   38 bind_pt_irq
      | in machine_irq irq_type u.isa.isa_irq u.pci.bus u.pci.device u.pci.intx u.msi.gvec u.msi.gflags u.msi.gtable
           u.spi.spi
   39 memory_mapping | in first_gfn first_mfn nr_mfns add_mapping
   40 ioport_mapping | arm no | in first_gport first_mport nr_ports add_mapping
   42 set_ext_vcpucontext | arm no | arg ext_vcpucontext
      | in vcpu size syscall32_callback_eip sysenter_callback_eip syscall32_callback_cs sysenter_callback_cs
           syscall32_disables_events sysenter_disables_events mcg_cap vmce
   43 get_ext_vcpucontext | arm no | arg ext_vcpucontext | in vcpu
      | out size syscall32_callback_eip sysenter_callback_eip syscall32_callback_cs sysenter_callback_cs
            syscall32_disables_events sysenter_disables_events mcg_cap vmce
   44 set_opt_feature | arm no
   45 test_assign_device | arg assign_device | in dev flags u.pci.machine_sbdf u.dt.size *u.dt.path
   46 set_target | in target
   47 deassign_device | arg assign_device | in dev flags u.pci.machine_sbdf u.dt.size *u.dt.path
   48 unbind_pt_irq | arg bind_pt_irq
      | in machine_irq irq_type u.isa.isa_irq u.pci.bus u.pci.device u.pci.intx u.msi.gvec u.msi.gflags u.msi.gtable
           u.spi.spi
   49 set_cpuid | headers ..4.12 | arm no | arg cpuid | in input eax ebx ecx edx
   50 get_device_group | arm 4.21.. | in machine_sbdf max_sdevs | out num_sdevs *sdev_array
   51 set_machine_address_size | headers ..4.12 | arm no | arg address_size | in size
   52 get_machine_address_size | headers ..4.12 | arm no | arg address_size | out size
   53 suppress_spurious_page_faults | headers ..4.12 | arm no
   54 debug_op | arm no | in op vcpu
   55 gethvmcontext_partial | arm no | arg hvmcontext_partial | in type instance | inout bufsz | out *buffer
   56 vm_event_op | in op mode | out port@..4.12 u.enable.port@4.13.. u.version@4.13..
   57 mem_sharing_op | arm no | in op u.enable
   58 disable_migrate | headers ..4.14 | in disable
   59 gettscinfo | arm no | arg tsc_info | out tsc_mode gtsc_khz incarnation elapsed_nsec
   60 settscinfo | arm no | arg tsc_info | in tsc_mode gtsc_khz incarnation elapsed_nsec
   61 getpageframeinfo3 | arm no | inout num *array
   62 setvcpuextstate | arm no | arg vcpuextstate | in vcpu size *buffer
   63 getvcpuextstate | arm no | arg vcpuextstate | in vcpu | inout xfeature_mask size | out *buffer
   64 set_access_required | arg access_required:set_access_required | in access_required
   65 audit_p2m | arm no | out orphans m2p_bad p2m_bad
   66 set_virq_handler | in virq
   67 set_broken_page_p2m | arm no | in pfn
   68 setnodeaffinity | arg nodeaffinity | in nodemap.nr_bits *nodemap.bitmap
   69 getnodeaffinity | arg nodeaffinity | in nodemap.nr_bits | out *nodemap.bitmap
   70 set_max_evtchn | headers ..4.11 | in max_port
   71 cacheflush | in start_pfn nr_pfns
   72 get_vcpu_msrs | arm no | arg vcpu_msrs | in vcpu | inout msr_count | out *msrs
   73 set_vcpu_msrs | arm no | arg vcpu_msrs | in vcpu *msrs | inout msr_count
   74 setvnumainfo | arg vnuma
      | in nr_vnodes nr_vmemranges nr_vcpus *vdistance *vcpu_to_vnode *vnode_to_pnode *vmemrange
   75 psr_cmt_op | arm no | in cmd | out data
   77 monitor_op | inout event
      | in op u.mov_to_cr.index u.mov_to_cr.sync u.mov_to_cr.onchangeonly u.mov_to_cr.bitmask u.mov_to_msr.msr
           u.mov_to_msr.onchangeonly u.guest_request.sync u.guest_request.allow_userspace u.debug_exception.sync
           u.vmexit.sync@4.17..
   78 psr_alloc | arm no | in cmd target | inout data
   79 soft_reset | arm no
   80 set_gnttab_limits | headers ..4.11 | in grant_frames maptrack_frames
   81 vuart_op | in cmd type gfn console_domid | out evtchn
   82 get_cpu_policy | headers 4.12.. | arm no | arg cpu_policy | inout nr_leaves nr_msrs
      | out *cpuid_policy@..4.13 *msr_policy@..4.13 *leaves@4.14.. *msrs@4.14..
   83 set_cpu_policy | headers 4.13.. | arm no | arg cpu_policy
      | in nr_leaves nr_msrs *cpuid_policy@..4.13 *msr_policy@..4.13 *leaves@4.14.. *msrs@4.14..
      | out err_leaf err_subleaf err_msr
   84 vmtrace_op | headers 4.15.. | arm no | in cmd vcpu key | inout value
   85 get_paging_mempool_size | headers 4.17.. | arg paging_mempool | out size
   86 set_paging_mempool_size | headers 4.17.. | arg paging_mempool | in size
   87 dt_overlay | headers 4.19.. | in overlay_fdt_size overlay_op *overlay_fdt
   88 gsi_permission | headers 4.20.. | arm no | in gsi flags
   89 set_llc_colors | headers 4.20.. | in num_llc_colors *llc_colors
   90 get_domain_state | headers 4.21.. | inout ^domain | out state caps unique_id
 1000 gdbsx_guestmemio | arm no | arg gdbsx_guest_memio:gdbsx_memio | in pgd3val gva uva len gwr | out remain
 1001 gdbsx_pausevcpu | arm no | arg gdbsx_pauseunp_vcpu | in vcpu
 1002 gdbsx_unpausevcpu | arm no | arg gdbsx_pauseunp_vcpu | in vcpu
 1003 gdbsx_domstatus | arm no | out paused vcpu_id vcpu_ev
`,
);

/** The hypercall domctl and its sub-ops. */
export const domctl: Hypercall = {
  nr: 36,
  name: "domctl",
  constant: "__HYPERVISOR_domctl",
  cmdBits: 0,
  parameters: ["u_domctl"],
  struct: "struct xen_domctl",
  fields: [field("cmd", "in", 10), field("interface_version", "in", 16), field("domain", "in", 16)],
  get subOps() {
    return domctlOps();
  },
  onArm: true,
};

/** Numbers of the sub-ops whose arguments logs may hold: what they do to a domain, or to its p2m, is followed. */
export const Domctl = {
  createdomain: 1,
  destroydomain: 2,
  max_mem: 11,
  iomem_permission: 20,
  memory_mapping: 39,
} as const;

/** The domain that a domctl is about: in logs beside the sub-op's own members. */
const target: ArgumentField = {
  name: "domid",
  path: "domain",
  struct: "struct xen_domctl",
  direction: "in",
  radix: 16,
};

/** What logs hold besides `target` of a sub-op of which they do not hold all members. */
const members: Readonly<Record<number, readonly ArgumentField[]>> = {
  // The id that Xen chose, where 0 or none was asked for.
  [Domctl.createdomain]: [field("domain", "out", 16)],
  [Domctl.destroydomain]: [],
  [Domctl.max_mem]: [field("max_memkb", "in", 10, "u.max_mem.max_memkb")],
};

/** The sub-ops of `Domctl` as logs hold them. */
export const domctlFrameOps: readonly SubOp[] = domctlOps()
  .filter(({ cmd }) => Object.values(Domctl).some((number) => number === cmd))
  .map((subOp): SubOp => {
    const few = members[subOp.cmd];
    if (few === undefined) return { ...subOp, fields: [target, ...subOp.fields] };
    return { ...subOp, argument: "struct", struct: "struct xen_domctl", fields: [target, ...few], lists: [] };
  });
