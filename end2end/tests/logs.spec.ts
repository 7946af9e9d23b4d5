// Log lines: they come by themselves, are found by an address, and can be taken home.
import { expect, expectAccessible, hydrated, test } from "./stage";
import { Console } from "./console";
import { demo } from "./theatre";
import type { Page } from "@playwright/test";
import fs from "node:fs";

async function openLogs(page: Page): Promise<void> {
  await new Console(page).openEnvironment(demo.name);
  await page.getByRole("link", { name: "Logs", exact: true }).click();
  await expect(page).toHaveURL(/\/logs$/);
  await expect(lines(page).first()).toBeAttached();
}

const box = (page: Page) => page.getByRole("log", { name: "Log lines" });
/** How many pixels of the lines are below what is in sight: the box's column is reversed and counts from its end. */
const awayFromEnd = (page: Page) => box(page).evaluate((element) => Math.abs(Math.round(element.scrollTop)));
const lines = (page: Page) => box(page).getByRole("listitem");

test("new lines appear by themselves, each once, until they are paused @mobile", async ({ page }) => {
  await openLogs(page);
  await hydrated(page);
  const before = await lines(page).count();
  await expect(page.getByText(/^Following, as of /)).toBeVisible({ timeout: 15_000 });
  await expect.poll(() => lines(page).count(), { timeout: 30_000 }).toBeGreaterThan(before);
  expect(await awayFromEnd(page)).toBe(0);
  await expectAccessible(page, "logs");

  // Read back: what comes meanwhile is counted, and one button leads to it.
  await box(page).evaluate((element) => element.scrollTo(0, -element.scrollHeight));
  const news = page.getByRole("button", { name: /new lines?/ });
  await expect(news).toBeVisible({ timeout: 30_000 });
  await news.click();
  await expect(news).toBeHidden();
  expect(await awayFromEnd(page)).toBe(0);

  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  const paused = await lines(page).count();
  await page.waitForTimeout(6_000);
  expect(await lines(page).count()).toBe(paused);
  await page.getByRole("button", { name: "Follow" }).click();
  await expect.poll(() => lines(page).count(), { timeout: 30_000 }).toBeGreaterThan(paused);
});

test("a search stands in the address and finds by text and level @nojs @mobile", async ({ page }) => {
  await openLogs(page);
  await page.getByLabel("Find text").fill("Uvicorn running");
  await page.getByLabel("Time", { exact: true }).selectOption("Last 24 hours");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/text=Uvicorn(\+|%20)running/);
  await expect(page).toHaveURL(/range=24h/);
  await expect(page.getByRole("heading", { name: /^1 line from/ })).toBeVisible();
  await expect(lines(page)).toHaveCount(1);
  await expect(page.getByLabel("Find text")).toHaveValue("Uvicorn running");

  // Around that line there are others, and it is marked among them.
  await lines(page).getByRole("link").click();
  await expect(page).toHaveURL(/around=/);
  await expect(page.getByLabel("Time", { exact: true })).toHaveValue("custom");
  await expect(box(page).locator("[aria-current]").filter({ hasText: "Uvicorn running" })).toHaveCount(1);
  await expect(lines(page).filter({ hasText: "Application startup complete" })).toHaveCount(1);
  await page.getByRole("link", { name: "Newest lines" }).click();

  await page.getByLabel("Level").selectOption("Warnings and errors");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/level=warn/);
  await expect(lines(page).first()).toBeAttached();
  await expect(box(page).locator("li:not([data-level=warn]):not([data-level=error])")).toHaveCount(0);
});

test("a range that cannot be is said beside its field @nojs", async ({ page, watch }) => {
  watch.allow(/status of 422/);
  await openLogs(page);
  await page.getByLabel("Time", { exact: true }).selectOption("From … to …");
  await page.getByLabel("From", { exact: true }).fill("2031-01-01");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByLabel("From", { exact: true })).toHaveAccessibleDescription(/This lies in the future/);
  await expect(page.getByLabel("From", { exact: true })).toHaveValue("2031-01-01");
});

test("the lines are a file to take home", async ({ page }) => {
  await openLogs(page);
  await page.goto(`${page.url()}?text=startup`);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download" }).click(),
  ]);
  const text = fs.readFileSync((await file.path())!, "utf8").trim().split("\n");
  expect(text[0]).toContain(`# ${demo.name}: log lines from`);
  expect(text.slice(1).every((line) => line.includes("startup"))).toBe(true);
  expect(text.length).toBeGreaterThan(1);
});

test.describe("somewhere ahead of UTC", () => {
  test.use({ timezoneId: "Asia/Kolkata" });

  test("lines are not wrapped, and times are the reader's, when asked for", async ({ page }) => {
    await openLogs(page);
    await hydrated(page);
    await page.getByRole("link", { name: "Do not wrap" }).click();
    await expect(page).toHaveURL(/wrap=off/);
    await expect(box(page)).toHaveClass(/unwrapped/);
    const time = lines(page).first().locator("time");
    const moment = new Date((await time.getAttribute("datetime"))!).getTime();
    const text = (ahead: number) => new Date(moment + ahead * 60_000).toISOString().slice(5, 23).replace("T", " ");
    await expect(time).toHaveText(text(0));
    await page.getByRole("link", { name: "Times here" }).click();
    await expect(page).toHaveURL(/wrap=off&time=local/);
    await expect(time).toHaveText(text(330));
    await page.reload();
    await expect(lines(page).first().locator("time")).toHaveText(/^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
    await expect(page.getByRole("link", { name: "Times in UTC" })).toBeVisible();
  });
});
