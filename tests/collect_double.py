#!/usr/bin/env python3
"""`reeve collect` against the AWS double (tests/double).

The double replays examples/northfield: what is collected must be judged as the export itself is. Then everything goes wrong that can:
each fault has a row, what the snapshot must then hold, and which gaps must be named.

    collect_double.py --reeve PATH [--kills N] [--only kills]     # kill -9 at N random points, default 3
"""

import argparse
import collections
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from lib_double import PROGRAM, Double
from lib_reeve import AS_OF, NORTHFIELD, ROOT, Checks

CLI = NORTHFIELD / "cli"
MANAGEMENT = "111122223333"
ACCOUNTS = sorted(path.name for path in CLI.iterdir())
# A part of the estate that still feeds calls with replies, for the faults.
PART = ["--accounts", "444455556666,777788889999", "--regions", "eu-west-1,us-east-1,eu-west-2", "--services", "s3,kms,sns,iam,dynamodb,ec2"]
# Nothing in the export names what these would be asked about: config:DescribeConfigRules was not asked there.
NOT_FED = {"config:DescribeRemediationConfigurations"}
# Accounts of which the export has no folder: the management account is asked what it can tell of them.
ABOVE = {"888899990000"}
IN_FLIGHT = 16  # of a run that is killed
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
REEVE = None


def collect(double, out, *more, limit=None, timeout=120, wait=True, environment=None):
    command = [REEVE, "collect", "--out", str(out), "--endpoint-url", double.endpoint, "--role-name", "audit", *more]

    def before():
        if limit:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond it fails, as on a full disk
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = subprocess.Popen(command, cwd=ROOT, env=double.environment(**(environment or {})), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               preexec_fn=before if limit else None)
    if not wait:
        return process
    try:
        process.out, process.err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.out, process.err = process.communicate()
        process.err += f"\n(not ended after {timeout} s)"
    return process


def summary_of(out):
    return json.loads((pathlib.Path(out) / "summary.json").read_text())


def recorded(out):
    """What a snapshot's indexes tell: (account, region, call, parameters) → error code, or empty."""
    found = {}
    for index in sorted(pathlib.Path(out).glob("*/*.index")):
        for line in index.read_text().splitlines(keepends=True):
            if not line.endswith("\n"):
                continue  # a writer was killed
            one = json.loads(line)
            found[one["account"], one["region"], one["call"], tuple(sorted((one.get("parameters") or {}).items()))] = one.get("error", "")
    return found


def findings(reeve, source):
    done = subprocess.run([reeve, "assess", str(source), "--format", "json", "--all", "--as-of", AS_OF], cwd=ROOT, capture_output=True, text=True)
    report = json.loads(done.stdout)
    return {(one["control"], one["resource"]["uid"]): one for one in report["findings"]}, report


def short(items, n=6):
    items = list(items)
    return f"{len(items)}: " + "; ".join(map(str, items[:n]))


def hurried(work):
    """A workspace whose AWS may be asked as fast as the double answers: what is shown here is no rate."""
    folder = work / "workspace"
    subprocess.run([REEVE, "init", str(folder)], cwd=ROOT, capture_output=True, check=True)
    (folder / "quotas").mkdir()
    (folder / "quotas" / "api_rates.yaml").write_text("as_of: 2026-11-29\nshare: 1\ndefault: {per_s: 1000, burst: 1000}\nservices: {}\n")
    return ["--workspace", str(folder)]


def replay(checks, work):
    """What is collected from the double is judged as the export that the double replays."""
    out = work / "whole"
    with Double("--replay", CLI, account=MANAGEMENT) as double:
        done = collect(double, out, *hurried(work))
        counts = double.counts()
    checks.check(done.returncode in (0, 3), "the collection ends", f"{done.returncode}: {done.err[-1500:]}")
    if not (out / "summary.json").exists():
        checks.check(False, "a summary is written", done.err[-500:])
        return
    summary = summary_of(out)
    checks.check("SignatureDoesNotMatch" not in counts["refused"], "every signature holds", str(counts["refused"]))
    # Whatever was asked and answered is in the snapshot, and nothing was asked twice.
    checks.check(summary["calls"] == counts["requests"], "the summary counts every request", f"{summary['calls']} and {counts['requests']}")
    again = [one for one in counts["asked_again"] if not one["call"].startswith("sts:")]
    checks.check(not again, "nothing is asked twice", short(again))
    # Every call that the double lacks is named with its code.
    lacking = {call for call, one in counts["calls"].items() if set(one.get("refused", {})) & {"UnknownOperationException", "InvalidAction"}}
    named = {one["operation"] for one in summary["errors"]}
    checks.check(lacking and lacking <= named, "each call that the double lacks is named", short(sorted(lacking - named)))

    of_export, _ = findings(REEVE, CLI)
    of_snapshot, report = findings(REEVE, out)
    failed = {one["operation"] for one in report["coverage"]["calls_failed"]}
    checks.check(lacking <= failed, "and `assess` names it", short(sorted(lacking - failed)))
    # What nobody listed stands in the export once for an account; a collector asks in each Region, and is refused in each.
    unlisted = {(control, uid.split("/")[1]) for (control, uid), one in of_snapshot.items() if uid.endswith("/(not listed)")}
    other, same, honest = [], 0, []
    for key, one in of_export.items():
        found = of_snapshot.get(key)
        if found and found["status"] == one["status"]:
            same += 1
        elif key[1].endswith("/(not listed)") and (key[0], key[1].split("/")[1]) in unlisted:
            same += 1
        elif found and found["status"] == "unknown" and any(call in found.get("reason", "") for call in lacking | NOT_FED):
            honest.append(key)  # the collector asked in more places than the export was made in
        else:
            other.append((key, one["status"], found["status"] if found else "not there", found.get("reason", "") if found else ""))
    checks.check(len(of_export) > 1000 and not other, f"all {len(of_export)} findings of the export are those of the snapshot", short(other, 12))
    checks.check(len(honest) <= 5, "but for a few that a call which the double lacks makes unknown", short(honest, 12))
    print(f"{same} findings alike, {len(honest)} unknown for what the double lacks")
    new = [(key, one["status"]) for key, one in of_snapshot.items() if key not in of_export and one["status"] in ("pass", "fail")
           and not any(account in key[1] for account in ABOVE)]
    checks.check(not new, "and no verdict is made up", short(new, 12))


FAULTS = [
    # what goes wrong, and how the double is told so
    ("throttled, one in ten", {"seed": 3, "rules": [{"do": "throttle", "share": 0.1}]}),
    ("a storm: sixty in a row are throttled", {"rules": [{"do": "throttle", "after": 60, "times": 60}]}),
    ("a storm from the very first request, for three seconds", {"rules": [{"do": "throttle", "for_ms": 3000}]}),
    ("one in a hundred replies is cut", {"seed": 4, "rules": [{"do": "cut", "share": 0.01}, {"do": "cut_before", "share": 0.01}]}),
    ("one in twenty fails inside", {"seed": 5, "rules": [{"do": "error", "status": 500, "code": "InternalFailure", "share": 0.05}]}),
    ("all sessions end in mid-run", {"rules": [{"do": "end_sessions", "after": 120, "times": 1}]}),
    ("sessions last a second", {"session_s": 1, "latency_ms": 20}),
    ("pages of one item", {"paging": [{"call": "*", "items": 1}]}),
    ("pages of two, empty ones between", {"paging": [{"call": "*", "items": 2, "empty_pages": True}]}),
    ("a clock that is an hour off", {"skew_s": 3600}),
]


def by_question(found):
    """Without the tokens of pages: what was asked, and how it ended."""
    pages = ("NextToken", "nextToken", "Marker", "marker", "ContinuationToken", "ExclusiveStartTableName", "MaxResults", "NextMarker", "StartingToken")
    return {(account, region, call, tuple(pair for pair in parameters if pair[0] not in pages)): error
            for (account, region, call, parameters), error in found.items()}


def differences(found, base):
    return [(key, base.get(key, "nothing"), found.get(key, "nothing")) for key in sorted(set(base) | set(found)) if base.get(key) != found.get(key)]


def faults(checks, work):
    """Whatever goes wrong and passes: in the end all is recorded as if it had not."""
    with Double("--replay", CLI, account=MANAGEMENT) as double:
        done = collect(double, work / "base", *PART)
        base = by_question(recorded(work / "base"))
        checks.check(len(base) > 100, "the part has calls enough", f"{len(base)}; {done.err[-300:]}")
        before = double.counts()
        for number, (what, rules) in enumerate(FAULTS):
            double.set_faults(rules)
            out = work / f"fault-{number}"
            began = time.monotonic()
            done = collect(double, out, *PART)
            took = time.monotonic() - began
            other = differences(by_question(recorded(out)), base)
            checks.check(not other, what, f"exit {done.returncode}; {short(other)}; {done.err[-300:]}")
            after = double.counts()
            struck = sum(after["refused"].values()) - sum(before["refused"].values())
            checks.check(not rules.get("rules") or struck > 0, what + ": it did go wrong", str(struck))
            before = after
            if "for_ms" in str(rules):  # the first token of a bucket, the last wait of a call, and the run itself
                checks.check(took < 3 + 12, what + ": it is over soon after", f"{took:.1f} s")
        double.set_faults({"paging": [{"call": "kms:ListKeys", "items": 1, "repeat_token": True}]})
        done = collect(double, work / "token", *PART)
        errors = {one["operation"] for one in summary_of(work / "token")["errors"]}
        checks.check("kms:ListKeys" in errors and done.returncode == 3, "a token that repeats itself is an error by name", f"{done.returncode} {errors}")
    return base


def gaps(checks, work, base):
    """What cannot be read is named, and the rest is read."""
    def state(summary, account):
        return next((one["state"] for one in summary["accounts"] if isinstance(one, dict) and one["id"] == account), "not there")

    with Double("--replay", CLI, account=MANAGEMENT, faults={"no_role": ["777788889999"]}) as double:
        done = collect(double, work / "role", *PART)
        summary = summary_of(work / "role")
        checks.check(done.returncode == 3 and state(summary, "777788889999") == "not_reached", "an account without the role", f"{done.returncode} {summary['accounts']}")
        rest = {key: value for key, value in base.items() if key[0] == "444455556666"}
        found = {key: value for key, value in by_question(recorded(work / "role")).items() if key[0] == "444455556666"}
        checks.check(found == rest, "and the other account is read", short(differences(found, rest)))
        _, report = findings(REEVE, work / "role")
        checks.check("777788889999" in json.dumps(report["coverage"]) or "777788889999" in done.err, "and it is named", done.err[-300:])

        double.set_faults({"regions_off": {"444455556666": ["eu-west-1"]}})
        done = collect(double, work / "region", *PART)
        text = json.dumps(summary_of(work / "region"))
        checks.check(done.returncode == 3 and "eu-west-1" in text, "a Region that is off is named", f"{done.returncode} {text[:500]}")

        double.set_faults({"rules": [{"do": "deny", "call": "sns:ListTopics", "account": "444455556666"}]})
        done = collect(double, work / "denied", *PART)
        denied = {(one["operation"], one.get("account")) for one in summary_of(work / "denied")["denied"]}
        checks.check(("sns:ListTopics", "444455556666") in denied and ("sns:ListTopics", "777788889999") not in denied,
                     "what is denied is named, where it is", str(sorted(denied))[:500])

        # A label of 64 letters is no name that could be looked up: it fails without a network.
        double.set_faults({})
        nowhere = f"http://{'a' * 64}.invalid"
        command = [REEVE, "collect", "--out", str(work / "dns"), "--role-name", "audit", *PART]
        services = ("STS", "IAM", "EC2", "KMS", "SNS", "DYNAMODB", "ORGANIZATIONS", "ACCOUNT")
        environment = double.environment(**{f"AWS_ENDPOINT_URL_{name}": double.endpoint for name in services}, AWS_ENDPOINT_URL_S3=nowhere,
                                         AWS_ENDPOINT_URL_S3_CONTROL=nowhere, AWS_ENDPOINT_URL=double.endpoint)
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
        summary = summary_of(work / "dns") if (work / "dns" / "summary.json").exists() else {"errors": []}
        checks.check(done.returncode == 3 and any(one["operation"] == "s3:ListBuckets" for one in summary["errors"]), "a name that cannot be resolved",
                     f"{done.returncode} {done.stderr[-300:]}")
        rest = {key: value for key, value in base.items() if not key[2].startswith("s3")}
        found = {key: value for key, value in by_question(recorded(work / "dns")).items() if not key[2].startswith("s3")}
        checks.check(found == rest, "and what can be reached is read", short(differences(found, rest)))


def repeats_of_recorded(counts, known):
    """Questions that the double answered more than once though the snapshot had their answer."""
    had = collections.defaultdict(set)
    for account, region, call, parameters in known:
        had[account, region, call].add(tuple(sorted(value for _, value in parameters)))
    again = []
    for one in counts["asked_again"]:
        values = tuple(sorted(value for values in one["parameters"].values() for value in values))
        if not one["call"].startswith("sts:") and values in had[one["account"], one["region"], one["call"]] | had[one["account"], "global", one["call"]]:
            again.append((one["account"], one["region"], one["call"], values))
    return again


def asked_twice(counts):
    """How many answers were given though the same had been given before; who asks and its roles are asked by every run."""
    return sum(one["answered"] - 1 for one in counts["asked_again"] if not one["call"].startswith("sts:"))


def killed(checks, work, base, kills):
    """kill -9 at any moment: the next run ends whole, asks nothing that was recorded, and of the rest no more twice than was in flight and a second's."""
    generator = random.Random(11)
    with Double("--replay", CLI, account=MANAGEMENT, latency_ms=15) as double:
        start = time.monotonic()
        collect(double, work / "timed", *PART, "--in-flight", str(IN_FLIGHT))
        whole = time.monotonic() - start
    ended, most, worst = 0, 0, 0
    for number in range(kills):
        out = work / f"kill-{number}"
        with Double("--replay", CLI, account=MANAGEMENT, latency_ms=15) as double:
            process = collect(double, out, *PART, "--in-flight", str(IN_FLIGHT), wait=False)
            time.sleep(generator.uniform(0.02, 1) * whole)
            ended += process.poll() is None
            process.kill()
            process.communicate()
            known = recorded(out)
            at_kill = double.counts()
            done = collect(double, out, *PART)
            other = differences(by_question(recorded(out)), base)
            checks.check(not other and done.returncode in (0, 3), f"kill {number}: gone on with to the end", f"{done.returncode} {short(other)}")
            counts = double.counts()
        again = repeats_of_recorded(counts, {key for key, error in known.items() if not error})
        checks.check(not again, f"kill {number}: no recorded reply is asked again", short(again))
        twice, allowed = asked_twice(counts), IN_FLIGHT + at_kill["last_second"]
        checks.check(twice <= allowed, f"kill {number}: no more is asked twice than was in flight and a second's",
                     f"{twice} of {at_kill['answered']}, where {allowed} may be")
        most, worst = max(most, twice), max(worst, twice / allowed)
        shutil.rmtree(out, ignore_errors=True)
    checks.check(ended > kills // 2, "most were killed in mid-run", f"{ended} of {kills}")
    print(f"{kills} kills, {ended} in mid-run of {whole:.1f} s: at most {most} questions asked twice, {worst:.0%} of what was in flight and a second's")

def interruptions(checks, work, base, kills):
    """Ended by force and gone on with: complete, and nothing that was recorded is asked again."""
    with Double("--replay", CLI, account=MANAGEMENT) as double:
        out = work / "full"
        done = collect(double, out, *PART, limit=8192)
        checks.check(done.returncode not in (0, 1, -9), "a full disk ends the collection", f"{done.returncode} {done.err[-300:]}")
        checks.check("full" in done.err or "no room" in done.err or "too large" in done.err.lower() or "space" in done.err, "and is named", done.err[-300:])
        done = collect(double, out, *PART)
        other = differences(by_question(recorded(out)), base)
        checks.check(not other, "with room again it is gone on with to the end", f"{done.returncode} {short(other)}")

    with tempfile.TemporaryDirectory(prefix="collect-", dir=IN_MEMORY) as folder:  # how long a disk takes is no part of the bound
        killed(checks, pathlib.Path(folder), base, kills)

    with Double("--replay", CLI, account=MANAGEMENT, latency_ms=50) as double:
        first = collect(double, work / "two", *PART, "--in-flight", "4", wait=False)
        for _ in range(100):
            if (work / "two").exists() and any((work / "two").iterdir()):
                break
            time.sleep(0.05)
        second = collect(double, work / "two", *PART, timeout=20)
        checks.check(second.returncode not in (0, 1) and first.poll() is None, "a second collector on one snapshot refuses", f"{second.returncode} {second.err[-300:]}")
        first.kill()
        first.communicate()


def secrets_stay(checks, work, double_secret):
    found = [str(path) for path in work.rglob("*") if path.is_file() and double_secret.encode() in path.read_bytes()]
    checks.check(not found, "no secret stands in any file", short(found))


def main():
    global REEVE
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(ROOT / "build" / "reeve"))
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--only", choices=["kills"])
    options = parser.parse_args()
    REEVE = str(pathlib.Path(options.reeve).resolve())
    checks = Checks()
    for program in (pathlib.Path(REEVE), PROGRAM):
        if not program.exists():
            checks.skip("everything", f"{program} is not built", "that what is collected is what AWS answered, whatever goes wrong")
            return checks.end()
    with tempfile.TemporaryDirectory(prefix="collect-", dir=IN_MEMORY if options.only else None) as folder:
        work = pathlib.Path(folder)
        if options.only == "kills":
            with Double("--replay", CLI, account=MANAGEMENT) as double:
                collect(double, work / "base", *PART)
            killed(checks, work, by_question(recorded(work / "base")), options.kills)
            return checks.end()
        replay(checks, work)
        base = faults(checks, work)
        gaps(checks, work, base)
        interruptions(checks, work, base, options.kills)
        with Double("--replay", CLI, account=MANAGEMENT) as double:
            secrets_stay(checks, work, double.secret)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
