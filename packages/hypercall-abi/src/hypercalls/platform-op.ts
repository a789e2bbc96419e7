import { field, type Hypercall } from "./hypercall.ts";
import { subOpTable } from "./sub-op-table.ts";

/**
 * Services of the machine's firmware and processors for the control domain.
 *
 * Directions: xen/include/public/platform.h@master. Arm knows settime64 and nothing else
 * (xen/arch/arm/platform_hypercall.c:do_platform_op, stable-4.11 to master). Notes:
 *
 * - efi_runtime_call: xen/common/efi/runtime.c:efi_runtime_call@master; Xen refuses the two capsule functions.
 * - firmware_info: XEN_FW_EFI_MEM_INFO takes `size` and may lower it (runtime.c:efi_get_info@master).
 * - XENPF_settime is a second name of settime64.
 */
const platformOps = subOpTable(
  { nr: 7, constants: "XENPF_", structs: "struct xenpf_", within: "struct xen_platform_op" },
  `
   17 settime32 | arm no | in secs nsecs system_time
   31 add_memtype | arm no | in mfn nr_mfns type | out handle reg
   32 del_memtype | arm no | in handle reg
   33 read_memtype | arm no | in reg | out mfn nr_mfns type
   35 microcode_update | arm no | arg microcode:microcode_update | in length *data
   39 platform_quirk | arm no | in quirk_id
   48 get_cpu_version | arm no | arg pcpu_version
      | in xen_cpuid | out max_present vendor_id family model stepping
   49 efi_runtime_call | arm no
      | in function u.set_time u.set_wakeup_time *u.get_variable.name u.get_variable.vendor_guid *u.set_variable.name
           u.set_variable.size *u.set_variable.data u.set_variable.vendor_guid u.query_variable_info.attr
           *u.query_capsule_capabilities.capsule_header_array u.query_capsule_capabilities.capsule_count
           *u.update_capsule.capsule_header_array u.update_capsule.capsule_count u.update_capsule.sg_list
      | inout misc u.get_variable.size u.get_next_variable_name.size *u.get_next_variable_name.name
              u.get_next_variable_name.vendor_guid
      | out status u.get_time.time u.get_time.resolution u.get_time.accuracy u.get_wakeup_time *u.get_variable.data
            u.query_variable_info.max_store_size u.query_variable_info.remain_store_size
            u.query_variable_info.max_size u.query_capsule_capabilities.max_capsule_size
            u.query_capsule_capabilities.reset_type
   50 firmware_info | arm no
      | in type index u.efi_info.vendor.bufsz u.efi_info.mem.addr u.efi_info.pci_rom.segment u.efi_info.pci_rom.bus
           u.efi_info.pci_rom.devfn u.efi_info.pci_rom.vendor u.efi_info.pci_rom.devid
      | inout u.efi_info.mem.size *u.disk_info.edd_params
      | out u.disk_info.device u.disk_info.version u.disk_info.interface_support u.disk_info.legacy_max_cylinder
            u.disk_info.legacy_max_head u.disk_info.legacy_sectors_per_track u.disk_mbr_signature.device
            u.disk_mbr_signature.mbr_signature u.vbeddc_info.capabilities u.vbeddc_info.edid_transfer_time
            *u.vbeddc_info.edid u.efi_info.version u.efi_info.cfg.addr u.efi_info.cfg.nent
            u.efi_info.vendor.revision *u.efi_info.vendor.name u.efi_info.mem.attr u.efi_info.mem.type
            u.efi_info.pci_rom.address u.efi_info.pci_rom.size u.efi_info.apple_properties.address
            u.efi_info.apple_properties.size u.kbd_shift_flags
   51 enter_acpi_sleep | arm no | in val_a val_b sleep_state flags
   52 change_freq | arm no | in flags cpu freq
   53 getidletime | arm no | in cpumap_nr_cpus | inout *cpumap_bitmap | out *idletime now
   54 set_processor_pminfo | arm no | arg set_pminfo:set_processor_pminfo
      | in id type u.power u.perf u.cppc_data@4.21.. | inout *u.pdc
   55 get_cpuinfo | arm no | arg pcpu_info:pcpuinfo | in xen_cpuid | out max_present flags apic_id acpi_id
   56 cpu_online | arm no | arg cpu_ol | in cpuid
   57 cpu_offline | arm no | arg cpu_ol | in cpuid
   58 cpu_hotadd | arm no | arg cpu_add:cpu_hotadd | in apic_id acpi_id pxm
   59 mem_hotadd | arm no | arg mem_add:mem_hotadd | in spfn epfn pxm flags
   60 core_parking | arm no | in type | inout idle_nums
   61 resource_op | arm no | in nr_entries cpu | inout *entries
   62 settime64 | in secs nsecs mbz system_time
   63 get_symbol | arm no | arg symdata | inout namelen symnum | out *name address type
   64 get_dom0_console | headers 4.18.. | arm no | arg dom0_console:!dom0_vga_console_info | out video_type u
   65 get_ucode_revision | headers 4.18.. | arm no | arg ucode_revision | in cpu | out signature pf revision
   66 microcode_update2 | headers 4.20.. | arm no | arg microcode2:microcode_update2 | in flags length *data
`,
);

/** The hypercall platform_op and its sub-ops. */
export const platformOp: Hypercall = {
  nr: 7,
  name: "platform_op",
  constant: "__HYPERVISOR_platform_op",
  cmdBits: 0,
  parameters: ["u_xenpf_op"],
  struct: "struct xen_platform_op",
  fields: [field("cmd", "in", 10), field("interface_version", "in", 16)],
  get subOps() {
    return platformOps();
  },
  onArm: true,
};
