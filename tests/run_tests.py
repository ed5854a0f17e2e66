#!/usr/bin/env python3
"""Runs the test suites and sums them up.

    python3 tests/run_tests.py [--build FOLDER] [--jobs N] [--peers] [--browser] [--list] [PATTERN]

A suite is a program whose output ends in `N passed, N failed, N skipped`: the unit tests (FOLDER/test_ROOM, whose own summary is
translated), the examples of every control, and each file tests/*.py that starts with `#!`. A suite that says `"--reeve"` in its
source is told which program to test. One line is printed for each suite, the output of those that failed in full, what was skipped
with its reason, and last the sum. A suite that breaks off without a summary, or whose exit status contradicts it, counts as a
failure: a test that cannot fail is none.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")
TIMEOUT_S = 1500
# What takes longest begins first, longest ahead: a long suite that begins last is waited for with nothing beside it. A suite that is not
# named here takes less than half a minute; a name that is wrong or old costs nothing but time.
LONGEST = """mutations break_one within_account outputs bad_input add_content assess_alerts redaction model_derive access_scp_impact
history plan test_model determinism access_hard_input house model_report access_guardrails access_public""".split()
# What mostly waits (for a queue's messages to come back, for a throttled call's next try) is run beside the others and takes the place of none.
WAITING = """collect_double detect_outbox detect_queue aws_double attest detect_metrics collect_follow test_collect""".split()


class Suite:
    def __init__(self, name, command, counts, under_sanitizers=True):
        self.name, self.command, self.counts, self.under_sanitizers = name, command, counts, under_sanitizers


def counts_of_summary(output):
    """(passed, failed, skipped) of the last line, None if it is no summary."""
    lines = output.rstrip().splitlines()
    match = SUMMARY.match(lines[-1]) if lines else None
    return tuple(int(n) for n in match.groups()) if match else None


def counts_of_gtest(output):
    passed = re.search(r"^\[  PASSED  \] (\d+) test", output, re.M)
    if not passed:
        return None
    failed = re.search(r"^\[  FAILED  \] (\d+) test", output, re.M)
    skipped = re.search(r"^\[  SKIPPED \] (\d+) test", output, re.M)
    return int(passed.group(1)), int(failed.group(1)) if failed else 0, int(skipped.group(1)) if skipped else 0


def counts_of_examples(output):
    match = re.search(r"^([\d,]+) example verdicts?, ([\d,]+) wrong, ([\d,]+) not run", output, re.M)
    if not match:
        return None
    total, wrong, not_run = (int(n.replace(",", "")) for n in match.groups())
    return total - wrong, wrong, not_run


def is_program(path):
    with path.open() as file:
        return file.readline().startswith("#!")


def python_suite(path, reeve, name=None, more=()):
    words = [sys.executable, str(path)]
    speaks_to_reeve = '"--reeve"' in path.read_text()
    if speaks_to_reeve:
        words += ["--reeve", str(reeve)]
    return Suite(name or path.stem, words + list(more), counts_of_summary, under_sanitizers=speaks_to_reeve)


def suites(options):
    build = ROOT / options.build
    reeve = build / "reeve"
    tests = ROOT / "tests"
    if options.browser:
        return [python_suite(path, reeve, f"browser/{path.stem}") for path in sorted((tests / "browser").glob("*.py")) if is_program(path)]
    found = [python_suite(path, reeve) for path in sorted(tests.glob("*.py")) if is_program(path) and path.name != "run_tests.py"]
    found.append(Suite("content", [str(reeve), "content", "test", "--content", "content"], counts_of_examples))
    rooms = sorted({path.parent.name for path in (ROOT / "src").glob("*/*_test.cc")})
    found += [Suite(f"test_{room}", [str(build / f"test_{room}"), "--gtest_color=no"], counts_of_gtest) for room in rooms]
    if options.peers:
        program = str(build / "guard_verdicts")
        found += [python_suite(path, reeve, f"peers/{path.stem}", [program] if "guard_verdicts" in path.read_text() else [])
                  for path in sorted((tests / "peers").glob("*.py")) if is_program(path)]
    if "asan" in options.build or "tsan" in options.build:
        found = [suite for suite in found if suite.under_sanitizers]
    return found


def run(suite, environment):
    """(counts, seconds, output, why): `why` is set where the counts had to be made up."""
    start = time.monotonic()
    try:
        done = subprocess.run(suite.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=TIMEOUT_S)
        output, status = done.stdout.decode(errors="replace"), done.returncode
    except subprocess.TimeoutExpired as late:
        output, status = (late.stdout or b"").decode(errors="replace"), None
    except OSError as error:
        output, status = str(error), None
    counts = suite.counts(output)
    why = ""
    if status is None:
        counts, why = (counts or (0, 0, 0)), f"could not be run to its end within {TIMEOUT_S} s"
    elif counts is None:
        counts, why = (0, 0, 0), f"ended with status {status} and no summary"
    elif (status != 0) != (counts[1] > 0):
        why = f"counts {counts[1]} failed and ended with status {status}"
    if why:
        counts = (counts[0], max(1, counts[1]), counts[2])
    return counts, time.monotonic() - start, output, why


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pattern", nargs="?", default="")
    parser.add_argument("--build", default="build")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    chosen = [suite for suite in suites(options) if options.pattern in suite.name]
    if options.list:
        print("\n".join(suite.name for suite in chosen))
        return 0
    rank = {name: number for number, name in enumerate(LONGEST)}
    chosen.sort(key=lambda suite: rank.get(suite.name, len(rank)))  # stable: the others in the order of their names
    if options.browser and not chosen:
        print(f"no browser suite's name contains `{options.pattern}`")
    elif not chosen:
        print(f"no suite's name contains `{options.pattern}`; ./dev test --list names them", file=sys.stderr)
        return 2
    # Findings of the sanitizers end a program at once and never count as an answer of its own: 99 is no status that Reeve gives.
    environment = dict(os.environ, ASAN_OPTIONS="exitcode=99:detect_stack_use_after_return=1:allocator_may_return_null=1",
                       UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:exitcode=99", TSAN_OPTIONS="exitcode=99:halt_on_error=1", PYTHONDONTWRITEBYTECODE="1")
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool, concurrent.futures.ThreadPoolExecutor(1) as beside:
        running = {(beside if suite.name in WAITING else pool).submit(run, suite, environment): suite for suite in chosen}
        for future in concurrent.futures.as_completed(running):
            suite = running[future]
            counts, seconds, output, why = future.result()
            total = [a + b for a, b in zip(total, counts)]
            print(f"{'FAIL' if counts[1] else 'ok':<4}  {suite.name:<20} {counts[0]:>6} passed {counts[1]:>4} failed {counts[2]:>4} skipped {seconds:8.1f} s", flush=True)
            if counts[1]:
                print("\n".join("      " + line for line in output.rstrip().splitlines()))
                if why:
                    print(f"      {suite.name} {why}")
                sys.stdout.flush()
            elif counts[2]:
                reasons = [line for line in output.splitlines() if re.match(r"\s*(SKIPPED\b|skip)", line, re.I) and not SUMMARY.match(line)]
                print("\n".join("      " + line.strip() for line in reasons[:20]), flush=True)
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
