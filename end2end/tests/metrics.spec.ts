// The metrics of an environment: what CloudWatch measured, for eyes, keyboard and readers of the page.
import { expect, expectAccessible, hydrated, test } from "./stage";
import { Console } from "./console";
import { metric, sandbox } from "./aws";
import { demo } from "./theatre";
import type { Locator, Page } from "@playwright/test";

const chart = (page: Page, title: string): Locator => page.getByRole("figure", { name: title, exact: true });
const reader = (page: Page, title: string): Locator =>
  page.getByRole("slider", { name: `${title}: read at a moment, with the arrow keys`, exact: true });

async function openMetrics(page: Page, query = ""): Promise<void> {
  await new Console(page).openEnvironment(demo.name);
  await page.goto(`${page.url()}/metrics${query}`);
  // The sandbox publishes the first points of an environment a moment after its task runs.
  await expect(async () => {
    await page.reload();
    await expect(chart(page, "CPU").getByText(/^max /)).toBeVisible({ timeout: 1_000 });
    await expect(chart(page, "Requests").getByText(/^max /)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
}

test("the tab shows every chart with its newest value @nojs @mobile", async ({ page }) => {
  await openMetrics(page);
  for (const title of ["CPU", "Memory", "Running tasks", "Requests", "Answer time", "4xx answers", "5xx answers", "Targets",
    "Database CPU", "Connections", "Free storage", "Disk time", "Bucket size"]) {
    await expect(chart(page, title), title).toBeVisible();
  }
  await expect(chart(page, "Answer time").getByText("p99", { exact: true })).toBeVisible();
  await expect(page.getByText("As of")).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Operations in this range" }).getByRole("link", { name: /^Create: / })).toBeVisible();
});

test("range, clock and refresh stand in the address @nojs", async ({ page }) => {
  await openMetrics(page);
  await page.getByRole("link", { name: "3 h", exact: true }).click();
  await expect(page).toHaveURL(/range=3h/);
  await expect(page.getByRole("link", { name: "3 h", exact: true })).toHaveAttribute("aria-current", "true");
  await page.getByRole("link", { name: "Local", exact: true }).click();
  await expect(page).toHaveURL(/range=3h&time=local/);
  await page.getByRole("link", { name: "24 h", exact: true }).click();
  await expect(page).toHaveURL(/range=24h&time=local/);
  await expect(page.getByText("One point for each 5 minutes")).toBeVisible();
});

test("a range of one's own is shown, and a wrong one said beside its field @nojs", async ({ page, watch }) => {
  watch.allow(/422/);
  await openMetrics(page);
  await page.getByText("From … to …").click();
  await page.getByLabel("From (UTC)").fill("2040-01-01T00:00");
  await page.getByLabel("To (UTC)").fill("2040-01-02T00:00");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(/range=custom/);
  await expect(page.locator("#from-error")).toHaveText("This lies in the future. Choose a moment that has passed.");
  await expect(page.getByLabel("From (UTC)")).toHaveValue("2040-01-01T00:00");
  const twoHoursAgo = new Date(Date.now() - 2 * 3_600_000).toISOString().slice(0, 16);
  const anHourAgo = new Date(Date.now() - 3_600_000).toISOString().slice(0, 16);
  await page.getByLabel("From (UTC)").fill(twoHoursAgo);
  await page.getByLabel("To (UTC)").fill(anHourAgo);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(chart(page, "CPU").getByText(/^max /)).toBeVisible();
});

test.describe("by the browser's clock", () => {
  test.use({ timezoneId: "Asia/Kolkata" });

  test("a range is typed by the clock that the page shows, and stands in the address in UTC", async ({ page }) => {
    await openMetrics(page);
    await page.getByText("From … to …").click();
    await expect(page.getByLabel("From (UTC)")).toBeVisible();
    await page.getByRole("link", { name: "Local", exact: true }).click();
    await page.getByText("From … to …").click();
    const [from, to] = [page.getByLabel(/^From \(Asia\/(Kolkata|Calcutta)\)$/), page.getByLabel(/^To \(Asia\/(Kolkata|Calcutta)\)$/)];
    const now = Date.now();
    const minute = (ahead: number) => new Date(now + ahead * 60_000).toISOString().slice(0, 16);
    const ahead = 330;
    await from.fill(minute(ahead - 120));
    const [fromUtc, toUtc] = [minute(-120), minute(-60)];
    await to.fill(minute(ahead - 60));
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await expect(page).toHaveURL(/range=custom/);
    await expect(page).toHaveURL(/time=local/);
    const asked = new URL(page.url()).searchParams;
    expect([asked.get("from"), asked.get("to")]).toEqual([fromUtc, toUtc]);
    await expect(from).toHaveValue(new Date(Date.parse(`${fromUtc}Z`) + ahead * 60_000).toISOString().slice(0, 16));
    await expect(chart(page, "CPU").getByText(/^max /)).toBeVisible();
    await page.reload();
    await expect(from).toHaveValue(new Date(Date.parse(`${fromUtc}Z`) + ahead * 60_000).toISOString().slice(0, 16));
    await page.getByRole("link", { name: "UTC", exact: true }).click();
    await expect(page.getByLabel("From (UTC)")).toHaveValue(fromUtc);
  });
});

test("the table of a chart says what CloudWatch says @nojs", async ({ page }, info) => {
  await openMetrics(page);
  if (info.project.name !== "nojs") await hydrated(page);
  await chart(page, "CPU").getByText("Table", { exact: true }).click();
  if (info.project.name === "nojs") await chart(page, "CPU").getByRole("link", { name: "Show the table" }).click();
  const table = page.getByRole("table", { name: "CPU", exact: true });
  await expect(table).toBeVisible();
  const name = await page.getByRole("heading", { level: 1 }).innerText();
  const told = await metric("AWS/ECS", "CPUUtilization", "Average", name);
  expect(told.size).toBeGreaterThan(30);
  const shown = await table.locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => [row.querySelector("time")!.dateTime, row.querySelector("td")!.textContent!] as const),
  );
  let compared = 0;
  for (const [at, text] of shown) {
    const value = told.get(at);
    if (value === undefined || text === "no data") continue;
    expect(Math.abs(Number(text.replace(" %", "")) - value), `${at}: ${text} and ${value}`).toBeLessThan(0.051);
    compared += 1;
  }
  expect(compared).toBeGreaterThan(30);
});

test("all charts are read at one moment, by pointer and by keyboard", async ({ page }) => {
  await openMetrics(page);
  await hydrated(page);
  const cpu = reader(page, "CPU");
  await cpu.hover({ position: { x: 100, y: 40 } });
  await expect(cpu).toHaveAttribute("aria-valuetext", /^\d+ \w+ \d\d:\d\d: CPU /);
  const moment = (await cpu.getAttribute("aria-valuetext"))!.slice(0, -1).split(": ")[0];
  for (const title of ["Memory", "Requests", "Database CPU"]) {
    await expect(chart(page, title).getByText(moment, { exact: true }), title).toBeVisible();
  }
  await page.mouse.move(0, 0);
  await expect(chart(page, "Memory").getByText("Latest", { exact: true })).toBeVisible();
  const memory = reader(page, "Memory");
  await memory.focus();
  await page.keyboard.press("Home");
  await expect(memory).toHaveAttribute("aria-valuenow", "0");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("PageUp");
  await expect(memory).toHaveAttribute("aria-valuenow", "11");
  await expect(chart(page, "CPU").getByText("Latest", { exact: true })).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(chart(page, "CPU").getByText("Latest", { exact: true })).toBeVisible();
});

test("a live page asks again by itself, and keeps what is open", async ({ page }) => {
  test.setTimeout(180_000);
  await openMetrics(page);
  await page.getByRole("link", { name: "Live", exact: true }).click();
  await expect(page).toHaveURL(/live=on/);
  await hydrated(page);
  await chart(page, "Memory").getByText("Table", { exact: true }).click();
  const state = page.getByText(/^As of/);
  const before = await state.innerText();
  await expect(state).not.toHaveText(before, { timeout: 40_000 });
  await expect(page.getByRole("table", { name: "Memory", exact: true })).toBeVisible();
});

test("an AWS that refuses is explained, and the page stays", async ({ page }) => {
  await openMetrics(page);
  sandbox("fault", "denied", "monitoring", "60s");
  try {
    await page.getByRole("link", { name: "12 h", exact: true }).click();
    await expect(page.getByText("CloudWatch could not be asked")).toBeVisible();
    await expect(page.getByText(/not allowed to do cloudwatch:GetMetricData/)).toBeVisible();
  } finally {
    sandbox("fault", "clear");
  }
});

test("readers of the page find everything, in both themes @mobile", async ({ page }) => {
  await openMetrics(page);
  await hydrated(page);
  await chart(page, "Answer time").getByText("Table", { exact: true }).click();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page, `metrics, ${colorScheme}`);
  }
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
