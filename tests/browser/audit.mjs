// Lighthouse (desktop) over loopback, and the rules of HTML, on the reports that audit.py made; prints `ok CLAIM` or `FAILED CLAIM: …`.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { check, given, launch } from "./kit.mjs";

const require = createRequire(given.modules + "/x.js");
const { default: lighthouse, desktopConfig } = await import(pathToFileURL(given.modules + "/lighthouse/core/index.js"));
const { HtmlValidate } = require("html-validate");
const { parse, serialize } = await import(pathToFileURL(given.modules + "/parse5/dist/index.js"));
const port = 20000 + (process.pid % 20000);

// --- Markup: the file as the standard's parser reads it, then the tree against what each element may hold; and the tree that script makes

const validator = new HtmlValidate({ root: true, extends: ["html-validate:standard"], rules: { "close-order": "error" } });
async function wrongIn(text) {
  const { results } = await validator.validateString(text);
  return results.flatMap((r) => r.messages).filter((m) => m.severity === 2).map((m) => `${m.ruleId}: ${m.message} at ${m.selector}`);
}
async function read(text) {
  const errors = [];
  const tree = parse(text, { sourceCodeLocationInfo: true, onParseError: (e) => errors.push(`${e.code} in line ${e.startLine}:${e.startCol}`) });
  return [...errors, ...(await wrongIn(serialize(tree)))];
}
const say = (wrong) => `${wrong.length}: ${[...new Set(wrong)].slice(0, 8).join(" | ")}`;
for (const [broken, what] of [["<p><ul></p><li>x", "an element that may not stand there"], ["<p id=a id=b>x", "an attribute given twice"], ["<p id=a>x<p id=a>y", "an id given twice"]])
  check((await read(`<!DOCTYPE html><html lang="en"><head><title>x</title></head><body>${broken}</body></html>`)).length > 0, `the rules of HTML find ${what}`);
const browser = await launch([`--remote-debugging-port=${port}`]);
for (const [name, file] of Object.entries(given.files)) {
  const wrong = await read(readFileSync(file, "utf8"));
  check(wrong.length === 0, `${name}: the file is valid HTML`, say(wrong));
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("html[data-ready]");
  const made = await wrongIn("<!DOCTYPE html>\n" + (await page.evaluate(() => document.documentElement.outerHTML)));
  check(made.length === 0, `${name}: what script makes of it is valid, too`, say(made));
  await page.close();
}

// --- Lighthouse, as a person on a desktop meets the page from a server that packs what it sends, as servers do

const server = createServer((request, answer) => {
  const file = request.url === "/" ? given.files.ten_thousand : null;
  answer.writeHead(file ? 200 : 404, { "content-type": "text/html; charset=utf-8", "content-encoding": "gzip" });
  answer.end(gzipSync(file ? readFileSync(file) : "no such page"));
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${server.address().port}/`;
const wanted = { accessibility: 1, "best-practices": 0.95, performance: 0.9 };
const best = {};
let said = "";
// A machine that does other things too only makes the page slower: the best of three runs is nearest to the page's own speed.
for (let run = 0; run < 3; run++) {
  const { lhr } = await lighthouse(url, { port, onlyCategories: Object.keys(wanted), logLevel: "error" }, desktopConfig);
  for (const name of Object.keys(wanted)) best[name] = Math.max(best[name] ?? 0, lhr.categories[name].score ?? 0);
  said = Object.values(lhr.audits).filter((a) => a.score !== null && a.score < 1).map((a) => `${a.id} ${a.score} ${a.displayValue || ""}`).join(" | ");
  console.log(`seen ${JSON.stringify(best)} ${said}`);
  if (Object.entries(wanted).every(([name, least]) => best[name] >= least)) break;
}
for (const [name, least] of Object.entries(wanted)) check(best[name] >= least, `Lighthouse gives ${name} at least ${least} on ten thousand findings`, `${best[name]}: ${said}`);
server.close();
await browser.close();
