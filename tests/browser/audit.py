#!/usr/bin/env python3
"""Holds the report to Lighthouse's marks on a desktop, with ten thousand findings over loopback, and to the rules of HTML.

    build/.venv/bin/python tests/browser/audit.py [--reeve PROGRAM]
"""

import argparse
import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
from lib_browser import drive, example, findings, missing, report  # noqa: E402
import lib_reeve  # noqa: E402
from lib_page import hostile_estate  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    reeve = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = lib_reeve.Checks()
    shown = "Lighthouse's marks and whether the file is valid HTML"
    why = missing(reeve, ["playwright-core", "lighthouse", "html-validate", "parse5"])
    if why:
        checks.skip("everything", why, shown)
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="reeve-audit-") as name:
        folder = pathlib.Path(name)
        (folder / "empty").mkdir()
        words = hostile_estate(folder)
        files = {"northfield": example(reeve, folder)["html"], "hostile": report(reeve, folder, "hostile", words[:words.index("--as-of")]), "empty": report(reeve, folder, "empty-report", ["empty"])}
        large = findings(reeve, folder, "ten_thousand", 14)
        if large is None:
            checks.skip("Lighthouse", "bench_make_config is not built", shown)
            return checks.end()
        verdicts = json.loads(large["json"].read_text())["verdicts"]
        checks.check(10_000 <= verdicts["fail"] + verdicts["unknown"] <= 20_000, "the large report holds ten thousand findings", verdicts)
        drive(checks, "audit.mjs", 14, files=dict(files, ten_thousand=large["html"]))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
