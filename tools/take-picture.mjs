// Takes the README's picture: the page that the demo wrote, opened in a browser (npm run picture).
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { findChromium } from "../packages/report/tests/find-chromium.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const picture = join(root, "docs/report.png");
const executablePath = findChromium();
if (executablePath === null) {
  console.error("picture: no Chromium here (node tools/get-chromium.mjs)");
  process.exit(1);
}
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1440, height: 860 }, colorScheme: "light" });
// Where the wrong DMA of step B is found.
await page.goto(`file://${join(root, "dist/demo.html")}#d=0&f=0xc1f96&e=559`);
await page.waitForSelector("html[data-ready]");
await page.waitForTimeout(500);
await page.screenshot({ path: picture });
await browser.close();
console.log(`picture: ${picture}`);
