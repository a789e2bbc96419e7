import { printable } from "@xgt/findings";
import type { ComponentChildren } from "preact";
import type { RunHead } from "../../head/page-head.ts";
import { counted } from "../model/texts.ts";
import type { Verdict } from "../model/verdict.ts";
import { Glyph } from "./glyph.tsx";

/** The verdict, and what it is about. */
export function PageHeader({
  verdict,
  about,
  children,
}: {
  verdict: Verdict;
  about: readonly string[];
  children?: ComponentChildren;
}) {
  return (
    <header>
      <h1>
        <Glyph of={verdict.tone} />
        <span>{verdict.title}</span>
      </h1>
      <span class="sub" title={about.join(" · ")}>
        {[verdict.but, ...about].filter((text) => text !== "").join(" · ")}
      </span>
      {children}
    </header>
  );
}

/** What a run is, in a few words each. */
export function runWords(head: RunHead): string[] {
  const unchecked = uncheckedRules(head).length;
  return [
    unchecked === 0 ? "" : `${unchecked} of ${head.rulesChecked} rules not checked`,
    head.xen === null ? "Xen's version not known" : `Xen ${printable(head.xen)}`,
    head.inputs.map(({ path }) => printable(path)).join(" + "),
    counted(head.events, "event"),
  ];
}

/** Rules that could not be decided, each once. */
export function uncheckedRules({ undecided }: RunHead): string[] {
  return [...new Set(undecided.map(({ rule }) => rule))];
}
