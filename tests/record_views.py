#!/usr/bin/env python3
"""Facts that other parts of Reeve will tell: on real input their controls are unknown and listed, never pass; and what the assessment itself
tells controls about controls is what its report says.

    python3 tests/record_views.py [--reeve PROGRAM]
"""

import argparse
import datetime
import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import NORTHFIELD, ROOT, Checks, assess, built, controls_of, reeve  # noqa: E402

OWN = "reeve:assess"
EVERY_RUN = {OWN, "reeve:access"}  # parts that an assessment runs itself
CONTROL = """title: {id}
statement: s
why: w
objective: controls-are-proven
practice: control_objectives
level: 4
area: security metrics
phase: 4
severity: low
responsibility: customer
effort: 1 h
owner: security
fix: f
applies_to: [live]
for_each: organization
needs: [{needs}]
"""


def parts_of_content():
    """control → parts it needs, as its file says."""
    out = {}
    for file in sorted((ROOT / "content" / "controls").glob("*/control.yaml")):
        needs = re.search(r"^needs: \[(.*)\]$", file.read_text(), re.M)
        parts = re.findall(r"reeve:[a-z0-9-]+", needs[1]) if needs else []
        if parts:
            out[file.parent.name] = parts
    return out


def content_with(folder, controls):
    """A content folder with these controls: id → (needs, SQL)."""
    for id, (needs, sql) in controls.items():
        made = folder / "controls" / id
        (made / "examples").mkdir(parents=True)
        (made / "control.yaml").write_text(CONTROL.format(id=id, needs=needs))
        (made / "check.sql").write_text(sql)
        for kind in ("pass", "fail", "unknown", "odd"):
            (made / "examples" / f"{kind}.yaml").write_text("expect: {organization: unknown}\n")
    return folder


def judged_later(checks):
    parts = {control: [p for p in needed if p not in EVERY_RUN] for control, needed in parts_of_content().items()}
    parts = {control: needed for control, needed in parts.items() if needed}
    checks.check(len(parts) >= 15, "controls wait for other parts", str(len(parts)))
    run = assess(NORTHFIELD)
    report, controls = run.report, controls_of(run.report)
    for control, needed in parts.items():
        findings = [f for f in report["findings"] if f["control"] == control]
        checks.check(findings and all(f["status"] == "unknown" for f in findings), f"{control} is unknown wherever it applies",
                     str([f["status"] for f in findings][:5]))
        said = "judged by " + " and ".join(f"`{p.replace(':', ' ')}`" for p in needed)
        later = [f for f in findings if f["reason"].startswith(said + ", which ha")]
        unread = [f for f in findings if re.match(r"\w[\w-]*:\w+ ", f["reason"])]
        checks.check(later or unread, f"{control} says what will judge it", findings[0]["reason"] if findings else "no finding")
        checks.check(len(later) + len(unread) == len(findings), f"{control} has no other reason", str({f["reason"] for f in findings}))
        checks.check(all(f["evidence"][0]["source"] in needed for f in later), f"{control} names the part as its source")
        checks.check(controls[control]["resources"]["pass"] == 0 and controls[control]["status"] == "unknown", f"{control} never passes")
    listed = {(later["part"], c) for later in report["coverage"]["judged_later"] for c in later["controls"]}
    wanted = {(part, control) for control, needed in parts.items() for part in needed}
    checks.check(listed == wanted, "coverage.judged_later lists them by part", str(sorted(listed ^ wanted)[:5]))
    causes = {c["cause"]: c["verdicts"] for c in report["coverage"]["facts_unknown"] if c["cause"].startswith("judged by ")}
    whole = sum(f.get("reason", "").startswith("judged by `reeve ") for f in report["findings"])
    checks.check(sum(causes.values()) == whole > 0, "coverage.facts_unknown counts them by cause", f"{causes}, {whole}")
    text = reeve("assess", NORTHFIELD, "--fail-on", "never", env={"COLUMNS": "80"}).out
    lines = [line for line in text.splitlines() if "later, by reeve" in line]
    checks.check(len(lines) == 1 and f"{whole} verdicts" in lines[0], "one line of the summary stands for all of them", str(lines))
    # In their brief form the causes a person can act on are not crowded out.
    unknowns = text[text.index("Not known"):]
    checks.check("judged by" not in unknowns, "none of them stands among the causes")
    checks.check(len(lines[0]) <= 80, "that line fits the terminal", lines[0])


def wrong_content(checks, folder):
    always = "SELECT uid, 'pass', NULL, NULL, NULL FROM reeve_organization"
    content = content_with(folder / "wrong", {
        "asks-without-need": ("", "SELECT o.uid, 'pass', NULL, NULL, NULL FROM reeve_organization o WHERE NOT EXISTS (SELECT 1 FROM root_activity)"),
        "needs-nobody": ("reeve:detekt", always + " WHERE 1"),
        "passes-always": ("reeve:detect", always)})
    run = assess(NORTHFIELD, more=["--content", content])
    controls = controls_of(run.report)
    checks.check(run.status == 3, "content that is wrong is exit status 3", str(run.status))
    checks.check("asks-without-need/check.sql" in run.err and "asks the view `root_activity`" in run.err, "an empty view is not asked without the need",
                 run.err[:300])
    checks.check("needs-nobody/control.yaml:" in run.err and "no view is filled by `reeve:detekt`; did you mean `reeve:detect`?" in run.err,
                 "a part that fills nothing is named with the nearest", run.err[:300])
    checks.check("asks-without-need" not in controls and "needs-nobody" not in controls, "both are left out")
    checks.check(controls["passes-always"]["status"] == "unknown", "a query that always passes is not even asked", controls["passes-always"]["status"])


def own_records(checks, folder):
    """What control_results and control_history tell is what the reports say."""
    content = content_with(folder / "own", {
        "tells-results": (OWN, "SELECT o.uid, 'fail', NULL, 'e', (SELECT group_concat(control || '~' || status || '/' || pass || '/' || fail || '/' || unknown, "
                               "' ') FROM control_results) FROM reeve_organization o"),
        "tells-history": (OWN, "SELECT o.uid, 'fail', NULL, 'e', 'runs ' || (SELECT group_concat(run || '@' || time || '=' || n || ':' || p, ' ') FROM (SELECT run, "
                               "time, count(*) AS n, sum(pass) AS p FROM control_history GROUP BY run ORDER BY run)) FROM reeve_organization o")})
    work = folder / "work"
    work.mkdir()
    (work / "reeve.yaml").write_text("organization: Test\n")
    past = []
    for day in (1, 9, 20):
        as_of = f"2026-11-{day:02}T00:00:00Z"
        run = assess(NORTHFIELD, as_of=as_of, more=["--content", content, "--workspace", work])
        controls = controls_of(run.report)
        told = {f["control"]: f["reason"] for f in run.report["findings"] if f["control"].startswith("tells-")}
        said = dict(pair.split("~") for pair in told["tells-results"].split("; expected")[0].split(" "))
        asking = {c for c, parts in parts_of_content().items() if OWN in parts} | {"tells-results", "tells-history"}
        wanted = {c: f"{one['status']}/{one['resources']['pass']}/{one['resources']['fail']}/{one['resources']['unknown']}"
                  for c, one in controls.items() if c not in asking}
        checks.check(said == wanted, f"{as_of}: control_results is what the report says", str([c for c in wanted if said.get(c) != wanted[c]][:5]))
        runs = re.findall(r"(\d+)@(\S+)=(\d+):(\d+)", told["tells-history"])
        checks.check([r[1:] for r in runs] == past, f"{as_of}: control_history is what the earlier reports said", f"{runs}, {past}")
        past.append((as_of, str(sum(any(one["resources"].values()) for one in controls.values())), str(sum(one["resources"]["pass"] for one in controls.values()))))


def evidence_grows(checks, folder):
    """A run a week: unknown until the record is ninety days long, then pass; after a month without runs, fail."""
    account = folder / "estate" / "111122223333" / "us-east-1"
    account.mkdir(parents=True)
    (account / "iam-get-account-summary.json").write_text(json.dumps({"SummaryMap": {"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 1}}))
    work = folder / "grows"
    work.mkdir()
    (work / "reeve.yaml").write_text("organization: Test\n")
    day, said = datetime.date(2026, 1, 1), []
    for week in range(15):
        run = assess(folder / "estate", as_of=f"{day + datetime.timedelta(days=7 * week)}T00:00:00Z", more=["--workspace", work])
        controls = controls_of(run.report)
        said.append((controls["evidence-over-a-period"]["status"], controls["objectives-do-not-fall-behind"]["status"]))
    checks.check([s[0] for s in said] == ["unknown"] * 13 + ["pass"] * 2, "ninety days of runs pass, and not a day less", str([s[0] for s in said]))
    checks.check([s[1] for s in said] == ["unknown"] * 5 + ["pass"] * 10, "after thirty days the trend is known", str([s[1] for s in said]))
    run = assess(folder / "estate", as_of=f"{day + datetime.timedelta(days=7 * 14 + 30)}T00:00:00Z", more=["--workspace", work])
    checks.check(controls_of(run.report)["evidence-over-a-period"]["status"] == "fail", "a month without a run fails")
    (account / "iam-get-account-summary.json").write_text(json.dumps({"SummaryMap": {"AccountAccessKeysPresent": 1, "AccountMFAEnabled": 1}}))
    run = assess(folder / "estate", as_of=f"{day + datetime.timedelta(days=7 * 14 + 31)}T00:00:00Z", more=["--workspace", work])
    falling = controls_of(run.report)["objectives-do-not-fall-behind"]
    checks.check(falling["status"] == "fail", "an objective whose control fails now fell", str(falling.get("reason")))
    run = assess(folder / "estate", as_of=f"{day + datetime.timedelta(days=7 * 14)}T00:00:00Z")
    checks.check(controls_of(run.report)["evidence-over-a-period"]["status"] == "unknown", "without a workspace there is no record")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    options = parser.parse_args()
    lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "whether what nobody has recorded yet stays unknown"):
        return checks.end()
    judged_later(checks)
    with tempfile.TemporaryDirectory() as folder:
        for part in (wrong_content, own_records, evidence_grows):
            part(checks, pathlib.Path(folder))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
