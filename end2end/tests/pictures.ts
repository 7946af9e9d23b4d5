// Pictures of the main screens, for `cargo xtask screenshots`.
import fs from "node:fs";
import path from "node:path";
import { test } from "./stage";
import { Console, draft } from "./console";
import { screens } from "./screens";
import { theatre } from "./theatre";
import type { Page } from "@playwright/test";

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

async function picture(page: Page, name: string): Promise<void> {
  for (const viewport of sizes) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const file = path.join(theatre.pictures!, `${name}-${viewport.width}-${colorScheme}.png`);
      await page.screenshot({ path: file, fullPage: true });
    }
  }
  await page.setViewportSize(sizes[0]);
}

test("pictures of every screen", async ({ page, serial }) => {
  test.setTimeout(600_000);
  for (const screen of screens) {
    await screen.open(page);
    await page.waitForLoadState("networkidle").catch(() => undefined);
    await picture(page, screen.name);
  }
  const console = new Console(page);
  await console.openForm();
  await console.fillForm(draft("team-atlas", serial));
  await console.toPlan();
  await picture(page, "plan");
  await console.create();
  await page.getByText("VPC is there (AWS::EC2::VPC).").waitFor();
  await picture(page, "operation");
  // The picture in the README.
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await console.expectOutcome("Succeeded");
  await page.goto("/environments");
  await page.waitForLoadState("networkidle").catch(() => undefined);
  const docs = path.join(__dirname, "../../docs");
  fs.mkdirSync(docs, { recursive: true });
  await page.screenshot({ path: path.join(docs, "screenshot.png") });
});

test("pictures of the sign-in page", async ({ stranger }) => {
  const page = await stranger.newPage();
  await page.goto("/sign-in");
  await picture(page, "sign-in");
});
