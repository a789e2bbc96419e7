import type { DomainModel } from "./domain-model.ts";
import { FrameKind } from "./frame-kinds.ts";

/** How many there are of something, over time: from event `events[i]` on `values[i]`. */
export interface Counter {
  readonly name: string;
  /** Kind whose colour it has; -1: DMA. */
  readonly kind: number;
  readonly events: readonly number[];
  readonly values: readonly number[];
  readonly most: number;
}

class CounterBuilder {
  readonly name: string;
  readonly kind: number;
  private readonly events: number[] = [-1];
  private readonly values: number[] = [0];
  private most = 0;

  constructor(name: string, kind: number) {
    this.name = name;
    this.kind = kind;
  }

  add(event: number, change: number): void {
    const last = this.values.length - 1;
    // What another domain's call did to this one's frames may begin below nothing.
    const value = Math.max(0, this.values[last] + change);
    this.most = Math.max(this.most, value);
    if (this.events[last] === event) this.values[last] = value;
    else {
      this.events.push(event);
      this.values.push(value);
    }
  }

  built(): Counter {
    const { name, kind, events, values, most } = this;
    return { name, kind, events, values, most };
  }
}

/** What a domain had over time, only what it ever had. */
export function countersOf(domain: DomainModel): Counter[] {
  const { changes, dma } = domain.run.tables;
  const counters = [
    new CounterBuilder("holes in RAM", FrameKind.hole),
    new CounterBuilder("granted frames", FrameKind.grant),
    new CounterBuilder("foreign frames", FrameKind.foreign),
    new CounterBuilder("Xen pages", FrameKind.xen),
  ];
  for (let i = 0; i < changes.event.length; i++) {
    if (changes.domid[i] !== domain.domid) continue;
    for (const counter of counters) {
      if (counter.kind === FrameKind.hole && !domain.isRam(changes.gfn[i])) continue;
      const change = Number(changes.to[i] === counter.kind) - Number(changes.from[i] === counter.kind);
      if (change !== 0) counter.add(changes.event[i], change * changes.count[i]);
    }
  }
  const transfers = new CounterBuilder("DMA in flight", -1);
  const turns = new Int32Array(domain.run.events);
  for (let i = 0; i < dma.event.length; i++) {
    if (dma.domid[i] !== domain.domid) continue;
    turns[dma.event[i]]++;
    if (domain.released[i] >= 0) turns[domain.released[i]]--;
  }
  for (let event = 0; event < turns.length; event++)
    if (turns[event] !== 0) transfers.add(event, turns[event]);
  return [...counters, transfers].map((counter) => counter.built()).filter(({ most }) => most > 0);
}
