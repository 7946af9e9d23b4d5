// Stopping, running and resizing an environment.
import { expect, expectAccessible, hydrated, test } from "./stage";
import { Console, draft } from "./console";
import { desiredCount, setDesiredCount, sandbox, stacks } from "./aws";
import type { Page } from "@playwright/test";

/** Opens the tab Scale of an environment. */
async function openScale(console: Console, name: string): Promise<string> {
  await console.openEnvironment(name);
  await console.page.getByRole("link", { name: "Scale", exact: true }).click();
  await expect(console.page.getByRole("heading", { level: 2, name: "Tasks" })).toBeVisible();
  return console.page.url();
}

async function press(page: Page, name: "Stop" | "Run"): Promise<void> {
  await hydrated(page);
  await page.getByRole("button", { name, exact: true }).click();
  await expect(page).toHaveURL(/\/operations\/[0-9a-f-]+$/);
}

/** Another tab on the overview of an environment, which is told apart from one that was loaded anew. */
async function onlooker(page: Page, scale: string): Promise<Page> {
  const other = await page.context().newPage();
  await other.goto(scale.replace(/\/scale$/, ""));
  await hydrated(other);
  await other.evaluate(() => ((window as any).kept = true));
  return other;
}

test("an environment is stopped, seen as paused, and runs again", async ({ page, serial }, info) => {
  test.setTimeout(300_000);
  const what = draft("pause", serial);
  const console = new Console(page);
  await console.startCreating(what);
  await console.expectOutcome("Succeeded");
  const address = await openScale(console, what.name);
  await expect(page.getByText(/only writer of its files/)).toBeVisible();
  await expect(page.getByText(/a month while it runs, \$[\d.,]+ while it is paused/)).toBeVisible();
  await expectAccessible(page, "scale");

  const other = await onlooker(page, address);
  const theirs = new Console(other);
  await theirs.expectState("Ready");
  await hydrated(page);
  const clicked = Date.now();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(other.getByRole("main").getByText("Ready", { exact: true })).toHaveCount(0);
  info.annotations.push({ type: "others see it after", description: `${Date.now() - clicked} ms` });
  await expect(page.getByRole("heading", { level: 1, name: `Stop ${what.name}` })).toBeVisible();
  await theirs.expectState("Paused", 60);
  expect(await other.evaluate(() => (window as any).kept), "the page was not loaded anew").toBe(true);
  await other.close();
  await console.expectOutcome("Succeeded");
  await expect(page.getByText("It is paused: no task runs")).toBeVisible();
  const stack = (await stacks()).find((name) => name.includes(what.name))!;
  expect(await desiredCount(stack)).toBe(0);
  await page.goto("/environments");
  await expect(console.row(what.name)).toContainText("Paused");

  // Somebody starts a task in AWS: that is told, and not taken for paused.
  await setDesiredCount(stack, 1);
  await page.goto(address);
  await console.expectState("Degraded", 60);
  await setDesiredCount(stack, 0);
  await console.expectState("Paused", 60);

  await press(page, "Run");
  await console.expectOutcome("Succeeded");
  expect(await desiredCount(stack)).toBe(1);
  await console.openEnvironment(what.name);
  await console.expectState("Ready");
});

test("a larger size is planned, applied and in force; a plan that changes nothing says so", async ({ page, serial }) => {
  test.setTimeout(300_000);
  const what = draft("resize", serial);
  const console = new Console(page);
  await console.startCreating(what);
  await console.expectOutcome("Succeeded");
  await openScale(console, what.name);
  await page.getByRole("button", { name: "Review the plan" }).click();
  await expect(page.getByText("Nothing would change: what you chose is in force already.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Apply the update" })).toHaveCount(0);
  await page.getByRole("link", { name: "Change the form" }).click();

  await page.getByRole("radio", { name: /Large/ }).check();
  await page.getByLabel("Logs kept (days)").selectOption("90");
  await page.getByRole("button", { name: "Review the plan" }).click();
  await expect(page).toHaveURL(/\/scale\/plan\?size=large/);
  await expect(page.getByText("OpenHands is away for some minutes")).toBeVisible();
  const task = page.getByRole("row").filter({ hasText: "AWS::ECS::TaskDefinition" });
  await expect(task).toContainText("is made anew");
  await expect(task).toContainText("2048");
  await expect(task).toContainText("4096");
  await expect(page.getByRole("row").filter({ hasText: "AWS::Logs::LogGroup" })).toContainText("changes in place");
  await expect(page.getByText(/\+\$\d+\.\d\d/).first()).toBeVisible();
  await expectAccessible(page, "plan of an update");

  await page.getByRole("button", { name: "Apply the update" }).click();
  await expect(page).toHaveURL(/\/operations\/[0-9a-f-]+$/);
  await console.expectOutcome("Succeeded");
  await expect(page.getByText(/Revision 2 is in force/)).toBeVisible();
  await console.openEnvironment(what.name);
  await console.expectState("Ready");
  await expect(page.getByRole("main").getByText("Large", { exact: true })).toBeVisible();
  await console.tab("Activity").click();
  await expect(page.getByRole("link", { name: "Update to revision 2" })).toBeVisible();
  // What it changed, in words and in the template.
  await console.tab("Configuration").click();
  await page.getByRole("link", { name: "Since revision 1" }).click();
  await expect(page).toHaveURL(/\/revisions\?from=1&to=2$/);
  await expect(page.getByRole("row").filter({ hasText: "Size" })).toContainText("Large: 4 vCPU, 16 GiB");
  await expect(page.getByRole("listitem").filter({ hasText: "TaskDefinition" })).toContainText("~ changed");
});

test("an update that fails is rolled back and says why; the old revision stays in force", async ({ page, serial }) => {
  test.setTimeout(300_000);
  const what = draft("rollback", serial);
  const console = new Console(page);
  await console.startCreating(what);
  await console.expectOutcome("Succeeded");
  await openScale(console, what.name);
  await page.getByRole("radio", { name: /Small/ }).check();
  await page.getByRole("button", { name: "Review the plan" }).click();
  sandbox("fail-resource", "Service");
  await page.getByRole("button", { name: "Apply the update" }).click();
  await console.expectOutcome("Failed");
  await expect(page.getByText(/Service \(AWS::ECS::Service\) could not be changed, so that CloudFormation went back/).first()).toBeVisible();
  await console.openEnvironment(what.name);
  await console.expectState("Ready", 60);
  await expect(page.getByRole("main").getByText("Medium", { exact: true })).toBeVisible();
});

test("of two people one wins, and the other is told and led to what runs", async ({ page, browser, contextOptions, serial, watch }) => {
  watch.allow(/status of 4\d\d/);
  test.setTimeout(300_000);
  const what = draft("both", serial);
  const console = new Console(page);
  await console.startCreating(what);
  await console.expectOutcome("Succeeded");
  const address = await openScale(console, what.name);
  // Without scripts a page stands still: this one still offers the button when the other person has pressed theirs.
  const state = await page.context().storageState();
  const context = await browser.newContext({ ...contextOptions, storageState: state, javaScriptEnabled: false });
  const second = await context.newPage();
  await second.goto(address);
  sandbox("unhealthy", what.name);
  await press(page, "Stop");
  await console.expectOutcome("Succeeded");
  await openScale(console, what.name);
  await press(page, "Run");
  const running = page.url();
  await second.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(second.getByText(/Another operation is running on this environment, which was asked for first/)).toBeVisible();
  await expect(second.getByRole("link", { name: "Look at the operation" })).toHaveAttribute("href", new URL(running).pathname);
  await context.close();
  sandbox("unhealthy", what.name, "off");
  await console.expectOutcome("Succeeded");
});

test("what is wrong with the form stands beside its field, and the forms work without scripts @nojs @mobile", async ({ page, watch }) => {
  watch.allow(/status of 4\d\d/);
  const console = new Console(page);
  await openScale(console, "demo");
  const disk = page.getByLabel("Scratch disk (GiB)");
  await disk.fill("5000");
  await page.getByRole("button", { name: "Review the plan" }).click();
  await expect(disk).toHaveAttribute("aria-invalid", "true");
  await expect(disk).toHaveValue("5000");
  await expect(disk).toHaveAccessibleDescription(/from 21 to 200/);
  await disk.fill("60");
  await page.getByRole("button", { name: "Review the plan" }).click();
  await expect(page.getByText("EphemeralStorage.SizeInGiB")).toBeVisible();
  await expect(page.getByRole("button", { name: "Apply the update" })).toBeVisible();
  await page.getByRole("link", { name: "Change the form" }).click();
  await expect(disk).toHaveValue("60");
});
