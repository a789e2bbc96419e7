export * from "./hypercalls/index.ts";
