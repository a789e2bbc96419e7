import type { AggregatePlan, BindingPlan } from "./binding-plan.ts";

/** A ring of io/ring.h whose types are all printed. */
export interface RingPlan {
  /** What DEFINE_RING_TYPES was given: "blkif". */
  readonly name: string;
  /** In shared memory. */
  readonly shared: AggregatePlan;
  /** Of the shared memory: a request or the response in its place. */
  readonly entry: AggregatePlan;
  /** Private state of the side that asks. */
  readonly front: AggregatePlan;
  /** Private state of the side that answers. */
  readonly back: AggregatePlan;
  /** What is asked. */
  readonly request: AggregatePlan;
  /** What is answered. */
  readonly response: AggregatePlan;
}

/** Indices at the beginning of each ring's shared memory: 4 bytes each, in this order. */
const indices = ["req_prod", "req_event", "rsp_prod", "rsp_event"];

/** The rings among the types of a plan. A struct that is only called like a ring is none. */
export function ringsOf(plan: BindingPlan): RingPlan[] {
  const byName = new Map(plan.aggregates.map((aggregate) => [aggregate.name, aggregate]));
  return plan.aggregates.flatMap((shared) => {
    const name = /^(\w+)_sring$/.exec(shared.name)?.[1];
    if (name === undefined) return [];
    const entry = byName.get(`${name}_sring_entry`);
    const front = byName.get(`${name}_front_ring`);
    const back = byName.get(`${name}_back_ring`);
    const request = inside(entry, "req");
    const response = inside(entry, "rsp");
    if (!entry || !front || !back || !request || !response || !isShared(shared, entry)) return [];
    const ofFront = hasMembers(front, ["req_prod_pvt", "rsp_cons", "nr_ents", "sring"]);
    const ofBack = hasMembers(back, ["rsp_prod_pvt", "req_cons", "nr_ents", "sring"]);
    return ofFront && ofBack ? [{ name, shared, entry, front, back, request, response }] : [];
  });
}

/** The page that xenstored and a guest share, where a plan prints it. */
export function xenstorePageOf(plan: BindingPlan): AggregatePlan | undefined {
  const page = plan.aggregates.find(({ name }) => name === "xenstore_domain_interface");
  if (page === undefined) return undefined;
  return hasMembers(page, ["req", "rsp", "req_cons", "req_prod", "rsp_cons", "rsp_prod"]) ? page : undefined;
}

function inside(entry: AggregatePlan | undefined, name: string): AggregatePlan | undefined {
  const type = entry?.members.find((member) => member.name === name)?.type;
  return type?.kind === "aggregate" && !type.of.unnamed ? type.of : undefined;
}

function isShared(shared: AggregatePlan, entry: AggregatePlan): boolean {
  const ring = shared.members.find(({ name }) => name === "ring");
  return (
    indices.every(
      (name, i) => shared.members[i]?.name === name && shared.members[i].declaredOffset === 4 * i,
    ) &&
    ring?.type.kind === "aggregate" &&
    ring.type.of === entry
  );
}

function hasMembers(aggregate: AggregatePlan, names: readonly string[]): boolean {
  return names.every((name) => aggregate.members.some((member) => member.name === name));
}
