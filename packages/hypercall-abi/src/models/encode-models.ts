import { deflateRawSync } from "node:zlib";
import { compareText } from "../sorted-record.ts";
import { itemsOf } from "./item.ts";
import type { EncodedRelease, ReleaseModels } from "./release-models.ts";
import { VarintWriter } from "./varints.ts";

/** What the data modules hold. */
export interface EncodedModels {
  /** Every declaration that any release has, once; lines of text, deflated, base64. */
  readonly pool: string;
  readonly releases: readonly EncodedRelease[];
}

/**
 * Encodes models of all releases together.
 *
 * The pool holds each distinct declaration once. A release is a list of pool numbers, each with the line it stands on and
 * a bit set of the views (architecture and mode) that have it: three columns of small numbers.
 */
export function encodeModels(releases: readonly ReleaseModels[]): EncodedModels {
  const perRelease = releases.map(mergeViews);
  const rank = new Map<string, string>();
  for (const merged of perRelease) {
    // Ordered by file and place in the newest release, neighbours in a header are neighbours here.
    for (const { text, line } of merged) rank.set(text, orderKey(text, line));
  }
  const pool = [...rank.keys()].sort((a, b) => compareText(rank.get(a)!, rank.get(b)!) || compareText(a, b));
  const numberOf = new Map(pool.map((text, i) => [text, i]));
  return {
    pool: packed(new TextEncoder().encode(pool.join("\n"))),
    releases: releases.map((release, i) => {
      return { ...release.source, index: encodeRelease(release, perRelease[i]!, numberOf) };
    }),
  };
}

interface Merged {
  readonly text: string;
  readonly line: number;
  views: number;
}

function mergeViews(release: ReleaseModels): Merged[] {
  const merged = new Map<string, Merged>();
  release.models.forEach((abi, bit) => {
    for (const { text, line } of itemsOf(abi)) {
      const key = `${line}\t${text}`;
      const known = merged.get(key);
      if (known === undefined) merged.set(key, { text, line, views: 1 << bit });
      else known.views |= 1 << bit;
    }
  });
  return [...merged.values()];
}

function encodeRelease(
  release: ReleaseModels,
  merged: readonly Merged[],
  numberOf: ReadonlyMap<string, number>,
): string {
  const head = {
    interfaceVersions: release.models.map((m) => m.interfaceVersion),
    headers: release.models.map((m) => m.headers),
  };
  const entries = merged
    .map((m) => ({ number: numberOf.get(m.text)!, line: m.line, views: m.views }))
    .sort((a, b) => a.number - b.number || a.line - b.line);
  const columns = new VarintWriter();
  columns.write(entries.length);
  let last = 0;
  for (const entry of entries) {
    columns.write(entry.number - last);
    last = entry.number;
  }
  last = 0;
  for (const entry of entries) {
    columns.write(entry.line - last);
    last = entry.line;
  }
  for (const entry of entries) columns.write(entry.views);
  const headBytes = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
  const body = columns.bytes();
  const whole = new Uint8Array(headBytes.length + body.length);
  whole.set(headBytes);
  whole.set(body, headBytes.length);
  return packed(whole);
}

function packed(bytes: Uint8Array): string {
  return deflateRawSync(bytes, { level: 9 }).toString("base64");
}

function orderKey(text: string, line: number): string {
  const [tag, name, file] = text.split("\t");
  return `${file}\t${String(line).padStart(7, "0")}\t${tag}\t${name}`;
}
