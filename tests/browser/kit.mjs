// What the browser's suites share: what they were given, counting claims, and Chromium.
import { createRequire } from "node:module";

export const given = JSON.parse(process.argv[2]);
const { chromium } = createRequire(given.modules + "/x.js")("playwright-core");

// Prints `ok CLAIM` or `FAILED CLAIM: what was there instead`.
export function check(holds, claim, instead = "") {
  console.log(holds ? "ok " + claim : "FAILED " + claim + ": " + (typeof instead === "string" ? instead : JSON.stringify(instead)).replace(/\s+/g, " ").slice(0, 900));
  return holds;
}
export const same = (is, wanted, claim) => check(JSON.stringify(is) === JSON.stringify(wanted), claim, `${JSON.stringify(is)}, expected ${JSON.stringify(wanted)}`);

export const launch = (more = []) => chromium.launch({ executablePath: given.chromium, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ...more] });

// Two frames later: what a key or an address set in motion stands.
export const settle = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
