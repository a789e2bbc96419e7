/** What a user records, or gives, so that a rule that lacks an input can be decided; by what the rule lacks. */
const advice: Readonly<Record<string, string>> = {
  dma: "Record the kernel's dma events (Linux 6.12 and later: events/dma), or capture with xgt capture linux-module.",
  "grant-entries": "Record the granter's table: xgt capture linux-module writes grant and ungrant events.",
  "guest-p2m":
    "Record the guest's p2m updates: a probe on __set_phys_to_machine_multi, or xgt capture linux-module.",
  "domain-events":
    "Record domain events (boot, suspend, destroy), or give the toolstack's log as one more LOG.",
  "from-boot": "Start the recorder before the first hypercall and say from_boot in the log's header.",
  features: "Put the feature bits (XENVER_get_features) into the log's header.",
  mode: "Give --domains: Xen's boot log or a DomainSpec says whether the domain is direct-mapped.",
  ram: "Give --domains: Xen's boot log or a DomainSpec says which RAM the domain has.",
  regions: "Give --domains: a boot log or a DomainSpec with the domain's extended regions.",
  "xen-version": "Give --xen, or a log with Xen's version in its header.",
};

/** The advice for what a rule lacks; null: there is none. */
export function whatToRecord(lacks: string | undefined): string | null {
  return lacks === undefined ? null : (advice[lacks] ?? null);
}
