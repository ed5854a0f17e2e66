#!/usr/bin/env python3
"""What people meet of `reeve collect`: the way from nothing to a judged snapshot, what the end says, and Ctrl-C.

The AWS double (tests/double) replays examples/northfield; tests/collect_double.py breaks things beneath it.

    collect.py [--reeve PROGRAM]
"""

import argparse
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import lib_reeve
from lib_double import PROGRAM, Double
from lib_reeve import NORTHFIELD, Checks

MANAGEMENT = "111122223333"
PART = ["--role-name", "audit", "--accounts", "444455556666,777788889999", "--services", "s3,iam,ec2"]


def command(double, out, *more):
    return [str(lib_reeve.REEVE), "collect", "--out", str(out), "--endpoint-url", double.endpoint, *more]


def collect(double, out, *more):
    return subprocess.run(command(double, out, *more), env=double.environment(), capture_output=True, text=True, timeout=120)


def summary(out):
    return json.loads((out / "summary.json").read_text())


def assess(out):
    done = subprocess.run([str(lib_reeve.REEVE), "assess", str(out), "--format", "json"], capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout)


def from_nothing_to_findings(checks, work):
    rules = {"rules": [{"do": "deny", "call": "s3:GetBucketPolicy", "account": "444455556666"}]}
    out = work / "snap"
    with Double("--replay", NORTHFIELD / "cli", account=MANAGEMENT, faults=rules) as double:
        done = collect(double, out, *PART)
        counted, told = double.counts()["requests"], summary(out)
        again = collect(double, out, *PART)
        asked_twice = [one for one in double.counts()["asked_again"] if one["account"] != MANAGEMENT and not one["call"].startswith("sts:")]
    checks.check(told["calls"] == counted, "every request is counted", f"{told['calls']} and {counted}")
    checks.check([one["id"] for one in told["accounts"]] == ["444455556666", "777788889999"], "the accounts named are read", str(told["accounts"]))
    checks.check(re.search(r"denied\s+s3:GetBucketPolicy\s+\d", done.stdout), "what was denied stands above the sum", done.stdout[-800:])
    checks.check(re.search(r"^2 accounts, \d+ Regions, [\d,]+ requests, ", done.stdout, re.M), "the sum says what was read", done.stdout[-400:])
    checks.check(done.stderr.rstrip().endswith(f"Next: reeve assess {out}"), "and the command that comes next", done.stderr[-300:])
    checks.check("\r" not in done.stderr and "\x1b" not in done.stderr, "no line is rewritten where nobody looks", repr(done.stderr[-200:]))
    checks.check(again.returncode in (0, 3) and not asked_twice, "once more: no recorded reply is asked again", str(asked_twice[:5]))

    report = assess(out)
    fails = {one["control"] for one in report["findings"] if one["status"] == "fail"}
    checks.check("bucket-not-public" in fails, "findings come of it", str(sorted(fails))[:300])
    denied = [one for one in report["coverage"]["calls_failed"] if one["operation"] == "s3:GetBucketPolicy" and one["account"] == "444455556666"]
    checks.check(denied and all(one["error"] == "AccessDenied" for one in denied), "the denied call is named", str(denied)[:300])
    unknown = [one for one in report["findings"] if one["status"] == "unknown" and "s3:GetBucketPolicy AccessDenied" in (one.get("reason") or "")]
    checks.check(unknown, "and what hangs on it is unknown for that reason")


def an_account_that_lets_nobody_in(checks, work):
    out = work / "closed"
    with Double("--replay", NORTHFIELD / "cli", account=MANAGEMENT, faults={"no_role": ["777788889999"]}) as double:
        done = collect(double, out, *PART)
        checks.check(done.returncode == 3 and re.search(r"not reached\s+777788889999", done.stdout), "an account that lets nobody in is named", done.stdout[-600:])
        failed = assess(out)["coverage"]["calls_failed"]
        named = [one for one in failed if one["account"] == "777788889999" and one["operation"] == "sts:AssumeRole" and one["error"] == "NotReached"]
        checks.check(named, "and `assess` says so", str(failed[:3]))
        double.set_faults({})
        collect(double, out, *PART)
        left = [one for one in assess(out)["coverage"]["calls_failed"] if one["operation"] == "sts:AssumeRole"]
        checks.check(not left, "let in later, it is read and no longer named", str(left))


def ended_by_a_person(checks, work):
    out = work / "ended"
    with Double("--replay", NORTHFIELD / "cli", account=MANAGEMENT, latency_ms=150) as double:
        process = subprocess.Popen(command(double, out, *PART, "--in-flight", "4"), env=double.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(200):  # until it is under way
            if any(out.glob("*/*.index")) if out.exists() else False:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        _, said = process.communicate(timeout=60)
        took = time.monotonic() - begun
        checks.check(process.returncode == 3 and took < 2, "Ctrl-C ends it at once", f"{process.returncode} after {took:.1f} s")
        checks.check("Next: the same command again, which goes on from here" in said, "and says how to go on", said[-300:])
        told = summary(out)
        checks.check(told["interrupted"] and not told["complete"], "the summary knows", str(told)[:200])
        collect(double, out, *PART)
        checks.check(summary(out)["recorded_before"] > 0 and not summary(out)["interrupted"], "it is gone on with")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    for program in (lib_reeve.REEVE, PROGRAM):
        if not program.exists():
            checks.skip("everything", f"{program} is not built", "what people meet of a collection")
            return checks.end()
    with tempfile.TemporaryDirectory(prefix="collect-") as folder:
        work = pathlib.Path(folder)
        from_nothing_to_findings(checks, work)
        an_account_that_lets_nobody_in(checks, work)
        ended_by_a_person(checks, work)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
