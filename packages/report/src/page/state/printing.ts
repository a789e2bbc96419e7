import { Observed } from "./page-state.ts";

/** Whether the page is being printed: light, at twice the resolution. */
export const printing = new Observed(false);
