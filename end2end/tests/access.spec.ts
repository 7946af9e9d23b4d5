// Who reaches an environment and how: name, certificate and sign-in, from the form to AWS and away again.
import fs from "node:fs";
import path from "node:path";
import { expect, expectAccessible, test } from "./stage";
import { Console, draft } from "./console";
import { hostedZone, listeners, records } from "./aws";

const provider = {
  Issuer: "https://login.example.com",
  "Authorization endpoint": "https://login.example.com/authorize",
  "Token endpoint": "https://login.example.com/token",
  "User info endpoint": "https://login.example.com/userinfo",
  "Client id": "handrail",
};

test("what sign-in and a name need is said beside the fields, and nothing typed is lost @nojs @mobile", async ({ page, serial, watch }, info) => {
  watch.allow(/status of 4\d\d/);
  const console = new Console(page);
  await console.openForm();
  await console.fillForm(draft("signin", serial));
  await console.field("Sign-in").selectOption("oidc");
  await console.field("Load balancer").selectOption("internet_facing");
  await console.review.click();

  await expect(console.field("Sign-in")).toHaveAccessibleDescription(/needs HTTPS: give a certificate ARN, or a host name/);
  await expect(console.field("Sign-in")).toHaveValue("oidc");
  for (const name of Object.keys(provider)) await expect(console.field(name)).toHaveAttribute("aria-invalid", "true");
  await expect(console.field("Client secret")).toHaveAttribute("aria-invalid", "true");
  if (info.project.name !== "nojs") await expectAccessible(page, "the create form with problems of sign-in");

  for (const [name, value] of Object.entries(provider)) await console.field(name).fill(value);
  await console.field("Token endpoint").fill("http://login.example.com/token");
  await console.field("Client secret").fill("not-a-real-secret");
  await console.field("Host name").fill("agents.example.org");
  await console.field("Hosted zone id").fill("zone");
  await console.field("Domain of the zone").fill("example.com");
  await console.review.click();
  await expect(console.field("Token endpoint")).toHaveAccessibleDescription(/begins with https:\/\//);
  await expect(console.field("Token endpoint")).toHaveValue("http://login.example.com/token");
  await expect(console.field("Hosted zone id")).toHaveAccessibleDescription(/looks like Z0123/);
  await expect(console.field("Client secret")).toHaveAccessibleDescription(/is stored/);
  await expect(console.field("Client secret")).toHaveValue("");

  await console.field("Token endpoint").fill(provider["Token endpoint"]);
  await console.field("Hosted zone id").fill("Z0123456789ABCDEFGHIJ");
  await console.review.click();
  await expect(console.field("Host name")).toHaveAccessibleDescription(/end with a dot and that domain/);
  await console.field("Host name").fill("agents.example.com");
  await console.toPlan();
  await page.getByText(/^Access \(\d+\)$/).click();
  await expect(page.getByText("AWS::CertificateManager::Certificate", { exact: true })).toBeVisible();
  await expect(page.getByText("Lets API clients through that bring a session key, which OpenHands checks")).toBeVisible();
});

test("an environment with a requested certificate and sign-in comes up, and leaves nothing behind", async ({ page, serial }) => {
  test.setTimeout(240_000);
  const what = draft("named", serial);
  const host = `${what.name}.example.com`;
  const zone = await hostedZone("example.com");
  const console = new Console(page);
  await console.openForm();
  await console.fillForm(what);
  await console.field("Load balancer").selectOption("internet_facing");
  await console.field("Host name").fill(host);
  await console.field("Hosted zone id").fill(zone);
  await console.field("Domain of the zone").fill("example.com");
  await console.field("Sign-in").selectOption("oidc");
  await page.getByText("OpenID Connect", { exact: true }).last().click();
  for (const [name, value] of Object.entries(provider)) await console.field(name).fill(value);
  await console.field("Client secret").fill("not-a-real-secret");
  await console.toPlan();
  await console.create();
  await console.expectOutcome("Succeeded");

  await console.openEnvironment(what.name);
  await console.expectState("Ready");
  await expect(page.getByRole("link", { name: `https://${host}` })).toBeVisible();
  expect(await records(zone)).toContain(`${host}.`);
  const told = await listeners(what.name);
  expect(told).toContain("<Type>authenticate-oidc</Type>");
  expect(told).toContain("<Issuer>https://login.example.com</Issuer>");
  await console.tab("Configuration").click();
  await expect(page.getByText("Requested for the host name")).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText("not-a-real-secret");

  await console.startDeleting(what.name);
  await console.expectOutcome("Succeeded");
  await expect(page.getByText(/Asked AWS about \d+ resources: 0 left over/)).toBeVisible();
  expect(await records(zone)).not.toContain(`${host}.`);
});

interface Refused {
  what: string;
  set: Record<string, string>;
  field: string;
  words: string;
}

/** Some of the forms that the form by itself and the engine are tested with too. */
const refused: Refused[] = JSON.parse(fs.readFileSync(path.join(__dirname, "../../app/model/tests/refused_forms.json"), "utf8"));
const sampled = ["a range of the internet", "the same subnet twice", "a host name that only ends like its zone", "an image on the internet without a way there"];

for (const row of refused.filter((one) => sampled.includes(one.what))) {
  test(`refused beside the field: ${row.what} @nojs`, async ({ page, serial, watch }) => {
    watch.allow(/status of 4\d\d/);
    const console = new Console(page);
    await console.openForm();
    await console.fillForm(draft("refused", serial));
    for (const [name, value] of Object.entries(row.set)) {
      const field = page.locator(`[name="form[${name}]"]`);
      const inside = page.locator("details:not([open])").filter({ has: field });
      if (await inside.count()) await inside.locator("summary").click();
      if (await field.evaluate((one) => one.tagName === "SELECT")) await field.selectOption(value);
      else await field.fill(value);
    }
    await console.review.click();
    const marked = page.locator(`[name="form[${row.field}]"]`);
    await expect(marked).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByText(row.words, { exact: true })).toBeVisible();
    for (const [name, value] of Object.entries(row.set)) await expect(page.locator(`[name="form[${name}]"]`)).toHaveValue(value);
  });
}
