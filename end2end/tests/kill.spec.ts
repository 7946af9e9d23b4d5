// The console killed with SIGKILL while it creates and deletes: another start goes on, nothing is lost, nothing is made twice.
import fs from "node:fs";
import { expect, test } from "./stage";
import { Console, draft } from "./console";
import { stacks } from "./aws";
import { theatre } from "./theatre";

/** Kills the console and waits until its successor, which `cargo xtask` starts, answers. */
async function killConsole(): Promise<void> {
  const before = fs.readFileSync(theatre.consolePid, "utf8");
  process.kill(Number(before), "SIGKILL");
  await expect
    .poll(async () => {
      if (fs.readFileSync(theatre.consolePid, "utf8") === before) return 0;
      return fetch(`${theatre.url}/ready`).then(
        (answer) => answer.status,
        () => 0,
      );
    }, { timeout: 60_000 })
    .toBe(200);
}

/** When it is killed, in milliseconds after the operation began. */
const moments = process.env.HANDRAIL_EXHAUSTIVE ? [100, 600, 1200, 2000, 3000, 4500, 6000, 8000, 11000] : [800, 4000];

for (const moment of moments) {
  test(`killed ${moment} ms into create and into delete, both end well`, async ({ page, serial, watch }) => {
    test.setTimeout(360_000);
    // While the console is away the browser cannot load anything.
    watch.allow(/ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED|Failed to fetch|compilation aborted|status of 50\d/);
    const what = draft("killed", serial);
    const console = new Console(page);
    const creating = await console.startCreating(what);
    await page.waitForTimeout(moment);
    await killConsole();
    await page.goto(creating);
    await console.expectOutcome("Succeeded", 3);
    expect((await stacks()).filter((name) => name.includes(what.name))).toHaveLength(1);

    const deleting = await console.startDeleting(what.name);
    await page.waitForTimeout(moment);
    await killConsole();
    await page.goto(deleting);
    await console.expectOutcome("Succeeded", 3);
    expect((await stacks()).filter((name) => name.includes(what.name))).toHaveLength(0);
  });
}
