#!/usr/bin/env python3
"""Opens reports in headless Chromium, from a file and without a network, and holds what a person would meet to the checklist.

    python3 tests/browser/report.py [--reeve PROGRAM]

Makes the reports (the example estate in a workspace, hostile names, an estate that answers nothing, a hundred thousand findings) and
their `--format json`, and gives them to report.mjs, which drives the browser and prints a line for each claim that does not hold.
Needs chromium and node, and the packages of tests/browser/packages.txt in build/browser.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import imports  # noqa: E402
import lib_reeve  # noqa: E402
from lib_page import hostile_estate  # noqa: E402
from lib_reeve import NORTHFIELD, ROOT, Checks  # noqa: E402


def reports(reeve, folder, name, words):
    """The same run as page and as JSON; with a workspace the second run must not differ from the first."""
    made = {}
    for form in ("html", "json"):
        made[form] = folder / f"{name}.{form}"
        done = subprocess.run([reeve, "assess", *map(str, words), "--fail-on", "never", "--quiet", "--format", form, "--out", str(made[form])], cwd=folder, capture_output=True, text=True)
        if done.returncode not in (0, 3):
            sys.exit(f"assess {words} ended with {done.returncode}: {done.stderr[-1000:]}")
    return made


def many_findings(bench, reeve, folder, checks):
    """Config snapshots of as many accounts as make a hundred thousand findings."""
    probe = folder / "probe"
    subprocess.run([bench, str(probe), "--accounts", "2", "--resources", "1000"], check=True, capture_output=True)
    found = json.loads(reports(reeve, folder, "probe", ["probe/export", "--as-of", "2026-11-22T00:00:00Z"])["json"].read_text())["verdicts"]
    accounts = 2 * 104_000 // (found["fail"] + found["unknown"]) + 1
    subprocess.run([bench, str(folder / "many"), "--accounts", str(accounts), "--resources", "1000"], check=True, capture_output=True)
    made = reports(reeve, folder, "many-findings", ["many/export", "--as-of", "2026-11-22T00:00:00Z"])
    verdicts = json.loads(made["json"].read_text())["verdicts"]
    findings, size = verdicts["fail"] + verdicts["unknown"] + verdicts["excepted"], made["html"].stat().st_size
    checks.check(findings >= 100_000, "the large report holds a hundred thousand findings", findings)
    checks.check(size <= 5_000_000 * findings / 100_000, "a hundred thousand findings fit into 5 MB", f"{size} bytes for {findings}")
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    reeve = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    chromium = os.environ.get("REEVE_CHROMIUM") or shutil.which("chromium")
    node = shutil.which("node")
    modules = ROOT / "build" / "browser" / "node_modules"
    for there, what in ((reeve.exists(), f"{reeve} is not built"), (chromium, "chromium is not installed"), (node, "node is not installed"),
                        ((modules / "playwright-core").exists() and (modules / "axe-core").exists(), "the packages of tests/browser/packages.txt are not in build/browser")):
        if not there:
            checks.skip("everything", what, "what a browser makes of the report")
            return checks.end()
    with tempfile.TemporaryDirectory(prefix="reeve-browser-") as name:
        folder = pathlib.Path(name)
        work = folder / "northfield-workspace"
        (work / "exceptions").mkdir(parents=True)
        (work / "reeve.yaml").write_text("organization: Northfield Group\n")
        (work / "exceptions" / "site.yaml").write_text('control: bucket-versioned\nresource: "arn:aws:s3:::*"\nowner: web\napprover: a.rossi\nreason: rebuilt each night\nexpires: 2027-02-01\n')
        for moment in ("2026-10-20T00:00:00Z", "2026-11-10T00:00:00Z"):  # earlier runs, so that there is a trend
            subprocess.run([reeve, "assess", NORTHFIELD, "--workspace", work, "--as-of", moment, "--quiet"], cwd=folder, capture_output=True)
        denied = folder / "denied" / "111122223333" / "us-east-1"
        denied.mkdir(parents=True)
        for call in ("ec2-describe-volumes", "s3-list-buckets", "iam-get-account-summary"):
            (denied / f"{call}.json").write_text('{"Error": {"Code": "AccessDenied", "Message": "no"}}')
        cases = {"northfield": [NORTHFIELD, "--workspace", work], "hostile": hostile_estate(folder), "denied": ["denied", "--as-of", "2026-11-22T00:00:00Z"]}
        # What other tools found, beside ours on both pages.
        (folder / "prowler.csv").write_text(imports.prowler_csv(imports.ROWS))
        (folder / "asff.json").write_text(json.dumps(imports.ASFF))
        for exports, workspace in (("prowler.csv asff.json", work), ("others.ndjson", folder / "work")):
            subprocess.run([reeve, "import", *exports.split(), "--workspace", workspace], cwd=folder, check=True, capture_output=True)
        files = {what: {form: str(path) for form, path in reports(reeve, folder, what, words).items()} for what, words in cases.items()}
        bench = reeve.parent / "bench_make_config"
        if bench.exists():
            files["many"] = {form: str(path) for form, path in many_findings(bench, reeve, folder, checks).items()}
        else:
            checks.skip("a hundred thousand findings", f"{bench} is not built", "the size and speed of a large report")
        run = subprocess.run([node, str(HERE / "report.mjs"), json.dumps({"files": files, "chromium": chromium, "modules": str(modules), "folder": str(folder)})], capture_output=True, text=True, timeout=1200)
        passed = run.stdout.count("\nok ") + run.stdout.startswith("ok ")
        checks.passed += passed
        for line in run.stdout.splitlines():
            if line.startswith("FAILED "):
                checks.check(False, line[7:])
        checks.check(run.returncode == 0 and passed > 60, "the browser's suite ran to its end", f"status {run.returncode}, {passed} claims held\n{run.stderr[-3000:]}")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
