import { render } from "preact";
import { RunModel } from "./model/run-model.ts";
import { verdictOf } from "./model/verdict.ts";
import { PageApp } from "./parts/page-app.tsx";
import { PageHeader, runWords } from "./parts/page-header.tsx";
import { readHead, readRun } from "./reading/read-blocks.ts";
import { PageController } from "./state/page-controller.ts";
import "./page.css";

/** The verdict stands as soon as the page's beginning is read; the map once all of it is. */
async function start(app: HTMLElement): Promise<void> {
  const head = await readHead();
  app.replaceChildren();
  render(<PageHeader verdict={verdictOf(head.runs[0])} about={runWords(head.runs[0])} />, app);
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
  }
  const runs: RunModel[] = [];
  for (const [index, run] of head.runs.entries()) runs.push(new RunModel(run, await readRun(index, run)));
  render(<PageApp page={new PageController(head, runs)} />, app);
}

const app = document.getElementById("app");
if (app !== null) {
  start(app).catch((error: unknown) => {
    app.textContent = `This page cannot be read: ${error instanceof Error ? error.message : String(error)}. Make it again with xgt report.`;
  });
}
