// Status that is true: every state with its reason, how old it is, and what AWS differs in.
import { expect, expectAccessible, hydrated, test } from "./stage";
import { Console } from "./console";
import { calls, logRetention, sandbox, stacks } from "./aws";
import { adminState, demo } from "./theatre";

test.afterEach(() => {
  sandbox("fault", "clear");
  sandbox("unhealthy", demo.name, "off");
});

test("an OpenHands that does not answer is told with the reason, and comes back", async ({ page }) => {
  test.setTimeout(180_000);
  const console = new Console(page);
  sandbox("unhealthy", demo.name, "on");
  await console.openEnvironment(demo.name);
  await console.expectState("Degraded", 90);
  await expect(page.getByText(/The load balancer finds no healthy target/).first()).toBeVisible();
  await expect(page.getByText(/^Since/).first()).toBeVisible();
  await expectAccessible(page, "a degraded environment");
  sandbox("unhealthy", demo.name, "off");
  await console.expectState("Ready", 90);
});

test("a change made in AWS is drift until it is undone", async ({ page }) => {
  test.setTimeout(180_000);
  const console = new Console(page);
  const stack = (await stacks()).find((name) => name.includes(demo.name))!;
  const groups = await logRetention.groups(stack);
  expect(groups.length).toBeGreaterThan(0);
  await logRetention.set(groups[0].name, 3);
  await console.openEnvironment(demo.name);
  await page.getByRole("link", { name: "Configuration" }).click();
  await page.getByRole("button", { name: "Compare now" }).click();
  const drift = page.getByRole("table", { name: "Differences" });
  await expect(drift.getByText("/RetentionInDays")).toBeVisible({ timeout: 60_000 });
  await expect(drift.getByText("3", { exact: true })).toBeVisible();
  await expectAccessible(page, "the differences");
  await page.getByRole("link", { name: "Overview" }).click();
  await expect(page.getByText("1 resource in AWS is not as the template says")).toBeVisible();
  await page.goto("/environments");
  await expect(console.row(demo.name)).toContainText("Drifted");

  await logRetention.set(groups[0].name, groups[0].days);
  await console.openEnvironment(demo.name);
  await page.getByRole("link", { name: "See the differences in Configuration" }).click();
  await expect(page).toHaveURL(/\/configuration#drift$/);
  await page.getByRole("button", { name: "Compare now" }).click();
  await expect(page.getByText(/all as the template says/)).toBeVisible({ timeout: 60_000 });
});

test("asking for a comparison works without scripts @nojs", async ({ page }) => {
  await new Console(page).openEnvironment(demo.name);
  await page.getByRole("link", { name: "Configuration" }).click();
  await page.getByRole("button", { name: "Compare now" }).click();
  await expect(page).toHaveURL(/\/configuration/);
  await expect(page.getByText(/Compared|Being compared/).first()).toBeVisible();
});

for (const [fault, message] of [
  ["slow", "AWS has not answered yet"],
  ["hang", "AWS has not answered yet"],
  ["throttle", "Some of this could not be asked"],
  ["denied", "Some of this could not be asked"],
]) {
  test(`a page comes at once and says what is known while AWS is at fault: ${fault}`, async ({ page }) => {
    test.setTimeout(180_000);
    const console = new Console(page);
    await console.openEnvironment(demo.name);
    await expect(page.getByText("RUNNING", { exact: true }).first()).toBeVisible();
    const address = page.url();
    await page.goto("/teams");
    sandbox("fault", fault, "ecs", "90s");
    // The answer of a moment ago, which all viewers share for some seconds, is too old by then.
    await page.waitForTimeout(10_000);
    const began = Date.now();
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1, name: demo.name })).toBeVisible();
    expect(Date.now() - began, "nothing hangs").toBeLessThan(15_000);
    await expect(page.getByText("Last checked")).toBeVisible();
    const said = page.getByText(message, { exact: true });
    await expect(said).toBeVisible({ timeout: 60_000 });
    sandbox("fault", "clear");
    // It fills in by itself.
    await expect(said).toBeHidden({ timeout: 90_000 });
    await expect(page.getByText("RUNNING", { exact: true }).first()).toBeVisible();
    await expect(page.getByText(/ago$/).first()).toBeVisible();
  });
}

for (const [what, addresses] of [
  ["what AWS says", ["**/api/live"]],
  ["everything", ["**/api/live", "**/api/environment"]],
] as const) {
  test(`while the database is away a page says so, keeps its facts, and comes back by itself: ${what}`, async ({ page, watch }) => {
    watch.allow(/status of 503/);
    await new Console(page).openEnvironment(demo.name);
    await hydrated(page);
    const running = page.getByText("RUNNING", { exact: true }).first();
    await expect(running).toBeVisible();
    const away = { status: 503, contentType: "application/json", body: JSON.stringify({ Fault: { kind: "unavailable" } }) };
    for (const address of addresses) await page.route(address, (route) => route.fulfill(away));
    const said = page.getByText("The database does not answer", { exact: true });
    await expect(said).toBeVisible({ timeout: 30_000 });
    // Everything is read anew, as after a gap in the stream of changes: what stands around the tasks is drawn anew with them.
    const read = page.waitForResponse((response) => response.url().endsWith("/api/environment"));
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await read;
    await page.waitForTimeout(1_000);
    await expect(said).toHaveCount(1);
    await expect(running).toBeVisible();
    await expect(page.getByText("Last checked")).toBeVisible();
    for (const address of addresses) await page.unroute(address);
    await expect(said).toBeHidden({ timeout: 30_000 });
    await expect(running).toBeVisible();
  });
}

test("ten people who look cost AWS as much as one", async ({ page, browser, contextOptions }) => {
  await new Console(page).openEnvironment(demo.name);
  const address = page.url();
  const contexts = await Promise.all(Array.from({ length: 9 }, () => browser.newContext({ ...contextOptions, storageState: adminState })));
  for (const context of contexts) {
    const other = await context.newPage();
    await other.goto(address);
    await expect(other.getByRole("heading", { name: "Targets of the load balancer" })).toBeVisible();
  }
  const asked = () => calls("ecs:DescribeServices");
  const before = asked();
  await page.waitForTimeout(30_000);
  // One page asks every ten seconds. One more is for the moment at which the counting began.
  expect(asked() - before).toBeGreaterThan(0);
  expect(asked() - before).toBeLessThanOrEqual(4);
  for (const context of contexts) await context.close();
});

test("what is shown tells how old it is, and goes on by itself", async ({ page }) => {
  await new Console(page).openEnvironment(demo.name);
  const age = page.locator(".as-of time").last();
  const first = await age.getAttribute("datetime");
  await expect(age).not.toHaveAttribute("datetime", first!, { timeout: 30_000 });
});
