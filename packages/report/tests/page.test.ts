import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserFile, openPage, startBrowser } from "./browser.ts";
import { corpus, demoRun, PageFolder } from "./run-page.ts";

const folder = new PageFolder();
let browser: Browser;
let demo = "";

beforeAll(async () => {
  if (browserFile === null) return;
  browser = await startBrowser();
  demo = await folder.report("demo.html", demoRun.logs, demoRun.domains);
});
afterAll(async () => {
  await browser?.close();
  folder.remove();
});

const text = (page: Page, selector: string) => page.locator(selector).innerText();

describe.skipIf(browserFile === null)("the page of the demo", () => {
  it("loads without a request, an error or a message, and says the verdict", async () => {
    const { page, trouble, requests } = await openPage(browser, demo);
    expect(trouble).toEqual([]);
    expect(requests).toEqual([`file://${demo}`]);
    expect(await text(page, "h1")).toBe("1:1 was lost on 4 frames: 5 DMAs used a wrong frame");
    expect(await page.locator(".card").count()).toBe(4);
    await page.context().close();
  });

  it("leads from the wrong DMA of step B to its cause and its repair in three clicks", async () => {
    const { page } = await openPage(browser, demo);
    await page.locator(".card", { hasText: "0xc1f96" }).locator(".f", { hasText: "#559" }).click();
    const verdict = await text(page, ".verdict");
    expect(verdict).toContain("The device used frame 0xc1f96. It should have used 0xc78e6.");
    expect(verdict).toContain("Wrong since event 558: map_grant_ref by dmag-195");
    expect(await views(page)).toEqual(["0xc78e6", "0xc1f96", "0xc1f96"]);
    expect(await page.locator(".v.bad .t").allInnerTexts()).toEqual(["Guest believes", "Device uses"]);
    await page.locator(".verdict .cause").click();
    expect(await text(page, ".foot")).toContain("hvclog.jsonl:8");
    expect(await text(page, ".foot .call")).toContain("map_grant_ref");
    await page.locator(".tl li", { hasText: "#570" }).locator(".b").click();
    expect(await text(page, ".foot .call")).toContain("populate_physmap");
    expect(await views(page)).toEqual(["0xc1f96", "0xc1f96", "0xc1f96"]);
    await page.context().close();
  });

  it("leads there with keys alone", async () => {
    const { page } = await openPage(browser, demo);
    for (const key of ["n", "n", "n"]) await page.keyboard.press(key);
    expect(await text(page, ".verdict")).toContain("It should have used 0xc78e6.");
    await page.keyboard.press("c");
    expect(await text(page, ".story")).toContain("At event 558");
    await page.locator("canvas[role=application]").focus();
    for (let step = 0; step < 4; step++) await page.keyboard.press("ArrowRight");
    expect(await text(page, ".story")).toMatch(/At event 5(68|70)/);
    await page.keyboard.press("Escape");
    expect(await text(page, ".story")).toContain("No frame chosen");
    await page.context().close();
  });

  it("tells the story of the frame that should have been used, too", async () => {
    const { page } = await openPage(browser, demo, { hash: "#d=0&f=0xc78e6&e=559" });
    const story = await text(page, ".tl");
    expect(story).toContain("this frame is mapped at gfn 0xc1f96");
    expect(story).toContain("the device should have used this frame for gfn 0xc1f96; it used 0xc1f96");
    await page.context().close();
  });

  it("stands at the same place where its address is opened again, in another theme", async () => {
    const { page } = await openPage(browser, demo);
    await page.keyboard.press("n");
    await page.keyboard.press("f");
    await page.keyboard.press("x");
    await page.waitForFunction(() => location.hash.includes("x=seconds"));
    await page.waitForTimeout(300);
    const hash = new URL(page.url()).hash;
    const again = await openPage(browser, demo, { hash, colorScheme: "dark" });
    await again.page.waitForTimeout(300);
    expect(new URL(again.page.url()).hash).toBe(hash);
    expect(await text(again.page, ".story")).toBe(await text(page, ".story"));
    expect(await again.page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    for (const one of [page, again.page]) await one.context().close();
  });

  it.each([
    ["0xc1f96", "gfn", "0xc1f96"],
    ["0xc78e6", "mfn", "gfn 0xc1f96"],
    ["256", "handle", "gfn 0xc1f96"],
    ["53", "ref", "gfn 0xc1f96"],
    ["559", "event", "DMA map"],
    ["dmag", "task", "filter by it"],
    ["0000:00", "device", "filter by it"],
    ["dma-with-gfn", "rule", "dma-with-gfn"],
    ["step B", "mark", "14.68"],
  ])("finds %s as a %s", async (query, kind, about) => {
    const { page } = await openPage(browser, demo);
    await page.keyboard.press("/");
    await page.keyboard.type(query);
    const hits = await page.locator(".results [role=option]").allInnerTexts();
    expect(hits.some((hit) => hit.startsWith(kind) && hit.includes(about))).toBe(true);
    await page.context().close();
  });

  it("follows a hit with Enter, and filters lists without changing the map", async () => {
    const { page } = await openPage(browser, demo);
    await page.keyboard.press("/");
    await page.keyboard.type("0x107fd1");
    await page.keyboard.press("Enter");
    expect(await text(page, ".story h3")).toContain("0x107fd1");
    await page.locator("#sev button").nth(0).click();
    expect(await page.locator(".card").count()).toBe(1);
    await page.locator("#sev button").nth(0).click();
    await page.selectOption("#fdev", "0000:00:01.0");
    expect(await page.locator(".card").count()).toBe(4);
    await page.selectOption("#ftask", "ksoftirqd/0-16");
    expect(await page.locator(".card").count()).toBe(0);
    await page.context().close();
  });

  it("shows all addresses, seconds, and what is under the pointer", async () => {
    const { page, trouble } = await openPage(browser, demo);
    for (const key of ["y", "x", "w", "d", "0"]) await page.keyboard.press(key);
    const box = await page.locator("canvas[role=application]").boundingBox();
    await page.mouse.move((box?.x ?? 0) + 400, (box?.y ?? 0) + 300);
    expect(await text(page, ".readout")).toMatch(/#\d+/);
    await page.mouse.wheel(0, -300);
    await page.mouse.dblclick((box?.x ?? 0) + 400, (box?.y ?? 0) + 300);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it.each([
    [1440, 900],
    [1024, 768],
    [700, 900],
  ])("is not wider than a window of %d", async (width, height) => {
    const { page } = await openPage(browser, demo, { viewport: { width, height } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await page.locator(".map canvas[role=application]").isVisible()).toBe(true);
    await page.context().close();
  });

  it("is printed light and with everything in it", async () => {
    const { page } = await openPage(browser, demo, { colorScheme: "dark" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("light");
    expect(await page.locator(".search").isVisible()).toBe(false);
    const heights = await page.locator(".tlbox").evaluate((box) => [box.scrollHeight, box.clientHeight]);
    expect(heights[0]).toBeLessThanOrEqual(heights[1] + 1);
    expect((await page.pdf({ format: "A4", landscape: true })).length).toBeGreaterThan(20_000);
    await page.context().close();
  });
});

describe.skipIf(browserFile === null)("access", () => {
  it.each([
    ["demo", "light"],
    ["demo", "dark"],
    ["balloon", "light"],
    ["balloon", "dark"],
  ] as const)("no rule of axe is broken: %s, %s", async (name, colorScheme) => {
    const file =
      name === "demo"
        ? demo
        : await folder.report(
            "balloon.html",
            [join("traces/balloon/hvclog.jsonl.gz")],
            join("traces/spec-4.17.json"),
          );
    const { page } = await openPage(browser, file, { colorScheme, bypassCSP: true });
    await page.addScriptTag({ content: axe.source });
    const violations = await page.evaluate(async () => {
      const { axe: checker } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await checker.run()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`,
      );
    });
    expect(violations).toEqual([]);
    await page.context().close();
  });
});

describe.skipIf(browserFile === null)("a log with hostile names", () => {
  it("runs no script and makes no element", async () => {
    const file = await folder.report("hostile.html", [`${import.meta.dirname}/hostile-names.ndjson`]);
    const { page, trouble, requests } = await openPage(browser, file);
    expect(trouble).toEqual([]);
    expect(requests).toHaveLength(1);
    await page.keyboard.press("n");
    await page.keyboard.press("/");
    await page.keyboard.type("pwn");
    expect(await page.locator(".results [role=option]").count()).toBeGreaterThan(0);
    expect(await page.evaluate(() => (window as { __pwn?: number }).__pwn)).toBe(undefined);
    expect(await page.locator("img, svg[onload]").count()).toBe(0);
    const seen = await page.evaluate(() => document.body.innerText);
    for (const unseen of ["\u202e", "\u0000"]) expect(seen).not.toContain(unseen);
    await page.context().close();
  });

  it("would be stopped by the policy: scripts, handlers, styles, images and requests are refused", async () => {
    const { page } = await openPage(browser, demo);
    const refused = await page.evaluate(async () => {
      const events: string[] = [];
      addEventListener("securitypolicyviolation", (event) => events.push(event.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "window.__pwn = 1";
      const image = document.createElement("img");
      image.src = "https://example.org/x.png";
      const link = document.createElement("a");
      link.setAttribute("onclick", "window.__pwn = 2");
      link.setAttribute("style", "color: red");
      document.body.append(script, image, link);
      link.click();
      await fetch("https://example.org/").catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { events: [...new Set(events)].sort(), pwn: (window as { __pwn?: number }).__pwn };
    });
    expect(refused.pwn).toBe(undefined);
    expect(refused.events).toEqual([
      "connect-src",
      "img-src",
      "script-src-attr",
      "script-src-elem",
      "style-src-attr",
    ]);
    await page.context().close();
  });
});

/** The frames of the three boxes. */
function views(page: Page): Promise<string[]> {
  return page.locator(".tri .val").allInnerTexts();
}

/** A file of the corpus. */
function join(path: string): string {
  return `${corpus}/${path}`;
}
