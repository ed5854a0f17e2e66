#!/usr/bin/env python3
"""Holds `reeve assess examples/northfield` against the estate's truth table: everything found, nothing invented.

    python3 tests/northfield.py [--reeve PROGRAM]

truth.csv says for each resource what AWS shows and the verdict that follows; truth-controls.csv says which control asks which of its
questions (`control_hint`). For each control named there every row of its hint must have exactly the expected verdict, and every fail
that the control reports must be in the table. A row `unknown` about something that no reply shows (its listing was denied) is met
when the failed call is named in `coverage.calls_failed`.
"""

import argparse
import csv
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ESTATE = ROOT / "examples" / "northfield"


def assess(reeve):
    run = subprocess.run([reeve, "assess", "examples/northfield", "--format", "json", "--all"], cwd=ROOT, capture_output=True, text=True)
    if run.returncode not in (0, 1):
        sys.exit(f"`reeve assess examples/northfield` ended with {run.returncode}:\n{run.stderr[:2000]}")
    return json.loads(run.stdout)


def native(uid):
    """Templates stand in the table by their path in the estate, whatever path was given to the run."""
    return uid.removeprefix("examples/northfield/")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    options = parser.parse_args()
    if not pathlib.Path(options.reeve).exists():
        print(f"SKIPPED: {options.reeve} is not built; whether the estate's truth is found is not shown")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    truth = list(csv.DictReader((ESTATE / "truth.csv").open()))
    asked = list(csv.DictReader((ESTATE / "truth-controls.csv").open()))
    report = assess(options.reeve)
    controls = {c["id"] for p in report["practices"] for c in p["controls"]}
    verdicts = {}
    for f in report["findings"]:
        verdicts.setdefault((f["control"], native(f["resource"]["uid"])), set()).add(f["status"])
    failed_calls = {(c["operation"], c["account"], c["region"]) for c in report["coverage"]["calls_failed"]}
    passed, failures = 0, []

    def said_by_a_call(row):
        call = re.match(r"([\w-]+:\w+)", row["aws_fact"])
        place = re.match(r"(?:aws/|arn:aws:[\w-]+:([\w-]*):)(\d{12})(?:/([\w-]+))?", row["resource"])
        return call and place and (call[1], place[2], place[1] or place[3]) in failed_calls

    for pair in asked:
        control, rows = pair["control"], [r for r in truth if r["control_hint"] == pair["control_hint"]]
        if control not in controls:
            failures.append(f"{control}: truth-controls.csv names it, content/ has no such control")
            continue
        if not rows:
            failures.append(f"{control}: truth.csv has no row `{pair['control_hint']}`")
        expected_fails = set()
        for row in rows:
            found = verdicts.get((control, row["resource"]), {"not_applicable"})
            expected_fails |= {row["resource"]} if row["expected"] == "fail" else set()
            if found == {row["expected"]} or (row["expected"] == "unknown" and "not_applicable" in found and said_by_a_call(row)):
                passed += 1
            else:
                failures.append(f"{control}: {row['resource']}: {row['fact']} ({row['aws_fact']}): expected {row['expected']}, found {' and '.join(sorted(found))}")
        invented = sorted(u for (c, u), found in verdicts.items() if c == control and "fail" in found and u not in expected_fails)
        told = {r["resource"] for r in rows}
        failures += [f"{control}: {u}: fails, and no row of the truth says so" for u in invented if u not in told]
        passed += not invented
    for failure in failures:
        print("FAILED", failure)
    print(f"{passed} passed, {len(failures)} failed, 0 skipped")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
