// Where the console and the sandbox are that the tests look at, as `cargo xtask` tells it.
import path from "node:path";

function told(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start these tests with \`cargo xtask test --only browser\``);
  return value;
}

export const theatre = {
  /** Address of the console. */
  url: told("HANDRAIL_TEST_URL"),
  /** The one-time link for the first person. */
  setupLink: told("HANDRAIL_TEST_SETUP_LINK"),
  /** File with the console's process id. */
  consolePid: told("HANDRAIL_TEST_CONSOLE_PID"),
  /** The browser's program. */
  chromium: told("HANDRAIL_TEST_CHROMIUM"),
  /** Chromium cannot use its own sandbox as root. */
  noSandbox: process.env.HANDRAIL_TEST_CHROMIUM_NO_SANDBOX === "1",
  /** Address of the AWS APIs that the sandbox plays. */
  awsEndpoint: told("HANDRAIL_TEST_AWS_ENDPOINT"),
  account: told("HANDRAIL_TEST_ACCOUNT"),
  region: told("HANDRAIL_TEST_REGION"),
  sandbox: {
    python: told("HANDRAIL_TEST_SANDBOX_PYTHON"),
    state: told("HANDRAIL_TEST_SANDBOX_STATE"),
    folder: told("HANDRAIL_TEST_SANDBOX_FOLDER"),
  },
  /** Folder for `cargo xtask screenshots`. */
  pictures: process.env.HANDRAIL_SCREENSHOTS,
};

/** The first person, who set the console up. */
export const admin = { name: "Ada Lovelace", email: "ada@example.org", password: "correct horse battery staple" };

/** Cookies of the first person. */
export const adminState = path.join(__dirname, "../test-results/admin.json");

/** The environment that is made first and that tests only look at. */
export const demo = { name: "demo", cidr: "10.64.0.0/20" };
