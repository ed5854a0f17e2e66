#!/usr/bin/env python3
"""Detections of our own: what each folder claims, shown by its examples; recorded attacks found, quiet organisations left in peace.

    python3 tests/detections.py [--events N] [--table]

`--events 10000000` is thirty days of a quiet organisation (minutes); `--table` prints what each detection said about it. The recorded and
labelled events stand in the shared folder (corpora/cloudtrail) and are skipped, loudly, where it is absent.
"""

import argparse
import collections
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "detect"))
from benign import Benign, EVENTS_A_DAY
from lib_reeve import REEVE, ROOT, SHARED, Checks, built, reeve

FOLDER = ROOT / "content" / "detections"
CORPUS = SHARED / "corpora" / "cloudtrail"
LOUD = ("high", "critical")
LEVELS = ("informational", "low", "medium", *LOUD)
OTHERS_MAX = 2         # a detection is specific to a technique if it fires on at most so many of the other logs
LABELLED_RULES_MAX = 5  # a detection counts for the labelled events if it touches at most so many of their rules
RECALL_MIN, FALSE_MAX = 0.5, 0.3
LOUD_A_DAY_MAX = 5
SMALL = 40_000


class Detection:
    """A folder, read as text: what is claimed of it here needs no Sigma."""

    def __init__(self, folder):
        self.id = folder.name
        self.text = (folder / "rule.yml").read_text()
        self.documents = self.text.split("\n---\n")
        self.rule_id = re.search(r"^id: (\S+)$", self.documents[-1], re.M)[1]
        self.level = re.search(r"^level: (\S+)$", self.documents[-1], re.M)[1]
        self.ids = re.findall(r"^id: (\S+)$", self.text, re.M)
        self.examples = sorted((folder / "examples").iterdir())


def detections():
    return [Detection(folder) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()]


def claims(checks, known):
    checks.check(len(known) >= 120, "at least 120 detections", len(known))
    ids = collections.Counter(one for detection in known for one in detection.ids)
    checks.check(max(ids.values()) == 1, "each document of each rule has an id of its own", [one for one, n in ids.items() if n > 1])
    for detection in known:
        body = detection.text.split("\ndetection:", 1)[-1]
        # What an attacker writes at will tells nothing. A vendor's name in a rule would be one way to cheat on its logs.
        checks.check("userAgent" not in detection.text, f"{detection.id} does not ask for a tool's name")
        checks.check(not re.search(r"stratus|panther|otrf|pacu|requestParameters\.tags", body, re.I), f"{detection.id} does not ask for a tool's names or tags")
        words = [line for line in detection.documents[-1].splitlines() if line.startswith("title: ") or line.startswith("description: ")]
        checks.check(len(words) == 2, f"{detection.id} says what it finds", words)
    loud = [one.id for one in known if one.level in LOUD]
    checks.check(len(loud) <= len(known) / 4, "few detections are loud", f"{len(loud)} of {len(known)}")


def examples(checks, known):
    done = reeve("detect", "test", FOLDER)
    rows = [json.loads(line) for line in done.out.splitlines()]
    checks.check(done.status == 0, "every example is judged as its name says", done.err[-400:])
    for row in rows:
        checks.check(row["ok"], f"{row['case']} of {row['rule_id']}", row)
    fired = collections.defaultdict(set)
    for row in rows:
        fired[row["rule_id"]].add(row["expected"])
    for detection in known:
        checks.check(len(fired[detection.rule_id]) == 2, f"{detection.id} has examples that match and that do not", sorted(map(str, fired[detection.rule_id])))
    checks.check(len(rows) == sum(len(one.examples) for one in known), "each example is one case", f"{len(rows)} of {sum(len(one.examples) for one in known)}")


def alerts(path, known, stdin=None):
    """Alerts of our detections on a file or folder of logs; (rule's folder, event id, level)."""
    done = subprocess.run([str(REEVE), "detect", str(path), "--rules", str(FOLDER), "--format", "ndjson"], stdin=stdin, capture_output=True, text=True, timeout=3000)
    names = {one.rule_id: one.id for one in known}
    if done.returncode not in (0, 3):
        raise RuntimeError(f"{path}: status {done.returncode}: {done.stderr[-400:]}")
    out = [json.loads(line) for line in done.stdout.splitlines()]
    return [(names[one["rule_id"]], one["event_id"], one["level"], one) for one in out if "rule_id" in one]


def recorded(checks, known):
    folder = CORPUS / "stratus"
    if not folder.is_dir():
        return checks.skip("recorded attacks", f"{folder} is not there", "that each recorded technique is found")
    found = {path.stem: {one[0] for one in alerts(path, known)} for path in sorted(folder.glob("*.json"))}
    checks.check(len(found) == 20, "the recorded attacks are read", len(found))
    table = {row["technique"]: row["detections"].split() for row in csv.DictReader((ROOT / "tests" / "detect" / "techniques.csv").open())}
    logs = collections.Counter(one for names in found.values() for one in names)
    for technique, names in found.items():
        specific = sorted(one for one in names if logs[one] - 1 <= OTHERS_MAX)
        checks.check(specific, f"{technique} is found by a detection of its own", sorted(names))
        checks.check(set(table.get(technique, [])) & set(specific), f"{technique} is found by what the table says", (table.get(technique), specific))


def techniques(checks, known):
    """tests/detect/techniques.csv: Stratus Red Team's techniques for AWS, as its public list names them, and which detections see them."""
    ids = {one.id for one in known}
    rows = list(csv.DictReader((ROOT / "tests" / "detect" / "techniques.csv").open()))
    checks.check(len(rows) >= 40, "every technique of the public list is in the table", len(rows))
    for row in rows:
        names = set(row["detections"].split())
        checks.check(names and names <= ids, f"{row['technique']} has detections that there are", sorted(names - ids))


def labelled(checks, known):
    path = CORPUS / "panther" / "panther-events.ndjson"
    if not path.exists():
        return checks.skip("labelled events", f"{path} is not there", "recall and false alarms")
    tests = [json.loads(line) for line in path.read_text().splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        whole = pathlib.Path(folder) / "events.ndjson"
        with whole.open("w") as out:
            for n, test in enumerate(tests):
                # Each is judged by itself: ids and times of its own, a year apart from the next, so that no two make a burst.
                own = dict(test["event"], eventID=f"test-{n}", eventTime=f"{1990 + n // 12}-{n % 12 + 1:02d}-01T00:00:00Z")
                out.write(json.dumps(own) + "\n")
        hits = collections.defaultdict(set)
        for name, event, level, _ in alerts(whole, known):
            hits[name].add(int(event.removeprefix("test-")))
    counted = {name for name, events in hits.items() if len({tests[n]["rule_id"] for n in events}) <= LABELLED_RULES_MAX}
    seen = {n for name in counted for n in hits[name]}
    wanted = {n for n, test in enumerate(tests) if test["expected"]}
    unwanted = set(range(len(tests))) - wanted
    recall, false = len(seen & wanted) / len(wanted), len(seen & unwanted) / len(unwanted)
    print(f"labelled events: recall {recall:.2f} ({len(seen & wanted)} of {len(wanted)}), false alarms {false:.2f} ({len(seen & unwanted)} of {len(unwanted)})")
    checks.check(recall >= RECALL_MIN, "labelled events are found", f"{recall:.2f}")
    checks.check(false <= FALSE_MAX, "labelled events that are harmless are left in peace", f"{false:.2f}")
    checks.check(len(seen & unwanted) <= FALSE_MAX * len(seen), "most alarms on labelled events are right", f"{len(seen & unwanted)} of {len(seen)} are not")
    levels = {one.id: one.level for one in known}
    loud = [(name, tests[n]["test_name"]) for name, events in hits.items() if levels[name] in LOUD for n in events & unwanted
            if (tests[n]["event"].get("userIdentity") or {}).get("type") != "Root"]
    checks.check(not loud, "no harmless labelled event is an alarm for people", loud)


def quiet(checks, known, events, table):
    """An organisation at its work: planted uses of the root user and of the role for emergencies are told, and next to nothing else loudly."""
    panther = CORPUS / "panther" / "panther-events.ndjson"
    benign = Benign(7, panther if panther.exists() else None)
    if not panther.exists():
        checks.skip("harmless labelled calls in the mix", f"{panther} is not there", "that they raise no high alerts")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "trail.ndjson"
        with path.open("w") as out:
            for line in benign.lines(events):
                out.write(line + "\n")
        found = alerts(path, known)
    days = events / EVENTS_A_DAY
    planted = dict(benign.planted)
    told = {event for _, event, level, _ in found if level in LOUD}
    for event, what in planted.items():
        checks.check(event in told, f"a planted use ({what}) is told", event)
    loud = [(name, level, event) for name, event, level, _ in found if level in LOUD and event not in planted]
    by_name = collections.Counter(name for name, _, _ in loud)
    # In less than a day as many as a whole day may have would prove nothing: none at all is the claim then.
    limit = LOUD_A_DAY_MAX * days if days >= 1 else 0
    checks.check(len(loud) <= limit, f"{events} harmless events raise few high alerts", by_name.most_common(10))
    levels = collections.Counter(level for _, _, level, _ in found)
    print(f"quiet organisation: {events} events, {days:.2f} days, {len(planted)} planted; high alerts beside them {len(loud)}; "
          + ", ".join(f"{levels[level]} {level}" for level in LEVELS))
    if table:
        for (name, level), n in sorted(collections.Counter((name, level) for name, _, level, _ in found).items(), key=lambda row: -row[1]):
            print(f"  {n / max(days, 1e-9):10.1f} a day  {level:13} {name}")


def there_is_detect(checks, shown):
    if reeve("detect", "test", "--help").status == 0:
        return True
    checks.skip("everything that judges events", "this program has no `detect test`", shown)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--events", type=int, default=SMALL, help="size of the quiet organisation's trail")
    parser.add_argument("--table", action="store_true", help="print how often each detection spoke on it")
    arguments = parser.parse_args()
    checks = Checks()
    known = detections()
    claims(checks, known)
    techniques(checks, known)
    shown = "examples, recorded attacks, labelled events and the quiet organisation"
    if built(checks, shown) and there_is_detect(checks, shown):
        examples(checks, known)
        recorded(checks, known)
        labelled(checks, known)
        quiet(checks, known, arguments.events, arguments.table)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
