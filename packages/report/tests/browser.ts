import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "./find-chromium.mjs";

/** The browser that is driven; null: there is none, and the tests that need it are skipped. */
export const browserFile = findChromium();

if (browserFile === null) {
  console.warn(
    "No Chromium here: what the page does in a browser is not tested (node tools/get-chromium.mjs).",
  );
}

/** Starts the browser. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserFile ?? "chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

/** An opened page, and what went wrong in it. */
export interface OpenedPage {
  readonly page: Page;
  /** Errors, and messages of the console. */
  readonly trouble: string[];
  /** What it asked for beside itself. */
  readonly requests: string[];
  /** Milliseconds until the first paint, and until everything is there. */
  readonly paint: number;
  readonly ready: number;
}

/** Opens a page and waits until it is ready. */
export async function openPage(
  browser: Browser,
  file: string,
  { hash = "", ...options }: BrowserContextOptions & { hash?: string } = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const trouble: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => trouble.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(`file://${file}${hash}`, { waitUntil: "commit" });
  await page.waitForSelector("html[data-ready]");
  const [paint, ready] = await page.evaluate(() => [
    performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    performance.now(),
  ]);
  return { page, trouble, requests, paint, ready };
}
