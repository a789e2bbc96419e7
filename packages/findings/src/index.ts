export * from "./finding.ts";
export * from "./severity.ts";
