// The screens of the console, for the tests and the pictures that go through all of them.
import { Console } from "./console";
import { demo } from "./theatre";
import type { Page } from "@playwright/test";

interface Screen {
  name: string;
  open: (page: Page) => Promise<void>;
}

const at = (path: string) => async (page: Page) => {
  await page.goto(path);
};

const ofDemo = (tab: string) => async (page: Page) => {
  await new Console(page).openEnvironment(demo.name);
  if (tab) await page.goto(`${page.url()}/${tab}`);
};

/** Every page that somebody signed in can reach. */
export const screens: Screen[] = [
  { name: "environments", open: at("/environments") },
  { name: "create", open: at("/environments/new") },
  { name: "overview", open: ofDemo("") },
  { name: "scale", open: ofDemo("scale") },
  {
    name: "plan of an update",
    open: async (page) => {
      await ofDemo("scale")(page);
      await page.getByRole("radio", { name: /Large/ }).check();
      await page.getByRole("button", { name: "Review the plan" }).click();
    },
  },
  { name: "activity", open: ofDemo("activity") },
  { name: "metrics", open: ofDemo("metrics") },
  { name: "logs", open: ofDemo("logs") },
  { name: "configuration", open: ofDemo("configuration") },
  { name: "settings", open: ofDemo("settings") },
  { name: "revisions", open: ofDemo("revisions") },
  { name: "history", open: at("/activity") },
  { name: "teams", open: at("/teams") },
  { name: "account", open: at("/account") },
  { name: "platform", open: at("/platform") },
  { name: "platform-accounts", open: at("/platform/accounts") },
  { name: "platform-images", open: at("/platform/images") },
  { name: "platform-presets", open: at("/platform/presets") },
  { name: "roles-of-an-account", open: at("/platform/accounts/roles") },
  { name: "platform-people", open: at("/platform/people") },
  { name: "platform-teams", open: at("/platform/teams") },
  { name: "platform-work", open: at("/platform/work") },
  { name: "platform-configuration", open: at("/platform/configuration") },
];
