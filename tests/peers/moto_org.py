#!/usr/bin/env python3
"""An organization of seven accounts in moto: what moto_truth.csv says of it, written before the organization was, is what Reeve finds.

moto is started on a free port, the organization is made in it with botocore, `reeve collect` reads it and `reeve assess` judges it: every
row of the table has its verdict, every call that moto lacks is named as unknown, and the snapshot judged twice gives the same bytes.

    moto_org.py --reeve PATH [--keep FOLDER]     # leaves the snapshot, summary and report there
"""

import argparse
import collections
import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
from lib_reeve import ROOT, Checks  # noqa: E402

try:
    import botocore  # noqa: F401
    import lib_moto
except ImportError:
    lib_moto = None


def run(command, environment=None, timeout=1200):
    return subprocess.run([str(word) for word in command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout)


def judged(checks, report, rows, uids):
    verdicts = {(one["control"], one["resource"]["uid"]): one for one in report["findings"]}
    for row in rows:
        uid = uids[row["account"], row["resource"]]
        found = verdicts.get((row["control"], uid))
        what = f"{row['account']} {row['resource']} {row['aws_fact']}: {row['control']}"
        if checks.check(found is not None, what, f"no verdict about {uid}"):
            checks.check(found["status"] == row["expected"], what, f"{found['status']} and not {row['expected']}: {found.get('reason', '')}")


def lacks(checks, folder, report, summary):
    """What moto has no code for: named wherever it was asked, and unknown."""
    calls = sorted({call for file in (ROOT / "content" / "resources").glob("*.yaml") for call in re.findall(r"call: ([\w-]+:\w+)", file.read_text())})
    lacking = lib_moto.lacking(folder, calls)
    checks.check(len(lacking) > 50, "moto lacks calls to be named", f"{len(lacking)} of {len(calls)}")
    failed = collections.defaultdict(set)
    for one in report["coverage"]["calls_failed"]:
        failed[one["operation"]].add(one["account"])
    errors = {one["operation"] for one in summary["errors"]}
    checks.check(errors <= set(failed), "each error of the collection is named by `assess`", str(sorted(errors - set(failed)))[:600])
    certain = {"account:GetContactInformation", "ec2:GetSnapshotBlockPublicAccessState", "ec2:GetImageBlockPublicAccessState", "ec2:GetInstanceMetadataDefaults",
               "accessanalyzer:ListAnalyzers", "resource-explorer-2:ListIndexes", "controltower:ListLandingZones", "securityhub:GetEnabledStandards"}
    checks.check(certain <= lacking, "what moto is known to lack is found lacking", str(sorted(certain - lacking)))
    for call in sorted(certain & lacking):
        checks.check(call in errors and call in failed, f"{call} is named", f"summary {call in errors}, report {call in failed}")


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
        command = [reeve, "assess", snapshot, "--format", "json", "--all"]
        first, second = run(command), run(command)
        checks.check(first.stdout == second.stdout and first.stdout, "the snapshot judged twice gives the same bytes")
        (work / "report.json").write_text(first.stdout)
        report = json.loads(first.stdout)
        judged(checks, report, rows, uids)
        lacks(checks, folder, report, summary)
        text = "".join(path.read_text(errors="replace") for path in snapshot.rglob("*") if path.is_file())
        checks.check("Not-a-real-1-password" not in text and "AWS_SECRET" not in text, "no secret is in the snapshot")
        if options.keep:
            (work / "uids.json").write_text(json.dumps({" ".join(key): uid for key, uid in uids.items()}, indent=1))
            os.sync()
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
