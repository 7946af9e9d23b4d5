// An environment that is there: the list, its page, its configuration, and its end.
import { expect, test } from "./stage";
import { Console, draft } from "./console";
import { deleteStackOutsideHandrail, stacks } from "./aws";
import { demo } from "./theatre";
import fs from "node:fs";

test("the list shows what runs and finds it by name @nojs @mobile", async ({ page }) => {
  await page.goto("/environments");
  await expect(page.getByRole("link", { name: demo.name, exact: true })).toBeVisible();
  await page.getByLabel("Search by name").fill("no-such-name");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/no-such-name/);
  await expect(page.getByText("Nothing fits these filters")).toBeVisible();
  await page.getByRole("link", { name: "Clear the filters" }).click();
  await expect(page.getByRole("link", { name: demo.name, exact: true })).toBeVisible();
});

test("the page of an environment tells address, version, status and tasks @nojs @mobile", async ({ page }) => {
  const console = new Console(page);
  await console.openEnvironment(demo.name);
  await console.expectState("Ready");
  await expect(page.getByRole("link", { name: /^https?:\/\// }).first()).toBeVisible();
  await expect(page.getByText("RUNNING", { exact: true }).first()).toBeVisible();
});

test("its activity keeps the whole history @nojs", async ({ page }) => {
  await new Console(page).openEnvironment(demo.name);
  await new Console(page).tab("Activity").click();
  await expect(page).toHaveURL(/\/activity$/);
  await expect(page.getByText("Asked to create").first()).toBeVisible();
  await expect(page.getByText(/Ada Lovelace/).first()).toBeVisible();
});

test("its configuration holds the template to read and to download", async ({ page }) => {
  await new Console(page).openEnvironment(demo.name);
  await page.getByRole("link", { name: "Configuration" }).click();
  await expect(page).toHaveURL(/\/configuration/);
  await expect(page.getByText("10.64.0.0/20").first()).toBeVisible();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "CloudFormation (JSON)" }).click(),
  ]);
  const template = JSON.parse(fs.readFileSync((await file.path())!, "utf8"));
  const types = Object.values(template.Resources).map((resource: any) => resource.Type);
  expect(types).toContain("AWS::ECS::Service");
  expect(JSON.stringify(template)).not.toContain("sk-not-a-real-key");
});

test("delete asks for the name, shows progress and ends in a receipt with nothing left", async ({ page, serial, watch }) => {
  watch.allow(/status of 4\d\d/);
  test.setTimeout(240_000);
  const what = draft("short", serial);
  const console = new Console(page);
  await console.startCreating(what);
  await console.expectOutcome("Succeeded");
  await console.openEnvironment(what.name);
  await page.getByRole("link", { name: "Settings" }).click();
  await console.deleteName.fill("another-name");
  await console.deleteButton.click();
  await expect(console.deleteName).toHaveAttribute("aria-invalid", "true");
  await expect(console.deleteName).toHaveAccessibleDescription(`Type ${what.name} exactly.`);
  expect((await stacks()).some((name) => name.includes(what.name))).toBe(true);

  await console.startDeleting(what.name);
  await console.expectOutcome("Succeeded");
  await expect(page.getByText(/Asked AWS about \d+ resources: 0 left over/)).toBeVisible();
  expect((await stacks()).some((name) => name.includes(what.name))).toBe(false);
  await page.goto("/environments");
  await expect(page.getByRole("link", { name: what.name, exact: true })).toHaveCount(0);
});

test("a stack that somebody deletes in AWS makes the environment Gone", async ({ page, serial }) => {
  test.setTimeout(240_000);
  const what = draft("gone", serial);
  const console = new Console(page);
  await console.startCreating(what);
  await console.expectOutcome("Succeeded");
  const stack = (await stacks()).find((name) => name.includes(what.name))!;
  await deleteStackOutsideHandrail(stack);
  await console.openEnvironment(what.name);
  await console.expectState("Gone", 60);
});
