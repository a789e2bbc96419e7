import { field, type Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * Control of the host, for the toolstack.
 *
 * Directions: xen/include/public/sysctl.h@master. On Arm: the cases of xen/common/sysctl.c:do_sysctl and of
 * xen/arch/arm/sysctl.c:arch_do_sysctl, stable-4.11 to master. Notes:
 *
 * - get_pmstat, pm_op: need ACPI and HAS_CPUFREQ, which Arm does not select (common/Kconfig:PM_OP@master).
 * - pcitopoinfo: Arm cannot select CONFIG_HAS_PCI before 4.21 (xen/drivers/Kconfig@4.21).
 * - perfc_op, lockprof_op, livepatch_op, coverage_op, dt_overlay: with their options of Xen's build only.
 * - perfc_op: Xen writes what it knows for every `cmd` (common/perfc.c:perfc_control@master).
 */
const sysctlOps = subOpTable(
  { nr: 35, constants: "XEN_SYSCTL_", structs: "struct xen_sysctl_", within: "struct xen_sysctl" },
  `
    1 readconsole | in clear incremental | inout index count | out *buffer
    2 tbuf_op | in cmd cpu_mask.nr_bits *cpu_mask.bitmap | inout evt_mask size | out buffer_mfn
    3 physinfo
      | out threads_per_core cores_per_socket nr_cpus max_cpu_id nr_nodes max_node_id cpu_khz capabilities
            arch_capabilities@4.17.. total_pages free_pages scrub_pages outstanding_pages max_mfn hw_cap
    4 sched_id | out sched_id
    5 perfc_op | in cmd | out nr_counters nr_vals *desc *val
    6 getdomaininfolist | in first_domain max_domains | out num_domains *buffer
    7 debug_keys | in nr_keys *keys
    8 getcpuinfo | in max_cpus | out nr_cpus *info
    9 availheap | in min_bitwidth max_bitwidth -node | out avail_bytes
   10 get_pmstat | arm no | in type cpuid
      | inout u.getpx.total u.getcx.nr u.getcx.nr_pc u.getcx.nr_cc
      | out u.getpx.usable u.getpx.last u.getpx.cur *u.getpx.trans_pt *u.getpx.pt u.getcx.last u.getcx.idle_time
            *u.getcx.triggers *u.getcx.residencies *u.getcx.pc *u.getcx.cc
   11 cpu_hotplug | arm no | in cpu op
   12 pm_op | arm no
      | in cmd cpuid u.set_gov.scaling_governor u.set_para.ctrl_type u.set_para.ctrl_value u.set_sched_opt_smt
           u.set_max_cstate u.set_cppc.minimum@4.18.. u.set_cppc.maximum@4.18.. u.set_cppc.desired@4.18..
           u.set_cppc.energy_perf@4.18.. u.set_cppc.activity_window@4.18..
      | inout u.get_para.cpu_num u.get_para.freq_num u.get_para.gov_num u.set_cppc.set_params@4.18..
      | out u.get_para *u.get_para.affected_cpus *u.get_para.scaling_available_frequencies
            *u.get_para.scaling_available_governors u.get_cppc@4.21.. u.get_avgfreq u.get_max_cstate
   14 page_offline_op | arg page_offline:page_offline_op | in cmd start end | out *status
   15 lockprof_op | in cmd max_elem | out nr_elem time *data
   16 cputopoinfo | inout num_cpus | out *cputopo
   17 numainfo | inout num_nodes | out *meminfo *distance
   18 cpupool_op | in op domid cpu cpumap.nr_bits | inout cpupool_id sched_id | out n_dom *cpumap.bitmap
   19 scheduler_op | in cpupool_id sched_id cmd | inout u.sched_credit u.sched_credit2 *u.sched_arinc653.schedule
   20 coverage_op | in cmd | inout size | out *buffer
   21 psr_cmt_op | arm no | in cmd flags u.l3_cache.cpu | out u.data
   22 pcitopoinfo | arm 4.21.. | in *devs | inout num_devs | out *nodes
   23 psr_alloc | arm no | in cmd target
      | out u.cat_info.cbm_len u.cat_info.cos_max u.cat_info.flags u.mba_info.thrtl_max u.mba_info.cos_max
            u.mba_info.flags
   24 tmem_op | headers ..4.12 | in cmd -pool_id cli_id len arg oid | inout *u.buf *u.client *u.pool
   25 get_cpu_levelling_caps | headers ..4.21 | arm no | arg cpu_levelling_caps | out caps
   26 get_cpu_featureset | arm no | arg cpu_featureset | in index | inout nr_features | out *features
   27 livepatch_op | arg livepatch:livepatch_op
      | in cmd flags@4.19.. u.upload.name.size *u.upload.name.name u.upload.size *u.upload.payload u.list.idx
           u.get.name.size *u.get.name.name u.action.name.size *u.action.name.name u.action.cmd u.action.timeout
           u.action.flags@4.14..
      | inout u.list.nr u.list.name_total_size@4.14.. u.list.metadata_total_size@4.14..
      | out u.list.version *u.list.status *u.list.name *u.list.len *u.list.metadata@4.14..
            *u.list.metadata_len@4.14.. u.get.status.state -u.get.status.rc
   28 set_parameter | headers ..4.13 | in size *params
   29 get_cpu_policy | headers 4.12.. | arm no | arg cpu_policy | in index | inout nr_leaves nr_msrs
      | out *cpuid_policy@..4.13 *msr_policy@..4.13 *leaves@4.14.. *msrs@4.14..
   30 dt_overlay | headers 4.18.. | in overlay_fdt_size overlay_op *overlay_fdt
`,
);

/** The hypercall sysctl and its sub-ops. */
export const sysctl: Hypercall = {
  nr: 35,
  name: "sysctl",
  constant: "__HYPERVISOR_sysctl",
  cmdBits: 0,
  parameters: ["u_sysctl"],
  struct: "struct xen_sysctl",
  fields: [field("cmd", "in", 10), field("interface_version", "in", 16)],
  get subOps() {
    return sysctlOps();
  },
  onArm: true,
  config: "CONFIG_SYSCTL",
};
