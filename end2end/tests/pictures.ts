// Pictures for the docs, by `cargo xtask screenshots`: every screen of screens.ts, and those that need something to happen first.
import { test } from "./stage";
import { Console, draft } from "./console";
import { screens } from "./screens";
import { picture } from "./studio";
import { theatre } from "./theatre";

const folder = theatre.pictures!;

test("pictures of every screen", async ({ page, serial }) => {
  test.setTimeout(900_000);
  for (const screen of screens) {
    await screen.open(page);
    await page.waitForLoadState("networkidle").catch(() => undefined);
    await picture(page, screen.name, folder);
  }
  const console = new Console(page);
  await console.openForm();
  await console.fillForm(draft("team-atlas", serial));
  await console.toPlan();
  await picture(page, "plan", folder);
  await console.create();
  await page.getByText("VPC is there (AWS::EC2::VPC).").waitFor();
  await picture(page, "operation", folder);
});

test("pictures of the sign-in page", async ({ stranger }) => {
  const page = await stranger.newPage();
  await page.goto("/sign-in");
  await picture(page, "sign-in", folder);
});
