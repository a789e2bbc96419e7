export * from "./address-range.ts";
