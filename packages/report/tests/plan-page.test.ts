import axe from "axe-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PlanHead, PlanItem } from "../src/head/plan-head.ts";
import { planPage } from "../src/write/report-page.ts";
import { browserFile, openPage, startBrowser } from "./browser.ts";
import { PageFolder } from "./run-page.ts";

const folder = new PageFolder();
let browser: Browser;
beforeAll(async () => {
  if (browserFile !== null) browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  folder.remove();
});

const item = (
  column: number,
  text: string,
  kind: PlanItem["kind"],
  start: string,
  last: string,
): PlanItem => {
  return { column, text, kind, start, last, size: "256M" };
};

/** A host with one domain: its bank is 1:1, its device is not. */
const plan: PlanHead = {
  ...{ version: 1, kind: "plan", subject: "host.dts", xen: "4.20" },
  conflict: [],
  columns: ["host", "domU1"],
  items: [
    item(0, "mmc", "device", "0x40000000", "0x40000fff"),
    item(0, "bank of domU1", "bank", "0x80000000", "0x8fffffff"),
    item(1, "mmc", "device", "0x50000000", "0x50000fff"),
    item(1, "<img src=x onerror=window.__pwn=1>", "bank", "0x80000000", "0x8fffffff"),
  ],
  rows: [
    { start: "0x40000000", last: "0x40000fff", lines: 2, gap: false, cells: [{ item: 0 }, null] },
    { start: "0x50000000", last: "0x50000fff", lines: 2, gap: true, cells: [null, { item: 2 }] },
    { start: "0x80000000", last: "0x8fffffff", lines: 8, gap: true, cells: [{ item: 1 }, { item: 3 }] },
  ],
  links: [
    {
      domain: "domU1",
      text: "RAM bank 0",
      guest: "0x80000000-0x8fffffff",
      host: "0x80000000-0x8fffffff",
      isSame: true,
      from: 1,
      to: 3,
    },
    {
      domain: "domU1",
      text: "/mmc",
      guest: "0x50000000-0x50000fff",
      host: "0x40000000-0x40000fff",
      isSame: false,
      from: 0,
      to: 2,
    },
  ],
  reasons: ["domU1: bank 0 is 0x80000000-0x8fffffff, 1:1"],
  warnings: [],
  findings: [{ rule: "L10", name: "device-moved", severity: "warning", message: "the device is not 1:1" }],
};

describe.skipIf(browserFile === null)("the page of a plan", () => {
  it("draws what is 1:1 straight and what is not slanted, and tells both addresses of what is chosen", async () => {
    const file = folder.write("plan.html", [...planPage(plan)].join(""));
    const { page, trouble } = await openPage(browser, file, { bypassCSP: true });
    expect(trouble).toEqual([]);
    expect(await page.locator("h1").innerText()).toBe("Not all is 1:1: 1 range at other addresses");
    const heights = async (selector: string) => {
      const path = (await page.locator(selector).getAttribute("d")) ?? "";
      return [...path.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
    };
    const [from, to] = await heights("path.p-link:not(.bad)");
    expect(from).toBe(to);
    const [low, high] = await heights("path.p-link.bad");
    expect(low).not.toBe(high);
    await page.locator("g.device").nth(0).focus();
    await page.keyboard.press("Enter");
    expect(await page.locator(".story .link .val").allInnerTexts()).toEqual([
      "0x50000000-0x50000fff",
      "0x40000000-0x40000fff",
    ]);
    await page.locator(".search input").fill("0x80000010");
    expect(await page.locator("g.hit").count()).toBe(2);
    expect(await page.evaluate(() => (window as { __pwn?: number }).__pwn)).toBe(undefined);
    await page.addScriptTag({ content: axe.source });
    const violations = await page.evaluate(async () => {
      const { axe: checker } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string }[] }> };
      };
      return (await checker.run()).violations.map(({ id }) => id);
    });
    expect(violations).toEqual([]);
    await page.context().close();
  });

  it("says what excludes each other where there is no layout", async () => {
    const nothing = { columns: [], items: [], rows: [], links: [], reasons: [], findings: [] };
    const head = {
      ...plan,
      ...nothing,
      conflict: ["the host's RAM is 0x80000000-0x8fffffff", "domU1 wants 2G"],
    };
    const file = folder.write("none.html", [...planPage(head)].join(""));
    const { page } = await openPage(browser, file);
    expect(await page.locator("h1").innerText()).toBe("No layout is possible");
    expect(await page.locator(".reason").allInnerTexts()).toEqual([...head.conflict]);
    await page.context().close();
  });
});
