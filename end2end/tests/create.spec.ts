// Creating an environment: the form, the plan, and watching it come up.
import { expect, test } from "./stage";
import { Console, draft } from "./console";
import { stacks } from "./aws";
import { demo } from "./theatre";

test("every error stands beside its field and nothing typed is lost @nojs @mobile", async ({ page, serial, watch }) => {
  watch.allow(/status of 4\d\d/);
  const console = new Console(page);
  await console.openForm();
  const name = console.field("Name");
  const range = console.field("VPC range");
  await name.fill("My environment");
  await range.fill("10.0.0.0/28");
  await console.review.click();

  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveValue("My environment");
  await expect(name).toHaveAccessibleDescription(/lower-case|lowercase/i);
  await expect(range).toHaveAttribute("aria-invalid", "true");
  await expect(range).toHaveValue("10.0.0.0/28");
  await expect(range).toHaveAccessibleDescription(/\/16.*\/24/);
  await expect(console.field("API key")).toHaveAttribute("aria-invalid", "true");

  await name.fill("x".repeat(200));
  await range.fill(demo.cidr);
  await console.review.click();
  await expect(name).toHaveAccessibleDescription(/at most 20 characters/);

  await name.fill(demo.name);
  await console.field("API key").fill("sk-not-a-real-key");
  await console.review.click();
  await expect(name).toHaveAccessibleDescription(/already taken/);
  await expect(range).toHaveAccessibleDescription(/overlaps/);

  // The key was kept, so what is left to mend is the name and the range.
  const good = draft("mended", serial);
  await name.fill(good.name);
  await range.fill(good.cidr);
  await console.toPlan();
});

test("the plan names every resource and its price, and what a pause would still cost @nojs @mobile", async ({ page, serial }) => {
  const console = new Console(page);
  await console.openForm();
  await console.fillForm(draft("plan", serial));
  await console.toPlan();
  for (const resource of ["AWS::EC2::VPC", "AWS::ECS::Service", "AWS::RDS::DBInstance", "AWS::ElasticLoadBalancingV2::LoadBalancer"]) {
    await expect(page.getByText(resource).first()).toBeAttached();
  }
  await page.getByText(/^Network \(\d+\)$/).click();
  await expect(page.getByText("AWS::EC2::VPC", { exact: true })).toBeVisible();
  await expect(page.getByText(/\$\d+\.\d\d/).first()).toBeVisible();
  await expect(page.getByText("a month (estimate)")).toBeVisible();
  await expect(page.getByText(/a month is billed while paused/)).toBeVisible();
});

test("an environment comes up to Ready before the eyes of two people", async ({ page, browser, contextOptions, serial }) => {
  const what = draft("watched", serial);
  const console = new Console(page);
  const address = await console.startCreating(what);

  const context = await browser.newContext({ ...contextOptions, storageState: await page.context().storageState() });
  const second = new Console(await context.newPage());
  await second.page.goto(address);
  for (const viewer of [page, second.page]) {
    await expect(viewer.getByText("VPC is there (AWS::EC2::VPC).")).toBeVisible({ timeout: 60_000 });
  }
  await page.reload();
  await expect(page.getByText("VPC is there (AWS::EC2::VPC).")).toBeVisible();

  await console.expectOutcome("Succeeded");
  await second.expectOutcome("Succeeded");
  await context.close();

  await console.openEnvironment(what.name);
  await console.expectState("Ready");
  expect((await stacks()).filter((name) => name.includes(what.name))).toHaveLength(1);
});

test("an environment is created without JavaScript @nojs", async ({ page, serial }, info) => {
  test.skip(info.project.name !== "nojs", "the other projects do this with JavaScript");
  const what = draft("plain", serial);
  const console = new Console(page);
  await console.startCreating(what);
  await expect(async () => {
    await page.reload();
    await console.expectOutcome("Succeeded", 0.02);
  }).toPass({ timeout: 90_000 });
  await console.openEnvironment(what.name);
  await console.expectState("Ready");
});

test("the same plan posted twice makes one environment", async ({ page, browser, contextOptions, serial }) => {
  const what = draft("twice", serial);
  const console = new Console(page);
  await console.openForm();
  await console.fillForm(what);
  await console.toPlan();
  const context = await browser.newContext({ ...contextOptions, storageState: await page.context().storageState() });
  const second = new Console(await context.newPage());
  await second.page.goto(page.url());
  const [one, two] = [await console.create(), await second.create()];
  expect(two).toBe(one);
  await console.expectOutcome("Succeeded");
  await context.close();
  expect((await stacks()).filter((name) => name.includes(what.name))).toHaveLength(1);
});

test("an environment is created with the keyboard alone", async ({ page, serial }) => {
  const what = draft("keys", serial);
  const console = new Console(page);
  await console.openForm();
  const tabTo = async (wanted: ReturnType<Console["field"]>) => {
    for (let presses = 0; presses < 80; presses += 1) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error("the element cannot be reached with Tab");
  };
  await tabTo(console.field("Name"));
  await page.keyboard.type(what.name);
  const range = console.field("VPC range");
  await tabTo(range);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(what.cidr);
  await tabTo(console.field("API key"));
  await page.keyboard.type("sk-not-a-real-key");
  await tabTo(console.review);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/plan$/);
  await tabTo(console.createButton);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/operations\//);
});
