#!/usr/bin/env python3
"""Holds the paths of content/resources against the published JMESPath cases.

    python3 tests/jmespath_cases.py [--reeve build/reeve]

The cases ship with the Go module github.com/jmespath/go-jmespath (Apache-2.0); they are fetched when the test runs and are no part of
the repository. The test program beside the reeve named runs those of its test that need them; without Go or the module it is skipped.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULE = "github.com/jmespath/go-jmespath@v0.4.0"


def summary(passed, failed, skipped):
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


def fetch():
    """The folder of the cases, or None with the reason printed."""
    if not shutil.which("go"):
        print("skipped: go is not installed, which fetches the published JMESPath cases")
        return None
    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(["go", "mod", "download", "-json", MODULE], cwd=empty, capture_output=True, text=True,
                              timeout=300, env={**os.environ, "GO111MODULE": "on"})
    try:
        folder = pathlib.Path(json.loads(done.stdout)["Dir"]) / "compliance"
    except (ValueError, KeyError):
        folder = None
    if folder is None or not folder.is_dir():
        print(f"skipped: {MODULE} cannot be fetched: {(done.stderr or done.stdout).strip()[:300]}")
        return None
    return folder


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve", default=ROOT / "build" / "reeve", type=pathlib.Path)
    program = parser.parse_args().reeve.parent / "test_estate"
    if not program.exists():
        print(f"skipped: {program} is not built")
        summary(0, 0, 1)
    folder = fetch()
    if folder is None:
        summary(0, 0, 1)
    done = subprocess.run([program, "--gtest_also_run_disabled_tests", "--gtest_filter=*AgreesWithThePublishedCases"], capture_output=True, text=True,
                          env={**os.environ, "REEVE_JMESPATH_CASES": str(folder)})
    agreed = re.search(r"^(\d+) cases agree, (\d+) are outside", done.stdout, re.M)
    if done.returncode != 0 or not agreed or int(agreed.group(1)) < 200:
        print(done.stdout + done.stderr)
        summary(0, 1, 0)
    print(agreed.group(0) + " the subset")
    summary(int(agreed.group(1)), 0, 0)


if __name__ == "__main__":
    main()
