// What a first visit costs in headless Chromium: bytes on the wire of each page with an empty cache, and the time until the page's own
// scripts listen. `cargo xtask bench` runs it; everything stays on 127.0.0.1.
import { chromium } from "@playwright/test";

const { HANDRAIL_BENCH_URL: url, HANDRAIL_BENCH_EMAIL: email, HANDRAIL_BENCH_PASSWORD: password } = process.env;
const budget = { all: 300_000, wasm: 250_000 };
// A phone in a train: Chromium's own numbers for "fast 3G" with a processor that is four times slower than this machine.
const slow = { offline: false, latency: 150, downloadThroughput: (1.6 * 1e6) / 8, uploadThroughput: (750 * 1e3) / 8 };

const browser = await chromium.launch({
  executablePath: process.env.HANDRAIL_TEST_CHROMIUM,
  args: ["--disable-gpu", "--disable-dev-shm-usage", ...(process.env.HANDRAIL_TEST_CHROMIUM_NO_SANDBOX ? ["--no-sandbox"] : [])],
});

const signIn = await browser.newContext({ baseURL: url });
const door = await signIn.newPage();
await door.goto("/sign-in");
await door.getByLabel("Email").fill(email);
await door.getByLabel("Password", { exact: true }).fill(password);
await door.getByRole("button", { name: "Sign in" }).click();
await door.waitForURL(/\/environments/);
const environment = await door.locator("tbody a[href^='/environments/']").first().getAttribute("href");
const storageState = await signIn.storageState();
await signIn.close();

const pages = [
  ["environments (first view)", "/environments"],
  ["environment", environment],
  ["its activity", `${environment}/activity`],
  ["its configuration", `${environment}/configuration`],
  ["its settings", `${environment}/settings`],
  ["new environment", "/environments/new"],
  ["teams", "/teams"],
  ["platform", "/platform"],
  ["account", "/account"],
];

const kinds = ["html", "css", "js", "wasm", "other"];

/** Opens a page in a browser that has seen nothing: bytes by kind, and milliseconds until its scripts listen. */
async function visit(path, conditions) {
  const context = await browser.newContext({ baseURL: url, storageState, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  if (conditions) {
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", conditions);
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  }
  // The stream is opened by the first effect that runs once the page is hydrated.
  const listens = page.waitForRequest((request) => new URL(request.url()).pathname === "/events", { timeout: 60_000 });
  const started = performance.now();
  await page.goto(path, { waitUntil: "commit" });
  await listens;
  const interactive = performance.now() - started;
  // Files that were asked for early may still be on their way.
  await page.waitForLoadState("load");
  const { files, painted } = await page.evaluate(() => {
    const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const sizes = entries.map((entry) => [new URL(entry.name).pathname, entry.encodedBodySize, entry.decodedBodySize]);
    return { files: sizes, painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN };
  });
  const wire = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  const whole = { ...wire };
  const seen = new Set();
  for (const [file, encoded, decoded] of files) {
    // A file that was named in the head and then used is listed twice. The event stream never ends, and what the scripts read
    // afterwards is no longer the first view.
    if (seen.has(file) || /^\/(events|api\/)/.test(file)) continue;
    seen.add(file);
    const kind = seen.size === 1 ? "html" : (kinds.find((kind) => file.endsWith(`.${kind}`)) ?? "other");
    wire[kind] += encoded;
    whole[kind] += decoded;
  }
  await context.close();
  return { wire, whole, requests: seen.size, interactive, painted, errors };
}

const sum = (sizes) => kinds.reduce((all, kind) => all + sizes[kind], 0);
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

console.log("\n| first visit, brotli bytes | html | css | js | wasm | all | uncompressed | requests | budget | |");
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
let failed = false;
for (const [name, path] of pages) {
  const seen = await visit(path);
  const { html, css, js, wasm } = seen.wire;
  const first = path === "/environments";
  const kept = sum(seen.wire) <= budget.all && wasm <= budget.wasm;
  const judged = first ? `${budget.all}, wasm ${budget.wasm} | ${kept ? "kept" : "OVER"}` : " | ";
  console.log(
    `| ${name} | ${html} | ${css} | ${js} | ${wasm} | ${sum(seen.wire)} | ${sum(seen.whole)} | ${seen.requests} | ${judged} |`,
  );
  for (const error of seen.errors) console.log(`error on ${path}: ${error}`);
  failed ||= seen.errors.length > 0;
}

console.log("\n| list, median of 5 | first paint ms | interactive ms |");
console.log("| --- | ---: | ---: |");
for (const [name, conditions] of [["this machine", undefined], ["1.6 Mbit/s, 150 ms, processor / 4", slow]]) {
  const seen = [];
  for (let turn = 0; turn < 5; turn += 1) seen.push(await visit("/environments", conditions));
  const of = (what) => Math.round(median(seen.map((visited) => visited[what])));
  console.log(`| ${name} | ${of("painted")} | ${of("interactive")} |`);
}

await browser.close();
process.exitCode = failed ? 1 : 0;
