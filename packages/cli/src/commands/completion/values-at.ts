import { layoutRules } from "@xgt/dom0less-layout";
import { hypercalls, modelSources, releases } from "@xgt/hypercall-abi";
import { rules } from "@xgt/p2m-tracker";
import { catalogue } from "../rules/rule-catalogue.ts";
import type { Values, ValuesAt } from "./completion-model.ts";

/** Names of values that are paths. */
const paths: Readonly<Record<string, "files" | "folders">> = {
  FILE: "files",
  LOG: "files",
  BASE: "files",
  PATCHED: "files",
  HOST: "files",
  KERNEL: "files",
  DIR: "folders",
};

/** What xgt's values can be where the parser has no list of them. `scenarios` are the names of the lab's. */
export function valuesOfXgt(scenarios: readonly string[]): ValuesAt {
  const subOps = hypercalls.flatMap((hypercall) => hypercall.subOps);
  const structs = subOps
    .map(({ struct }) => struct?.replace(/^struct /, ""))
    .filter((name) => name !== undefined);
  const layoutIds = { words: layoutRules.map(({ id }) => id), list: true };
  const byName: Readonly<Record<string, Partial<Values>>> = {
    VERSION: { words: releases },
    IDS: { words: rules.map(({ id }) => id), list: true },
    RULE: { words: catalogue.map(({ id }) => id) },
    NAMES: { words: unique(subOps.map(({ name }) => name)), list: true },
    MODE: { words: ["enabled", "no-xenstore"] },
  };
  const bundled = { words: modelSources.map(({ xen }) => xen) };
  const byPlace: Readonly<Record<string, Partial<Values>>> = {
    "xgt lab run --scenario": { words: scenarios, list: true },
    "xgt layout check --rule": layoutIds,
    "xgt layout check --ignore": layoutIds,
    "xgt layout check --domu": { domains: true },
    "xgt abi diff A": { ...bundled, paths: "files" },
    "xgt abi show --xen": bundled,
    "xgt abi import --xen": bundled,
    "xgt bindgen --xen": bundled,
    "xgt abi show NAME": { words: unique(structs) },
  };
  return (command, option, name) => {
    const path = paths[name];
    return byPlace[`${command} ${option ?? name}`] ?? (path === undefined ? byName[name] : { paths: path });
  };
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
