// What people are told when AWS or the network does not do what it should.
import { expect, test } from "./stage";
import { Console, draft } from "./console";
import { sandbox, stacks } from "./aws";
import { demo } from "./theatre";

test.afterEach(() => {
  sandbox("fault", "clear");
});

test("a denied call fails the operation with the action that is missing, and a retry ends well", async ({ page, serial }) => {
  test.setTimeout(240_000);
  const console = new Console(page);
  await console.openForm();
  await console.fillForm(draft("denied", serial));
  await console.toPlan();
  sandbox("fault", "denied", "cloudformation", "60s");
  await console.create();
  await console.expectOutcome("Failed");
  await expect(page.getByText(/cloudformation:[A-Z]\w+/).first()).toBeVisible();
  await expect(page.getByText(/not allowed to do/).first()).toBeVisible();
  sandbox("fault", "clear");
  await page.getByRole("button", { name: "Retry from the failed step" }).click();
  await console.expectOutcome("Succeeded");
});

test("a stack that rolls back half way names the resource that failed, and can be deleted", async ({ page, serial }) => {
  test.setTimeout(240_000);
  const what = draft("rolled", serial);
  const console = new Console(page);
  await console.openForm();
  await console.fillForm(what);
  await console.toPlan();
  sandbox("fail-resource", "Database");
  await console.create();
  await console.expectOutcome("Failed");
  await expect(page.getByText(/Database \(AWS::RDS::DBInstance\) could not be made/).first()).toBeVisible();
  await page.goto("/environments");
  await expect(console.row(what.name)).toContainText("Failed");

  await console.startDeleting(what.name);
  await console.expectOutcome("Succeeded");
  expect((await stacks()).some((name) => name.includes(what.name))).toBe(false);
});

test("throttling is waited out and said", async ({ page, serial }) => {
  test.setTimeout(240_000);
  const console = new Console(page);
  await console.openForm();
  await console.fillForm(draft("slowly", serial));
  await console.toPlan();
  sandbox("fault", "throttle", "cloudformation", "10s");
  await console.create();
  await console.expectOutcome("Succeeded", 3);
});

test("an environment that cannot be asked is never shown as healthy", async ({ page }) => {
  const console = new Console(page);
  sandbox("fault", "error", "all", "90s");
  await console.openEnvironment(demo.name);
  await console.expectState("Unknown", 60);
  sandbox("fault", "clear");
  await console.expectState("Ready", 60);
});

test("a browser that goes offline says so, and recovers by itself", async ({ page, context, watch }) => {
  watch.allow(/ERR_INTERNET_DISCONNECTED|Failed to fetch|network/i);
  await page.goto("/environments");
  await page.waitForLoadState("networkidle").catch(() => undefined);
  const banner = page.getByText("Connection lost");
  await expect(banner).toBeHidden();
  await context.setOffline(true);
  await expect(banner).toBeVisible({ timeout: 30_000 });
  await context.setOffline(false);
  await expect(banner).toBeHidden({ timeout: 30_000 });
});

test("an unknown address and an unknown id are told as not found @nojs", async ({ page, watch }) => {
  watch.allow(/status of 404/);
  for (const address of ["/no-such-page", "/environments/01890000-0000-7000-8000-000000000000", "/operations/x"]) {
    const answer = await page.goto(address);
    expect(answer?.status(), address).toBe(404);
    await expect(page.getByText(/not found/i).first()).toBeVisible();
  }
});
