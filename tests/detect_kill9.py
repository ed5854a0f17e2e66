#!/usr/bin/env python3
"""Kill -9 at random points of `reeve detect --state`: the runs together tell every alert of one undisturbed run, and no other.

    python3 tests/detect_kill9.py [--points 8] [--seed 1] [--reeve PROGRAM]

Objects are plain, packed and one event a line; some events stand in two of them. Each round begins with an empty state, kills the run
once to three times, then lets it end. An id that was told before the kill may be told again, for the state learns of it later; what was
told when the state was written is not. `--points 50` is the acceptance run.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_detect import event, write_files  # noqa: E402
from lib_reeve import Checks, built  # noqa: E402

RULES = """title: a key is made
name: key
id: 00000000-0000-4000-8000-000000000001
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: CreateAccessKey}
  condition: selection
level: high
---
title: a user is made
name: user
id: 00000000-0000-4000-8000-000000000002
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: CreateUser}
  condition: selection
level: low
---
title: a user and a key
id: 00000000-0000-4000-8000-000000000003
correlation:
  type: temporal_ordered
  rules: [user, key]
  group-by: [sourceIPAddress]
  timespan: 10m
  generate: true
level: critical
---
title: few keys in an hour
id: 00000000-0000-4000-8000-000000000004
correlation:
  type: event_count
  rules: [key]
  group-by: [sourceIPAddress]
  timespan: 1h
  condition: {lte: 4}
  generate: true
level: low
"""


def make_logs(folder, chance):
    names = ["ListUsers"] * 14 + ["CreateUser", "CreateAccessKey"]
    events = [event(number, chance.randrange(20 * 86400), chance.choice(names), sourceIPAddress=f"192.0.2.{chance.randrange(40)}") for number in range(24000)]
    events += chance.sample(events, 500)
    chance.shuffle(events)
    write_files(folder / "a", events[:8000], "records", 20)
    write_files(folder / "b", events[8000:16000], "gz", 12)
    write_files(folder / "c", events[16000:], "ndjson", 500)


def lines_of(path):
    """The ids told, in order; a line that the kill cut is none."""
    return [json.loads(line)["alert_id"] for line in path.read_text().split("\n")[:-1]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "that detection survives kill -9"):
        return checks.end()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        make_logs(folder / "logs", chance)
        (folder / "rules.yml").write_text(RULES)

        def start(state, out):
            words = [str(lib_reeve.REEVE), "detect", "logs", "--rules", "rules.yml", "--format", "ndjson"] + (["--state", state] if state else [])
            return subprocess.Popen(words, cwd=folder, stdout=out.open("w"), stderr=subprocess.PIPE)

        plain = start(None, folder / "whole.out")
        error = plain.communicate()[1].decode()
        whole = set(lines_of(folder / "whole.out"))
        checks.check(plain.returncode == 0 and len(whole) > 1000, "an undisturbed run without a state", f"status {plain.returncode}, {len(whole)} alerts {error}")
        begun = time.monotonic()
        start("once.state", folder / "once.out").communicate()
        span = time.monotonic() - begun
        once = lines_of(folder / "once.out")
        checks.check(set(once) == whole and len(once) == len(whole), "a run with a state tells the same, each once", f"{len(once)} lines, {len(set(once))} ids, expected {len(whole)}")
        start("once.state", folder / "again.out").communicate()
        checks.check(lines_of(folder / "again.out") == [], "the same run again tells nothing")
        kills = 0
        for point in range(options.points):
            told = []
            for attempt in range(chance.choice([1, 1, 2, 3])):
                out = folder / f"{point}.{attempt}.out"
                run = start(f"{point}.state", out)
                time.sleep(chance.uniform(0, span))  # not wait(): it looks again after up to 50 ms, when a quick run has ended
                if run.poll() is None:
                    run.kill()
                    kills += 1
                run.wait()
                run.stderr.close()
                told += lines_of(out)
            last = start(f"{point}.state", folder / f"{point}.last.out")
            error = last.communicate()[1].decode()
            told += lines_of(folder / f"{point}.last.out")
            lost, new = whole - set(told), set(told) - whole
            checks.check(last.returncode == 0 and not lost and not new, f"point {point}", f"status {last.returncode}, {len(lost)} lost, {len(new)} new; {error[-300:]}")
        checks.check(kills >= options.points // 2, "the runs were killed", f"{kills} of {options.points} or more")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
