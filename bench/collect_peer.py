#!/usr/bin/env python3
"""One moto account in two Regions, read by `reeve collect` and by Prowler: what each asks of AWS, and what that costs; see bench/collect.sh."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests" / "peers"), str(ROOT / "tests")]
VERSION = "5.46.0"
CACHE = pathlib.Path(os.environ.get("REEVE_PEER_CACHE", pathlib.Path.home() / ".cache" / "reeve-peers"))
REGIONS = ["eu-west-1", "us-east-1"]
SERVICES = ["iam", "s3", "ec2", "kms", "rds", "lambda", "cloudtrail", "config", "guardduty", "securityhub", "sns", "sqs", "dynamodb", "secretsmanager",
            "organizations"]
# What the same words mean to each: the account's own settings of S3 are a service of their own to AWS's tools, and Lambda has another name.
OURS = SERVICES + ["s3control"]
THEIRS = ["awslambda" if service == "lambda" else service for service in SERVICES]
SNAPSHOTS = "ec2:DescribeSnapshotAttribute"
BARS = {"calls, % of Prowler's": 25, f"calls without {SNAPSHOTS.split(':')[1]}, %": 60, "peak MiB of collecting": 100, "CPU, % of Prowler's": 5}


def prowler():
    """Its program, installed by name into the peers' cache when it is not there yet; None if it cannot be had."""
    home = CACHE / f"prowler-{VERSION}"
    program = home / "bin" / "prowler"
    if not program.exists():
        print("installing Prowler, which takes some minutes and 2 GB", file=sys.stderr)
        home.parent.mkdir(parents=True, exist_ok=True)
        for command in ([sys.executable, "-m", "venv", str(home)], [str(home / "bin" / "pip"), "-q", "install", f"prowler=={VERSION}"]):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                print(f"Prowler could not be installed: {done.stderr[-400:]}", file=sys.stderr)
                return None
    return program if program.exists() else None


# A process's peak begins with that of the one that started it, which here holds all of botocore: so a small one starts it.
STARTS = """
import json, os, sys, time
began = time.monotonic()
_, status, used = os.wait4(os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ), 0)
json.dump([os.waitstatus_to_exitcode(status), time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024], open(sys.argv[1], "w"))
"""


class Figure:
    def __init__(self, command, environment, place, name):
        figure = place / f"{name}.json"
        with (place / f"{name}.out").open("w") as out, (place / f"{name}.err").open("w") as err:
            subprocess.run([sys.executable, "-S", "-E", "-c", STARTS, str(figure), *map(str, command)], env=environment, stdout=out, stderr=err, cwd=place,
                           check=True)
        self.status, self.wall, self.cpu, self.mib = json.loads(figure.read_text())


def row(who, figure, counter):
    snapshots = counter.calls[SNAPSHOTS]
    print(f"| {who} | {counter.total():,} | {snapshots:,} | {counter.total() - snapshots:,} | {figure.wall:.1f} | {figure.cpu:.2f} | {figure.mib:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="bench/collect.sh --peers", allow_abbrev=False)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--times", type=int, default=1, help="how many times what a team has (tests/peers/lib_moto.py)")
    parser.add_argument("--keep", type=pathlib.Path, help="leave what both wrote there, and which calls they made")
    options = parser.parse_args()
    reeve = options.build.resolve() / "reeve"
    try:
        import lib_moto
        from lib_counter import Counter
    except ImportError as missing:
        sys.exit(f"bench/collect.sh: {missing}; run it with build/.venv/bin/python, or after ./dev test")
    program, folder = prowler(), lib_moto.venv(ROOT / "build")
    if program is None or folder is None or not reeve.exists():
        sys.exit(f"bench/collect.sh: {'moto' if folder is None else 'Prowler' if program is None else reeve} is not there; nothing was measured")
    with tempfile.TemporaryDirectory(prefix="reeve-bench-peer-") as temporary:
        place = options.keep or pathlib.Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        with (place / "moto.log").open("w") as log, lib_moto.Moto(folder, log) as moto:
            lib_moto.make_account(moto, REGIONS, options.times)
            print("| who reads | HTTP requests | of them DescribeSnapshotAttribute | without | wall s | CPU s | peak MiB |")
            print("|---|---:|---:|---:|---:|---:|---:|", flush=True)
            with Counter(moto.endpoint) as mine:
                collected = Figure([reeve, "collect", "--out", place / "snapshot", "--endpoint-url", mine.endpoint, "--regions", ",".join(REGIONS),
                                    "--services", ",".join(OURS)], moto.environment(), place, "collect")
            row("`reeve collect`", collected, mine)
            assessed = Figure([reeve, "assess", place / "snapshot", "--format", "json", "--fail-on", "never", "--out", place / "report.json"],
                              moto.environment(), place, "assess")
            print(f"| `reeve assess` of that | 0 | 0 | 0 | {assessed.wall:.1f} | {assessed.cpu:.2f} | {assessed.mib:.0f} |", flush=True)
            with Counter(moto.endpoint) as its:
                theirs = Figure([program, "aws", "--services", *THEIRS, "--region", *REGIONS, "--no-banner", "--ignore-exit-code-3", "--output-directory", place / "prowler"],
                                moto.environment(AWS_ENDPOINT_URL=its.endpoint), place, "prowler")
            row(f"Prowler {VERSION}, which judges too", theirs, its)
        for name, counter in (("reeve", mine), ("prowler", its)):
            (place / f"{name}.calls.json").write_text(json.dumps(dict(counter.calls.most_common()), indent=1))
        findings = [json.loads(file.read_text()) for file in (place / "prowler").rglob("*.ocsf.json")]
        judged = len(json.loads((place / "report.json").read_text())["findings"]) if (place / "report.json").exists() else 0
        print(f"\nProwler ended with {theirs.status} and {sum(map(len, findings)):,} findings, `reeve assess` with {assessed.status} and {judged:,}.")
    wrong = []
    if not findings or its.total() < 500:
        wrong.append(f"Prowler's run is none to compare with: status {theirs.status}, {its.total()} requests")
    if collected.status not in (0, 3) or assessed.status not in (0, 3):
        wrong.append(f"`reeve collect` ended with {collected.status}, `reeve assess` with {assessed.status}")
    rest = max(its.total(without={SNAPSHOTS}), 1)
    values = [100 * mine.total() / max(its.total(), 1), 100 * mine.total(without={SNAPSHOTS}) / rest, collected.mib, 100 * (collected.cpu + assessed.cpu) / theirs.cpu]
    for (what, bar), value in zip(BARS.items(), values):
        print(f"- {what}: {value:.1f} (bar {bar})")
        if value > bar:
            wrong.append(f"{what}: {value:.1f} where {bar} are allowed")
    for what in wrong:
        print(what, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
