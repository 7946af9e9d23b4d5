// How the browser tests run. `cargo xtask test --only browser` starts a console and a sandbox and tells where they are.
import { defineConfig } from "@playwright/test";
import { adminState, theatre } from "./tests/theatre";

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  reporter: [["list"]],
  // One console and one sandbox for all: a fault that one test asks for would hit the others.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  // A test that fails once and then passes is reported as flaky, with the trace of its failure: mend it.
  retries: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: theatre.url,
    viewport: desktop,
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: theatre.chromium,
      args: ["--disable-gpu", "--disable-dev-shm-usage", ...(theatre.noSandbox ? ["--no-sandbox"] : [])],
    },
  },
  projects: [
    { name: "setup", testMatch: "first-start.ts" },
    { name: "js", testMatch: "*.spec.ts", dependencies: ["setup"], use: { storageState: adminState } },
    {
      name: "mobile",
      testMatch: "*.spec.ts",
      grep: /@mobile/,
      dependencies: ["setup"],
      use: { storageState: adminState, viewport: phone, hasTouch: true },
    },
    {
      name: "nojs",
      testMatch: "*.spec.ts",
      grep: /@nojs/,
      dependencies: ["setup"],
      use: { storageState: adminState, javaScriptEnabled: false },
    },
    ...(theatre.pictures
      ? [{ name: "screenshots", testMatch: "pictures.ts", dependencies: ["setup"], use: { storageState: adminState } }]
      : []),
  ],
});
