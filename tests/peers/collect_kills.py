#!/usr/bin/env python3
"""`reeve collect` killed at 50 random points, each time gone on with to the end: collect_double.py with more kills than the ordinary suite has time for.

    collect_kills.py --reeve PATH [--kills N]
"""

import argparse
import pathlib
import subprocess
import sys

DOUBLE = pathlib.Path(__file__).resolve().parent.parent / "collect_double.py"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", required=True)
    parser.add_argument("--kills", default="50")
    options = parser.parse_args()
    return subprocess.run([sys.executable, DOUBLE, "--reeve", options.reeve, "--kills", options.kills, "--only", "kills"]).returncode


if __name__ == "__main__":
    sys.exit(main())
