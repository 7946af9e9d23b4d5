// Who gets in, and who does not.
import { expect, holdScripts, hydrated, test } from "./stage";
import { Console } from "./console";
import { admin } from "./theatre";

test.use({ storageState: { cookies: [], origins: [] } });

test("without a session every page leads to sign-in, and from there back @nojs @mobile", async ({ page }) => {
  await page.goto("/teams");
  await expect(page).toHaveURL(/\/sign-in/);
  await new Console(page).fillSignIn(admin.email, admin.password);
  await expect(page).toHaveURL(/\/(teams|environments)$/);
});

test("changes are listened to as soon as somebody is signed in, and not before", async ({ page }) => {
  const streams: string[] = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === "/events") streams.push(page.url());
  });
  await page.goto("/sign-in");
  await hydrated(page);
  // Whoever is not signed in would be refused.
  await page.waitForTimeout(1_000);
  expect(streams).toEqual([]);
  await new Console(page).fillSignIn(admin.email, admin.password);
  await expect(page).toHaveURL(/\/environments/);
  await expect.poll(() => streams.length).toBe(1);
});

test("a form that is sent before the scripts run says what is wrong, and goes on saying it", async ({ page, watch }) => {
  watch.allow(/status of 4\d\d/);
  const release = await holdScripts(page);
  await page.goto("/sign-in", { waitUntil: "commit" });
  await new Console(page).fillSignIn(admin.email, "not the password");
  await page.waitForURL(/__err/, { waitUntil: "commit" });
  const said = page.getByText("Email or password is wrong.").first();
  await expect(said).toBeVisible();
  await release();
  await hydrated(page);
  await expect(said).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/environments/);
});

test("a wrong password is told in words and the email stays @nojs", async ({ page, watch }) => {
  watch.allow(/status of 4\d\d/);
  await page.goto("/sign-in");
  await new Console(page).fillSignIn(admin.email, "not the password");
  await expect(page.getByText("Email or password is wrong.").first()).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue(admin.email);
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
  await page.goto("/environments");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("signing out ends the session, not only the page @nojs", async ({ page, context }) => {
  const console = new Console(page);
  await console.signIn();
  const cookies = await context.cookies();
  await console.signOut();
  await context.addCookies(cookies);
  await page.goto("/environments");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("a session can be ended from another browser", async ({ page, stranger, watch }) => {
  // What the other browser still asks after its session has ended is refused.
  watch.allow(/status of 401/);
  const other = await stranger.newPage();
  await new Console(other).signIn();
  await new Console(page).signIn();
  await page.goto("/account");
  const rows = page.getByRole("row").filter({ has: page.getByRole("button", { name: "End", exact: true }) });
  // Newest first: ours is the newest, the other one follows.
  const before = await rows.count();
  await rows.filter({ hasNotText: "This session" }).first().getByRole("button").click();
  await expect(rows).toHaveCount(before - 1);
  await other.goto("/environments");
  await expect(other).toHaveURL(/\/sign-in/);
});

test("the session cookie is not readable by scripts", async ({ page, context }) => {
  await new Console(page).signIn();
  const session = (await context.cookies()).find((cookie) => cookie.httpOnly);
  expect(session?.sameSite).toBe("Lax");
  expect(await page.evaluate(() => document.cookie)).not.toContain(session!.value);
});
