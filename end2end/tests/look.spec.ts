// What holds for every page: the sandbox banner, axe in both themes, no sideways scrolling.
import { expect, expectAccessible, test } from "./stage";
import { Console, draft, sandboxBanner } from "./console";
import { screens } from "./screens";

for (const screen of screens) {
  test(`${screen.name}: sandbox banner, axe in both themes, nothing sticks out @mobile`, async ({ page }) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await screen.open(page);
      await expect(sandboxBanner(page)).toBeVisible();
      await expectAccessible(page, `${screen.name}, ${colorScheme}`);
    }
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(content, "width of the content").toBeLessThanOrEqual(window);
  });
}

test("plan and operation: sandbox banner, axe in both themes, nothing sticks out @mobile", async ({ page, serial }) => {
  const console = new Console(page);
  const look = async (what: string) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await expect(sandboxBanner(page)).toBeVisible();
      await expectAccessible(page, `${what}, ${colorScheme}`);
    }
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(content, "width of the content").toBeLessThanOrEqual(window);
  };
  await console.openForm();
  await console.fillForm(draft("look", serial));
  await console.toPlan();
  await look("plan");
  await console.create();
  await look("operation");
  await console.expectOutcome("Succeeded");
  await look("finished operation");
});

test("sign-in: sandbox banner and axe @mobile", async ({ stranger }) => {
  const page = await stranger.newPage();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto("/sign-in");
    await expect(sandboxBanner(page)).toBeVisible();
    await expectAccessible(page, `sign-in, ${colorScheme}`);
  }
});

test("the theme that was chosen stays after a reload", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/account");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  // The button needs its script, which may still be on its way at the first click.
  await expect(async () => {
    await page.getByRole("button", { name: "Switch theme" }).click();
    await expect.poll(background, { timeout: 1_000 }).not.toBe(light);
  }).toPass();
  const dark = await background();
  await page.reload();
  await expect.poll(background).toBe(dark);
});
