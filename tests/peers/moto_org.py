#!/usr/bin/env python3
"""An organization of seven accounts in moto: what moto_truth.csv says of it, written before the organization was, is what Reeve finds.

moto is started on a free port, the organization is made in it with botocore, `reeve collect` reads it and `reeve assess` judges it: every
row of the table has its verdict, every call that moto lacks is named as unknown, and the snapshot gives the same bytes again: judged twice,
and from a copy.

    moto_org.py --reeve PATH [--keep FOLDER]     # leaves the snapshot, summary and report there
"""

import argparse
import collections
import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
from lib_reeve import ROOT, Checks  # noqa: E402

MOMENT = "2027-01-31T00:00:00Z"

try:
    import botocore  # noqa: F401
    import lib_moto
except ImportError:
    lib_moto = None


def run(command, environment=None, timeout=1200, place=ROOT):
    return subprocess.run([str(word) for word in command], cwd=place, env=environment, capture_output=True, text=True, timeout=timeout)


def judged(checks, report, rows, uids):
    verdicts = {(one["control"], one["resource"]["uid"]): one for one in report["findings"]}
    for row in rows:
        uid = uids[row["account"], row["resource"]]
        found = verdicts.get((row["control"], uid))
        what = f"{row['account']} {row['resource']} {row['aws_fact']}: {row['control']}"
        if checks.check(found is not None, what, f"no verdict about {uid}"):
            checks.check(found["status"] == row["expected"], what, f"{found['status']} and not {row['expected']}: {found.get('reason', '')}")


def lacks(checks, folder, plan, management, report, summary):
    """What moto has no code for: asked, it is named wherever it was asked; not asked, the call that leads to it was not answered, or another
    one that was answered tells the same. No verdict stands on it but unknown."""
    lacking = lib_moto.lacking(folder, sorted({one["call"] for one in plan["calls"]}))
    checks.check(len(lacking) > 50, "moto lacks calls to be named", f"{len(lacking)} of {len(plan['calls'])}")
    failed, places = collections.defaultdict(set), collections.defaultdict(set)
    for one in report["coverage"]["calls_failed"]:
        failed[one["operation"]].add((one["account"], one["region"]))
    for one in summary["errors"]:
        places[one["operation"]].add((one["account"], one["region"]))
    for call in sorted(places):
        checks.check(places[call] <= failed[call], f"{call}: each error of the collection is named by `assess`", str(sorted(places[call] - failed[call]))[:300])
    refused = set(places) | {one["operation"] for kind in ("denied", "not_enabled", "unsupported") for one in summary[kind]}
    everywhere = {"account": {(one["id"], "global") for one in summary["accounts"]},
                  "region": {(one["id"], region) for one in summary["accounts"] for region in one["regions"]}}
    unknown, certain = collections.Counter(), collections.Counter()
    for one in report["findings"]:
        said = one.get("reason", "") + " " + " ".join(evidence.get("source", "") for evidence in one["evidence"])
        for call in set(re.findall(r"[a-z0-9-]+:[A-Z]\w+", said)) & lacking:
            (unknown if one["status"] == "unknown" else certain)[call] += 1
    verdicts = collections.Counter()
    for one in report["coverage"]["calls_failed"]:
        verdicts[one["operation"]] += one["verdicts"]
    rows = collections.defaultdict(list)
    for one in plan["calls"]:
        rows[one["call"]].append(one)
    for call in sorted(lacking):
        row = rows[call][0]
        checks.check(not certain[call], f"{call}: no verdict but unknown stands on it", str(certain[call]))
        if row.get("told_by"):
            checks.check(call not in places and not set(row["told_by"]) & refused, f"{call}: not asked, since another tells the same", str(row["told_by"]))
        elif call in places:
            if not row["parameters"] and row["scope"] in everywhere:
                expected = {place for place in everywhere[row["scope"]] if "asked_by" not in row or place[0] == management}
                checks.check(places[call] == expected, f"{call}: named in each place", str(sorted(expected ^ places[call]))[:300])
            checks.check(not verdicts[call] or unknown[call], f"{call}: {verdicts[call]} verdicts hang on it, and it is named in them")
        else:
            checks.check(row["after"] and set(row["after"]) <= refused | lacking, f"{call}: asked, or what leads to it is not answered", str(row["after"]))


def replayed(checks, work, reeve, snapshot):
    """The same bytes twice, and from a copy in another place."""
    def judged_in(folder):
        return run([reeve, "assess", "snapshot", "--format", "json", "--all", "--as-of", MOMENT], place=folder).stdout

    copy = work / "copy"
    copy.mkdir()
    shutil.copytree(snapshot, copy / "snapshot")
    here, there = judged_in(work), judged_in(copy)
    checks.check(here and here == there == judged_in(work), "the snapshot judged twice, and its copy elsewhere, give the same bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    parser.add_argument("--keep")
    options = parser.parse_args()
    reeve = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    shown = "that Reeve finds what is true in an organization made elsewhere"
    if lib_moto is None or not reeve.exists():
        checks.skip("everything", "botocore is not installed" if lib_moto is None else f"{reeve} is not built", shown)
        return checks.end()
    folder = lib_moto.venv(ROOT / "build")
    if folder is None:
        checks.skip("everything", "moto could not be installed", shown)
        return checks.end()
    rows = list(csv.DictReader((HERE / "moto_truth.csv").open()))
    with tempfile.TemporaryDirectory(prefix="moto-") as temporary:
        work = pathlib.Path(options.keep or temporary)
        work.mkdir(parents=True, exist_ok=True)
        snapshot = work / "snapshot"
        with (work / "moto.log").open("w") as log, lib_moto.Moto(folder, log) as moto:
            numbers, uids = lib_moto.make_organization(moto)
            missing = [row for row in rows if (row["account"], row["resource"]) not in uids]
            checks.check(not missing and len(numbers) >= 6, "the organization has what the table names", str(missing[:3]))
            collected = run([reeve, "collect", "--out", snapshot, "--endpoint-url", moto.endpoint, "--role-name", lib_moto.ROLE, "--regions",
                             f"{lib_moto.REGION},us-east-1"], moto.environment())
        checks.check(collected.returncode == 3, "the collection ends, incomplete for what moto lacks", f"{collected.returncode}: {collected.stderr[-800:]}")
        if not checks.check((snapshot / "summary.json").exists(), "it leaves a summary", collected.stderr[-800:]):
            return checks.end()
        summary = json.loads((snapshot / "summary.json").read_text())
        read = {one["id"] if isinstance(one, dict) else one for one in summary["accounts"]}
        checks.check(set(numbers.values()) <= read, "every account of the organization is read", str(sorted(set(numbers.values()) - read)))
        done = run([reeve, "assess", snapshot, "--format", "json", "--all"])
        (work / "report.json").write_text(done.stdout)
        report = json.loads(done.stdout)
        judged(checks, report, rows, uids)
        lacks(checks, folder, json.loads(run([reeve, "collect", "--plan", "--format", "json"]).stdout), numbers["management"], report, summary)
        replayed(checks, work, reeve, snapshot)
        text = "".join(path.read_text(errors="replace") for path in snapshot.rglob("*") if path.is_file())
        checks.check("Not-a-real-1-password" not in text and "AWS_SECRET" not in text, "no secret is in the snapshot")
        if options.keep:
            (work / "uids.json").write_text(json.dumps({" ".join(key): uid for key, uid in uids.items()}, indent=1))
            os.sync()
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
