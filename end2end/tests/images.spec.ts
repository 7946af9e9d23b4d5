// The catalogue of versions, and copies of images into ECR.
import { expect, expectAccessible, test } from "./stage";
import { Console, draft } from "./console";
import { sandbox } from "./aws";
import { theatre } from "./theatre";
import type { Page } from "@playwright/test";

const CANVAS = "openhands/agent-canvas";

test.afterEach(() => {
  sandbox("corrupt-image", CANVAS, "off");
});

const row = (page: Page, tag: string) =>
  page.getByRole("table", { name: "Versions of OpenHands" }).getByRole("row").filter({ hasText: CANVAS }).filter({ hasText: tag });

/** Starts to copy a version of Agent Canvas into a region of the sandbox's account. */
async function copy(page: Page, tag: string, region: string): Promise<void> {
  await page.goto("/platform/images");
  await page.getByLabel("Image", { exact: true }).selectOption({ label: `Agent Canvas ${tag}` });
  const places = page.getByLabel("Account and region");
  const place = await places.locator("option").filter({ hasText: region }).first().getAttribute("value");
  await places.selectOption(place);
  await page.getByRole("button", { name: "Copy into ECR" }).click();
  await expect(page).toHaveURL(/\/platform\/images\/[0-9a-f-]+$/);
  await expect(page.getByRole("heading", { level: 1, name: `Copy Agent Canvas ${tag}` })).toBeVisible();
}

const outcome = (page: Page) => page.getByRole("main").getByRole("status").first();

test("a refresh asks the registry: digests and new releases, which can be added @nojs", async ({ page }) => {
  await page.goto("/platform/images");
  await page.getByRole("button", { name: "Refresh from registry" }).click();
  await expect(row(page, "1.25.0").getByText(/^sha256:/)).toBeVisible();
  await expect(row(page, "1.25.0").getByText("Has it")).toBeVisible();
  const add = page.getByRole("link", { name: "Add 1.26.0" });
  // Another project of this run may have added it before.
  if ((await add.count()) > 0) {
    await add.click();
    await expect(page.getByLabel("Tag", { exact: true })).toHaveValue("1.26.0");
    const form = page.getByRole("region", { name: "Add a version" });
    await form.getByLabel("Notes").fill("Found by a refresh");
    // Deprecated, so that the forms of the other tests go on beginning with 1.25.0.
    await form.getByLabel("Support").selectOption({ label: "Deprecated" });
    await form.getByRole("button", { name: "Add", exact: true }).click();
    await expect(row(page, "1.26.0").getByText("Found by a refresh")).toBeVisible();
  }
  await page.goto("/environments/new");
  await expect(page.getByLabel("Version", { exact: true }).locator("option").filter({ hasText: "1.26.0" })).toHaveCount(1);
  await page.goto("/activity?kind=platform");
  await expect(page.getByText(/changed the version ghcr.io\/openhands\/agent-canvas:1.25.0/).first()).toBeVisible();
});

test("a version is deprecated and withdrawn, and the form follows @nojs", async ({ page }) => {
  const set = async (label: string, notes: string) => {
    await page.goto("/platform/images");
    await row(page, "1.16.0").getByRole("link", { name: /^Change/ }).click();
    await page.getByRole("region", { name: /^Change ghcr.io/ }).getByLabel("Support").selectOption({ label });
    await page.getByRole("region", { name: /^Change ghcr.io/ }).getByLabel("Notes").fill(notes);
    await page.getByRole("button", { name: "Save" }).click();
    await expect(row(page, "1.16.0").getByText(label, { exact: true })).toBeVisible();
    await page.goto("/environments/new");
    return page.getByLabel("Version", { exact: true }).locator("option").filter({ hasText: "1.16.0" });
  };
  await expect(await set("Deprecated", "old")).toHaveText("1.16.0 (deprecated)");
  await expect(await set("Withdrawn", "broken")).toHaveCount(0);
  await expect(await set("Supported", "")).toHaveText("1.16.0");
});

test("what is typed wrong is told beside its field and stays @nojs", async ({ page, watch }) => {
  watch.allow(/status of 422/);
  await page.goto("/platform/images");
  const form = page.getByRole("region", { name: "Add a version" });
  await form.getByLabel("Repository").fill("agent-canvas");
  await form.getByLabel("Tag", { exact: true }).fill("a b");
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByText(/Write registry and path in lower case/)).toBeVisible();
  await expect(page.getByText(/A tag has letters, digits/)).toBeVisible();
  await expect(page.getByRole("region", { name: "Add a version" }).getByLabel("Tag", { exact: true })).toHaveValue("a b");
});

test("an image is copied while its page is looked at, scanned, and what is created there runs the copy", async ({ page, serial }) => {
  test.setTimeout(180_000);
  await copy(page, "1.20.0", theatre.region);
  await expect(outcome(page)).toHaveText(/Queued|Running|Succeeded/);
  await expect(outcome(page)).toHaveText("Succeeded", { timeout: 60_000 });
  await expect(page.getByText("Copied and verified")).toBeVisible();
  await expect(page.getByText(/^([0-9.]+ MB) of \1$/)).toBeVisible();
  await expectAccessible(page, "a copy that is done");
  await page.goto("/platform/images");
  await expect(row(page, "1.20.0").getByText(`Sandbox · ${theatre.region}`)).toBeVisible();
  await expect(row(page, "1.20.0").getByText("linux/arm64")).toBeVisible();
  await expect(row(page, "1.20.0").getByText(/No findings|\d+ (high|medium|low)/).first()).toBeVisible();
  await expectAccessible(page, "images");

  const console = new Console(page);
  await console.openForm();
  await page.getByLabel("Version", { exact: true }).selectOption("1.20.0");
  await console.fillForm(draft("mirrored", serial));
  const name = `mirrored-${serial}`;
  await console.toPlan();
  await console.create();
  await console.expectOutcome("Succeeded");
  await console.openEnvironment(name);
  await page.goto(`${page.url()}/configuration`);
  await expect(page.getByText(/dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/handrail\/canvas/).first()).toBeVisible();
});

test("a corrupted blob fails with a plain cause, and trying again goes on @nojs", async ({ page }) => {
  test.setTimeout(120_000);
  sandbox("corrupt-image", CANVAS, "on");
  // Each project of the run copies to a place of its own.
  const region = test.info().project.name === "js" ? "eu-west-1" : "us-west-2";
  await copy(page, "1.15.0", region);
  await expect(async () => {
    await page.reload();
    await expect(outcome(page)).toHaveText("Failed", { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await expect(page.getByText(/A blob from ghcr.io is corrupted: its name is sha256:[0-9a-f]+, but its bytes have the digest/)).toBeVisible();
  sandbox("corrupt-image", CANVAS, "off");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(async () => {
    await page.reload();
    await expect(outcome(page)).toHaveText("Succeeded", { timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
});

test("a registry that cannot be reached is said plainly", async ({ page }) => {
  await page.goto("/platform/images");
  const form = page.getByRole("region", { name: "Add a version" });
  // Port 9 of this machine: nobody listens there.
  await form.getByLabel("Repository").fill("127.0.0.1:9/private/canvas");
  await form.getByLabel("Tag", { exact: true }).fill("1.0.0");
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("button", { name: "Refresh from registry" }).click();
  await expect(page.getByText("The registry of 127.0.0.1:9/private/canvas did not answer as wished")).toBeVisible();
  await expect(page.getByText(/127\.0\.0\.1:9 cannot be reached\. It says: .*refused/i)).toBeVisible();
  await page.getByRole("link", { name: /^Change 127.0.0.1:9/ }).click();
  await page.getByRole("region", { name: /^Change 127/ }).getByLabel("Support").selectOption({ label: "Withdrawn" });
  await page.getByRole("button", { name: "Save" }).click();
});
