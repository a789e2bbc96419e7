import type { DomainFacts, DomainSpec, LogHeader } from "@xgt/hypercall-log";

/** The only domain that a header lists; undefined: it lists none or several, or there is no header. */
export function onlyDomainOf(header: LogHeader | null): number | undefined {
  return header?.domains.length === 1 ? header.domains[0].domid : undefined;
}

/**
 * Whether two logs may be of one machine, by their headers: no domain is described in two ways, and Xen is the same. Logs
 * without a header may be of any.
 */
export function mayBeOneMachine(one: LogHeader | null, other: LogHeader | null): boolean {
  if (one === null || other === null) return true;
  if (one.xen !== undefined && other.xen !== undefined && one.xen !== other.xen) return false;
  return one.domains.every((domain) => {
    const same = other.domains.find(({ domid }) => domid === domain.domid);
    return same === undefined || mayBeOneDomain(domain, same);
  });
}

function mayBeOneDomain(one: DomainSpec, other: DomainSpec): boolean {
  if (one.mode !== other.mode) return false;
  if (one.ram === undefined || other.ram === undefined) return true;
  return JSON.stringify(one.ram) === JSON.stringify(other.ram);
}

/**
 * What the headers of one run's logs say together: every domain, as the first log that names it describes it. Grants of a
 * header are those of its only domain.
 */
export function joinedHeader(headers: readonly LogHeader[]): LogHeader | null {
  const [first, ...others] = headers;
  if (first === undefined) return null;
  const own = onlyDomainOf(first);
  if (others.every((header) => onlyDomainOf(header) === own || header.domains.length === 0)) return first;
  const domains = new Map<number, DomainSpec>();
  const facts = new Map<number, DomainFacts>();
  for (const header of headers) {
    for (const domain of header.domains) if (!domains.has(domain.domid)) domains.set(domain.domid, domain);
    for (const entry of header.facts) if (!facts.has(entry.domid)) facts.set(entry.domid, entry);
    const domid = onlyDomainOf(header);
    if (domid === undefined || header.grants === undefined) continue;
    facts.set(domid, { grants: header.grants, ...facts.get(domid), domid });
  }
  const { grants: _, ...rest } = first;
  return {
    ...rest,
    domains: [...domains.values()],
    facts: [...facts.values()],
    fromBoot: headers.every(({ fromBoot }) => fromBoot),
  };
}
