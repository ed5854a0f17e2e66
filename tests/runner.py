#!/usr/bin/env python3
"""Tests of run_tests.py itself: a suite that breaks off, contradicts itself or says nothing counts as failed."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import run_tests  # noqa: E402

GTEST = "[==========] 5 tests ran.\n[  PASSED  ] 3 tests.\n[  SKIPPED ] 1 test, listed below:\n[  SKIPPED ] A.b\n[  FAILED  ] 1 test, listed below:\n[  FAILED  ] A.c\n"
# what the suite prints, its status, how it is counted → (passed, failed, skipped), whether a reason is given
CASES = [
    ("3 passed, 0 failed, 1 skipped", 0, run_tests.counts_of_summary, (3, 0, 1), False),
    ("FAIL x\n2 passed, 1 failed, 0 skipped", 1, run_tests.counts_of_summary, (2, 1, 0), False),
    ("3 passed, 0 failed, 0 skipped", 1, run_tests.counts_of_summary, (3, 1, 0), True),
    ("2 passed, 1 failed, 0 skipped", 0, run_tests.counts_of_summary, (2, 1, 0), True),
    ("3 passed, 0 failed, 0 skipped\nand then it broke", 0, run_tests.counts_of_summary, (0, 1, 0), True),
    ("", 0, run_tests.counts_of_summary, (0, 1, 0), True),
    ("", 99, run_tests.counts_of_summary, (0, 1, 0), True),
    (GTEST, 1, run_tests.counts_of_gtest, (3, 1, 1), False),
    ("[==========] Running 5 tests\nSegmentation fault", 139, run_tests.counts_of_gtest, (0, 1, 0), True),
    ("752 example verdicts, 2 wrong, 1 not run", 1, run_tests.counts_of_examples, (750, 2, 1), False),
    ("752 example verdicts, 0 wrong, 0 not run", 3, run_tests.counts_of_examples, (752, 1, 0), True),
]


def main():
    passed = failed = 0
    for text, status, counts, wanted, reason in CASES:
        program = f"import sys; sys.stdout.write({text!r}); sys.exit({status})"
        got, _, _, why = run_tests.run(run_tests.Suite("suite", [sys.executable, "-c", program], counts), None)
        if got == wanted and bool(why) == reason:
            passed += 1
        else:
            failed += 1
            print(f"FAIL {text!r} with status {status}: {got}, {why!r}; expected {wanted}")
    got, _, _, why = run_tests.run(run_tests.Suite("suite", ["/nowhere/to/be/found"], run_tests.counts_of_summary), None)
    passed, failed = (passed + 1, failed) if got == (0, 1, 0) and why else (passed, failed + 1)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
