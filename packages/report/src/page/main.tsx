import { render } from "preact";
import { RunModel } from "./model/run-model.ts";
import { changeVerdictOf, verdictOf } from "./model/verdict.ts";
import { CompareApp } from "./parts/compare-app.tsx";
import { PageApp } from "./parts/page-app.tsx";
import { PageHeader, runWords } from "./parts/page-header.tsx";
import { PlanApp } from "./parts/plan-app.tsx";
import { readHead, readRun } from "./reading/read-blocks.ts";
import { linkPages } from "./state/link-pages.ts";
import { PageController } from "./state/page-controller.ts";
import "./page.css";

/** The verdict stands as soon as the page's beginning is read; the map once all of it is. */
async function start(app: HTMLElement): Promise<void> {
  const head = await readHead();
  app.replaceChildren();
  if (head.kind === "plan") {
    render(<PlanApp head={head} />, app);
    return;
  }
  const { comparison } = head;
  const verdict = comparison === undefined ? verdictOf(head.runs[0]) : changeVerdictOf(comparison, head.runs);
  render(<PageHeader verdict={verdict} about={runWords(head.runs[0])} />, app);
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
  }
  const runs: RunModel[] = [];
  for (const [index, run] of head.runs.entries()) runs.push(new RunModel(run, await readRun(index, run)));
  const [one, other] = runs;
  if (comparison === undefined) {
    render(<PageApp page={new PageController(one, true)} />, app);
    return;
  }
  one.partner = other;
  other.partner = one;
  const before = new PageController(one, false, "before");
  const after = new PageController(other, true, "after");
  linkPages(before, after);
  render(<CompareApp before={before} after={after} comparison={comparison} />, app);
}

const app = document.getElementById("app");
if (app !== null) {
  start(app).catch((error: unknown) => {
    app.textContent = `This page cannot be read: ${error instanceof Error ? error.message : String(error)}. Make it again with xgt report.`;
  });
}
