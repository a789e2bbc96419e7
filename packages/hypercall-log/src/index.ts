export * from "./argument-shape.ts";
export * from "./decode-stats.ts";
export * from "./domain-spec.ts";
export * from "./event-batch.ts";
export * from "./event-kind.ts";
export * from "./limits.ts";
export * from "./log-format.ts";
export * from "./string-table.ts";
