// The first minutes of a console: the setup link, used once, and the environment that the other tests look at.
import { expect, test } from "./stage";
import { Console } from "./console";
import { admin, adminState, demo, theatre } from "./theatre";

test("the setup link makes the first admin, once", async ({ page, stranger, watch }) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in/);

  await page.goto(theatre.setupLink);
  await page.getByLabel("Name", { exact: true }).fill(admin.name);
  await page.getByLabel("Email").fill(admin.email);
  await page.getByLabel("Password", { exact: true }).fill(admin.password);
  await page.getByRole("button", { name: "Create administrator" }).click();
  await expect(page).toHaveURL(/\/environments/);
  await page.context().storageState({ path: adminState });

  watch.allow(/40[0-9]|410/);
  const second = await stranger.newPage();
  await second.goto(theatre.setupLink);
  await expect(second.getByText(/no longer valid/i).first()).toBeVisible();
  await expect(second.getByLabel("Password", { exact: true })).toHaveCount(0);
});

test("the first admin makes a team", async ({ browser }) => {
  const context = await browser.newContext({ storageState: adminState });
  const page = await context.newPage();
  await page.goto("/teams");
  await page.getByLabel("Name of the team").fill("Core");
  await page.getByRole("button", { name: "Create team" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Core" })).toBeVisible();
  await context.close();
});

test("the sandbox's account is registered by itself, so the first environment can be created at once", async ({ browser }) => {
  const context = await browser.newContext({ storageState: adminState });
  const console = new Console(await context.newPage());
  await console.startCreating(demo);
  await console.expectOutcome("Succeeded");
  await context.close();
});
