// The list: filters and order in the address, rows that open, what stands where nothing fits.
import { expect, expectAccessible, hydrated, test } from "./stage";
import { Console, draft } from "./console";
import { demo } from "./theatre";

test("filters and order stand in the address and in each other's links @nojs", async ({ page }) => {
  await page.goto("/environments");
  await page.getByLabel("Search by name").fill(demo.name.slice(0, 3));
  await page.getByLabel("Status", { exact: true }).selectOption({ label: "Ready" });
  await page.getByLabel("Region", { exact: true }).selectOption({ index: 1 });
  await page.getByLabel("Edition", { exact: true }).selectOption("canvas");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/status=ready/);
  await expect(page).toHaveURL(/edition=canvas/);
  await expect(page.getByLabel("Status", { exact: true })).toHaveValue("ready");
  await page.goto("/environments?status=ready");
  await page.getByRole("columnheader", { name: "Created" }).getByRole("link").click();
  await expect(page).toHaveURL(/status=ready&sort=-created/);
  await expect(page.getByRole("columnheader", { name: "Created" })).toHaveAttribute("aria-sort", "descending");
  await page.getByRole("columnheader", { name: "Created" }).getByRole("link").click();
  await expect(page).toHaveURL(/sort=created/);
  await expect(page.getByRole("columnheader", { name: "Created" })).toHaveAttribute("aria-sort", "ascending");
  await expect(page.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "none");
  await page.getByLabel("Status", { exact: true }).selectOption({ label: "Gone" });
  await page.getByLabel("Search by name").fill("no-such-name");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("Nothing fits these filters")).toBeVisible();
  await page.getByRole("link", { name: "Clear the filters" }).click();
  await expect(page).toHaveURL(/\/environments\?sort=created$/);
  await expect(page.getByRole("link", { name: demo.name, exact: true })).toBeVisible();
});

test("the list says how many there are and what each costs, and axe finds nothing", async ({ page }) => {
  await page.goto("/environments");
  await expect(page.getByText(/^(\d+ to \d+ of )?\d+ environments?$/)).toBeVisible();
  await expect(new Console(page).row(demo.name).getByText(/^\$\d/)).toBeVisible();
  await expectAccessible(page, "the list");
});

test("a row opens wherever it is hit, and by keyboard", async ({ page }) => {
  await page.goto("/environments");
  await hydrated(page);
  const row = new Console(page).row(demo.name);
  // The cell of the region holds no link of its own; what is hit there is the link of the name, spread over the row.
  const cell = (await row.getByRole("cell").nth(4).boundingBox())!;
  await page.mouse.click(cell.x + cell.width / 2, cell.y + cell.height / 2);
  await expect(page.getByRole("heading", { level: 1, name: demo.name })).toBeVisible();
  await page.goBack();
  await row.getByRole("link", { name: demo.name, exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: demo.name })).toBeVisible();
  await page.goBack();
  await row.getByRole("link", { name: /^Create/ }).click();
  await expect(page).toHaveURL(/\/operations\//);
});

test("an environment that somebody creates appears and changes without a reload", async ({ page, serial }) => {
  test.setTimeout(240_000);
  await page.goto("/environments");
  await hydrated(page);
  const what = draft("live", serial);
  const other = await page.context().newPage();
  const console = new Console(other);
  await console.startCreating(what);
  const row = new Console(page).row(what.name);
  await expect(row.getByText("Creating", { exact: true })).toBeVisible();
  await console.expectOutcome("Succeeded");
  await expect(row.getByText("Ready", { exact: true })).toBeVisible({ timeout: 60_000 });
  await other.close();
});

test("the overview has names to copy and says how old it is", async ({ page }) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await new Console(page).openEnvironment(demo.name);
  await hydrated(page);
  await page.getByRole("button", { name: "Copy Bucket" }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain("handrail");
  await expect(page.getByText(copied, { exact: true })).toBeVisible();
  await expect(page.getByText(/^As of/)).toContainText(/\d s ago/);
  await expect(page.getByRole("link", { name: /Open in AWS/ })).toHaveCount(0);
  await expectAccessible(page, "the overview");
});

test("on a phone rows are cards and the order can be chosen @mobile", async ({ page, viewport }) => {
  test.skip(viewport!.width > 640, "what a wide screen shows is tested above");
  await page.goto("/environments");
  await page.getByLabel("Order", { exact: true }).selectOption({ label: "Created, newest first" });
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/sort=-created/);
  await expect(page.getByRole("link", { name: demo.name, exact: true })).toBeVisible();
});
