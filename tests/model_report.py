#!/usr/bin/env python3
"""`reeve model report`: a threat model for people, as one page, as Markdown and as a drawing of the estate.

    python3 tests/model_report.py [--reeve PROGRAM]

The drawing is held against the example estate, which says itself what is in it; what people write into a model is text wherever it stands.
"""

import html.parser
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import uuid
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
if "--reeve" in sys.argv[1:-1]:
    os.environ["REEVE"] = sys.argv[sys.argv.index("--reeve") + 1]
from lib_reeve import ROOT, Checks, built, reeve  # noqa: E402

ESTATE = ROOT / "examples" / "northfield"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&`|[a](javascript:b)\u202e@everyone"


class Page(html.parser.HTMLParser):
    """Elements, and text by itself."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.attributes = [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data):
        self.text += data


def report(workspace, *more):
    return reeve("model", "report", ESTATE, "--workspace", workspace, "--as-of", "2026-11-22T04:12:00Z", *more)


def workspace_of(folder, model):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "threat-model.tc.json").write_text(json.dumps(model))
    return folder


def model_of(text, threats=1):
    ids = [str(uuid.UUID(int=number + 1)) for number in range(threats * 2 + 1)]
    return {
        "schema": 1,
        "applicationInfo": {"name": text[:200], "description": text},
        "architecture": {"description": text},
        "dataflow": {"description": text},
        "assumptions": [{"id": ids[0], "numericId": 1, "content": text}],
        "threats": [{"id": ids[1 + number], "numericId": number + 1, "statement": text, "threatSource": text[:200], "threatAction": text[:200], "tags": [text[:30]],
                     "metadata": [{"key": "STRIDE", "value": ["S"]}, {"key": "Priority", "value": "High"}, {"key": "custom:reeve-technique", "value": [text]}]} for number in range(threats)],
        "mitigations": [{"id": ids[1 + threats + number], "numericId": number + 1, "content": text} for number in range(threats)],
        "mitigationLinks": [{"mitigationId": ids[1 + threats + number], "linkedId": ids[1 + number]} for number in range(threats)],
    }


def drawing(checks, folder):
    done = report(workspace_of(folder / "w", model_of("plain")), "--format", "svg")
    if not checks.check(done.status == 0 and done.out.startswith("<svg "), "the drawing is made", done.err):
        return
    root = xml.etree.ElementTree.fromstring(done.out)
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    for account in ("prod-payments · 444455556666", "northfield-management · 111122223333, manages the organization", "log-archive · 222233334444"):
        checks.check(account in texts, f"the account {account} has a band", texts)
    checks.check(any(text.endswith(", outside the estate") for text in texts), "an account that something leads to and nobody read stands outside")
    titles = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}title")]
    for flow in ("the internet → compute of sandbox: tcp 22, 1 relation", "the internet → data of prod-payments: tcp 443, 1 relation", "the internet → compute of acquired-ltd: tcp 3389, 1 relation"):
        checks.check(flow in titles, f"what the internet gets to: {flow}", [title for title in titles if title.startswith("the internet")])
    checks.check(len([title for title in titles if title.startswith("the internet")]) == 3, "and to nothing else")
    checks.check(any(re.match(r"compute of prod-payments → keys, identities of prod-payments: .*runs as", title) for title in titles), "compute runs as a role", titles)
    checks.check(any("S3 bucket: 5" == title for title in titles), "kinds are counted")
    again = report(folder / "w", "--format", "svg")
    checks.check(again.out == done.out, "twice the same bytes")


def views(checks, folder):
    workspace = workspace_of(folder / "w", model_of("plain"))
    heads = {"four-questions": ["What are we working on?", "What can go wrong?", "What are we going to do about it?", "Did we do a good job?"],
             "nist": ["1. The system and its data", "2. Attack vectors", "3. Security controls", "4. The model analysed"],
             "pasta": ["I. Objectives", "II. Technical scope", "III. Decomposition", "IV. Threats", "V. Weaknesses", "VI. Attacks", "VII. Risk and treatment"]}
    for view, wanted in heads.items():
        page = report(workspace, "--view", view)
        checks.check(page.status == 0 and re.findall(r"<h2[^>]*>([^<]*)</h2>", page.out) == wanted, f"--view {view}: its steps in order", page.err)
        plain = report(workspace, "--view", view, "--format", "markdown")
        checks.check(re.findall(r"^## (.*)$", plain.out, re.M) == wanted, f"--view {view} in Markdown", plain.err)
        checks.check(plain.out.count("Data flows") == 1 and page.out.count("class=\"dfd\"") == 1, f"--view {view}: each part once")
    done = report(workspace, "--view", "octave")
    checks.check(done.status == 2, "a view that there is none of is refused", done.err)
    out = folder / "page.html"
    done = report(workspace, "--out", out)
    checks.check(done.status == 0 and not done.out and out.read_text() == report(workspace).out, "--out writes the same page", done.err)


def decisions(checks, folder):
    """What was decided of threats, by whom and until when, and what they may cost, stands in the report."""
    workspace = folder / "w"
    workspace.mkdir(parents=True)
    reeve("model", "derive", ESTATE, "--workspace", workspace, "--as-of", "2026-11-22T04:12:00Z")
    file = workspace / "threat-model.tc.json"
    model = json.loads(file.read_text())
    said = {"treatment": "accept", "owner": "data platform team", "requester": "j.okafor", "approver": "a.rossi", "accept-until": "2027-03-31", "ticket": "SEC-4711"}
    for threat, more in ((model["threats"][0], said), (model["threats"][1], {"treatment": "accept"})):
        threat["metadata"] += [{"key": f"custom:reeve-{key}", "value": value} for key, value in more.items()]
    file.write_text(json.dumps(model))
    money = {one["id"]: one for one in reeve("model", "risk", ESTATE, "--workspace", workspace, "--as-of", "2026-11-22T04:12:00Z", "--format", "json").report["threats"]}
    loss = money[model["threats"][0]["id"]]["residual"]["loss"]
    p50, p90 = (f"{round(loss[key]):,}" for key in ("p50", "p90"))
    page, plain = report(workspace), report(workspace, "--format", "markdown")
    rows = [row for row in re.findall(r"<tr>.*?</tr>", page.out) if "SEC-4711" in row]
    checks.check(len(rows) == 1 and all(word in rows[0] for word in ("accept", "data platform team", "a.rossi", "2027-03-31", p50, p90)), "the page has the decision and the loss in one row", (rows, p50, p90))
    lines = [line for line in plain.out.splitlines() if "SEC" in line and "4711" in line]
    checks.check(len(lines) == 1 and all(word in lines[0] for word in ("accept", "data platform team", "2027", p50, p90)), "so has Markdown", (lines, p50, p90))
    part = plain.out.split("## What are we going to do about it?")[1].split("\n## ")[0]
    checks.check("Decisions and loss" in part and part.count("which does not hold") == 1, "under the question that it answers; an acceptance that nobody approved is none", part[:300])
    hidden = [report(workspace, "--redact", "--format", form).out for form in ("html", "markdown")]
    checks.check(not [word for word in ("data platform", "okafor", "rossi", "4711") for text in hidden if word in text], "--redact withholds who decided")
    checks.check(all("accept" in text and "2027" in text and p50 in text for text in hidden), "and leaves what, until when and how much")


def hostile(checks, folder):
    workspace = workspace_of(folder / "w", model_of(HOSTILE))
    page = report(workspace)
    if not checks.check(page.status == 0, "a model whose every text is hostile is shown", page.err):
        return
    seen = Page(page.out)
    checks.check("script" not in seen.tags and "img" not in seen.tags and not [name for name in seen.attributes if name.startswith("on")], "nothing of it becomes an element or an attribute")
    checks.check("alert(1)" in seen.text and "\u202e" not in page.out and "[U+202E]" in seen.text, "it is shown as text")
    checks.check("script-src" not in page.out and "default-src 'none'" in page.out, "the page lets no script run")
    checks.check(not re.search(r"(src|href)=\"(?!#)", page.out), "and fetches nothing")
    plain = report(workspace, "--format", "markdown").out
    checks.check("<script" not in plain and "](javascript" not in plain and "@everyone" not in plain and "\u202e" not in plain, "nor does Markdown make anything of it", plain[:600])
    # Names of the estate: tags, names of accounts.
    copy = folder / "estate"
    shutil.copytree(ESTATE, copy)
    for path in copy.rglob("organizations-list-accounts*.json"):
        path.write_text(path.read_text().replace("prod-payments", "<script>alert(3)</script>"))
    done = reeve("model", "report", copy, "--workspace", workspace, "--format", "svg")
    checks.check("alert(3)" in done.out and "<script" not in done.out, "a hostile name of an account is text in the drawing", done.err)


def stands(checks, folder):
    """How what is bound stands, as `model status` says it."""
    folder.mkdir(parents=True)
    done = reeve("model", "derive", ESTATE, "--workspace", folder)
    if not checks.check(done.status == 0, "a model is derived", done.err):
        return
    state = json.loads(reeve("model", "status", ESTATE, "--workspace", folder, "--as-of", "2026-11-22T04:12:00Z", "--format", "json").out)
    page, plain = report(folder).out, report(folder, "--format", "markdown").out
    seen = Page(page)
    checks.check("Defence in depth" in seen.text and "What does not hold" in seen.text and "Alarms" in seen.text, "the page says how each threat stands, what fails and what is missing")
    rows = re.findall(r"^\| (.*) \| (effective|attested|partial|failed|unknown|absent) \| (\w+) \| (\w+) \|$", plain, re.M)
    wanted = sorted((one["prevent"], one["detect"], one["respond"]) for one in state["threats"])
    checks.check(len(rows) == len(state["threats"]) > 150 and sorted(row[1:] for row in rows) == wanted, "in the same words as the status", (len(rows), len(state["threats"])))
    checks.check(page.count("<tr id=\"threat-") == len(state["threats"]) and plain.count("\n- ") >= len(state["alarms"]), "each threat and each alarm is there")


def many(checks, folder):
    written = model_of("A threat")
    written["applicationInfo"]["description"] = "## Parts\n\n- a **shop**\n- <b>no element</b>\n"
    page = report(workspace_of(folder / "written", written)).out
    checks.check("<h3>Parts</h3><ul><li>a <b>shop</b></li><li>&lt;b&gt;no element&lt;/b&gt;</li></ul>" in page and "## Parts" not in page, "what people wrote in Markdown is told as structure, and no element comes of it", page[page.find("Parts") - 100:][:300])
    workspace = workspace_of(folder / "w", model_of("A threat of many", 10_000))
    page = report(workspace)
    checks.check(page.status == 0 and page.out.count("<tr id=\"threat-") == 10_000, "10,000 threats are shown, each once", page.err)
    (folder / "nothing-there").mkdir()
    done = reeve("model", "report", ESTATE, "--workspace", folder / "nothing-there")
    checks.check(done.status == 0 and "The model has none yet." in done.out, "without a model the estate is drawn, and the model is empty", done.err)
    (workspace / "threat-model.tc.json").write_text('{"schema": 9}')
    done = report(workspace)
    checks.check(done.status == 3 and not done.out, "a model of a version to come is refused", done.err)


def main():
    checks = Checks()
    if not built(checks, "that threat models are shown"):
        return checks.end()
    with tempfile.TemporaryDirectory() as name:
        for part in (drawing, views, decisions, hostile, stands, many):
            part(checks, pathlib.Path(name) / part.__name__)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
