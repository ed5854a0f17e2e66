// Takes the pictures of the report that pictures.py compares: each view at each width, in light, dark, on paper, and as people see it who
// tell colours apart less well or not at all. Prints what the pictures hang on beside the page: the browser, and how it draws text.
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { given, launch, settle } from "./kit.mjs";

const SIZES = { 390: 844, 1024: 768, 1440: 900 };
const SIGHTS = ["deuteranopia", "protanopia", "tritanopia", "achromatopsia"];
const LOOKS = ["light", "dark", "print", ...SIGHTS];
// What a view shows, and in which looks and widths; the address opens it.
const VIEWS = {
  first: { at: "", looks: LOOKS },
  depth: { at: "#depth", looks: LOOKS },
  evidence: { at: "#finding=" + given.finding, looks: ["light", "dark"] },
  findings: { at: "#findings", looks: ["light", "dark", "print"] },
  practice: { at: "#practice=aws_account", looks: ["light", "dark"] },
  "do-first": { at: "#do-first", looks: ["light", "dark"] },
  unknowns: { at: "#unknowns", looks: ["light"] },
  trends: { at: "#trends", looks: ["light", "dark"] },
  attestations: { at: "#attestations", looks: ["light"] },
  frameworks: { at: "#frameworks", looks: ["light", "dark"] },
  responsibility: { at: "#responsibility", looks: ["light"] },
  method: { at: "#method", looks: ["light"] },
};

const url = pathToFileURL(given.file).href;
const browser = await launch(["--force-color-profile=srgb", "--font-render-hinting=none"]);
const sample = await browser.newPage({ viewport: { width: 600, height: 160 } });
await sample.setContent('<p style="font:14px/20px system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, DejaVu Sans, sans-serif">Level 2 of 4 · 1,284 fail ■ ◆ ⬡ ● › ▲ ▼ ◐ ○ → …</p><p style="font:12.5px/18px ui-monospace, monospace">arn:aws:iam::111122223333:role/Payroll $.Statement[0]</p><b style="font-weight:650;font-size:34px">Ag 0123</b>');
console.log(JSON.stringify({ chromium: browser.version(), text: createHash("sha256").update(await sample.screenshot()).digest("hex") }));
await sample.close();

for (const [width, height] of Object.entries(SIZES).map(([w, h]) => [Number(w), h])) {
  for (const look of LOOKS) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: look === "dark" ? "dark" : "light", timezoneId: "UTC", locale: "en-GB", reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForSelector("html[data-ready]");
    if (SIGHTS.includes(look)) await (await context.newCDPSession(page)).send("Emulation.setEmulatedVisionDeficiency", { type: look });
    for (const [view, { at, looks }] of Object.entries(VIEWS)) {
      if (!looks.includes(look)) continue;
      if (at) await page.goto(url + at);
      if (look === "print" && at) {
        // The first view is the screen's page as paper shows it; the others are what is made for printing.
        await page.emulateMedia({ media: "print" });
        if (!(await page.locator("#printed").count())) await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
        await page.evaluate((id) => document.getElementById(id).scrollIntoView(), at.slice(1));
      } else if (look === "print") {
        await page.emulateMedia({ media: "print" });
      }
      await page.evaluate(() => document.activeElement?.blur());
      // The content's digest changes with every control; what it looks like does not hang on which one it is.
      await page.evaluate(() => {
        for (const code of document.querySelectorAll("code")) {
          if (/^sha256 [0-9a-f]{64}$/.test(code.textContent)) code.textContent = "sha256 " + "0123456789abcdef".repeat(4);
        }
      });
      await settle(page);
      await page.screenshot({ path: `${given.folder}/${width}-${look}-${view}.png`, animations: "disabled" });
    }
    await context.close();
  }
}
await browser.close();
