// What a reader's own settings and patience ask of the page: text spacing, zoom, the keyboard all the way through, and the speed of a
// hundred thousand findings. Prints `ok CLAIM` or `FAILED CLAIM: …`, and what was measured as `seen …`.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { check, given, launch, same, settle } from "./kit.mjs";

const browser = await launch(["--enable-precise-memory-info", "--js-flags=--expose-gc"]);
const axe = readFileSync(given.modules + "/axe-core/axe.min.js", "utf8");
async function open(name, hash = "", options = {}) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options });
  page.setDefaultTimeout(120_000);
  page.said = [];
  page.on("console", (message) => page.said.push(message.text()));
  page.on("pageerror", (error) => page.said.push(error.message));
  await page.goto(pathToFileURL(given.files[name]).href + hash);
  await page.waitForSelector("html[data-ready]");
  return page;
}

// --- Zoom: a window at 200 % has half the pixels, drawn twice as large

for (const width of [1440, 1280, 1024]) {
  const page = await open("northfield", "", { viewport: { width: width / 2, height: 450 }, deviceScaleFactor: 2 });
  await page.evaluate(() => { for (const one of document.querySelectorAll("details")) one.open = true; });
  const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check(wide[0] === wide[1], `${width} px at 200 %, all of it open: no sideways scroll`, wide);
  await page.close();
}
for (const width of [320]) {
  // Letters alone twice as large.
  const page = await open("northfield", "", { viewport: { width, height: 900 } });
  await page.evaluate(() => { for (const one of [...document.querySelectorAll("body, body *")].map((e) => [e, parseFloat(getComputedStyle(e).fontSize)])) one[0].style.fontSize = 2 * one[1] + "px"; });
  const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check(wide[0] === wide[1], `${width} px with letters twice as large: no sideways scroll`, wide);
  await page.close();
}

// --- WCAG 1.4.12: with its spacing no text is cut that has no way to be read whole

const SPACED = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }";
for (const width of [320, 390, 1024, 1440]) {
  const page = await open("northfield", "", { viewport: { width, height: 900 } });
  await page.evaluate((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
    for (const one of document.querySelectorAll("details")) one.open = true;
  }, SPACED);
  await settle(page);
  // A cell of the table of findings is one line by design: the drawer has it whole. Hidden labels are for assistive technology.
  const cut = () => page.evaluate(() => [...document.querySelectorAll("body *")].filter((e) => {
    const style = getComputedStyle(e);
    if (!e.textContent.trim() || !e.getClientRects().length || e.closest("#grid, .vh, svg, .sprite, script, style")) return false;
    const over = (axis, size, whole) => ["hidden", "clip"].includes(style["overflow" + axis]) && e["client" + size] > 0 && e["scroll" + size] > e["client" + size] + 1;
    return over("X", "Width") || over("Y", "Height");
  }).map((e) => e.className + ": " + e.textContent.slice(0, 60)));
  const is = await cut();
  check(is.length === 0, `${width} px with the spacing of WCAG 1.4.12: no text is cut`, `${is.length}: ${is.slice(0, 4).join(" | ")}`);
  await page.evaluate(() => { document.querySelector("h1").style.cssText = "height: 5px; overflow: hidden"; });
  check((await cut()).length > is.length, `${width} px: what is cut would be seen`);
  const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check(wide[0] === wide[1], `${width} px with that spacing, all of it open: no sideways scroll`, wide);
  await page.close();
}

// --- Tab from the first to the last: seen, not under the bar, no trap

for (const width of [1440, 390]) {
  const page = await open("northfield", "", { viewport: { width, height: 900 } });
  const stops = new Set(), hidden = [];
  let ended = false;
  for (let i = 0; i < 1500 && !ended; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      window.stops ??= new Map();
      const first = !window.stops.has(e);
      if (first) window.stops.set(e, window.stops.size);
      const box = e.getBoundingClientRect(), style = getComputedStyle(e), bar = document.querySelector(".top");
      const under = getComputedStyle(bar).position === "sticky" && !bar.contains(e) && !e.matches(".skip") && !e.closest(".rail") && box.bottom <= bar.getBoundingClientRect().bottom;
      const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.bottom > 0 && box.top < innerHeight;
      return { n: window.stops.get(e), first, bad: under || !seen ? e.outerHTML.slice(0, 100) : null };
    });
    if (!at || (!at.first && at.n === 0)) ended = true;
    else {
      if (!at.first && stops.has(at.n)) { hidden.push("comes back to " + at.n); break; }
      stops.add(at.n);
      if (at.bad) hidden.push(at.bad);
    }
  }
  check(ended && stops.size > 50, `${width} px: Tab goes through the page to its end, no trap`, `${stops.size} stops`);
  check(hidden.length === 0, `${width} px: what has the focus shows it and is never under the bar`, hidden.slice(0, 4).join(" | "));
  await page.close();
}

// --- The small estates: nothing to say is said, too

for (const name of ["empty", "one"]) {
  for (const scheme of ["light", "dark"]) {
    const page = await open(name, "", { colorScheme: scheme });
    await page.evaluate(axe);
    const result = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }));
    same([result.violations.map((v) => v.id + " " + v.nodes[0].html.slice(0, 120)), page.said], [[], []], `${name} ${scheme}: axe finds nothing, the console says nothing`);
    await page.close();
  }
}

// --- Charts: each has a table of the same numbers

{
  const page = await open("northfield", "#trends");
  const charts = await page.evaluate(() => [...document.querySelectorAll("svg[role=img]")].map((svg) => ({ title: svg.getAttribute("aria-label") || svg.querySelector("title")?.textContent || "", where: svg.closest("section")?.id || "" })));
  check(charts.length > 0 && charts.every((one) => one.title.length > 5), "each drawing says what it shows", charts.filter((one) => one.title.length <= 5).slice(0, 3));
  const last = await page.evaluate(() => {
    const shown = [...document.querySelectorAll("#trends .chart")].map((chart) => chart.querySelector(".last")?.textContent);
    const row = [...document.querySelectorAll("#trends details table tbody tr")].map((r) => [...r.cells].map((c) => c.textContent.trim()));
    return { shown, rows: row };
  });
  const told = last.rows.flat();
  check(last.shown.length >= 3 && last.shown.every((value) => value && told.includes(value)), "the number at the end of each curve stands in the table", last);
  await page.close();
}

// --- A hundred thousand findings: what is drawn stays small whatever is asked, so that nobody waits. How long they do wait is measured by
// bench/report.sh, since a busy machine only makes it slower.

if (given.files.many) {
  const page = await open("many", "#findings");
  const drawn = () => page.evaluate(() => document.querySelectorAll("#grid *").length);
  const said = () => page.evaluate(() => document.querySelector("#toolbar .say").textContent);
  const whole = await said(), seen = [];
  check(await drawn() > 50, "rows are drawn");
  for (const word of ["b", "bu", "bucket", "a", "arn", ""]) {
    await page.fill("#search", word);
    await settle(page);
    seen.push([word, await drawn(), await said()]);
  }
  check(seen.every(([, n]) => n < 1500), "whatever the search leaves, the table draws sixty rows at most", seen);
  check(new Set(seen.map(([, , words]) => words)).size > 3 && seen.at(-1)[2] === whole, "the count follows the search and comes back with it", seen);
  const scrolled = await page.evaluate(async () => {
    const grid = document.querySelector("#grid"), most = [];
    for (let i = 0; i < 60; i++) {
      grid.scrollTop = (grid.scrollHeight * ((i * 37) % 60)) / 60;
      await new Promise((done) => requestAnimationFrame(done));
      most.push(grid.querySelectorAll("*").length);
    }
    return Math.max(...most);
  });
  check(scrolled < 1500, "nor does scrolling gather rows", scrolled);
  const heap = await page.evaluate(() => { window.gc?.(); return performance.memory.usedJSHeapSize / 1e6; });
  console.log(`seen ${Math.round(heap)} MB of heap`);
  check(heap > 1 && heap < 250, "the page lives in 250 MB of heap", heap);
  await page.close();
}
await browser.close();
