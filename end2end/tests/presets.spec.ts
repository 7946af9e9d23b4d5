// What an environment begins with: an edition, a preset, another environment, or a spec that was exported; and the locks of presets.
import fs from "node:fs";
import { expect, expectAccessible, test } from "./stage";
import { Console, draft } from "./console";
import { demo } from "./theatre";

test("a preset sets its values and keeps what was typed; what an edition cannot run on is explained @nojs @mobile", async ({ page, serial }, info) => {
  const console = new Console(page);
  const what = draft("preset", serial);
  await console.openForm();
  await console.fillForm(what);
  await page.getByRole("button", { name: "Use the preset Production" }).click();
  await expect(console.field("Name")).toHaveValue(what.name);
  await expect(console.field("VPC range")).toHaveValue(what.cidr);
  await expect(console.field("Availability zones")).toHaveValue("3");
  await expect(console.field("Standby in a second zone")).toBeChecked();
  await expect(page.getByText(/fields? needs? a change/)).toHaveCount(0);

  await page.getByRole("button", { name: "Use the preset Try it" }).click();
  await expect(console.field("Availability zones")).toHaveValue("2");
  await expect(console.field("Standby in a second zone")).not.toBeChecked();
  await expect(page.getByRole("button", { name: "Agent Canvas on ECS on Fargate" })).toHaveAttribute("aria-pressed", "true");
  if (info.project.name !== "nojs") await expectAccessible(page, "the create form with a draft");
  // The key was typed once, before the presets.
  await console.toPlan();
  await expect(page.getByText("Nothing is created yet.")).toHaveCount(0);
});

test("Enter in a field goes to the plan, not to another edition", async ({ page, serial }) => {
  const console = new Console(page);
  await console.openForm();
  await console.fillForm(draft("enter", serial));
  await console.field("Name").press("Enter");
  await expect(page).toHaveURL(/\/plan$/);
});

test("the plan shows every role with its policies", async ({ page, serial }) => {
  const console = new Console(page);
  await console.openForm();
  await console.fillForm(draft("roles", serial));
  await console.toPlan();
  await page.getByText("TaskRole", { exact: true }).last().click();
  const policy = page.getByRole("region", { name: /What TaskRole may do/ });
  await expect(policy).toContainText("s3:PutObject");
  await expect(policy).not.toContainText('"*"');
});

test("another environment like one, and a spec that goes out and comes in again", async ({ page, serial, watch }) => {
  watch.allow(/status of 422/);
  const console = new Console(page);
  await console.openEnvironment(demo.name);
  await console.tab("Configuration").click();
  await expectAccessible(page, "configuration");
  const files: Record<string, string> = {};
  for (const name of ["Spec (JSON)", "CloudFormation (JSON)", "CloudFormation (YAML)", "Terraform (JSON)"]) {
    const waiting = page.waitForEvent("download");
    await page.getByRole("link", { name, exact: true }).click();
    files[name] = fs.readFileSync(await (await waiting).path(), "utf8");
  }
  const template = JSON.parse(files["CloudFormation (JSON)"]);
  expect(template.Resources.Vpc.Type).toBe("AWS::EC2::VPC");
  expect(files["CloudFormation (YAML)"]).toContain("AWS::EC2::VPC");
  const terraform = JSON.parse(files["Terraform (JSON)"]);
  const stack = terraform.resource.aws_cloudformation_stack.handrail;
  expect(terraform.import[0].id).toBe(stack.name);
  expect(JSON.parse(stack.template_body.replaceAll("$${", "${").replaceAll("%%{", "%{"))).toEqual(template);

  await page.getByRole("button", { name: "Create another like it" }).click();
  await expect(page).toHaveURL(/\/environments\/new\?draft=/);
  await expect(console.field("Name")).toHaveValue("");
  await expect(console.field("VPC range")).not.toHaveValue(demo.cidr);

  await console.openForm();
  await page.getByText("Import a spec").click();
  const spec = JSON.parse(files["Spec (JSON)"]);
  spec.database.backup_days = 21;
  const field = page.getByLabel("Spec", { exact: true });
  await field.fill("{}");
  await page.getByRole("button", { name: "Fill in the form with it" }).click();
  await expect(field).toHaveAccessibleDescription(/not a spec as Handrail exports it/);
  await expect(field).toHaveValue("{}");
  await field.fill(JSON.stringify(spec));
  await page.getByRole("button", { name: "Fill in the form with it" }).click();
  await expect(page).toHaveURL(/\/environments\/new\?draft=/);
  await expect(console.field("Backups kept (days)")).toHaveValue("21");
  const what = draft("imported", serial);
  await console.fillForm(what);
  await console.toPlan();
});

test("an admin saves a locked preset: its team begins with it and changes only what is open", async ({ page, serial, watch }) => {
  watch.allow(/status of 4\d\d/);
  const console = new Console(page);
  const name = `House rules ${serial}`;
  await console.openForm();
  await console.field("Backups kept (days)").fill("14");
  await page.getByRole("button", { name: "Save as a preset" }).click();
  await expect(page.getByRole("heading", { name: "Save as a preset" })).toBeVisible();
  await expectAccessible(page, "saving a preset");
  await page.getByRole("button", { name: "Save the preset" }).click();
  await expect(console.field("Name")).toHaveAccessibleDescription(/.+/);
  await console.field("Name").fill(name);
  await console.field("What it is for").fill("What security agreed to");
  await page.getByLabel("Locked", { exact: true }).check();
  await page.getByLabel("Size", { exact: true }).check();
  for (const field of ["Model provider", "Model", "Base URL"]) await page.getByLabel(field, { exact: true }).check();
  await page.getByRole("button", { name: "Save the preset" }).click();
  const row = page.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText("Locked, open:");

  try {
    const what = draft("locked", serial);
    await console.openForm();
    await console.fillForm(what);
    await console.review.click();
    await expect(page.getByText("This team creates environments from its presets only", { exact: false })).toBeVisible();
    await page.getByRole("button", { name: `Use the preset ${name}` }).click();
    await expect(console.field("Backups kept (days)")).toHaveCount(0);
    await expect(page.getByText("Set by the preset.").first()).toBeVisible();
    await page.getByRole("radio", { name: /Large/ }).check();
    await console.toPlan();
  } finally {
    await page.goto("/platform/presets");
    await row.getByRole("button", { name: "Remove" }).click();
    await expect(row).toHaveCount(0);
  }
});

test("the roles of an account are shown as templates, and bad input beside its field @nojs", async ({ page, watch }, info) => {
  watch.allow(/status of 422/);
  const console = new Console(page);
  await page.goto("/platform/accounts");
  await page.getByRole("link", { name: "Roles for an account" }).click();
  await console.field("AWS account number").fill("1234");
  await page.getByRole("button", { name: "Show the templates" }).click();
  await expect(console.field("AWS account number")).toHaveAttribute("aria-invalid", "true");
  await expect(console.field("AWS account number")).toHaveValue("1234");
  await console.field("AWS account number").fill("111122223333");
  await console.field("Identity of the server").fill("arn:aws:iam::444455556666:role/handrail");
  await console.field("External id").fill("from-us");
  await console.field("Permission boundary").fill("arn:aws:iam::111122223333:policy/limit");
  await page.getByRole("button", { name: "Show the templates" }).click();
  const template = page.getByRole("region", { name: "CloudFormation template" });
  await expect(template).toContainText('"sts:ExternalId": "from-us"');
  await expect(template).toContainText("arn:aws:iam::111122223333:policy/limit");
  await expect(page.getByRole("region", { name: "Terraform template" })).toContainText("aws_cloudformation_stack");
  if (info.project.name !== "nojs") await expectAccessible(page, "roles of an account");
});
