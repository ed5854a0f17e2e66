#!/usr/bin/env python3
"""The same input gives the same bytes: run twice, with one, two and four threads, sources named in another order, and in a workspace.

    python3 tests/determinism.py [--reeve PROGRAM]

Text and JSON are compared byte for byte. Where history is kept only what speaks of it may differ: when a finding was first seen.
"""

import argparse
import difflib
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import AS_OF, AUTHORIZATION, CLOUDMAPPER, NORTHFIELD, ROOT, Checks, assess, built, reeve  # noqa: E402

HISTORY = ("first_seen", "openings", "opened", "not_rejudged")


def first_difference(a, b):
    for line in difflib.unified_diff(a.splitlines(), b.splitlines(), lineterm="", n=0):
        if line[:1] in "+-" and line[:3] not in ("+++", "---"):
            return line[:300]
    return "only the end of a line differs"


def without_history(text):
    report = json.loads(text)
    report.pop("history", None)
    for finding in report["findings"]:
        for key in HISTORY:
            finding.pop(key, None)
    return json.dumps(report, indent=1)


def same(checks, what, a, b):
    checks.check(a == b, what, "" if a == b else first_difference(a, b))


def packed(checks, work):
    """One export as a folder, with each file packed, and as archives: the same report but for where things stand."""
    plain = work / "plain" / "estate"
    shutil.copytree(NORTHFIELD, plain)
    for path in plain.rglob("*"):
        if path.is_file():
            moment = int(path.stat().st_mtime)  # as a tar keeps it
            os.utime(path, (moment, moment))
    files = work / "files" / "estate"
    for path in sorted(p for p in plain.rglob("*") if p.is_file()):
        to = files / path.relative_to(plain)
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".json":
            to = to.with_name(to.name + ".gz")
            with gzip.open(to, "wb") as file:
                file.write(path.read_bytes())
        else:
            to.write_bytes(path.read_bytes())
        os.utime(to, (path.stat().st_mtime, path.stat().st_mtime))
    forms = {"each file in gzip": work / "files", "tar": work / "x.tar", "tar.gz": work / "x.tar.gz"}
    for name, mode in (("x.tar", "w"), ("x.tar.gz", "w:gz")):
        with tarfile.open(work / name, mode) as archive:
            archive.add(plain, "estate")
    if shutil.which("zstd"):
        subprocess.run(["zstd", "-q", work / "x.tar", "-o", work / "x.tar.zst"], check=True)
        forms["tar.zst"] = work / "x.tar.zst"
    else:
        checks.skip("tar.zst", "zstd is not installed", "that an archive in Zstandard gives the same report")

    def told(source):
        """The report without the path that stands before the export and without what packing adds to a name."""
        text = assess(source).out.replace(f"{source}!", "").replace(f"{source}/", "").replace(".json.gz", ".json")
        report = json.loads(text)
        report["sources"].sort(key=lambda one: one["path"])
        for finding in report["findings"]:
            finding.pop("id")  # of a template's resource: a digest of the path
        report["findings"].sort(key=lambda one: (one["control"], one["resource"]["uid"]))
        return json.dumps(report, indent=1)

    first = told(work / "plain")
    for what, source in forms.items():
        same(checks, f"northfield as {what}", first, told(source))


FUNCTIONS = {"Functions": [{"FunctionName": "old", "FunctionArn": "arn:aws:lambda:us-east-1:222233334444:function:old", "Runtime": "python3.8",
                            "PackageType": "Zip"}]}
REPORT = "user,arn,user_creation_time\n<root_account>,arn:aws:iam::222233334444:root,2020-01-01T00:00:00+00:00\n"
# When the function was changed and the files were written (None: in an archive without times), the report being of 5 January 2023 → the
# moment judged, its basis, and whether the runtime, deprecated on 14 October 2024, passes.
MOMENTS = [
    ("2023-01-01T00:00:00.000+0000", 1795305600, "2023-01-05T00:00:00Z", "stated", "pass"),  # nothing says that it is later
    ("2023-01-05T20:00:00.000+0000", 1795305600, "2023-01-05T20:00:00Z", "stated", "pass"),  # one export
    ("2023-05-01T00:00:00.000+0000", 1795305600, "2026-11-22T00:00:00Z", "file", "fail"),
    ("2025-05-01T00:00:00.000+0000", 1000000000, "2025-05-01T00:00:00Z", "file", "fail"),  # files older than what they hold
    ("2023-05-01T00:00:00.000+0000", 0, None, "clock", "fail"),
]


def old_of(report):
    return [one["status"] for one in report["findings"] if one["control"] == "function-runtime-supported" and one["resource"]["uid"].endswith(":old")]


def moments(checks, work):
    """A date that a reply mentions is a bound: it never makes the moment judged one of years ago."""
    for changed, mtime, moment, basis, status in MOMENTS:
        export = work / "moments" / "222233334444" / "us-east-1"
        export.mkdir(parents=True, exist_ok=True)
        for name, reply in (("lambda-list-functions.json", {"Functions": [dict(FUNCTIONS["Functions"][0], LastModified=changed)]}),
                            ("iam-get-credential-report.json", {"Content": REPORT, "ReportFormat": "text/csv", "GeneratedTime": "2023-01-05T00:00:00+00:00"})):
            (export / name).write_text(json.dumps(reply))
            os.utime(export / name, (mtime, mtime))
        done = assess(work / "moments", as_of=None)
        found = old_of(done.report)
        told = (done.report["as_of_basis"], found, done.report["generated_at"] if moment else None)
        checks.check(told == (basis, [status], moment), f"changed {changed}, files of {mtime}: as of {moment}", told)
        if basis != "stated":
            checks.check("2023-01-05" in done.err and changed[:10] in done.err, f"changed {changed}: both dates are said", done.err[-400:])
        again = assess(work / "moments", as_of=done.report["generated_at"]).report
        checks.check(old_of(again) == found, f"changed {changed}: --as-of gives the same", old_of(again))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "that the same input gives the same bytes"):
        return checks.end()
    inputs = [("northfield", [NORTHFIELD])]
    if CLOUDMAPPER.exists() and AUTHORIZATION.exists():
        inputs += [("cloudmapper", [CLOUDMAPPER]), ("three sources", [NORTHFIELD, CLOUDMAPPER, AUTHORIZATION])]
    else:
        checks.skip("real accounts", f"no {CLOUDMAPPER.parent}", "that real input gives the same bytes")
    for name, sources in inputs:
        first = assess(*sources)
        checks.check(first.status in (0, 1) and len(first.out) > 10000, f"{name}: a report", f"{first.status}: {first.err[:300]}")
        same(checks, f"{name}: twice", first.out, assess(*sources).out)
        for threads in (1, 2, 4):
            same(checks, f"{name}: {threads} threads", first.out, assess(*sources, env={"REEVE_THREADS": str(threads)}).out)
        if len(sources) > 1:
            same(checks, f"{name}: in another order", first.out, assess(*reversed(sources)).out)
            same(checks, f"{name}: one of them named twice", first.out, assess(*sources, sources[0]).out)
        without = reeve("assess", *sources, "--format", "json")
        time.sleep(0.05)  # an input without `--as-of` is judged by its own times, not by the clock's
        same(checks, f"{name}: twice without --as-of", without.out, reeve("assess", *sources, "--format", "json").out)
        text = [reeve("assess", *sources, "--as-of", AS_OF, env={"REEVE_THREADS": str(n)}).out for n in (1, 4)]
        same(checks, f"{name}: as text", *text)

    # The parts of a folder named one by one, in either order: the same verdicts, each file found once.
    parts = sorted(p for p in NORTHFIELD.iterdir() if p.is_dir())
    one = {(f["control"], f["resource"]["uid"], f["status"]) for f in assess(NORTHFIELD).report["findings"]}
    for order in (parts, parts[::-1]):
        other = {(f["control"], f["resource"]["uid"], f["status"]) for f in assess(*order).report["findings"]}
        checks.check(one == other, "northfield by its parts " + " ".join(p.name for p in order), str(sorted(one ^ other)[:3]))

    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        # Copies with other file times and another order in the directory.
        copy = work / "copy" / "northfield"
        shutil.copytree(NORTHFIELD, copy)
        here = assess("copy/northfield", cwd=work).out
        os.rename(work / "copy", work / "first")
        (work / "copy").mkdir()
        for path in sorted((p for p in (work / "first" / "northfield").rglob("*") if p.is_file()), reverse=True):
            to = copy / path.relative_to(work / "first" / "northfield")
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, to)
        same(checks, "northfield copied in another order", here, assess("copy/northfield", cwd=work).out)

        packed(checks, work)
        moments(checks, work)

        (work / "space").mkdir()
        (work / "space" / "reeve.yaml").write_text("organization: Northfield Group\n")
        runs = [assess(NORTHFIELD, more=["--workspace", work / "space"], env={"REEVE_THREADS": str(n)}) for n in (2, 1, 4)]
        for i in (1, 2):
            checks.check(runs[i].status == runs[0].status, f"workspace: run {i + 1} ends as the first", f"{runs[i].status}: {runs[i].err[:300]}")
            same(checks, f"workspace: run {i + 1} equals the first but for history", without_history(runs[0].out), without_history(runs[i].out))
        firsts = [{f["id"]: f.get("first_seen") for f in run.report["findings"] if f["status"] != "pass"} for run in runs]
        checks.check(firsts[0] == firsts[1] == firsts[2], "workspace: when a finding was first seen stays")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
