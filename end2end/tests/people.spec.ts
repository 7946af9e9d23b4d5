// Teams, invitations and what each role may do.
import { expect, test } from "./stage";
import { Console } from "./console";
import { demo } from "./theatre";

test("a viewer joins by invitation, sees the team's environments and cannot create one", async ({ page, stranger, watch }) => {
  watch.allow(/status of 40[34]/);
  await page.goto("/teams");
  await page.getByRole("main").getByRole("link").first().click();
  await expect(page).toHaveURL(/\/teams\/[0-9a-f-]+$/);
  await page.getByLabel("Email", { exact: true }).fill("vera@example.org");
  await page.getByLabel("Role", { exact: true }).selectOption("viewer");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const link = await page.getByLabel("Invitation link").inputValue();
  expect(link).toContain("/invitations/");

  const viewer = await stranger.newPage();
  await viewer.goto(link);
  await viewer.getByLabel("Name", { exact: true }).fill("Vera Viewer");
  await viewer.getByLabel("Password", { exact: true }).fill("another long password");
  await viewer.getByRole("button", { name: "Accept and join" }).click();
  // Whoever leaves the page before the answer is there has not joined.
  await expect(viewer).not.toHaveURL(/invitations/);
  await viewer.goto("/environments");
  await expect(viewer.getByRole("link", { name: demo.name, exact: true })).toBeVisible();
  await expect(viewer.getByRole("link", { name: "New environment" })).toHaveCount(0);

  await viewer.goto("/environments/new");
  await expect(viewer.getByText(/you cannot create environments/)).toBeVisible();
  const console = new Console(viewer);
  await expect(console.review).toHaveCount(0);
  await console.openEnvironment(demo.name);
  await viewer.getByRole("link", { name: "Settings" }).click();
  await expect(viewer.getByText("You may not change this environment")).toBeVisible();
  await expect(console.deleteButton).toHaveCount(0);
  await viewer.getByRole("link", { name: "Scale", exact: true }).click();
  await expect(viewer.getByText("You may look at this, but not change it")).toBeVisible();
  await expect(viewer.getByRole("heading", { name: "Size and settings in force" })).toBeVisible();
  for (const button of ["Stop", "Run", "Review the plan"]) {
    await expect(viewer.getByRole("button", { name: button, exact: true })).toHaveCount(0);
  }

  // What is for admins only does not exist for others.
  await viewer.goto("/platform");
  await expect(viewer.getByText(/not found|not allowed/i).first()).toBeVisible();
});

test("an invitation link works once", async ({ page, stranger, watch }) => {
  watch.allow(/status of 4\d\d/);
  await page.goto("/teams");
  await page.getByRole("main").getByRole("link").first().click();
  await page.getByLabel("Email", { exact: true }).fill("oscar@example.org");
  await page.getByLabel("Role", { exact: true }).selectOption("operator");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const link = await page.getByLabel("Invitation link").inputValue();

  const first = await stranger.newPage();
  await first.goto(link);
  await first.getByLabel("Name", { exact: true }).fill("Oscar Operator");
  await first.getByLabel("Password", { exact: true }).fill("a third long password");
  await first.getByRole("button", { name: "Accept and join" }).click();
  await expect(first).not.toHaveURL(/invitations/);
  await first.goto(link);
  await expect(first.getByText(/no longer valid/i).first()).toBeVisible();
});
