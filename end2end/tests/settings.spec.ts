// What OpenHands is told: the language model, variables and secrets.
import { expect, test } from "./stage";
import { Console, draft } from "./console";

const VALUE = "ghp_0123456789abcdef0123";

test("Bedrock takes no key, and the plan shows that the task role may call exactly one model @nojs @mobile", async ({ page, serial, watch }) => {
  watch.allow(/status of 4\d\d/);
  const console = new Console(page);
  const what = draft("bedrock", serial);
  await console.openForm();
  await console.fillForm(what);
  await console.field("Model provider").selectOption("bedrock");
  await console.review.click();
  await expect(console.field("Model")).toHaveAccessibleDescription(/bedrock\/ and the id of the model/);
  await expect(console.field("API key")).toHaveAccessibleDescription(/leave the key empty/);

  await console.field("Model").fill("bedrock/mistral.mistral-7b-instruct-v0:2");
  await console.toPlan();
  await page.locator("summary").filter({ hasText: /^TaskRole$/ }).click();
  await expect(page.getByText(/foundation-model\/mistral\.mistral-7b-instruct-v0:2/).first()).toBeAttached();
  await expect(page.getByText(/bedrock:InvokeModelWithResponseStream/).first()).toBeAttached();
});

test("variables and secrets are checked beside their fields, and no value comes back @nojs @mobile", async ({ page, serial, watch }) => {
  watch.allow(/status of 4\d\d/);
  const console = new Console(page);
  const what = draft("told", serial);
  const variables = console.field("Extra variables");
  await console.openForm();
  await console.fillForm(what);
  await variables.fill(`LOG_LEVEL=debug\nMINE=${VALUE}`);
  await console.field("Name of secret 1").fill("GITHUB_TOKEN");
  await console.field("Value of secret 1").fill(VALUE);
  await console.field("Name of secret 2").fill("PORT");
  await console.review.click();

  await expect(variables).toHaveAccessibleDescription(/MINE: this looks like a secret/);
  await expect(variables).toHaveValue("LOG_LEVEL=debug\nMINE=");
  await expect(console.field("Name of secret 2")).toHaveAccessibleDescription(/PORT: Handrail sets this itself/);
  await expect(console.field("Value of secret 1")).toHaveAccessibleDescription(/A value is stored/);
  await expect(console.field("Value of secret 1")).toHaveValue("");
  expect(await page.content()).not.toContain(VALUE);

  await variables.fill("LOG_LEVEL=debug");
  await console.field("Name of secret 2").fill("TAVILY_API_KEY");
  await console.review.click();
  await expect(console.field("Value of secret 2")).toHaveAccessibleDescription(/Fill this in/);
  await console.field("Value of secret 2").fill(VALUE);
  await console.toPlan();
  expect(await page.content()).not.toContain(VALUE);
});
