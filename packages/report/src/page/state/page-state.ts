import type { FrameAxis } from "../../map/frame-axis.ts";
import type { TimeAxis } from "../../map/time-axis.ts";

/** What the user has chosen. */
export interface PageState {
  readonly domid: number;
  /** Chosen frame; -1: none. */
  readonly gfn: number;
  /** Row of the chosen event; -1: before the first. */
  readonly event: number;
  readonly time: TimeAxis["kind"];
  readonly frames: FrameAxis["kind"];
  readonly shown: Readonly<Record<"error" | "warning" | "info", boolean>>;
  readonly by: "frame" | "rule";
  readonly task: string;
  readonly device: string;
  readonly query: string;
  /** Empty: as the system has it. */
  readonly theme: "" | "light" | "dark";
  readonly notChecked: boolean;
}

/** The part of the axes that is seen, in their units. */
export interface View {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

type Listener = () => void;

/** A value that tells those who look at it that it has changed. */
export class Observed<T> {
  private current: T;
  private readonly listeners = new Set<Listener>();

  constructor(value: T) {
    this.current = value;
  }

  get value(): T {
    return this.current;
  }

  set(value: T): void {
    if (value === this.current) return;
    this.current = value;
    for (const listener of this.listeners) listener();
  }

  /** Calls `listener` at each change; the function that is returned ends it. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
