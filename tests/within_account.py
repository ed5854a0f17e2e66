#!/usr/bin/env python3
"""A control that looks at one account at a time says the same as if it were asked of the whole record.

    python3 tests/within_account.py [--reeve PROGRAM]

`within: account` only moves the question to where the account is in memory. So the content with every such line taken away must give the
same findings, counts and evidence, and what needs more than the account must be refused there by name.
"""

import argparse
import pathlib
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import CLOUDMAPPER, NORTHFIELD, ROOT, Checks, assess, reeve  # noqa: E402

LINE = re.compile(r"^within: account\n", re.M)


def facts_of(report):
    """Findings by id without what a report says of the content; controls with their counts, statuses and levels."""
    findings = {f["id"]: {k: v for k, v in f.items() if k != "first_seen"} for f in report["findings"]}
    controls = {}
    for practice in report["practices"]:
        for control in practice["controls"]:
            controls[control["id"]] = {k: v for k, v in control.items() if k != "evidence"}
            if control["status"] != "pass":  # of passes any three are shown
                controls[control["id"]]["evidence"] = control.get("evidence")
    return findings, controls


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reeve", type=pathlib.Path, default=lib_reeve.REEVE)
    lib_reeve.REEVE = parser.parse_args().reeve.resolve()
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        whole = pathlib.Path(folder) / "content"
        shutil.copytree(ROOT / "content", whole)
        within = []
        for file in sorted(whole.glob("controls/*/control.yaml")):
            text = file.read_text()
            if LINE.search(text):
                within.append(file.parent.name)
                file.write_text(LINE.sub("", text))
        checks.check(len(within) >= 15, "many controls look at one account", f"{len(within)}")

        for source in (NORTHFIELD, CLOUDMAPPER):
            if not source.exists():
                checks.skip(source.name, "not there", "that a real account gets the same answers either way")
                continue
            here = assess(source, more=("--content", ROOT / "content"))
            there = assess(source, more=("--content", whole))
            if not checks.check(here.status in (0, 1) and there.status in (0, 1), f"{source.name} is judged", here.err + there.err):
                continue
            (findings, controls), (findings_whole, controls_whole) = facts_of(here.report), facts_of(there.report)
            for control in within:
                mine = {i: f for i, f in findings.items() if f["control"] == control}
                theirs = {i: f for i, f in findings_whole.items() if f["control"] == control}
                checks.check(mine == theirs, f"{source.name} {control}: the same findings", f"{mine} not {theirs}"[:600])
                checks.check(controls[control] == controls_whole[control], f"{source.name} {control}: the same counts", f"{controls[control]} not {controls_whole[control]}"[:600])

        # What one account cannot know is not there to be asked, and a query that asks it is named; its candidates are unknown.
        asks = {"accounts": "SELECT a.account FROM accounts a", "edges": "SELECT source FROM edges", "days_since": "SELECT days_since('2026-01-01')", "as_of": "SELECT as_of()",
                "scp_denies": "SELECT scp_denies('1', 'a:B', 'any')", "attestations": "SELECT owner FROM attestations"}
        control = ROOT / "content" / "controls" / "role-not-assumable-by-anyone"
        for name, asked in asks.items():
            broken = pathlib.Path(folder) / name
            shutil.copytree(ROOT / "content", broken)
            check = broken / "controls" / control.name / "check.sql"
            check.write_text(f"SELECT uid, iif(({asked}) IS NULL, 'pass', 'fail'), NULL, '', '' FROM aws_iam_role\n")
            run = assess(NORTHFIELD, more=("--content", broken))
            counts = {c["id"]: c["resources"] for p in run.report["practices"] for c in p["controls"]}[control.name]
            checks.check(name in run.err and run.err.count(f"{control.name}/check.sql") == 1, f"{name}: named once", run.err[:400])
            checks.check(counts["pass"] == counts["fail"] == 0 < counts["unknown"], f"{name}: its candidates are unknown", str(counts))
            shutil.rmtree(broken)

        # The day of the run is not the account's to know: `now` is NULL.
        clock = pathlib.Path(folder) / "clock"
        shutil.copytree(ROOT / "content", clock)
        (clock / "controls" / control.name / "check.sql").write_text(
            "SELECT uid, CASE WHEN date('now') IS NULL THEN 'unknown' ELSE 'pass' END, NULL, 'a clock', 'no clock' FROM aws_iam_role\n")
        run = assess(NORTHFIELD, more=("--content", clock))
        counts = {c["id"]: c["resources"] for p in run.report["practices"] for c in p["controls"]}[control.name]
        checks.check(counts["pass"] == 0 < counts["unknown"], "now is NULL within an account", str(counts))

        run = reeve("content", "test", "--content", whole)
        checks.check(run.status == 0, "every example holds either way", run.out[-400:] + run.err[-400:])
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
