import { deflateRawSync } from "node:zlib";
import { present } from "../model/present.ts";
import { compareText } from "../model/sorted-record.ts";
import {
  bundledViews,
  type EncodedRelease,
  type ReleaseHead,
  type ReleaseModels,
} from "./data/release-models.ts";
import { itemsOf } from "./item.ts";

/** What the data modules hold. */
export interface EncodedModels {
  /** Every declaration that any release has, once; lines of text, deflated, base64. */
  readonly pool: string;
  /** In the order given. */
  readonly releases: readonly EncodedRelease[];
}

/**
 * Encodes models of all releases together.
 *
 * The pool holds each distinct declaration once, in order of kind and name, with the line it has in the newest release. A
 * release is two columns over the pool: a bit set of the views (architecture and mode) that have the declaration, and how
 * far its line is from the pool's.
 */
export function encodeModels(releases: readonly ReleaseModels[]): EncodedModels {
  const perRelease = releases.map(mergeViews);
  const newestLine = new Map<string, number>();
  for (const merged of perRelease) for (const { text, line } of merged) newestLine.set(text, line);
  const pool = [...newestLine.keys()].sort(compareText);
  return {
    pool: packed(new TextEncoder().encode(pool.map((text) => `${newestLine.get(text)}\t${text}`).join("\n"))),
    releases: releases.map((release, i) => {
      return { ...release.source, index: encodeRelease(release, perRelease[i], pool, newestLine) };
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
  release.models.forEach((abi) => {
    const bit = bundledViews.findIndex((v) => v.arch === abi.arch && v.mode === abi.mode);
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
  pool: readonly string[],
  newestLine: ReadonlyMap<string, number>,
): string {
  const numberOf = new Map(pool.map((text, i) => [text, i]));
  const seen = new Uint8Array(pool.length);
  const lines = new Int16Array(pool.length);
  const extra: [number, number, number][] = [];
  for (const entry of merged) {
    const number = present(numberOf, entry.text);
    const shift = entry.line - present(newestLine, entry.text);
    // A declaration that stands on two lines, for two architectures; or one that moved very far.
    if (seen[number] !== 0 || shift !== (shift << 16) >> 16) extra.push([number, entry.line, entry.views]);
    else {
      seen[number] = entry.views;
      lines[number] = shift;
    }
  }
  const views = bundledViews.map((v) => release.models.find((m) => m.arch === v.arch && m.mode === v.mode));
  const head: ReleaseHead = {
    interfaceVersions: views.map((m) => m?.interfaceVersion ?? null),
    headers: views.map((m) => m?.headers ?? null),
    extra: extra.sort((a, b) => a[0] - b[0] || a[1] - b[1]),
  };
  const headBytes = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
  const whole = new Uint8Array(headBytes.length + pool.length * 3);
  whole.set(headBytes);
  whole.set(seen, headBytes.length);
  const columns = new DataView(whole.buffer, headBytes.length + pool.length);
  lines.forEach((line, i) => {
    columns.setInt16(i * 2, line, true);
  });
  return packed(whole);
}

function packed(bytes: Uint8Array): string {
  return deflateRawSync(bytes, { level: 9 }).toString("base64");
}
