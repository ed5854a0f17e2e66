#!/usr/bin/env python3
"""Holds the report to its readers' settings and patience: zoom, text spacing, Tab through all of it, small estates, a hundred thousand rows.

    build/.venv/bin/python tests/browser/fit.py [--reeve PROGRAM]
"""

import argparse
import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
from lib_browser import drive, example, findings, missing, report  # noqa: E402
import lib_reeve  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    reeve = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = lib_reeve.Checks()
    why = missing(reeve, ["playwright-core", "axe-core"])
    if why:
        checks.skip("everything", why, "zoom, text spacing, Tab through the page, the speed of a large report")
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="reeve-fit-") as name:
        folder = pathlib.Path(name)
        (folder / "empty").mkdir()
        one = folder / "estate" / "111122223333" / "us-east-1"
        one.mkdir(parents=True)
        (one / "ec2-describe-volumes.json").write_text(json.dumps({"Volumes": [{"VolumeId": "vol-1", "Encrypted": True}]}))
        files = {"northfield": example(reeve, folder)["html"], "empty": report(reeve, folder, "empty-report", ["empty"]), "one": report(reeve, folder, "one-report", ["estate"])}
        large = findings(reeve, folder, "many", 140)
        if large:
            verdicts = json.loads(large["json"].read_text())["verdicts"]
            checks.check(verdicts["fail"] + verdicts["unknown"] >= 100_000, "the large report holds a hundred thousand findings", verdicts)
            files["many"] = large["html"]
        else:
            checks.skip("a hundred thousand findings", "bench_make_config is not built", "how long a reader waits")
        for line in drive(checks, "fit.mjs", 20, files=files):
            print(line)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
