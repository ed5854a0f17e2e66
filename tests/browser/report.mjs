// Drives Chromium through the reports that report.py made; prints `ok CLAIM` or `FAILED CLAIM: what was there instead`.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const given = JSON.parse(process.argv[2]);
const require = createRequire(given.modules + "/x.js");
const { chromium } = require("playwright-core");
const axe = readFileSync(given.modules + "/axe-core/axe.min.js", "utf8");
const json = Object.fromEntries(Object.entries(given.files).map(([name, files]) => [name, JSON.parse(readFileSync(files.json, "utf8"))]));

function check(holds, claim, instead = "") {
  console.log(holds ? "ok " + claim : "FAILED " + claim + ": " + (typeof instead === "string" ? instead : JSON.stringify(instead)).replace(/\s+/g, " ").slice(0, 900));
  return holds;
}
const same = (is, wanted, claim) => check(JSON.stringify(is) === JSON.stringify(wanted), claim, `${JSON.stringify(is)}, expected ${JSON.stringify(wanted)}`);

const browser = await chromium.launch({ executablePath: given.chromium, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });

// A page opened from its file, without a network, that keeps account of everything it asks and says.
async function open(name, hash = "", { width = 1440, height = 900, scheme = "light", script = true, before = null } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, javaScriptEnabled: script, acceptDownloads: true });
  await context.setOffline(true);
  context.setDefaultTimeout(120_000);  // a machine that does other things too
  const page = await context.newPage();
  const url = "file://" + given.files[name].html;
  page.said = [];
  page.asked = [];
  page.on("console", (message) => page.said.push(message.type() + ": " + message.text()));
  page.on("pageerror", (error) => page.said.push("error: " + error.message));
  page.on("dialog", (dialog) => { page.said.push("dialog: " + dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url().split("#")[0] !== url && !request.url().startsWith("blob:")) page.asked.push(request.url().slice(0, 120)); });
  await page.addInitScript(() => { window.refused = []; document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective + " " + event.blockedURI)); });
  if (before) await page.addInitScript(before);
  await page.goto(url + hash);
  if (script) await page.waitForSelector("html[data-ready]");
  return page;
}
const close = (page) => page.context().close();
const settle = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

async function quiet(page, what) {
  same([page.said, page.asked, await page.evaluate(() => window.refused)], [[], [], []], `${what}: no request, no message, nothing refused`);
}

async function accessible(page, what) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }));
  check(result.violations.length === 0, `${what}: axe finds nothing`, result.violations.map((v) => v.id + " ×" + v.nodes.length + " " + v.nodes[0].html.slice(0, 160) + " " + (v.nodes[0].any[0]?.message || v.nodes[0].all[0]?.message || "")).join(" | "));
}

const shownRows = (page) => page.evaluate(() => document.querySelector("#toolbar .say").textContent);
const stateOf = (page) => page.evaluate(() => ({ say: document.querySelector("#toolbar .say").textContent, chosen: [...document.querySelectorAll("#toolbar .on")].map((b) => b.textContent), search: document.querySelector("#search").value,
  rows: [...document.querySelectorAll("#grid tbody tr:not(.pad)")].slice(0, 12).map((r) => r.textContent), drawer: document.querySelector("#drawer h2")?.textContent || null }));

// --- What stands without the reader doing anything

for (const name of ["northfield", "hostile", "denied"]) {
  const page = await open(name);
  same(await page.evaluate(() => document.documentElement.dataset.ready), "findings", `${name}: the findings open`);
  await quiet(page, name);
  const figures = await page.evaluate(() => [...document.querySelectorAll("data[data-is]")].map((one) => [one.dataset.is, one.value, one.textContent.replace(/,/g, "")]));
  const wrong = figures.filter(([path, value, text]) => {
    const [first, slug, ...rest] = path.split(".");
    const held = first === "practices" ? rest.reduce((at, key) => at[key], json[name].practices.find((p) => p.slug === slug)) : path.split(".").reduce((at, key) => at[key], json[name]);
    return Number(value) !== Math.round(held) || text !== value;
  });
  check(figures.length > 20 && !wrong.length, `${name}: every number is that of the JSON`, wrong);
  const statuses = await page.evaluate(() => { const n = [0, 0, 0]; for (let i = 0; i < F.rows; i++) n[F.c.status[i]]++; return n; });
  same(statuses, ["fail", "unknown", "excepted"].map((s) => json[name].verdicts[s]), `${name}: the table holds the verdicts that the JSON counts`);
  await close(page);
}

{
  const page = await open("hostile");
  const before = await page.evaluate(() => document.querySelectorAll("img, iframe, object, embed, form, base, link").length);
  for (const group of ["resource", "account", "none"]) {
    await page.goto(page.url().split("#")[0] + "#findings?status=&group=" + group);
    await settle(page);
  }
  const rows = await page.evaluate(() => Math.min(12, view.length));
  for (let v = 0; v < rows; v++) await page.evaluate((at) => openRow(at), v);
  const told = json.hostile.imported, found = json.hostile.findings.find((f) => told.some((i) => i.resource.uid === f.resource.uid));
  await page.goto(page.url().split("#")[0] + "#finding=" + found?.id);
  await page.waitForSelector("#drawer .other");
  const others = await page.evaluate(() => [...document.querySelectorAll("#drawer .other")].map((one) => one.textContent));
  check(others.length === told.filter((i) => i.resource.uid === found.resource.uid).length && others.every((text) => text.length > 20), "what other tools found about a hostile resource stands as text", others);
  const after = await page.evaluate(() => ({ foreign: document.querySelectorAll("img, iframe, object, embed, form, base, link").length, handlers: [...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length,
    turned: /[\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText), text: document.querySelector("#drawer").textContent.length }));
  same([before, after.foreign, after.handlers, after.turned], [0, 0, 0, false], "hostile names make no element, no handler and turn no writing round");
  check(after.text > 100, "the drawer of a hostile resource shows its text");
  await quiet(page, "hostile names looked at");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#csv")]);
  const csv = readFileSync(await download.path(), "utf8");
  check(!/(^|,)"[=+\-@]/m.test(csv) && csv.includes("HYPERLINK"), "the exported cells run nothing in a spreadsheet", csv.slice(0, 300));
  same(await page.evaluate(() => ["=1+1", "+1", "-1", "@x", "\tx", "a\"b"].map(cell)), ['"\'=1+1"', '"\'+1"', '"\'-1"', '"\'@x"', '"\'\tx"', '"a""b"'], "cells that a spreadsheet would run are led by an apostrophe");
  await close(page);
}

// --- What other tools found

{
  const page = await open("northfield");
  const told = json.northfield.imported, one = json.northfield.findings.find((f) => f.control === "bucket-not-public" && told.some((i) => i.resource.uid === f.resource.uid));
  await page.goto(page.url().split("#")[0] + "#finding=" + one.id);
  await page.waitForSelector("#drawer .other");
  const drawer = await page.evaluate(() => ({ heads: [...document.querySelectorAll("#drawer h3")].map((h) => h.textContent), others: [...document.querySelectorAll("#drawer .other")].map((o) => [o.querySelector("b").textContent, o.querySelector("code").textContent, o.querySelector("time").getAttribute("datetime")]) }));
  same(drawer.others, told.filter((i) => i.resource.uid === one.resource.uid).map((i) => [i.tool, i.check, i.time]), "the evidence names what others say of the resource: tool, check, moment");
  check(drawer.heads.includes("Other tools say"), "marked as theirs", drawer.heads);
  await accessible(page, "evidence with what others say");
  const alone = json.northfield.findings.find((f) => !told.some((i) => i.resource.uid === f.resource.uid));
  await page.goto(page.url().split("#")[0] + "#finding=" + alone.id);
  await page.waitForSelector("#drawer");
  same(await page.evaluate(() => document.querySelectorAll("#drawer .other").length), 0, "of a resource that no other tool names they say nothing");
  await page.goto(page.url().split("#")[0] + "#others");
  await settle(page);
  const section = await page.evaluate(() => document.querySelector("#others").textContent);
  check(told.every((i) => section.includes(i.tool) && section.includes(i.check) && section.includes(i.resource.uid)), "the section names every one by its resource", section.slice(0, 300));
  await close(page);
}

// --- The first screen, and without script

{
  const page = await open("northfield");
  const outside = await page.evaluate(() => {
    const low = (selector) => [...document.querySelectorAll(selector)].map((e) => [selector, Math.round(e.getBoundingClientRect().bottom)]);
    return [...low("h1"), ...low(".block > ol > li .o"), ...low(".pd > summary"), ...low(".asof time"), ...low(".kpi .fig"), ...low('.tally [data-is="verdicts.unknown"]')].filter(([, y]) => y > innerHeight || y <= 0);
  });
  same(outside, [], "level, blockers with owner, eight practices, unknowns and time of evidence stand in the first 900 px");
  same(await page.locator(".pd").count(), 8, "eight practices");
  await close(page);

  const plain = await open("northfield", "", { script: false });
  const says = await plain.evaluate(() => 1).catch(() => null);
  const text = await plain.innerText("body");
  const sections = await plain.locator("main > section").count();
  check(says !== undefined && sections >= 9 && /What blocks level/.test(text) && /Do first/.test(text) && /Method and coverage/.test(text), "without script all sections stand", sections);
  same(await plain.locator("#plain tbody tr").count(), Math.min(500, json.northfield.verdicts.fail + json.northfield.verdicts.unknown), "without script the first 500 fails and unknowns stand");
  same(await plain.locator(".js:visible").count(), 0, "without script nothing is offered that needs it");
  await close(plain);

  const old = await open("northfield", "", { before: () => { delete window.DecompressionStream; } });
  same([await old.evaluate(() => document.documentElement.dataset.ready), await old.locator("#plain tbody tr").count() > 100, await old.locator("#no-script").isVisible()], ["plain", true, true], "a browser that cannot unpack shows the plain rows and the remedy");
  await close(old);
}

// --- Widths, themes, accessibility

for (const width of [320, 390, 640, 1024, 1440]) {
  const page = await open("northfield", "#practice=aws_account", { width });
  const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check(wide[0] === wide[1], `${width} px: the page does not scroll sideways`, wide);
  await page.evaluate(() => { for (const [key, value] of [["line-height", "1.5"], ["letter-spacing", "0.12em"], ["word-spacing", "0.16em"]]) document.body.style.setProperty(key, value, "important"); });
  const spaced = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  check(spaced[0] === spaced[1], `${width} px with wide text spacing: no sideways scroll`, spaced);
  await close(page);
}
for (const width of [390, 1024, 1440]) {
  for (const scheme of ["light", "dark"]) {
    const page = await open("northfield", "#practice=aws_account", { width, scheme });
    await accessible(page, `${width} px ${scheme}, a practice open`);
    const id = json.northfield.findings.find((f) => f.status === "fail").id;
    await page.goto(page.url().split("#")[0] + "#finding=" + id);
    await page.waitForSelector("#drawer");
    await accessible(page, `${width} px ${scheme}, evidence open`);
    await close(page);
  }
}
{
  const page = await open("denied");
  await accessible(page, "an estate that answers nothing");
  await page.click("#to-theme");
  await page.click("#to-theme");
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  same(dark, "rgb(17, 21, 27)", "the theme button darkens the page");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  same(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)", "paper stays white on a dark screen");
  await close(page);
}

// --- Keys, drawer, addresses

{
  const page = await open("northfield");
  await page.keyboard.press("Tab");
  same(await page.evaluate(() => document.activeElement.className), "skip", "the first Tab reaches the skip link");
  await page.keyboard.press("Enter");
  for (const key of ["j", "Enter", "j", "Enter"]) await page.keyboard.press(key), await settle(page);
  const worst = json.northfield.practices.flatMap((p) => (p.level === json.northfield.level ? p.blockers : [])).map((b) => b.control);
  const shown = await page.evaluate(() => ({ control: document.querySelector("#drawer .meta code")?.textContent, facts: document.querySelectorAll("#drawer .fact").length, inside: document.querySelector("#drawer")?.contains(document.activeElement) }));
  check(worst.includes(shown.control) && shown.facts > 0 && shown.inside, "four keys after the skip link show the evidence of a blocker, and the focus is there", shown);
  const first = await page.evaluate(() => document.querySelector("#drawer").textContent);
  await page.keyboard.press("ArrowDown");
  check((await page.evaluate(() => document.querySelector("#drawer").textContent)) !== first, "an arrow moves to the next row behind the drawer");
  await page.keyboard.press("Escape");
  const back = await page.evaluate(() => ({ open: !!document.querySelector("#drawer"), row: document.activeElement.closest("tr")?.classList.contains("r"), top: document.activeElement.getBoundingClientRect().top, bar: document.querySelector(".top").getBoundingClientRect().bottom }));
  check(!back.open && back.row && back.top >= back.bar, "Escape closes it and gives the focus back to the row, not under the bar", back);
  await page.keyboard.press("/");
  same(await page.evaluate(() => document.activeElement.id), "search", "/ goes to the search");
  await page.keyboard.type("jg?");
  same([await page.inputValue("#search"), await page.locator("#keys").count()], ["jg?", 0], "single letters are text while typing");
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await settle(page);
  same(await page.evaluate(() => location.hash), "#unknowns", "g u goes to the unknowns");
  await page.keyboard.press("?");
  same(await page.locator("#keys").count(), 1, "? lists the keys");
  await page.click('#keys button[aria-pressed]');
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  same(await page.evaluate(() => location.hash), "#unknowns", "single letters can be switched off");
  await quiet(page, "by keys");
  await close(page);
}
{
  const page = await open("northfield");
  const start = await stateOf(page);
  await page.click('[data-facet="severity"]');
  await page.click('#menu label:has-text("critical")');
  await page.keyboard.press("Escape");
  const critical = await stateOf(page);
  const controls = json.northfield.practices.flatMap((p) => p.controls);
  const severe = new Set(controls.filter((c) => c.severity === "critical").map((c) => c.id));
  const wanted = json.northfield.findings.filter((f) => severe.has(f.control) && f.status !== "excepted").length;
  check(critical.say.startsWith(wanted.toLocaleString("en-US") + " of "), "the filter leaves what the JSON says", critical.say + ", expected " + wanted);
  await page.click('[data-facet="group"]');
  await page.click('#menu label:has-text("nothing")');
  await page.click('[data-sort="account"]');
  await page.fill("#search", "root");
  await settle(page);
  const before = await stateOf(page);
  await page.click("#grid tr.r td:nth-child(3)");
  await page.waitForSelector("#drawer");
  const opened = await stateOf(page);
  check(opened.drawer, "a click opens the evidence");
  const other = await open("northfield", "#" + page.url().split("#")[1]);
  same(await stateOf(other), opened, "a copied link restores filter, group, order, search and drawer");
  await close(other);
  await page.goBack();
  await settle(page);
  same((await stateOf(page)).drawer, null, "Back closes the drawer");
  same((await stateOf(page)).rows, before.rows, "and leaves the rows as they were");
  for (let i = 0; i < 3; i++) await page.goBack(), await settle(page);
  same((await stateOf(page)).say, critical.say, "Back undoes one step at a time");
  await page.goBack();
  await settle(page);
  same((await stateOf(page)).rows, start.rows, "and ends where it began");
  await page.goForward();
  await settle(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#csv")]);
  const lines = readFileSync(await download.path(), "utf8").trim().split("\r\n");
  same(lines.length - 1, wanted, "the CSV has exactly the rows shown");
  const ids = new Set(json.northfield.findings.map((f) => f.id));
  check(lines.slice(1).every((line) => ids.has(line.slice(1, 27))), "and their ids are those of the JSON", lines[1]);
  const [practices] = await Promise.all([page.waitForEvent("download"), page.click('[data-csv="practices"]')]);
  const rows = readFileSync(await practices.path(), "utf8").trim().split("\r\n");
  check(rows.length >= 9 && rows[1].includes(json.northfield.practices[0].title), "a section's CSV has its rows", rows.slice(0, 2));
  await page.click("#paging");
  await settle(page);
  check((await page.locator("#grid tbody tr").count()) <= 100 && (await page.locator("#next").isVisible()), "pages instead of scrolling");
  await quiet(page, "after all of this");
  await close(page);

  for (const control of controls.filter((c) => c.status !== "pass").slice(0, 5)) {
    const at = await open("northfield", "#control=" + control.id);
    check(await at.evaluate((id) => document.getElementById("control=" + id).getClientRects().length > 0, control.id), `a link to ${control.id} opens its practice`);
    await close(at);
  }
}

// --- Paper

{
  const page = await open("northfield", "", { width: 703, height: 1017 });  // A4 within its margins
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const print = await page.evaluate(() => ({ closed: document.querySelectorAll("#practices details:not([open]), #do-first details:not([open])").length,
    tools: [...document.querySelectorAll(".tools, .rail, #toolbar, .csv")].filter((e) => e.getClientRects().length).length, rows: document.querySelectorAll("#printed tbody")[0].rows.length, head: getComputedStyle(document.querySelector("#printed thead")).display }));
  same([print.closed, print.tools, print.head], [0, 0, "table-header-group"], "details are open, tools are gone, heads repeat");
  same(print.rows, Math.min(500, json.northfield.verdicts.fail + json.northfield.verdicts.unknown), "the findings print as filtered, up to 500");
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  same(await page.locator("#printed").count(), 0, "and are gone after printing");
  const pdf = await page.pdf({ format: "A4" });
  await page.evaluate(() => { for (let at = document.querySelector("#depth").nextElementSibling; at; at = at.nextElementSibling) at.style.display = "none"; });
  const pages = (await page.pdf({ format: "A4" })).toString("latin1").match(/\/Type\s*\/Page\b/g).length;
  check(pages >= 2 && pages <= 6, "what leads, all of it open, fits on six pages", pages);
  check(pdf.length > 50_000 && pdf.subarray(0, 5).toString() === "%PDF-", "it prints to PDF", pdf.length);
  await close(page);
}

// --- A hundred thousand findings

if (given.files.many) {
  const page = await open("many");
  const size = await page.evaluate(() => ({ nodes: document.querySelectorAll("*").length, rows: F.rows, drawn: document.querySelectorAll("#grid tbody tr").length }));
  check(size.nodes < 6000 && size.drawn <= 62, "the page stays under 6,000 elements, sixty rows of them drawn", size);
  await quiet(page, "many findings");
  const { verdicts } = json.many;
  same(size.rows, verdicts.fail + verdicts.unknown + verdicts.excepted, "all findings are there");
  await page.goto(page.url().split("#")[0] + "#findings?status=fail&group=none&sort=account");
  await settle(page);
  check((await shownRows(page)).startsWith(verdicts.fail.toLocaleString("en-US") + " of "), "all fails are counted", await shownRows(page));
  const sorted = await page.evaluate(() => { for (let v = 1; v < view.length; v++) if (accountOf(view[v - 1]) > accountOf(view[v])) return v; return 0; });
  same(sorted, 0, "they are in order of account");
  await page.evaluate(() => { document.querySelector("#grid").scrollTop = 1e9; });
  await settle(page);
  await page.waitForTimeout(400);
  const last = await page.evaluate(() => ({ last: document.querySelector("#grid tbody tr:last-child").getAttribute("aria-rowindex"), count: document.querySelector("#grid table").getAttribute("aria-rowcount"), says: document.querySelector("#rows-say").textContent }));
  same([last.last, last.says.includes(" of " + verdicts.fail.toLocaleString("en-US"))], [last.count, true], "the end of the list can be reached and is said");
  const some = json.many.findings.filter((_, i) => i % Math.floor(json.many.findings.length / 5) === 7);
  for (const finding of some) {
    const found = await page.evaluate((id) => { const i = rowOf(id); return i < 0 ? null : [controlOf(i).id, uidOf(i), STATUS[F.c.status[i]]]; }, finding.id);
    same(found, [finding.control, finding.resource.uid, finding.status], "a finding is found by its id");
  }
  await close(page);
}
await browser.close();
