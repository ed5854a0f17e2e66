#!/usr/bin/env python3
"""The matcher against a naive judge (tests/detect/oracle.py): the given rules on the given events, and made rules on made events.

    detect_oracle.py [--seed N] [--rules N]

Each verdict of each rule on each event must be equal, with and without --strict-scalar, and the same again when each rule is asked alone: what
the matcher leaves out by the events' names would have said no.
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_detect import CLOUDTRAIL, PLACEHOLDERS, SIGMA, given_events, given_rules, verdicts, verdicts_tool  # noqa: E402
from lib_reeve import SHARED, Checks  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "detect"))
import oracle  # noqa: E402


def compare(checks, what, rules, paths, events, strict):
    flags = ["--strict"] if strict else []
    said, answers = verdicts(paths, events, *flags)
    refused = [line["refused"] for line in said if "refused" in line]
    checks.check(not refused, f"{what}: every rule is loaded", "; ".join(refused[:3]))
    checks.check(answers == verdicts(paths, events, "--alone", *flags)[1], f"{what}: the matcher leaves out no rule that matches")
    wrong, hits = [], 0
    for text, got in zip(events, answers):
        event = oracle.parse(text)
        want = {rule["id"] for rule in rules if oracle.fires(rule, event, strict, PLACEHOLDERS)}
        hits += len(want)
        if want != got:
            wrong.append(f"{sorted(want ^ got)} on {text[:300]}")
    checks.check(not wrong and len(answers) == len(events), f"{what}: {len(rules)} rules x {len(events)} events",
        f"{len(wrong)} differ: " + " | ".join(wrong[:2]))
    checks.check(hits > 0, f"{what}: something matches")
    return answers


# Made rules and events: few fields and few values, so that they meet.
NAMES = ["CreateUser", "createuser", "DeleteTrail", "Get*", "?reateUser", "ListBuckets"]
SOURCES = ["iam.amazonaws.com", "IAM.amazonaws.com", "s3.amazonaws.com", "*.amazonaws.com"]
TEXTS = ["alice", "Bob", "b*", "a?ice", "", "5", "true", "10.1.2.3", "2026-11-22T04:12:00Z", "x\\*y", "C:\\\\temp", "-f", "/f",
    "\u00c4pfel", "a\"b", "null", "{", "k"]
FIELDS = ["eventSource", "eventName", "userIdentity.type", "userIdentity.arn", "errorCode", "requestParameters", "requestParameters.k",
    "requestParameters.items.k",
          "sourceIPAddress", "a.b", "extra", "extra.k"]


def made_value(r, depth=0):
    kind = r.randrange(10 if depth < 3 else 6)
    if kind < 3:
        return r.choice(TEXTS).replace("*", r.choice(["", "zz", "*"])).replace("?", "l")
    if kind == 3:
        return r.choice([5, 5.0, 0, -1, 1e3, 12345678901234567890])
    if kind == 4:
        return r.choice([True, False, None])
    if kind == 5:
        return ""
    if kind < 8:
        return [made_value(r, depth + 1) for _ in range(r.randrange(3))]
    return {r.choice(["k", "type", "arn", "items", "b"]): made_value(r, depth + 1) for _ in range(r.randrange(1, 3))}


def made_event(r):
    event = {}
    if r.random() < 0.9:
        event["eventSource"] = r.choice(SOURCES).replace("*", "ec2") if r.random() < 0.95 else made_value(r)
    if r.random() < 0.9:
        event["eventName"] = r.choice(NAMES).replace("*", "Role").replace("?", "c") if r.random() < 0.95 else made_value(r)
    for name in ("userIdentity", "errorCode", "requestParameters", "sourceIPAddress", "extra", "a.b", "a", "requestParameters.k"):
        if r.random() < (0.5 if "." not in name and name != "a" else 0.1):
            event[name] = made_value(r)
    text = json.dumps(event, ensure_ascii=r.random() < 0.5, separators=r.choice([(",", ":"), (", ", ": ")]))
    return text.replace("CreateUser", "Create\\u0055ser") if r.random() < 0.03 else text


def made_item(r):
    field = r.choice(FIELDS[:2]) if r.random() < 0.4 else r.choice(FIELDS)
    texts = NAMES if field == "eventName" else SOURCES if field == "eventSource" else TEXTS
    form = r.randrange(14)
    several = [r.choice(texts) for _ in range(r.randrange(2, 4))]
    one = r.choice(texts) if r.random() < 0.6 else several
    place = r.choice(["contains", "startswith", "endswith"])
    if form < 5:
        return field, one
    if form == 5:
        return f"{field}|{place}", one
    if form == 6:
        return f"{field}|contains|all", several
    if form == 7:
        return r.choice([(field, None), (f"{field}|exists", r.random() < 0.5)])
    if form == 8:
        return f"{field}|" + r.choice(["neq", "cased", "contains|cased", "startswith|neq", "windash", "windash|contains"]), one
    if form == 9:
        return f"{field}|" + r.choice(["re", "re|i", "re|s"]), r.choice(["^[A-Z].*r$", "a.c", "(alice|bob)", "^$", "U", "[0-9]+", "e{1,2}", "\"k\""])
    if form == 10:
        return f"{field}|" + r.choice(["gt", "gte", "lt", "lte"]), r.choice([5, 4.5, 0, -1])
    if form == 11:
        return r.choice([(f"{field}|cidr", "10.0.0.0/8"), (f"{field}|hour|lt", 5), (f"{field}|expand", "%names%"), (f"{field}|month", 11)])
    if form == 12:
        return f"{field}|fieldref" + r.choice(["", "|neq", "|contains", "|startswith", "|cased"]), r.choice(FIELDS)
    return field, r.choice([5, 5.0, True, False, 0])


def made_selection(r):
    if r.random() < 0.1:
        return r.choice([["alice", "CreateUser"], [r.choice(TEXTS)], {"|all": ["e", r.choice(TEXTS)]}, ["b*b", {"eventName": "CreateUser"}]])
    maps = [dict(made_item(r) for _ in range(r.randrange(1, 4))) for _ in range(2 if r.random() < 0.2 else 1)]
    return maps if len(maps) > 1 else maps[0]


CONDITIONS = ["s_a", "s_a and s_b", "s_a or s_b", "s_a and not s_b", "not s_a", "1 of s_*", "all of s_*", "1 of them", "all of them",
    "not (s_a or s_b)", "s_a and not 1 of s_b*",
              "s_a or s_b and not s_c", "(s_a or s_b) and s_c", ["s_a and s_b", "s_c"], "1 of _*", "not not s_a"]


def made_rule(r, i):
    detection = {name: made_selection(r) for name in ("s_a", "s_b", "s_c", "_h")}
    return {"title": f"made {i}", "id": f"made-{i}", "logsource": {"product": "aws", "service": "cloudtrail"}, "detection": dict(detection,
        condition=r.choice(CONDITIONS))}


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--seed", type=int, default=8)
    asked.add_argument("--rules", type=int, default=120)
    asked = asked.parse_args()
    checks = Checks()
    if not verdicts_tool().exists():
        checks.skip("the matcher", f"{verdicts_tool()} is not built", "that it agrees with a naive judge")
        return checks.end()
    r = random.Random(asked.seed)
    made = [made_rule(r, i) for i in range(asked.rules)]
    events = [made_event(r) for _ in range(80)]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "made.yml")
        file.write_text("".join("---\n" + json.dumps(rule) + "\n" for rule in made), encoding="utf-8")
        again = oracle.documents(file.read_text(encoding="utf-8"))
        for strict in (False, True):
            compare(checks, f"made rules of seed {asked.seed}" + (", strict" if strict else ""), again, [file], events, strict)
    if not SIGMA.exists() or not CLOUDTRAIL.exists():
        checks.skip("the given rules", f"{SHARED} has no corpora of sigma and cloudtrail", "that their verdicts are right")
        return checks.end()
    files = given_rules()
    rules = [rule for file in files for rule in oracle.documents(file.read_text(encoding="utf-8"))]
    given = given_events()
    checks.check(len(rules) == 58 and len(given) >= 400, "58 given rules and the given events", f"{len(rules)}, {len(given)}")
    strict = compare(checks, "the given rules, strict", rules, files, given, True)
    plain = compare(checks, "the given rules", rules, files, given, False)
    more = {rule for a, b in zip(plain, strict) for rule in a - b}
    titles = {rule["id"]: rule["title"] for rule in rules}
    checks.check(all(a >= b for a, b in zip(plain, strict)) and "AWS S3 Bucket Versioning Disable" in {titles[one] for one in more},
                 "an object as its text adds hits and takes none", str(sorted(titles[one] for one in more)))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
