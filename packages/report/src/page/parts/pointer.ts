import type { Scene } from "../draw/scene.ts";
import { Observed } from "../state/page-state.ts";

/** Where the pointer is over which map; null: over none. */
export interface PointerAt {
  readonly scene: Scene;
  readonly x: number;
  readonly y: number;
}

/** The pointer over the page's maps. */
export const pointer = new Observed<PointerAt | null>(null);
