import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { comparePage } from "../src/write/report-page.ts";
import { browserFile, openPage, startBrowser } from "./browser.ts";
import { corpus, PageFolder, record } from "./run-page.ts";

const folder = new PageFolder();
let browser: Browser;
let file = "";

beforeAll(async () => {
  if (browserFile === null) return;
  browser = await startBrowser();
  const base = await record([`${corpus}/lab/4.20/dma.ndjson.gz`]);
  const patched = await record([`${corpus}/lab/4.20/faulty-dma.ndjson.gz`]);
  const { error, warning, info } = patched.run.summary;
  const nothing = { error: 0, warning: 0, info: 0 };
  const comparison = {
    added: { error, warning, info },
    ...{ fixed: nothing, unchanged: nothing },
    behaviour: [{ what: "domain 0: calls of map_grant_ref", base: 1, patched: 2 }],
  };
  const pieces = comparePage(
    { ...base, changeOf: () => "unchanged" },
    { ...patched, changeOf: () => "new" },
    comparison,
  );
  file = folder.write("compare.html", [...pieces].join(""));
});
afterAll(async () => {
  await browser?.close();
  folder.remove();
});

describe.skipIf(browserFile === null)("the page of two runs", () => {
  it("says what the change did, and shows both runs at the same frame on one scale of rows", async () => {
    const { page, trouble } = await openPage(browser, file);
    expect(trouble).toEqual([]);
    expect(await page.locator("h1").innerText()).toMatch(/^The change loses 1:1: \d+ new errors$/);
    await page.locator(".card", { hasText: "0x62014" }).locator(".hd").click();
    expect(await page.locator(".story h3").allInnerTexts()).toEqual(["frame 0x62014", "frame 0x62014"]);
    expect(await page.locator(".story").nth(1).innerText()).toContain("uses the gfn of a granted page");
    expect(await page.locator(".story").nth(0).innerText()).not.toContain("Wrong since");
    expect(await page.locator(".figures").innerText()).toContain("map_grant_ref");
    await page.keyboard.press("y");
    const pressed = page.locator(".map .seg button[aria-pressed=true]");
    expect(await pressed.allInnerTexts()).toEqual(["All addresses", "Steps", "All addresses", "Steps"]);
    await page.context().close();
  });
});
