#!/usr/bin/env python3
"""`reeve detect s3://BUCKET --verify-digests` beside `aws cloudtrail validate-logs` (PyPI `awscli`, by name) on the same buckets at one loopback address:
the same verdict on every object that both judge, and how much quicker, measured in the same run (bar: 10 times).

    validate_logs.py --reeve PATH [--runs N]

What Reeve finds and the other does not look for is named here as such: files that no digest names, and log files whose digest says they lie elsewhere.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import lib_reeve  # noqa: E402
from detect_digests import CASES, OTHER, SIGNER, short, verify  # noqa: E402
from lib_digests import Trail, TrailDouble  # noqa: E402
from lib_reeve import Checks, built  # noqa: E402

VERSION = "1.46.3"
BAR = 10
OURS = 5
HOURS, LOGS, EVENTS = 48, 20, 300
# What the other says of an object → the faults that say the same.
WORDS = [(r"hash value doesn't match|invalid format|unexpected data", {"log": "log_tampered", "digest": "digest_tampered"}), (r"signature verification failed", {"digest": "digest_tampered"}),
         (r"not found", {"log": "log_missing", "digest": "digest_missing"}), (r"has been moved", {"digest": "moved"})]


def venv(build):
    """The program, installed if it is not there; None if it cannot be had."""
    folder = build / ".venv-awscli"
    program = folder / "bin" / "aws"
    if not program.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=300)
            subprocess.run([str(folder / "bin" / "pip"), "-q", "install", f"awscli=={VERSION}"], check=True, capture_output=True, timeout=1200)
        except (OSError, subprocess.SubprocessError):
            return None
    return program if program.exists() else None


def validate(aws, trail, bucket, env):
    command = [str(aws.parent / "python3"), str(aws), "cloudtrail", "validate-logs", "--trail-arn", trail.arn, "--start-time", trail.start.isoformat(), "--end-time", trail.end.isoformat(),
               "--s3-bucket", bucket, "--region", trail.region]
    if trail.prefix:
        command += ["--s3-prefix", trail.prefix.rstrip("/")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and "proxy" not in name.lower()}
    return subprocess.run(command, capture_output=True, text=True, timeout=600, env=dict(kept, **{name: value for name, value in env.items() if value}))


def said_of(text):
    """[(fault, object)] as Reeve names them; a gap has no object."""
    out = []
    for line in text.splitlines():
        invalid = re.match(r"(?:\(backfill\) )?(Digest|Log) file\ts3://[^/]+/(\S+)\tINVALID: (.*)", line)
        if invalid:
            kind = invalid[1].lower()
            fault = next((words[kind] for pattern, words in WORDS if kind in words and re.search(pattern, invalid[3])), invalid[3])
            out.append((fault, short(invalid[2])))
        elif line.startswith("No log files were delivered"):
            out.append(("gap", ""))
    return sorted(out)


def agree(checks, aws):
    for what, (made, spoil, _, _) in CASES.items():
        trail = Trail(SIGNER, **made)
        spoil(trail)
        with TrailDouble(trail) as double:
            env = double.environment()
            theirs, ours = validate(aws, trail, trail.bucket, env), verify(f"s3://{trail.bucket}", env=env)
        # In another Region's folder the other does not look.
        beyond = [one for one in ours.faults if one[0] == "log_unreferenced" or (what == "moved digest" and one[0] == "moved")]
        # A log file below another prefix is one that the other does not find.
        mine = sorted(("log_missing" if fault == "moved" and "_CloudTrail_" in name else fault, "" if fault == "gap" else name) for fault, name in ours.faults if (fault, name) not in beyond)
        other = said_of(theirs.stdout + theirs.stderr)
        checks.check(mine == other, f"{what}: the same of each object", f"ours {mine}; theirs {other}; {theirs.stderr[-400:]}")
        checks.check((theirs.returncode == 0) == (ours.status == 0 or mine == [] or all(fault == "gap" for fault, _ in mine)), f"{what}: both find fault or neither",
                     f"{ours.status}, {theirs.returncode}: {theirs.stderr[-400:]}")
    trail = Trail(SIGNER)
    with TrailDouble(trail, bucket="another-bucket") as double:
        env = double.environment()
        theirs, ours = validate(aws, trail, "another-bucket", env), verify("s3://another-bucket", env=env)
        digests = [one for one in ours.faults if "CloudTrail-Digest" in one[1]]
        checks.check(said_of(theirs.stdout + theirs.stderr) == digests and len(digests) == 4, "moved bucket: every digest", f"{digests}; {theirs.stdout}{theirs.stderr}")
    with TrailDouble(trail, keys={"us-east-1": [OTHER]}) as double:
        env = double.environment()
        theirs, ours = validate(aws, trail, trail.bucket, env), verify(f"s3://{trail.bucket}", env=env)
        checks.check(theirs.returncode != 0 and ours.status == 3, "an unknown key is passed by neither", f"{theirs.returncode}, {ours.status}")


def measured(run):
    """(wall s, CPU s of the child, what it gave)"""
    before, begun = os.times(), time.monotonic()
    done = run()
    wall, after = time.monotonic() - begun, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system, done


def race(checks, aws, runs):
    trail = Trail(SIGNER, hours=HOURS, logs=LOGS, events=EVENTS)
    packed = sum(len(content) for content in trail.objects.values())
    with TrailDouble(trail) as double:
        env = double.environment()
        ours, theirs = [], []
        for _ in range(runs):  # by turns; the shorter one more often, for what else runs disturbs it more
            theirs.append(measured(lambda: validate(aws, trail, trail.bucket, env)))
            ours += [measured(lambda: verify(f"s3://{trail.bucket}", env=env)) for _ in range(OURS)]
    checks.check(all(got.status == 0 and (got.whole["digests_valid"], got.whole["logs_valid"]) == (HOURS, HOURS * LOGS) for _, _, got in ours), "all of it is proven", ours[-1][2].out[-400:])
    checks.check(all(got.returncode == 0 and f"{HOURS * LOGS}/{HOURS * LOGS} log files valid" in got.stdout for _, _, got in theirs), "and the other says so too", theirs[-1][2].stdout[-400:])
    (our_wall, our_cpu, _), (their_wall, their_cpu, _) = min(ours, key=lambda one: one[0]), min(theirs, key=lambda one: one[0])
    print(f"{HOURS} digests, {HOURS * LOGS} log files, {packed / 1e6:.1f} MB packed; the quickest of {OURS * runs}: reeve {our_wall:.2f} s wall, {our_cpu:.2f} s CPU; "
          f"of {runs}: aws {their_wall:.2f} s wall, {their_cpu:.2f} s CPU; {their_wall / our_wall:.1f} times")
    checks.check(their_wall >= BAR * our_wall, f"at least {BAR} times quicker", f"{their_wall / our_wall:.1f} times")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = options.reeve.resolve()
    checks = Checks()
    if not built(checks, "that Reeve judges digest chains as AWS's own tool does"):
        return checks.end()
    aws = venv(lib_reeve.REEVE.parent)
    if aws is None:
        checks.skip("everything", "awscli cannot be installed", "that Reeve judges digest chains as AWS's own tool does, and quicker")
        return checks.end()
    agree(checks, aws)
    race(checks, aws, options.runs)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
