#!/usr/bin/env python3
"""Holds `reeve assess --format html` to what needs no browser: policy, no request, hostile names, numbers, sizes, the same bytes.

    python3 tests/report.py [--reeve PROGRAM]

What a browser makes of the page is held by tests/browser/.
"""

import argparse
import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import lib_reeve
from lib_page import HOSTILE, Page, figure_of, hostile_estate
from lib_palette import contrast, difference, nearest
from lib_reeve import NORTHFIELD, Checks

ROUTES = re.compile(r"^(findings(\?.*)?|finding=.*)$")


def run(reeve, *words, cwd, threads="2"):
    done = subprocess.run([reeve, "assess", *map(str, words), "--fail-on", "never", "--quiet"], cwd=cwd, capture_output=True, env=dict(os.environ, REEVE_THREADS=threads))
    if done.returncode not in (0, 3):
        sys.exit(f"assess {words} ended with {done.returncode}: {done.stderr.decode()[-1000:]}")
    return done.stdout


def policy(checks, what, page):
    metas = [a["content"] for name, a in page.elements if name == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    digest = lambda text: "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"  # noqa: E731
    wanted = f"default-src 'none'; script-src {digest(page.script)}; style-src {digest(page.style)}; img-src data:; base-uri 'none'; form-action 'none'"
    checks.check(metas == [wanted], f"{what}: the policy names the one script and the one style", f"{metas} instead of {wanted}")
    scripts = [a for name, a in page.elements if name == "script"]
    checks.check([a.get("type") for a in scripts] == ["application/octet-stream", None], f"{what}: data and one script", scripts)
    for name, attributes in page.elements:
        bad = [key for key in attributes if key == "style" or key.startswith("on") or key in ("src", "srcset", "action", "formaction", "data", "poster", "ping", "background")]
        href = attributes.get("href")
        if bad or (href is not None and not href.startswith("#") and not href.startswith("https:")) or name in ("link", "iframe", "object", "embed", "base", "form", "img"):
            checks.check(False, f"{what}: <{name} {attributes}> asks for nothing and runs nothing")
            return
    checks.check(not re.search(r"url\((?!#)|@import|https?://", page.style), f"{what}: the style asks for nothing")
    outside = set(re.findall(r"https?://[^\"']+", page.script)) - {"http://www.w3.org/2000/svg"}
    checks.check(not outside, f"{what}: the script names no address", outside)
    checks.check(not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", page.script), f"{what}: the script makes no markup of text")


def shape(checks, what, page):
    checks.check(not page.wrong, f"{what}: elements nest and ids are single", page.wrong[:5])
    headings = [int(name[1]) for name, _ in page.elements if re.fullmatch(r"h[1-6]", name)]
    checks.check(headings.count(1) == 1 and all(b <= a + 1 for a, b in zip(headings, headings[1:])) and headings[0] == 1, f"{what}: one h1, no level of heading skipped", headings[:20])
    names = [name for name, _ in page.elements]
    checks.check(names.count("main") == 1 and "nav" in names and ("html", {"lang": "en"}) in page.elements, f"{what}: landmarks and language")
    lost = [a["href"] for name, a in page.elements if name in ("a", "use") and a.get("href", "").startswith("#") and a["href"][1:] not in page.ids and not ROUTES.match(a["href"][1:])]
    checks.check(not lost, f"{what}: every link inside the page leads somewhere", lost[:5])


def numbers(checks, what, page, report):
    figures = page.figures()
    # JSON rounds to a tenth, the page to a whole: what is half by the first may be less by itself.
    whole = {path: {str(int(figure_of(report, path) + 0.45)), str(int(figure_of(report, path) + 0.55))} for path in figures}
    wrong = [(path, values, figure_of(report, path)) for path, values in figures.items() if len(values) != 1 or not values <= whole[path]]
    checks.check(len(figures) > 20 and not wrong, f"{what}: every number on the page is that of the JSON", wrong[:5])
    head, rows = page.findings()
    checks.check(not page.wrong, f"{what}: ids", page.wrong[:3])
    expected = {f["id"]: f for f in report["findings"]}
    checks.check(len(rows) == len(expected) == head["rows"] and {r["id"] for r in rows} == set(expected), f"{what}: the findings are those of the JSON", f"{len(rows)} and {len(expected)}")
    for row in rows:
        other = expected.get(row["id"])
        if not other:
            continue
        same = (row["control"], row["uid"], row["type"], row["account"], row["region"], row["status"], row["reason"], row["first_seen"], row["proofs"]) == (
            other["control"], other["resource"]["uid"], other["resource"]["type"], other["resource"]["account"], other["resource"]["region"], other["status"], other["reason"], other.get("opened", other["first_seen"]), len(other["evidence"]))
        for proof, fact in zip(row["evidence"], other["evidence"]):
            value = json.dumps(fact["value"], ensure_ascii=False, separators=(",", ":")) if "value" in fact else ""
            held = json.loads(proof["value"]) == fact["value"] if value and len(value.encode()) <= 400 else proof["value"][:50] == value[:50]
            same = same and held and all(proof[key] == fact.get(key, 0 if key in ("line", "column") else "") for key in ("source", "time", "path", "expected", "line", "column"))
        if not checks.check(same, f"{what}: a finding of the page is that of the JSON", f"{row} and {other}"):
            return
    # What other tools found stands with the findings about the same resource, and nowhere in a count.
    imported = {}
    for one in report.get("imported", []):
        imported.setdefault(one["resource"]["uid"], []).append({key: one.get(key, "") for key in ("tool", "check", "status", "severity", "title", "time")})
    wrong = [row["uid"] for row in rows if row["others"] != imported.get(row["uid"], [])]
    checks.check(not wrong, f"{what}: a finding carries what others said of its resource", wrong[:3])
    checks.check(("others" in page.ids) == bool(imported) and ("imported_summary.findings" in figures) == bool(imported), f"{what}: a section for others if, and only if, something was imported")
    by = {s: sum(r["status"] == s for r in rows) for s in ("fail", "unknown", "excepted")}
    checks.check(all(report["verdicts"][s] == n for s, n in by.items()), f"{what}: verdicts add up", f"{by} and {report['verdicts']}")


def forecast(checks, reeve, folder):
    """From fourteen whole runs on each chart goes on as a dashed line, with the numbers of the JSON beside it; before, the page says why not."""
    (folder / "work").mkdir()
    (folder / "work" / "reeve.yaml").write_text("organization: Forecast\n")

    def assessed(n, format, workspace="work"):
        return run(reeve, "../estate", "--workspace", workspace, "--as-of", f"2026-12-{n:02}T00:00:00Z", "--format", format, cwd=folder).decode()

    def told(page):
        return sum(a.get("class") == "ahead" for name, a in page.elements if name == "path"), " ".join("".join(page.texts).split())

    for n in range(1, 13):
        assessed(n, "csv")
    ahead, plain = told(Page(assessed(13, "html")))
    checks.check(ahead == 0 and "No forecast: it needs 14 whole runs in 90 days, there are 13" in plain, "thirteen runs: no forecast, and why", ahead)
    shutil.copytree(folder / "work", folder / "twin")
    ahead, plain = told(Page(assessed(14, "html")))
    said = json.loads(assessed(14, "json", "twin"))["history"]["forecast"]
    checks.check(len(said["series"]) >= 4 and ahead == len(said["series"]), "a dashed line on every chart of which the JSON has a forecast", (ahead, said))
    checks.check("Dashed: where it leads by 27 Dec 2026 if it goes on as it did." in plain and "n = 14 whole runs since 1 Dec 2026" in plain and said["until"].startswith("2026-12-27"),
                 "and what the dashes are, until when, by how many runs", plain[plain.find("Dashed"):][:160])
    table = plain[plain.find("The forecast in numbers"):]
    lost = [one["measure"] for one in said["series"] if "".join(f"{one[key]:,.1f}" for key in ("value", "low", "high")) not in table]
    checks.check(not lost, "the numbers are those of the JSON", (lost, table[:300]))


def palette(checks, style):
    """Marks stand out from both grounds (3:1), words more (4.5:1), and any two marks of a set from one another whatever the eye."""
    tokens = {n: (a, b) for n, a, b in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style)}
    # The measure itself, on a pair of Sharma, Wu and Dalal's test data.
    checks.check(abs(difference((50, 2.6772, -79.7751), (50, 0, -82.7485)) - 2.0425) < 1e-4, "CIEDE2000 is computed as published")
    for mode, what in enumerate(("light", "dark")):
        grounds = [tokens["page"][mode], tokens["tint"][mode]]
        for least, kinds in ((3.0, "fail unknown excepted pass na critical high medium low informational prevent detect respond accent"), (4.5, "ink second third link better fail unknown")):
            for kind in kinds.split():
                worst = min(contrast(tokens[kind][mode], ground) for ground in grounds)
                checks.check(worst >= least, f"{kind} stands out in {what}", f"{worst:.2f}, at least {least}")
        for kinds in ("fail unknown excepted pass na", "critical high medium low informational", "prevent detect respond"):
            worst = nearest([tokens[kind][mode] for kind in kinds.split()])
            checks.check(worst[0] >= 15, f"the marks {kinds} differ in {what} for every sight", worst)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    reeve = str(pathlib.Path(parser.parse_args().reeve).resolve())
    checks = Checks()
    if not pathlib.Path(reeve).exists():
        checks.skip("everything", f"{reeve} is not built", "whether the report holds")
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="reeve-report-") as name:
        folder = pathlib.Path(name)
        (folder / "empty").mkdir()
        denied = folder / "denied" / "111122223333" / "us-east-1"
        denied.mkdir(parents=True)
        for call in ("ec2-describe-volumes", "s3-list-buckets", "iam-get-account-summary"):
            (denied / f"{call}.json").write_text('{"Error": {"Code": "AccessDenied", "Message": "no"}}')
        cases = {"the example estate": [NORTHFIELD], "hostile names": hostile_estate(folder), "an estate that answers nothing": ["denied", "--as-of", "2026-11-22T00:00:00Z"],
                 "an empty folder": ["empty", "--as-of", "2026-11-22T00:00:00Z"]}
        taken = subprocess.run([reeve, "import", "others.ndjson", "--workspace", "work"], cwd=folder, capture_output=True, text=True)
        checks.check(taken.returncode == 0, "findings of others with hostile names are taken in", taken.stderr[-500:])
        for what, words in cases.items():
            out = run(reeve, *words, "--format", "html", cwd=folder)
            page = Page(out.decode())
            report = json.loads(run(reeve, *words, "--format", "json", cwd=folder))
            policy(checks, what, page)
            shape(checks, what, page)
            numbers(checks, what, page, report)
            if what == "an estate that answers nothing":
                checks.check(report["verdicts"]["unknown"] > 0 and "AccessDenied" in "".join(page.texts), "what was denied is on the page")
            if what == "hostile names":
                plain = "".join(page.texts)
                checks.check("</script><img src=x onerror=alert(1)>" in plain and "\u202e" not in out.decode() and "[U+202E]" in plain, "hostile names are text, and none turns the writing round")
                checks.check(any(row["others"] for row in page.findings()[1]) and len(report["imported"]) > 10, "and so are those of what others found")
                checks.check(any("gnp.exe" in row["uid"] and row["status"] == "excepted" for row in page.findings()[1]), "the excepted one is there")
            if what == "the example estate":
                again = run(reeve, *words, "--format", "html", cwd=folder, threads="1")
                checks.check(again == out, "the same input gives the same bytes, whatever the threads")
                shell, data = len(page.style.encode()) + len(page.script.encode()), sum(map(len, page.raw["script:data"]))
                checks.check(shell <= 120_000, "style and script stay under 120 KB", shell)
                checks.check(len(out) - shell - data <= 600_000, "what stands without script stays under 600 KB", len(out) - shell - data)
                first = page.text[:page.text.index('id="practices"')]
                checks.check(f">{report['verdicts']['unknown']:,}</data> unknown" in first, "unknown verdicts are said on the first screen")

                palette(checks, page.style)
        if not (folder / "estate").exists():
            (folder / "estate").symlink_to(NORTHFIELD)
        (folder / "forecast").mkdir()
        forecast(checks, reeve, folder / "forecast")
    checks.check(len(HOSTILE) > 5, "hostile names were tried")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
