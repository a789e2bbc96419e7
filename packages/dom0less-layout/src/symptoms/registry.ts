import { linuxBootSymptoms } from "./linux-boot.ts";
import { linuxDeviceSymptoms } from "./linux-devices.ts";
import { linuxXenSymptoms } from "./linux-xen.ts";
import type { Symptom } from "./symptom.ts";
import { xenBootSymptoms } from "./xen-boot.ts";
import { xenDeviceSymptoms } from "./xen-devices.ts";
import { xenRunningSymptoms } from "./xen-running.ts";

/** Families of messages; the first that fits a line counts. */
export const symptoms: readonly Symptom[] = [
  ...xenBootSymptoms,
  ...xenDeviceSymptoms,
  ...xenRunningSymptoms,
  ...linuxXenSymptoms,
  ...linuxDeviceSymptoms,
  ...linuxBootSymptoms,
];
