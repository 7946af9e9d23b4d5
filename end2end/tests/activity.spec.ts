// What happened: the filter in the address, what changed, pages, the file, and the same of one environment.
import { expect, expectAccessible, hydrated, test } from "./stage";
import { Console } from "./console";
import { admin, demo } from "./theatre";
import fs from "node:fs";
import type { Page } from "@playwright/test";

const entries = (page: Page) => page.getByRole("list", { name: "Events, newest first" }).locator(".entry");

/** The id of the team that the first start made, from the address of its page. */
async function team(page: Page): Promise<string> {
  await page.goto("/teams");
  await page.getByRole("main").getByRole("link").first().click();
  await expect(page).toHaveURL(/\/teams\/[0-9a-f-]+$/);
  return page.url().split("/").pop()!;
}

test("the activity of all teams is filtered through the address @nojs @mobile", async ({ page }) => {
  await page.goto("/activity");
  await expect(page.getByRole("heading", { level: 1, name: "Activity" })).toBeVisible();
  await page.getByLabel("Environment").fill(demo.name);
  await page.getByLabel("Kind").selectOption("Changes asked for");
  await page.getByLabel("Outcome").selectOption("Asked for");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/environment=demo&.*kind=change&outcome=asked/);
  const asked = entries(page).filter({ hasText: `asked to create ${demo.name}` });
  await expect(asked).toHaveCount(1);
  await expect(asked.getByText("Succeeded", { exact: true })).toBeVisible();
  await expect(asked.getByRole("link", { name: demo.name, exact: true })).toHaveAttribute("href", /^\/environments\//);

  const chips = page.getByRole("list", { name: "Active filters" });
  await expect(chips.getByRole("listitem")).toHaveText([/Environment\s*demo/, /Kind/, /Outcome/, /Clear all/]);
  await chips.getByRole("link", { name: "Remove the filter Kind: Changes asked for" }).click();
  await expect(page).toHaveURL(/\/activity\?environment=demo&outcome=asked$/);

  await page.goto("/activity?kind=health&outcome=failed");
  await expect(page.getByText("No event fits these filters")).toBeVisible();
  await page.getByRole("link", { name: "Clear the filters" }).click();
  await expect(page).toHaveURL(/\/activity$/);
});

test("a day that is none is told beside its field @nojs", async ({ page }) => {
  await page.goto("/activity?from=2026-03-02&to=2026-03-01");
  await expect(page.getByText("The last day lies before the first one.")).toBeVisible();
  await expect(page.getByText("The filter cannot be applied")).toBeVisible();
});

test("Enter opens what changed, and it stays open when something new happens", async ({ page, serial }) => {
  const id = await team(page);
  await page.goto(`/activity?team=${id}&environment=${demo.name}`);
  await hydrated(page);
  const asked = entries(page).filter({ hasText: `asked to create ${demo.name}` });
  const fold = asked.locator("summary");
  await expect(fold).toHaveText("Changed: size, region, version");
  await fold.focus();
  await page.keyboard.press("Enter");
  await expect(asked.getByRole("row").filter({ hasText: "size" })).toContainText("medium");
  await expectAccessible(page, "activity with a difference");

  // Another person's event appears while this one reads.
  await page.goto(`/activity?team=${id}`);
  await hydrated(page);
  await entries(page).filter({ hasText: `asked to create ${demo.name}` }).locator("summary").press("Enter");
  const before = page.url();
  const other = await page.context().newPage();
  const what = { name: `live-${serial}`, cidr: `10.250.${(serial % 16) * 16}.0/20` };
  await new Console(other).startCreating(what);
  await expect(entries(page).filter({ hasText: `asked to create ${what.name}` })).toBeVisible();
  await expect(entries(page).filter({ hasText: `asked to create ${demo.name}` }).locator("details")).toHaveAttribute("open", "");
  expect(page.url()).toBe(before);
  await new Console(other).expectOutcome("Succeeded");
  await expect(entries(page).filter({ hasText: `Create succeeded for ${what.name}` })).toBeVisible();
});

test("long histories come in pages that keep the filter @nojs", async ({ page, serial }) => {
  const id = await team(page);
  for (let n = 0; n < 51; n += 1) {
    const form = { team: id, email: `paged-${serial}-${n}@example.org`, role: "viewer" };
    expect((await page.request.post("/api/invite", { form })).ok()).toBe(true);
  }
  await page.goto(`/activity?team=${id}&kind=team`);
  await expect(entries(page)).toHaveCount(50);
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page).toHaveURL(/kind=team&after=/);
  await expect(entries(page).filter({ hasText: `paged-${serial}-0@` })).toBeVisible();
  await page.getByRole("link", { name: "First page" }).click();
  await expect(page).toHaveURL(new RegExp(`team=${id}&kind=team$`));
});

test("the file holds what the filter shows", async ({ page }) => {
  await page.goto(`/activity?environment=${demo.name}&kind=change`);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Export CSV" }).click(),
  ]);
  const lines = fs.readFileSync((await file.path())!, "utf8").trim().split("\r\n");
  expect(lines[0]).toMatch(/^time,actor,action,/);
  expect(lines.slice(1).every((line) => line.includes(demo.name))).toBe(true);
  expect(lines.some((line) => line.includes(`${admin.name},environment_create_requested`))).toBe(true);
});

test("an environment has its own activity with its own filter @nojs", async ({ page }) => {
  const console = new Console(page);
  await console.openEnvironment(demo.name);
  await console.tab("Activity").click();
  await expect(page.getByRole("heading", { level: 1, name: demo.name })).toBeVisible();
  await expect(page.getByLabel("Team")).toHaveCount(0);
  await page.getByLabel("Kind").selectOption("Ends of operations");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/\/environments\/[0-9a-f-]+\/activity\?.*kind=operation/);
  await expect(entries(page).filter({ hasText: `Create succeeded for ${demo.name}` })).toHaveCount(1);
  await page.getByRole("link", { name: "Steps and events" }).first().click();
  await expect(page).toHaveURL(/\/operations\//);
});
