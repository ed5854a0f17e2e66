#!/usr/bin/env python3
"""Rates of `reeve detect` beside the floor of reading; see bench/detect.sh."""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import uuid

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPORA = ROOT.parent / "shared" / "corpora"
COPIES = 100
ROUNDS = 5
TIMES = 10  # what Reeve has to be of rsigma's speed
# A process's peak begins with that of the one that started it: so a small one starts it.
STARTS = """
import json, os, sys
out = os.open(os.devnull, os.O_WRONLY)
_, status, used = os.wait4(os.posix_spawn(sys.argv[2], sys.argv[2:], dict(os.environ, REEVE_THREADS="1"), file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)]), 0)
json.dump([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024], open(sys.argv[1], "w"))
"""


def started(command, folder):
    """Exit status, processor seconds and peak in MiB; the last words on standard error."""
    figure = folder / "figure.json"
    run = subprocess.run([sys.executable, "-S", "-E", "-c", STARTS, str(figure), *map(str, command)], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"bench/detect.sh: {' '.join(map(str, command))} could not be started: {run.stderr[-400:]}")
    return *json.loads(figure.read_text()), run.stderr


def renamed(value, key, copy):
    """The value as the copy asks for it; whether something in it was changed."""
    if isinstance(value, dict):
        parts = {name: renamed(part, name, copy) for name, part in value.items()}
        return {name: part for name, (part, _) in parts.items()}, any(changed for _, changed in parts.values())
    if isinstance(value, list):
        parts = [renamed(part, key, copy) for part in value]
        return [part for part, _ in parts], any(changed for _, changed in parts)
    if key.split("|")[0] == "eventName" and isinstance(value, str):
        return f"{value}X{copy}", True
    return value, False


def many(rules, out):
    """`COPIES` of each rule, under other ids, titles and event names; a rule without an event name asks for another type of identity."""
    out.mkdir()
    for number, file in enumerate(sorted(rules.rglob("*.yml"))):
        rule = yaml.safe_load(file.read_text())
        for copy in range(COPIES):
            one = {**rule, "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{file.name}/{copy}")), "title": f"{rule['title']} {copy}"}
            if copy:
                one["detection"], changed = renamed(rule["detection"], "", copy)
                for selection in one["detection"].values():
                    if not changed and isinstance(selection, dict):
                        selection["userIdentity.type"] = f"Type{copy}"
                        break
            (out / f"{number}-{copy}.yml").write_text(yaml.safe_dump(one, sort_keys=False))
    return out


def floor(program, folder):
    rows = [json.loads(line) for line in subprocess.run([program, str(folder), "--rounds", "1"], capture_output=True, text=True, check=True).stdout.splitlines()]
    return next(row for row in rows if row["what"] == "floor")


def by_turns(least, reeve, logs, rules, place):
    """The least floor, and by name of the rules what each run and each loading of them took: all of a round one after the other, for a machine's speed may change by half within minutes."""
    floors, runs, loads = [], {name: [] for name in rules}, {name: [] for name in rules}
    for _ in range(ROUNDS):
        floors.append(floor(least, logs))
        for name, words in rules.items():
            loads[name].append(started([reeve, "detect", "-", *words], place)[1])
            runs[name].append(started([reeve, "detect", logs, "--format", "ndjson", *words], place))
    return min(floors, key=lambda one: one["cpu_s"]), runs, loads


def against_rsigma(reeve, make, options, place):
    """Both programs on the same lines of JSON, which is how rsigma reads events; what is wrong, if something is."""
    sys.path.insert(0, str(ROOT / "tests" / "peers"))
    from lib_sigma_peers import VERSION, rsigma
    program = rsigma()
    if program is None:
        return [f"rsigma {VERSION} could not be built, so it was not measured"]
    logs = place / "logs-peer"
    subprocess.run([make, logs, CORPORA / "cloudtrail", "--megabytes", str(options.peer_megabytes), "--shapes", "ndjson"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    events, nothing = place / "peer.ndjson", place / "nothing.ndjson"
    with events.open("wb") as out:
        for file in sorted(path for path in (logs / "ndjson").rglob("*") if path.is_file()):
            with file.open("rb") as part:
                shutil.copyfileobj(part, out, 1 << 24)
    shutil.rmtree(logs)
    nothing.write_bytes(b"")
    with events.open("rb") as lines:
        count = sum(chunk.count(b"\n") for chunk in iter(lambda: lines.read(1 << 24), b""))
    wrong, rates = [], {}
    for name, words, on in ((f"rsigma {VERSION}", [program, "--quiet", "--output-format", "ndjson", "engine", "eval", "--input-format", "json", "--rules", options.rules, "--event"], "@{}"),
                            ("Reeve", [reeve, "detect", "--rules", options.rules, "--format", "ndjson"], "{}")):
        empty = min(started([*words, on.format(nothing)], place)[1] for _ in range(ROUNDS))  # what loading the rules takes
        runs = [started([*words, on.format(events)], place) for _ in range(ROUNDS)]
        if any(run[0] != 0 for run in runs):
            wrong.append(f"{name} ended with {runs[0][0]}: {runs[0][3][-300:]}")
        cpu = max(min(run[1] for run in runs) - empty, 1e-3)
        rates[name] = count / cpu
        print(f"| lines, one file | {name} | {count:,} | {cpu:.2f} | {rates[name]:,.0f} | – | {max(run[2] for run in runs):.0f} |", flush=True)
    theirs, ours = rates.values()
    print(f"\nReeve has {ours / theirs:.1f} times the speed of rsigma's program with the same rules on the same lines (bar {TIMES})\n", flush=True)
    if ours < TIMES * theirs:
        wrong.append(f"lines: {ours / theirs:.1f} times rsigma's speed where {TIMES} are asked for")
    return wrong


def main():
    parser = argparse.ArgumentParser(prog="bench/detect.sh", allow_abbrev=False)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--small-megabytes", type=int, default=500, help="of files of eight events; fewer are soon read, and what loading 5,700 rules takes varies by more than that")
    parser.add_argument("--rules", type=pathlib.Path, default=CORPORA / "sigma" / "sigmahq" / "rules")
    parser.add_argument("--peers", action="store_true", help="also measure the program of the crate rsigma, which is fetched and built")
    parser.add_argument("--peer-megabytes", type=int, default=300)
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--only", choices=["gz", "json", "peers"])
    options = parser.parse_args()
    reeve, make, least = (options.build.resolve() / name for name in ("reeve", "bench_make_cloudtrail", "bench_detect_floor"))
    if not options.rules.exists():
        print(f"bench/detect.sh: no {options.rules}; nothing was measured", file=sys.stderr)
        return 0
    wrong = []
    memory = pathlib.Path("/dev/shm") if shutil.disk_usage("/dev/shm").free > 3 * max(options.megabytes, options.small_megabytes) * 1_000_000 else None
    with tempfile.TemporaryDirectory(prefix="reeve-bench-detect-", dir=memory) as temporary:
        place = options.keep or pathlib.Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        more = many(options.rules, place / "rules")
        print("| logs | rules | events | CPU s | events per CPU s | of the floor | peak MiB |\n|---|---:|---:|---:|---:|---:|---:|", flush=True)
        for records, megabytes in ((2000, options.megabytes), (8, options.small_megabytes)) if options.only != "peers" else ():
            logs = place / f"logs-{records}"
            subprocess.run([make, logs, CORPORA / "cloudtrail", "--megabytes", str(megabytes), "--records", str(records), "--shapes", "gz,json"], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for shape, bar in (("gz", 0.75), ("json", 0.7)):
                if options.only not in (None, shape):
                    continue
                rules = {"57": ["--rules", options.rules], "5,700": ["--rules", more], "Reeve's own": []}
                below, measured, loads = by_turns(least, reeve, logs / shape, rules, place)
                kind = f"{'gzip' if shape == 'gz' else 'plain'}, files of {records:,}"
                print(f"| {kind} | floor | {below['events']:,} | {below['cpu_s']:.2f} | {below['events_per_cpu_s']:,.0f} | 1.00 | – |", flush=True)
                rates = {}
                for name, runs in measured.items():
                    if any(run[0] != 0 for run in runs):  # 3: a rule was refused, or a record
                        sys.exit(f"bench/detect.sh: reeve detect ended with {runs[0][0]}: {runs[0][3][-400:]}")
                    cpu, peak = max(min(run[1] for run in runs) - min(loads[name]), 1e-3), max(run[2] for run in runs)
                    rates[name] = below["events"] / cpu
                    share = rates[name] / below["events_per_cpu_s"]
                    print(f"| {kind} | {name} | {below['events']:,} | {cpu:.2f} | {rates[name]:,.0f} | {share:.2f} | {peak:.0f} |", flush=True)
                    if name == "57" and share < bar:
                        wrong.append(f"{kind}: {share:.2f} of the floor where {bar} are asked for")
                    if peak > 100:
                        wrong.append(f"{kind}, {name} rules: {peak:.0f} MiB where 100 are allowed")
                loss = 100 * (1 - rates["5,700"] / rates["57"])
                print(f"\n{kind}: {loss:.1f} % less with 5,700 rules (bar 15)\n", flush=True)
                if loss > 15:
                    wrong.append(f"{kind}: {loss:.1f} % less with 5,700 rules where 15 are allowed")
        if options.peers or options.only == "peers":
            wrong += against_rsigma(reeve, make, options, place)
    for what in wrong:
        print(what, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
