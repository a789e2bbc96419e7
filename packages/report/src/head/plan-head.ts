import type { Severity } from "@xgt/findings";

/** What lies in one column of a slice of addresses. */
export interface PlanCell {
  /** Items of one index are one thing: it may go over several slices. */
  readonly item: number;
}

/** A thing in an address space. */
export interface PlanItem {
  readonly column: number;
  readonly text: string;
  readonly kind: "ram" | "bank" | "image" | "device" | "window" | "reserved" | "module" | "extended";
  /** "0x40000000", the last address, "512M". */
  readonly start: string;
  readonly last: string;
  readonly size: string;
}

/** A slice of all address spaces, lowest first. */
export interface PlanRow {
  readonly start: string;
  readonly last: string;
  /** Height in lines. */
  readonly lines: number;
  /** Addresses below it, up to the slice before, hold nothing. */
  readonly gap: boolean;
  readonly cells: readonly (PlanCell | null)[];
}

/** Guest addresses and the host's behind them; null: Xen chooses them. */
export interface PlanLink {
  readonly domain: string;
  readonly text: string;
  readonly guest: string;
  readonly host: string | null;
  readonly isSame: boolean;
  /** Items at both ends; -1: none. */
  readonly from: number;
  readonly to: number;
}

/** A plan, or why there is none. */
export interface PlanHead {
  readonly version: 1;
  readonly kind: "plan";
  readonly subject: string;
  readonly xen: string;
  /** Conditions that exclude each other; empty: there is a plan. */
  readonly conflict: readonly string[];
  /** The host, then the domains. */
  readonly columns: readonly string[];
  readonly items: readonly PlanItem[];
  readonly rows: readonly PlanRow[];
  readonly links: readonly PlanLink[];
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  readonly findings: readonly {
    readonly rule: string;
    readonly name: string;
    readonly severity: Severity;
    readonly message: string;
  }[];
}
