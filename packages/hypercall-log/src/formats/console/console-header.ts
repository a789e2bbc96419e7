import type { DomainFacts, DomainSpec, DomainSpecFile, LogHeader } from "../../domains/spec/domain-spec.ts";

/**
 * A header with what Xen's own lines add: domains that it does not list, RAM and regions where it has none, the release.
 * Where both say something, the header counts.
 */
export function withBoot(header: LogHeader, boot: DomainSpecFile): LogHeader {
  const listed = new Map(boot.domains.map((domain) => [domain.domid, domain]));
  const domains = header.domains.map((domain) => withBootDomain(domain, listed.get(domain.domid)));
  for (const { domid } of header.domains) listed.delete(domid);
  return { ...boot, ...header, domains: [...domains, ...listed.values()], facts: header.facts };
}

function withBootDomain(domain: DomainSpec, boot: DomainSpec | undefined): DomainSpec {
  if (boot === undefined) return domain;
  return { ...boot, ...domain, regions: domain.regions.length > 0 ? domain.regions : boot.regions };
}

/** The headers of two domains' recorders on one console as one. */
export function joinedHeaders(first: LogHeader, second: LogHeader): LogHeader {
  const known = new Set(second.domains.map(({ domid }) => domid));
  const { grants: _first, ...rest } = first;
  return {
    ...rest,
    domains: [...first.domains.filter(({ domid }) => !known.has(domid)), ...second.domains],
    facts: [...factsOf(first), ...factsOf(second)],
    fromBoot: first.fromBoot && second.fromBoot,
  };
}

/** A header's facts, its grants among them: of two domains' grants each belongs to its own. */
function factsOf(header: LogHeader): readonly DomainFacts[] {
  const [domain] = header.domains;
  if (header.grants === undefined || header.domains.length !== 1) return header.facts;
  const own = header.facts.find(({ domid }) => domid === domain.domid);
  const others = header.facts.filter(({ domid }) => domid !== domain.domid);
  return [...others, { domid: domain.domid, ...own, grants: header.grants }];
}
