/** Why a wrong DMA cannot be made good. */
export const DEVICE_HAD_IT =
  "A device has had the address: what it read or wrote by then stays as it is, whatever the guest maps later.";
/** Why a mapping over RAM in use cannot be made good. */
export const RAM_WAS_COVERED =
  "An unmap or remove and a populate bring the RAM back, not what its users read and wrote at the gfn while it was covered.";
/** Why a mapping put over another one cannot be made good. */
export const MAPPING_WAS_COVERED =
  "Undoing both frees handle and page, not what the first mapping's users read and wrote while another frame was there.";
