// What an environment runs on: hosts in place of Fargate, from the form to an empty sweep.
import { expect, expectAccessible, hydrated, test } from "./stage";
import { Console, draft } from "./console";
import { desiredCount, hosts, stacks } from "./aws";

test("what a compute has no field for is not asked, and refused where it is posted @nojs @mobile", async ({ page, serial, watch }, info) => {
  watch.allow(/status of 4\d\d/);
  const console = new Console(page);
  await console.openForm();
  await expect(console.field("Scratch disk (GiB)")).toBeVisible();
  await page.getByRole("button", { name: "Agent Canvas on ECS on EC2" }).click();
  await expect(page.getByRole("group", { name: "Instance type" })).toBeVisible();
  await expect(page.getByRole("radio", { name: /m6i\.large/ })).toBeChecked();
  await expect(page.getByRole("radio", { name: /m6i\.large/ }).locator("..")).toContainText(/about \$\d+\.\d\d a month/);
  await expect(console.field("Scratch disk (GiB)")).toHaveCount(0);
  await expect(page.getByRole("group", { name: "Size" })).toHaveCount(0);
  // axe cannot run where scripts are off.
  if (info.project.name !== "nojs") await expectAccessible(page, "form of hosts");

  await console.fillForm(draft("hosts", serial));
  await console.field("Host disk (GiB)").fill("8");
  await page.getByLabel("Way to the internet").selectOption("none");
  // A field that the form does not show, as an old page or a script would post it.
  await page.locator('input[name="form[ephemeral_gib]"]').evaluate((input) => ((input as HTMLInputElement).value = "50"));
  await console.review.click();
  await expect(console.field("Host disk (GiB)")).toHaveAccessibleDescription(/from 40 to 1000/);
  await expect(page.getByLabel("Way to the internet")).toHaveAccessibleDescription(/need a NAT gateway/);
  await expect(console.field("Scratch disk (GiB)")).toHaveAccessibleDescription(/has no such setting/);

  await console.field("Scratch disk (GiB)").fill("");
  await console.field("Host disk (GiB)").fill("60");
  await page.getByLabel("Way to the internet").selectOption("one");
  await console.toPlan();
  await expect(page.getByText("m6i.large: 2 vCPU, 8 GiB").first()).toBeVisible();
  await expect(page.getByText("EC2 host").first()).toBeAttached();
});

test("Canvas on ECS on EC2 comes up, gets a larger host, pauses with its host, and goes without a trace", async ({ page, serial }) => {
  test.setTimeout(420_000);
  const what = draft("host", serial);
  const console = new Console(page);
  await console.openForm();
  await page.getByRole("button", { name: "Agent Canvas on ECS on EC2" }).click();
  await console.fillForm(what);
  await console.toPlan();
  for (const type of ["AWS::ECS::CapacityProvider", "AWS::AutoScaling::AutoScalingGroup", "AWS::EC2::LaunchTemplate"]) {
    await expect(page.getByText(type).first()).toBeAttached();
  }
  await console.create();
  await console.expectOutcome("Succeeded");
  await console.openEnvironment(what.name);
  await console.expectState("Ready");
  await expect(page.getByRole("main").getByText("m6i.large", { exact: true })).toBeVisible();
  const stack = (await stacks()).find((name) => name.includes(what.name))!;
  expect(await desiredCount(stack)).toBe(1);
  await expect.poll(() => hosts(stack)).toBe(1);

  await console.tab("Scale").click();
  await page.getByRole("radio", { name: /m6i\.xlarge/ }).check();
  await page.getByRole("button", { name: "Review the plan" }).click();
  await expect(page.getByRole("row").filter({ hasText: "AWS::EC2::LaunchTemplate" })).toContainText("changes in place");
  await expect(page.getByText("OpenHands is away for some minutes")).toBeVisible();
  await page.getByRole("button", { name: "Apply the update" }).click();
  await console.expectOutcome("Succeeded");
  await console.openEnvironment(what.name);
  await console.expectState("Ready");
  await expect(page.getByRole("main").getByText("m6i.xlarge", { exact: true })).toBeVisible();

  await console.tab("Scale").click();
  await expect(page.getByText(/The host goes some fifteen minutes after its task/)).toBeVisible();
  await hydrated(page);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await console.expectOutcome("Succeeded");
  expect(await desiredCount(stack)).toBe(0);
  await expect.poll(() => hosts(stack)).toBe(0);
  await console.openEnvironment(what.name);
  await console.expectState("Paused", 60);

  await console.startDeleting(what.name);
  await console.expectOutcome("Succeeded");
  await expect(page.getByText(/Asked AWS about \d+ resources: 0 left over/)).toBeVisible();
  expect((await stacks()).some((name) => name.includes(what.name))).toBe(false);
});

test("the app server comes up on a host that its sandboxes are root on, and goes without a trace", async ({ page, serial }) => {
  test.setTimeout(420_000);
  const what = draft("app", serial);
  const console = new Console(page);
  await console.openForm();
  await page.getByRole("button", { name: "App server 1.x on ECS on EC2" }).click();
  await expect(page.getByRole("radio", { name: /m6i\.xlarge/ })).toBeChecked();
  await console.fillForm(what);
  await console.toPlan();
  await expect(page.getByText("The agent's sandbox is root on its host")).toBeVisible();
  await expect(page.getByText("App server 1.9.3", { exact: true }).first()).toBeVisible();
  await console.create();
  await console.expectOutcome("Succeeded");
  await console.openEnvironment(what.name);
  await console.expectState("Ready");
  await expect(page.getByText("App server 1.9.3; it reports 1.9.3")).toBeVisible();
  const stack = (await stacks()).find((name) => name.includes(what.name))!;
  await expect.poll(() => hosts(stack)).toBe(1);

  await console.tab("Scale").click();
  await expect(page.getByText(/keeps its sandboxes on its own host/)).toBeVisible();
  await page.getByLabel("Logs kept (days)").selectOption("90");
  await page.getByRole("button", { name: "Review the plan" }).click();
  await expect(page.getByRole("row").filter({ hasText: "AWS::Logs::LogGroup" })).toContainText("changes in place");
  await page.getByRole("button", { name: "Apply the update" }).click();
  await console.expectOutcome("Succeeded");
  await console.openEnvironment(what.name);
  await console.expectState("Ready");

  await console.startDeleting(what.name);
  await console.expectOutcome("Succeeded");
  await expect(page.getByText(/Asked AWS about \d+ resources: 0 left over/)).toBeVisible();
  expect((await stacks()).some((name) => name.includes(what.name))).toBe(false);
});
