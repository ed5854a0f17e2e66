// Prints the report that paper.py made to PDF in every way that paper.py asks for; it takes the pages apart.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { check, given, launch } from "./kit.mjs";

const browser = await launch();
for (const { file, pdf, format, scheme, lead, hash } of given.prints) {
  const page = await browser.newPage({ colorScheme: scheme });
  await page.goto(pathToFileURL(file).href + hash);
  await page.waitForSelector("html[data-ready]");
  if (lead) await page.evaluate(() => { for (let at = document.querySelector("#findings"); at; at = at.nextElementSibling) at.style.display = "none"; });
  writeFileSync(pdf, await page.pdf({ format, tagged: true }));
  check((await page.locator("#printed").count()) === 0, `${pdf.split("/").pop()}: what was made for paper is gone after printing`);
  await page.close();
}
await browser.close();
