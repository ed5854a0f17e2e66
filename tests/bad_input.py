#!/usr/bin/env python3
"""Bad input: a named error or a named unknown, the rest judged, the store intact, the exit status of design section 9.

    python3 tests/bad_input.py [--reeve PROGRAM] [--only WORD]

Each case lays out a *bystander*, one account of the example estate without a fault in its files, and beside it what is wrong. Then
four things must hold: the trouble is named where it was met (standard error, or `coverage` of the report), no fact that it hid became
a pass, the bystander's verdicts are those of a run without the trouble, and the status is the one that the trouble deserves. Memory
and time are bounded as well, but under sanitizers, where both mean nothing.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from bad_input_cases import CASES  # noqa: E402
from bad_input_kit import BYSTANDER, Case  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Suite:
    def __init__(self, reeve, folder):
        self.reeve, self.folder = str(pathlib.Path(reeve).resolve()), folder
        self.passed = self.failed = self.skipped = 0
        self.sanitized = b"__asan_init" in pathlib.Path(reeve).read_bytes()
        self.bystander = folder / "bystander"
        # Without what was denied, so that a fault beside it shows.
        shutil.copytree(ROOT / "examples" / "northfield" / "cli" / BYSTANDER, self.bystander)
        (folder / "plain").mkdir()
        plain = Case(self, "plain/alone").assess()
        if plain.report is None or plain.status != 1:
            sys.exit(f"the bystander alone is not judged: status {plain.status}\n{plain.err}")
        self.baseline = plain.verdicts(BYSTANDER)

    def count(self, name, holds, detail):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAIL {name}\n       " + str(detail).strip().replace("\n", "\n       "), flush=True)

    def skip(self, why):
        self.skipped += 1
        print(f"SKIPPED: {why}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    parser.add_argument("--only", default="", help="cases whose name contains this")
    options = parser.parse_args()
    if not pathlib.Path(options.reeve).exists():
        print(f"SKIPPED: {options.reeve} is not built; what bad input does is not shown\n0 passed, 0 failed, 1 skipped")
        return 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="reeve-bad-input-"))
    try:
        suite = Suite(options.reeve, folder)
        for case in CASES:
            if options.only in case.__name__:
                case(Case(suite, case.__name__))
                shutil.rmtree(folder / case.__name__, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{suite.passed} passed, {suite.failed} failed, {suite.skipped} skipped")
    return 1 if suite.failed else 0


if __name__ == "__main__":
    sys.exit(main())
