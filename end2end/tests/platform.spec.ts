// Looking after the installation: its parts, people and their rights, accounts, work, settings.
import { expect, expectAccessible, holdScripts, hydrated, submit, test } from "./stage";
import { Console } from "./console";
import { admin, demo } from "./theatre";
import type { BrowserContext, Page } from "@playwright/test";

/** Somebody who joins the team of the demo by invitation, in a browser of their own. */
async function join(page: Page, stranger: BrowserContext, name: string, email: string): Promise<Page> {
  await page.goto("/teams");
  await page.getByRole("main").getByRole("link").first().click();
  await expect(page).toHaveURL(/\/teams\/[0-9a-f-]+$/);
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const link = await page.getByLabel("Invitation link").inputValue();
  const theirs = await stranger.newPage();
  await theirs.goto(link);
  await theirs.getByLabel("Name", { exact: true }).fill(name);
  await theirs.getByLabel("Password", { exact: true }).fill("quite a long password");
  await theirs.getByRole("button", { name: "Accept and join" }).click();
  await expect(theirs).not.toHaveURL(/invitations/);
  return theirs;
}

test("the platform's parts are pages with addresses of their own @nojs @mobile", async ({ page }) => {
  await page.goto("/platform");
  await expect(page.getByRole("heading", { level: 1, name: "Platform" })).toBeVisible();
  for (const [tab, path, shown] of [
    ["Cloud accounts", "/platform/accounts", "Calls to AWS"],
    ["Images", "/platform/images", "Copy an image into ECR"],
    ["People", "/platform/people", admin.email],
    ["Teams", "/platform/teams", "Core"],
    ["Work", "/platform/work", "reconciler health"],
    ["Configuration", "/platform/configuration", "HANDRAIL_SESSION_DAYS"],
    ["Overview", "/platform", "Environments of all teams"],
  ]) {
    await page.getByRole("navigation", { name: "Parts of the platform" }).getByRole("link", { name: tab, exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`${path}$`));
    await expect(page.getByRole("main").getByText(shown, { exact: true }).first()).toBeVisible();
  }
});

test("the overview counts environments and leads to the list of each state", async ({ page }) => {
  await page.goto("/platform");
  await page.getByRole("link", { name: /Ready and healthy/ }).click();
  await expect(page).toHaveURL(/\/environments\?status=healthy/);
  await expect(page.getByRole("link", { name: demo.name, exact: true })).toBeVisible();
});

test("calls to AWS are counted and workers say when they run next", async ({ page }) => {
  await page.goto("/platform/accounts");
  await expect(page.getByRole("row").filter({ hasText: "cloudformation" }).first()).toBeVisible();
  await page.goto("/platform/work");
  const health = page.getByRole("row").filter({ hasText: "reconciler health" });
  await expect(health.getByText("Running", { exact: true })).toBeVisible();
  await expect(health.getByText(/^(in \d+ s|now)$/)).toBeVisible();
});

test("settings show value and source, secrets only that they are set", async ({ page }) => {
  await page.goto("/platform/configuration");
  const row = (variable: string) => page.getByRole("row").filter({ hasText: variable });
  await expect(row("HANDRAIL_SESSION_DAYS").getByText("14", { exact: true })).toBeVisible();
  await expect(row("HANDRAIL_SESSION_DAYS").getByText("Default", { exact: true })).toBeVisible();
  // The explanation of DATABASE_URL holds an example, with "…" in the place of the password.
  expect(await page.content()).not.toMatch(/postgres:\/\/[^\s"<…]*:[^\s"<…]+@/);
  await expectAccessible(page, "configuration");
});

test("the regions of an account are set by a form that says what is wrong @nojs", async ({ page, watch }) => {
  watch.allow(/status of 422/);
  await page.goto("/platform/accounts");
  const field = () => page.getByLabel(/^Regions of /).first();
  const set = () => submit(page, page.getByRole("button", { name: "Set", exact: true }).first());
  const before = await field().inputValue();
  await field().fill("mars-1");
  await set();
  await expect(page.getByText("Choose one of the values on offer.")).toBeVisible();
  await expect(field()).toHaveValue("mars-1");
  await field().fill(`${before} eu-north-1`);
  await set();
  await expect(page.getByText("Choose one of the values on offer.")).toHaveCount(0);
  await page.goto("/platform/accounts");
  await expect(field()).toHaveValue(/eu-north-1/);
  await field().fill(before);
  await set();
  await page.goto("/platform/accounts");
  await expect(field()).toHaveValue(before);
});

test("what is chosen before the scripts run stays chosen", async ({ page, watch }) => {
  watch.allow(/status of 409/);
  const release = await holdScripts(page);
  await page.goto(`/platform/people?search=${encodeURIComponent(admin.email)}`, { waitUntil: "commit" });
  const role = page.getByLabel(`Platform role of ${admin.name}`);
  await role.selectOption("auditor");
  await release();
  await hydrated(page);
  await expect(role).toHaveValue("auditor");
  await submit(page, page.getByRole("button", { name: "Set", exact: true }));
  await expect(page.getByText("Somebody has to administer Handrail.", { exact: false })).toBeVisible();
});

test("an auditor sees all and changes nothing; who is disabled is out at once", async ({ page, stranger, watch, serial }) => {
  watch.allow(/status of 40\d/);
  const [name, email] = [`Abel Auditor ${serial}`, `abel${serial}@example.org`];
  const theirs = await join(page, stranger, name, email);
  await theirs.goto("/platform");
  await expect(theirs.getByText(/not found|not allowed/i).first()).toBeVisible();

  await page.goto(`/platform/people?search=${email}`);
  await page.getByLabel(`Platform role of ${name}`).selectOption("auditor");
  const row = page.getByRole("row").filter({ hasText: email });
  await submit(page, row.getByRole("button", { name: "Set", exact: true }));
  await theirs.goto("/platform/people");
  await expect(theirs.getByText(admin.email).first()).toBeVisible();
  await expect(theirs.getByRole("button", { name: /Disable|Enable|Set/ })).toHaveCount(0);
  await theirs.goto("/platform/accounts");
  await expect(theirs.getByRole("heading", { name: "Calls to AWS" })).toBeVisible();
  await expect(theirs.getByRole("button", { name: /Disable|Set|Register/ })).toHaveCount(0);
  await expectAccessible(theirs, "accounts as an auditor sees them");

  await submit(page, row.getByRole("button", { name: "Disable" }));
  await expect(row.getByText("Disabled", { exact: true })).toBeVisible();
  await theirs.goto("/environments");
  await expect(theirs).toHaveURL(/\/sign-in/);
  const console = new Console(theirs);
  await console.fillSignIn(email, "quite a long password");
  await expect(theirs.getByText("Email or password is wrong.")).toBeVisible();
});

test("the last admin keeps the role", async ({ page, watch }) => {
  watch.allow(/status of 409/);
  await page.goto(`/platform/people?search=${encodeURIComponent(admin.email)}`);
  await page.getByLabel(`Platform role of ${admin.name}`).selectOption("");
  await page.getByRole("button", { name: "Set", exact: true }).click();
  await expect(page.getByText("Somebody has to administer Handrail.", { exact: false })).toBeVisible();
  await expect(page.getByRole("button", { name: "Disable" })).toHaveCount(0);
});
