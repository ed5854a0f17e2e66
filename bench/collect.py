#!/usr/bin/env python3
"""Asks the AWS double's organization through the engine alone and through `reeve collect`; see bench/collect.sh."""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
REGIONS, CALLS_A_PLACE = 17, 60
SECONDS_A_MILLION, MIB_MAX = 180, 512
# What no rate is published for has the default of content/quotas/api_rates.yaml; the double holds everything to it, services that have
# published more too. Roles are taken by a call that is no part of what is measured.
BUCKETS = [{"calls": ["sts:*"], "rate": 600, "burst": 600}, {"calls": ["*"], "rate": 10, "burst": 20, "by_operation": True}]


def measured(command, environment, place):
    """(exit status, what it printed, what it complained of, wall seconds, CPU seconds, peak MiB)"""
    with (place / "out").open("w+") as out, (place / "err").open("w+") as err:
        began = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        took = time.monotonic() - began
        out.seek(0), err.seek(0)
        return os.waitstatus_to_exitcode(status), out.read(), err.read(), took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def services_of(reeve, calls):
    """Services that ask about so many calls of each account and Region by themselves: those with most calls first."""
    plan = json.loads(subprocess.run([reeve, "collect", "--plan", "--format", "json"], capture_output=True, text=True, check=True).stdout)
    counts = collections.Counter(one["call"].split(":")[0] for one in plan["calls"]
                                 if one["scope"] == "region" and not one["parameters"] and not one["after"] and not one.get("told_by") and not one.get("only_in"))
    chosen, so_far = [], 0
    for service, n in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        if so_far + n <= calls:
            chosen.append(service)
            so_far += n
    return chosen, so_far


def cpu_of(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def row(who, calls, took, cpu, peak, counts, cpu_double):
    throttled = sum(counts["refused"].get(code, 0) for code in counts["refused"] if "Throttl" in code or "Limit" in code or "SlowDown" in code)
    print(f"| {who} | {calls:,} | {counts['requests']:,} | {took:.1f} | {calls / took:,.0f} | {cpu:.1f} | {cpu_double:.1f} | {peak:.0f} | {throttled} | {len(counts['exceeded'])} |", flush=True)
    wrong = []
    allowed = SECONDS_A_MILLION * max(calls, 1) / 1e6
    if took > allowed:
        wrong.append(f"{took:.1f} s where {allowed:.1f} are allowed")
    if peak > MIB_MAX:
        wrong.append(f"{peak:.0f} MiB where {MIB_MAX} are allowed")
    if counts["exceeded"]:
        wrong.append("exceeded " + ", ".join(sorted(counts["exceeded"])[:3]))
    return [f"{who}: {what}" for what in wrong]


def main():
    parser = argparse.ArgumentParser(prog="bench/collect.sh", allow_abbrev=False)
    parser.add_argument("--calls", type=int, default=1000 * REGIONS * CALLS_A_PLACE)
    parser.add_argument("--latency", type=int, default=20)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--dir", type=pathlib.Path)
    parser.add_argument("--engine-only", action="store_true")
    parser.add_argument("--collect-only", action="store_true")
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    build = options.build.resolve()
    for program in ["aws_double", "bench_ask_engine"] + ([] if options.engine_only else ["reeve"]):
        if not (build / program).exists():
            sys.exit(f"bench/collect.sh: {build / program} is not built; build it, or name another folder with --build")
    os.environ["REEVE"], os.environ["AWS_DOUBLE"] = str(build / "reeve"), str(build / "aws_double")
    sys.path.insert(0, str(ROOT / "tests"))
    from lib_double import Double

    accounts = max(1, -(-options.calls // (REGIONS * CALLS_A_PLACE)))
    filtered = []
    if not options.whole and not options.engine_only:
        services, n = services_of(build / "reeve", CALLS_A_PLACE)
        filtered = ["--services", ",".join(services)]
        print(f"{accounts:,} accounts, {REGIONS} Regions, {n} calls of each account and Region by `reeve collect`: {', '.join(services)}\n", flush=True)
    place = pathlib.Path(tempfile.mkdtemp(prefix="reeve-bench-collect-", dir=options.dir))
    wrong = []
    print("| who asks | calls | requests | wall s | calls/s | CPU s | CPU s of the double | peak MiB | throttled | buckets exceeded |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    try:
        if not options.collect_only:
            with Double("--synthetic", f"{accounts}x{REGIONS}", latency_ms=options.latency, faults={"buckets": BUCKETS}) as double:
                status, out, err, *_, peak = measured([build / "bench_ask_engine", double.endpoint, double.access_key_id, double.secret, double.account,
                                                       str(CALLS_A_PLACE), str(options.calls)], os.environ.copy(), place)
                if not out:
                    sys.exit(err)
                calls, answered, _, _, took, cpu, _ = out.split("\t")
                wrong += row("the engine alone", int(calls), float(took), float(cpu), peak, double.counts(), cpu_of(double.process))
                if status != 0:
                    wrong.append(f"the engine alone: {int(calls) - int(answered)} calls without an answer\n{err}")
        if not options.engine_only:
            with Double("--synthetic", f"{accounts}x{REGIONS}", latency_ms=options.latency, faults={"buckets": BUCKETS}) as double:
                status, out, err, took, cpu, peak = measured([build / "reeve", "collect", "--out", place / "snapshot", "--role-name", "audit",
                                                              "--endpoint-url", double.endpoint, *filtered], double.environment(), place)
                summary_file = place / "snapshot" / "summary.json"
                if not summary_file.exists():
                    sys.exit(f"reeve collect ended with {status} and wrote no summary: {err[-2000:]}")
                summary = json.loads(summary_file.read_text())
                counts = double.counts()
                wrong += row("`reeve collect`", counts["answered"], took, cpu, peak, counts, cpu_of(double.process))
                size = sum(file.stat().st_size for file in (place / "snapshot").rglob("*") if file.is_file())
                print(f"\nThe snapshot has {size / 1e6:,.1f} MB; {len(summary['accounts'])} accounts, {len(summary['errors'])} calls without an answer.")
                if status != 0:
                    wrong.append(f"reeve collect ended with {status}: {summary['errors'][:3]} {err[-500:]}")
    finally:
        shutil.rmtree(place, ignore_errors=True)
    for what in wrong:
        print(what, file=sys.stderr)
    return 1 if wrong else 0


sys.exit(main())
