// What a reader of a large report waits for: prints {rows, ready, keys, tasks} as JSON, in milliseconds.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const given = JSON.parse(process.argv[2]);
const { chromium } = createRequire(given.modules + "/x.js")("playwright-core");
const browser = await chromium.launch({ executablePath: given.chromium, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const address = pathToFileURL(given.page).href, ready = [];
let page;
for (let i = 0; i < 4; i++) {
  await page?.close();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(120_000);
  await page.goto(address);
  await page.waitForSelector("html[data-ready]");
  ready.push(await page.evaluate(() => performance.now()));
}
await page.goto(address + "#findings");
// Each word five times, another between, so that no answer is one kept from before; the handler and the layout it forces are what a key costs.
const keys = await page.evaluate(async () => {
  const search = document.querySelector("#search"), out = [];
  const type = (word) => {
    search.value = word;
    const start = performance.now();
    search.dispatchEvent(new Event("input", { bubbles: true }));
    document.querySelector("#grid").getBoundingClientRect();
    return performance.now() - start;
  };
  const rest = () => new Promise((done) => setTimeout(done, 150));
  const words = ["b", "bu", "buc", "buck", "bucke", "bucket", "a", "ar", "arn", ""], times = words.map(() => []);
  for (let i = 0; i < 5; i++) {
    for (let w = 0; w < words.length; w++) {
      times[w].push(type(words[w]));
      await rest();
    }
  }
  return times.map((some) => Math.min(...some));
});
const tasks = await page.evaluate(async () => {
  const grid = document.querySelector("#grid"), runs = [];
  for (let run = 0; run < 3; run++) {
    const long = [];
    const watch = new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration)));
    watch.observe({ type: "longtask" });
    for (let i = 0; i < 60; i++) {
      grid.scrollTop = (grid.scrollHeight * ((i * 37) % 60)) / 60;
      await new Promise((done) => requestAnimationFrame(done));
    }
    await new Promise((done) => setTimeout(done, 200));
    watch.disconnect();
    runs.push(Math.max(0, ...long));
  }
  return runs;
});
const rows = await page.evaluate(() => document.querySelector("#toolbar .say").textContent);
console.log(JSON.stringify({ rows, ready, keys, tasks }));
await browser.close();
