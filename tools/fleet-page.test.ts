import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FleetTally, fleetPage, type RunSummary, summarizeFailure } from "@xgt/fleet";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserFile, startBrowser } from "../packages/report/tests/browser.ts";

const MARKUP = `<img src=x onerror="document.title='ran'"><script>document.title="ran"</script>'"&\u202e`;
const LONG = "a-name-without-any-place-to-break-".repeat(20);
const folder = mkdtempSync(join(tmpdir(), "xgt-fleet-page-"));
const file = join(folder, "fleet.html");

/** A run with one cause; everything that a log or a manifest may name holds markup. */
function runOf(at: number, severity: "error" | "info", page: string | undefined): RunSummary {
  const names = { name: MARKUP, operation: MARKUP, causedBy: "map_grant_ref", comm: MARKUP, frame: "" };
  return {
    id: `run ${at} ${MARKUP}`,
    group: { board: `${MARKUP}${at}`, kernel: at % 2 === 0 ? LONG : "6.12" },
    page,
    failure: undefined,
    troubles: [],
    operations: 3,
    causes: [
      {
        cause: { rule: severity === "error" ? "G17" : "I02", severity, domid: 0, ...names },
        findings: 2,
        message: `${MARKUP} ${LONG}`,
        fix: MARKUP,
        first: { path: `${MARKUP}/${LONG}`, place: 9, unit: "line" },
      },
    ],
    causesLeftOut: 0,
    undecided: ["G06", "G07"],
  };
}

function writePage(): void {
  const tally = new FleetTally();
  tally.add(runOf(1, "error", "pages/b7.html"));
  tally.add(runOf(2, "error", undefined));
  tally.add(runOf(3, "info", "javascript:document.title='ran'"));
  const lost = { id: MARKUP, logs: ["x"], domains: undefined, xen: undefined, group: {} };
  tally.add(summarizeFailure({ ...lost, page: "https://farm.example/lost" }, `${MARKUP} ${LONG}`));
  const before = new FleetTally();
  before.add({ ...runOf(4, "info", undefined), causes: [] });
  writeFileSync(file, [...fleetPage(tally.answer(before.causesByKey()), MARKUP)].join(""));
  writeFileSync(join(folder, "b7.html"), "");
}

describe.skipIf(browserFile === null)("the page of a fleet in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    writePage();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the page with all of its parts unfolded. */
  async function open(options: BrowserContextOptions = {}) {
    const page: Page = await (await browser.newContext(options)).newPage();
    const trouble: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(`file://${file}`);
    for (const part of await page.locator("details").all()) {
      if (await part.isVisible()) await part.locator("> summary").click();
    }
    return { page, trouble, requests };
  }

  it("asks for nothing, complains of nothing, and runs nothing that a name holds", async () => {
    const { page, trouble, requests } = await open();
    expect([trouble, requests]).toEqual([[], [`file://${file}`]]);
    expect(await page.title()).toContain("<img src=x");
    expect(await page.locator("img, script").count()).toBe(0);
    expect(await page.locator("h2", { hasText: "G17" }).innerText()).toContain(
      '<script>document.title="ran"',
    );
    expect(await page.locator("body").innerText()).not.toContain("\u202e");
  });

  it("leads to the runs' own pages, and nowhere else", async () => {
    const { page } = await open();
    const links = await page.locator("a").evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
    expect(links).toEqual([`file://${folder}/pages/b7.html`, "https://farm.example/lost"]);
  });

  it("shows errors before information, and what is new", async () => {
    const { page } = await open();
    expect(await page.locator("h2 > span").allInnerTexts()).toEqual(["error", "info"]);
    expect(await page.locator("section", { hasText: "G17" }).innerText()).toContain("new, ");
    expect(await page.locator("details", { hasText: "undecided" }).innerText()).toContain(
      "G06 G07 in 3 runs",
    );
  });

  it.each(["light", "dark"] as const)("can be read in %s, on a telephone too", async (colorScheme) => {
    const { page } = await open({ colorScheme, viewport: { width: 360, height: 740 } });
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(widths[0]).toBe(widths[1]);
    const keys = await page
      .locator("details td:first-child")
      .evaluateAll((cells) => cells.map((cell) => cell.clientWidth));
    expect(Math.min(...keys)).toBeGreaterThan(50);
    const contrasts = await page.evaluate(contrastsOf);
    expect(contrasts.length).toBeGreaterThan(20);
    // WCAG 2 AA: 4.5 to 1.
    expect(Math.min(...contrasts)).toBeGreaterThan(4.5);
  });
});

/** The contrast of each text that is seen with what lies below it. Runs in the page. */
function contrastsOf(): number[] {
  const luminance = (color: string) => {
    const [r, g, b] = (color.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const below = (element: Element | null): string => {
    const color = element === null ? "rgb(255, 255, 255)" : getComputedStyle(element).backgroundColor;
    return element !== null && color.endsWith(", 0)") ? below(element.parentElement) : color;
  };
  return [...document.querySelectorAll("body *")]
    .filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
    )
    .map((element) => {
      const levels = [luminance(getComputedStyle(element).color), luminance(below(element))];
      return (Math.max(...levels) + 0.05) / (Math.min(...levels) + 0.05);
    });
}
