// The test function of all specs: a page on which any error in the browser's console fails the test, and the axe check.
import { test as base, expect, type BrowserContext, type Locator, type Page } from "@playwright/test";
import fs from "node:fs";

const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Errors that the browser reported, and those that a test announced. */
export class Watch {
  private readonly found: string[] = [];
  private readonly announced: RegExp[] = [];

  /** Says that errors of this kind are part of the test. */
  allow(pattern: RegExp): void {
    this.announced.push(pattern);
  }

  follow(page: Page): void {
    page.on("pageerror", (error) => this.found.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      const text = message.text();
      const mismatch = message.type() === "warning" && /hydrat|mismatch|panicked/i.test(text);
      if (message.type() === "error" || mismatch) this.found.push(`${page.url()}: ${text}`);
    });
  }

  unexpected(): string[] {
    return this.found.filter((text) => !this.announced.some((pattern) => pattern.test(text)));
  }
}

interface Fixtures {
  watch: Watch;
  /** A browser of another person: no cookies. */
  stranger: BrowserContext;
  /** A number that no other test of this run gets. */
  serial: number;
}

let served = 0;

export const test = base.extend<Fixtures>({
  watch: async ({}, use) => {
    const watch = new Watch();
    await use(watch);
    expect(watch.unexpected(), "errors in the browser's console").toEqual([]);
  },
  page: async ({ page, watch }, use) => {
    watch.follow(page);
    await use(page);
  },
  stranger: async ({ browser, watch, contextOptions }, use) => {
    const context = await browser.newContext({ ...contextOptions, storageState: { cookies: [], origins: [] } });
    context.on("page", (page) => watch.follow(page));
    await use(context);
    await context.close();
  },
  serial: async ({}, use, info) => {
    served += 1;
    // Workers are numbered through the whole run; one worker serves fewer than a hundred tests.
    await use(info.workerIndex * 100 + served);
  },
});

interface Violation {
  id: string;
  impact: string;
  help: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** Fails on anything that axe finds serious or critical. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // Evaluated through the debugger, which the page's content security policy does not bind.
  await page.evaluate(axe);
  const violations: Violation[] = await page.evaluate(async () => {
    const result = await (window as any).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return result.violations;
  });
  const serious = violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .map((violation) => ({
      rule: violation.id,
      help: violation.help,
      where: violation.nodes.slice(0, 5).map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
    }));
  expect(serious, `axe on ${what}`).toEqual([]);
}

/** Keeps the page's own code away, as a slow line does, until what this returns is called. Pages are opened with `waitUntil: "commit"`. */
export async function holdScripts(page: Page): Promise<() => Promise<void>> {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const wasm = "**/*.wasm";
  await page.route(wasm, async (route) => {
    await gate;
    await route.continue().catch(() => undefined);
  });
  return async () => {
    open();
    await page.unroute(wasm);
  };
}

/** Presses a button that changes something, and waits until the server has done it: leaving the page earlier may call it off. */
export async function submit(page: Page, button: Locator): Promise<void> {
  const action = await button.evaluate((one) => (one as HTMLButtonElement).form!.action);
  const answered = page.waitForResponse((response) => response.url() === action);
  await button.click();
  await answered;
}

/** Waits until the page's own code runs, so that what follows tests it and not the plain HTML. */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  await page.waitForLoadState("networkidle").catch(() => undefined);
}

export { expect };
