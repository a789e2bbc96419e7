import type { ConstantGroup, Prototype } from "../model.ts";

/** What the back-tick comments of the headers state. */
export interface CommentFacts {
  readonly prototypes: Record<string, Prototype>;
  readonly groups: Record<string, ConstantGroup>;
}
