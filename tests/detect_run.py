#!/usr/bin/env python3
"""`reeve detect` from outside: the same alerts from every shape of the same events, exact accounts of objects, formats, exit statuses, the state,
suppressions, following.

    python3 tests/detect_run.py [--reeve PROGRAM]

OCSF is held against the definition of class 2004 in ../shared; without it that part is skipped aloud.
"""

import argparse
import gzip
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_detect import detect, detect_input, event, write_files  # noqa: E402
from lib_ocsf import Schema  # noqa: E402
from lib_reeve import SHARED, Checks, built, reeve  # noqa: E402

RULES = """title: A key is made
id: 00000000-0000-4000-8000-000000000001
status: test
author: A. Rossi
description: Somebody has a new key.
tags: [attack.persistence, attack.t1098.001]
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: CreateAccessKey, userIdentity.userName: '*'}
  condition: selection
level: high
---
title: A user is made
name: user
id: 00000000-0000-4000-8000-000000000002
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: CreateUser}
  condition: selection
level: low
---
title: Three users in a minute
id: 00000000-0000-4000-8000-000000000003
tags: [attack.persistence]
correlation:
  type: event_count
  rules: [user]
  group-by: [userIdentity.userName]
  timespan: 1m
  condition: {gte: 3}
  generate: true
level: critical
"""
KEY, USER, THREE = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
MEMBERS = {"alert_id", "rule_id", "rule_title", "level", "tags", "event_id", "event_time", "principal", "account", "region", "evidence"}


def scene():
    chance = random.Random(7)
    names = ["ListUsers"] * 10 + ["CreateUser", "CreateAccessKey"]
    return [event(number, chance.randrange(86400), chance.choice(names), userIdentity={"type": "IAMUser", "userName": f"u{number % 3}", "arn": f"arn:aws:iam::111122223333:user/u{number % 3}"})
            for number in range(900)] + [event(2000 + n, 90000 + 20 * n, "CreateUser") for n in range(3)]


def shapes(checks, folder, rules):
    events = scene()
    chance = random.Random(3)
    first = None
    for shape, size, threads in [("records", 40, 1), ("gz", 40, 2), ("gz", 7, 1), ("ndjson", 500, 2), ("array", 1000, 1)]:
        mixed = list(events)
        chance.shuffle(mixed)
        mixed += mixed[:100]  # delivered twice
        place = folder / f"{shape}{size}"
        write_files(place, mixed, shape, size)
        one, again = detect(place, rules=rules, threads=threads), detect(place, rules=rules, threads=3 - threads)
        checks.check(one.status == 0 and not one.err, f"{shape} by {size}: read without a word", one.err)
        checks.check(len(one.ids) == len(set(one.ids)), f"{shape} by {size}: each id once")
        checks.check(one.out == again.out, f"{shape} by {size}: the same lines on one thread and on two")
        checks.check(first is None or set(one.ids) == first, f"{shape} by {size}: the same ids", f"{len(one.ids)} of {len(first or [])}")
        first = set(one.ids)
    # Files named in any order, in folders that say nothing of time, and each of them twice over.
    files = sorted((folder / "gz7").glob("*"))
    for threads in (1, 2):
        chance.shuffle(files)
        done = detect(*files, rules=rules, threads=threads)
        checks.check(set(done.ids) == first and len(done.ids) == len(first) and not done.err, f"files named in any order, {threads} at once: the same ids", f"{len(done.ids)} of {len(first)} {done.err}")
    for file in files:
        (folder / "copies" / file.stem).mkdir(parents=True)
        for name in ("z", "a"):
            (folder / "copies" / file.stem / name).write_bytes(file.read_bytes())
    for threads in (1, 2):
        done = detect(folder / "copies", folder / "ndjson500", folder / "copies", rules=rules, threads=threads)
        checks.check(set(done.ids) == first and len(done.ids) == len(first), f"every file three times over, {threads} at once: the same ids, each once", f"{len(done.ids)} of {len(first)}")
    piped = detect_input("".join(json.dumps(one) + "\n" for one in events).encode(), "--rules", rules)
    checks.check(set(piped.ids) == first, "standard input: the same ids")
    packed = detect_input(gzip.compress(json.dumps({"Records": events}).encode()), "--rules", rules)
    checks.check(set(packed.ids) == first, "standard input, packed: the same ids")
    counted = {rule: sum(1 for one in events if one["eventName"] == name) for rule, name in ((KEY, "CreateAccessKey"), (USER, "CreateUser"))}
    for rule, count in counted.items():
        checks.check(sum(1 for alert in piped.alerts if alert["rule_id"] == rule) == count, "an alert for each event that matches", f"{rule}: {count}")
    for alert in piped.alerts:
        if not checks.check(MEMBERS <= set(alert), "the members that the contract names", str(sorted(MEMBERS - set(alert)))):
            break
    key = next(alert for alert in piped.alerts if alert["rule_id"] == KEY)
    checks.check(key["rule_title"] == "A key is made" and key["level"] == "high" and key["author"] == "A. Rossi" and key["status"] == "test" and key["tags"] == ["attack.persistence", "attack.t1098.001"],
                 "what the rule says of itself", str(key))
    checks.check(key["evidence"]["eventName"] == "CreateAccessKey" and key["evidence"]["userIdentity.userName"].startswith("u"), "the evidence is what stood in the rule's fields", str(key))
    three = [alert for alert in piped.alerts if alert["rule_id"] == THREE]
    checks.check(any(alert["group"] == {"userIdentity.userName": "ann"} and alert["count"] == 3 and alert["events"] == [one["eventID"] for one in events[-3:]] for alert in three),
                 "a correlation names its group and events", str(three))
    return first


def no_id(checks, folder, rules):
    """An event without an id is known by its content, however that is written."""
    one = event(1, 5, "CreateAccessKey")
    del one["eventID"]
    (folder / "a.json").write_text(json.dumps({"Records": [one]}))
    (folder / "b.ndjson").write_text(json.dumps(dict(reversed(one.items())), indent=None, separators=(" ,", ":  ")) + "\n")
    both = detect(folder, rules=rules)
    checks.check(len(both.ids) == 1 and len(both.alerts[0]["event_id"]) == 64, "an event without an id is one event in another spelling", str(both.ids) + both.err)


def accounts(checks, folder, rules):
    good = [event(n, n, "CreateAccessKey") for n in range(5)]
    place = folder / "logs"
    write_files(place, good)
    (place / "broken.json.gz").write_bytes(gzip.compress(json.dumps({"Records": good}).encode())[:-20])
    (place / "README.md").write_text("# words\n")
    (place / "notes.txt").write_text("words without events\n")
    (place / "mixed.ndjson").write_text(json.dumps(event(7, 7, "CreateAccessKey")) + "\nno json\n" + json.dumps(event(8, 8, "CreateUser")) + "\n[1, 2\n")
    done = detect(place, "--audit", rules=rules)
    audits = {pathlib.Path(audit["object"]).name: audit for audit in done.audits}
    checks.check(set(audits) == {path.name for path in place.iterdir()}, "a line for each object", str(sorted(audits)))
    for name, audit in audits.items():
        refused = sum(one["count"] for one in audit["refusals"])
        checks.check(audit["records"] == audit["judged"] + audit["refused"] and audit["refused"] == refused, f"{name}: records are judged or refused", str(audit))
        checks.check(audit["bytes"] == (place / name).stat().st_size, f"{name}: as many bytes as it has", str(audit))
    checks.check(audits["000000.json"]["judged"] == 5 and audits["000000.json"]["format"] == "cloudtrail", "a whole file", str(audits["000000.json"]))
    checks.check(audits["mixed.ndjson"]["judged"] == 2 and audits["mixed.ndjson"]["refused"] >= 2, "lines that are none are refused, the others judged", str(audits["mixed.ndjson"]))
    checks.check(audits["broken.json.gz"].get("broken"), "a cut file says so", str(audits["broken.json.gz"]))
    checks.check(audits["README.md"].get("ignored") and audits["notes.txt"].get("ignored"), "what is no log is passed over in a folder")
    checks.check(done.status == 3, "exit status 3", str(done.status))
    lines = done.err.splitlines()
    for name in ("broken.json.gz", "mixed.ndjson"):
        checks.check(any(name in line for line in lines), f"{name} is named", done.err)
    checks.check(not any("README" in line or "notes.txt" in line for line in lines), "what is passed over is not", done.err)
    nothing = place.parent / "nothing"
    nothing.mkdir()
    for name in ("README.md", "notes.txt"):
        (nothing / name).write_bytes((place / name).read_bytes())
    none = detect(nothing, rules=rules)
    checks.check(none.status == 3 and "none of the 2 files that were met is a log" in none.err, "a folder without a log is no folder in which all is well", (none.status, none.err))
    named = detect(place / "notes.txt", rules=rules)
    checks.check(named.status == 3 and "notes.txt" in named.err, "a file that is named and no log is a failure", f"{named.status} {named.err}")
    missing = detect(folder / "nowhere", rules=rules)
    checks.check(missing.status == 3 and "nowhere" in missing.err, "a path that is not there", f"{missing.status} {missing.err}")


def statuses(checks, folder, rules):
    write_files(folder / "logs", [event(1, 1, "CreateAccessKey"), event(2, 2, "CreateUser")])
    cases = [
        ("alerts alone are no failure", [], 0),
        ("--fail-on high with a high alert", ["--fail-on", "high"], 1),
        ("--fail-on critical without one", ["--fail-on", "critical"], 0),
        ("--fail-on never", ["--fail-on", "never"], 0),
        ("--fail-on no level", ["--fail-on", "worst"], 2),
        ("--lateness no span", ["--lateness", "soon"], 2),
        ("a rule that cannot be honoured", ["--rules", folder / "bad.yml"], 3),
        ("a rule file that is not there", ["--rules", folder / "none.yml"], 3),
        ("the worst of both", ["--rules", folder / "bad.yml", "--fail-on", "low"], 3),
    ]
    (folder / "bad.yml").write_text("title: bad\nid: 00000000-0000-4000-8000-000000000009\nlogsource: {product: aws, service: cloudtrail}\n"
                                    "detection:\n  selection: {eventName|endswth: Key}\n  condition: selection\nlevel: low\n")
    for what, more, status in cases:
        done = detect(folder / "logs", *more, rules=rules)
        checks.check(done.status == status, what, f"{done.status}, expected {status}: {done.err}")
        if status == 3:
            checks.check(len(done.ids) == 2 and (".yml" in done.err), f"{what}: named, and the rest judged", f"{done.ids} {done.err}")
    bare = reeve("detect")
    checks.check(bare.status == 2 and "PATH" in bare.err, "no path", bare.err)


def text(checks, folder, rules):
    write_files(folder / "logs", [event(1, 3661, "CreateAccessKey"), event(2, 3662, "CreateUser")])
    done = reeve("detect", folder / "logs", "--rules", rules, "--format", "text")
    lines = done.out.splitlines()
    checks.check(len(lines) == 3, "a line for each alert and the closing line", done.out)
    checks.check(re.fullmatch(r"2026-01-01 01:01:01Z high      A key is made  111122223333  al-[a-z2-7]{20}  arn:aws:iam::111122223333:user/ann", lines[0]), "an alert is one line", lines[0])
    checks.check(re.fullmatch(r"2 events, 2 alerts, [0-9.]+ (ms|s)( \([0-9,]+ events/s\))?", lines[-1]), "the closing line", lines[-1])
    hostile = event(3, 1, "CreateAccessKey", userIdentity={"type": "IAMUser", "userName": "x", "arn": "a\u001b[31m\u202e\nb"})
    write_files(folder / "hostile", [hostile])
    done = reeve("detect", folder / "hostile", "--rules", rules, "--format", "text")
    checks.check("\x1b" not in done.out and "\u202e" not in done.out and len(done.out.splitlines()) == 2, "a name cannot act on the terminal", repr(done.out))
    secret = event(4, 1, "CreateAccessKey", requestParameters={"masterUserPassword": "hunter2hunter2", "inner": {"secretAccessKey": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYX"}})
    write_files(folder / "secret", [secret])
    (folder / "secret.yml").write_text("title: s\nid: 00000000-0000-4000-8000-000000000008\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n"
                                       "  selection: {requestParameters.masterUserPassword: '*', requestParameters: '*', requestParameters.inner.secretAccessKey: '*'}\n  condition: selection\nlevel: low\n")
    done = detect(folder / "secret", rules=folder / "secret.yml")
    checks.check(len(done.ids) == 1 and "hunter2" not in done.out and "wJalr" not in done.out, "a secret is no evidence", done.out + done.err)


def ocsf(checks, folder, rules):
    write_files(folder / "logs", scene(), size=300)
    done = reeve("detect", folder / "logs", "--rules", rules, "--format", "ocsf")
    findings = [json.loads(line) for line in done.out.splitlines()]
    plain = detect(folder / "logs", rules=rules)
    checks.check([one["finding_info"]["uid"] for one in findings] == plain.ids, "OCSF: a finding for each alert, in order")
    checks.check(all(one["class_uid"] == 2004 and one["type_uid"] == 200401 for one in findings), "OCSF: Detection Findings")
    key = next(one for one in findings if one["finding_info"]["analytic"]["uid"] == KEY)
    checks.check(key["severity"] == "High" and key["unmapped"]["rule_author"] == "A. Rossi", "OCSF: severity, and the author whom the licence asks for", str(key))
    checks.check(key["finding_info"]["attacks"] == [{"technique": {"uid": "T1098"}, "sub_technique": {"uid": "T1098.001"}}, {"tactic": {"name": "Persistence"}}], "OCSF: techniques and tactics", str(key["finding_info"].get("attacks")))
    folder_of_schema = SHARED / "corpora" / "ocsf" / "schema"
    if not folder_of_schema.is_dir():
        checks.skip("OCSF against its definition", f"{folder_of_schema} is not there", "that every attribute is of class 2004")
        return
    schema = Schema(folder_of_schema)
    seen = {}
    for one in findings:
        seen.setdefault(one["finding_info"]["analytic"]["uid"], one)
    for one in seen.values():
        problems = schema.problems(one, "detection_finding")
        checks.check(not problems, f"OCSF of `{one['message']}` against its definition", "; ".join(problems[:5]))


def states(checks, folder, rules):
    events = scene()
    write_files(folder / "one", events[:450], "gz")
    write_files(folder / "two", events[450:], "gz")
    whole = set(detect(folder / "one", folder / "two", rules=rules).ids)
    first = detect(folder / "one", "--state", folder / "s", rules=rules)
    second = detect(folder / "one", folder / "two", "--state", folder / "s", rules=rules)
    third = detect(folder / "one", folder / "two", "--state", folder / "s", rules=rules)
    single = {alert["alert_id"] for alert in first.alerts + second.alerts if "count" not in alert}
    checks.check(not set(first.ids) & set(second.ids), "with a state nothing is told twice")
    checks.check(single == {one for one in whole if one in single} and len(single) == sum(1 for one in events if one["eventName"] != "ListUsers"), "with a state no alert over a single event is lost", f"{len(single)}")
    checks.check(third.ids == [] and third.status == 0, "what was read is not read again", str(third.ids))
    (folder / "two" / "900.json").write_text(json.dumps({"Records": [event(5000, 99999, "CreateAccessKey")]}))
    checks.check(len(detect(folder / "two", "--state", folder / "s", rules=rules).ids) == 1, "what is new is")
    ordered = sorted(events, key=lambda one: one["eventTime"])
    for number in range(3):
        write_files(folder / f"day{number}", ordered[number * 301:(number + 1) * 301])
    told = [one for number in range(3) for one in detect(folder / f"day{number}", "--state", folder / "days", rules=rules).ids]
    checks.check(sorted(told) == sorted(whole), "runs over the days in turn tell what one run over all does", f"{len(told)} of {len(whole)}")
    (folder / "foreign").write_bytes(b"no database, but more than a hundred bytes of words " * 4)
    foreign = detect(folder / "one", "--state", folder / "foreign", rules=rules)
    checks.check(foreign.status == 3 and "foreign" in foreign.err, "a file that is no state is left alone", f"{foreign.status} {foreign.err}")


def suppressions(checks, folder, rules):
    (folder / "reeve.yaml").write_text("organization: Example\n")
    (folder / "alert-suppressions").mkdir()
    write_files(folder / "logs", [event(1, 0, "CreateAccessKey"), event(2, 86400, "CreateAccessKey"), event(3, 0, "CreateAccessKey", sourceIPAddress="198.51.100.1")])
    mine = folder / "alert-suppressions" / "a.yaml"
    good = f"- rule: {KEY}\n  when:\n    sourceIPAddress: [192.0.2.*]\n    userIdentity.userName: ann\n  owner: platform\n  reason: A drill.\n  expires: 2026-01-02\n"
    mine.write_text(good)
    done = detect(folder / "logs", "--workspace", folder, rules=rules)
    checks.check(sorted(alert["event_id"][:8] for alert in done.alerts) == ["00000002", "00000003"] and done.status == 0, "a suppression silences what it says, until it expires", f"{done.alerts} {done.err}")
    checks.check("expired on 2026-01-02" in done.err and "a.yaml:1" in done.err and "platform" in done.err, "one that has expired is named", done.err)
    closing = reeve("detect", folder / "logs", "--workspace", folder, "--rules", rules, "--format", "text").out
    checks.check("1 alert suppressed" in closing, "what is silenced is counted", closing)
    for what, text_of, expected in [("without an owner", good.replace("  owner: platform\n", ""), "`owner` is missing"), ("without conditions", re.sub(r"  when:\n(    .*\n)+", "", good), "`when`"),
                                    ("of no rule", good.replace(KEY, "nothing"), "`nothing`"), ("without an end", good.replace("expires: 2026-01-02", "expires: never"), "`expires`")]:
        mine.write_text(text_of)
        done = detect(folder / "logs", "--workspace", folder, rules=rules)
        checks.check(done.status == 3 and expected in done.err and len(done.ids) == 3, f"a suppression {what} is named and silences nothing", f"{done.status} {len(done.ids)} {done.err}")


def following(checks, folder, rules):
    logs = folder / "logs"
    logs.mkdir()
    old = time.time() - 60

    def put(name, events):
        path = logs / name
        path.write_text(json.dumps({"Records": events}))
        os.utime(path, (old, old))

    put("a.json", [event(1, 1, "CreateUser"), event(2, 2, "CreateUser")])
    words = [str(lib_reeve.REEVE), "detect", str(logs), "--rules", str(rules), "--follow", "--state", str(folder / "state"), "--format", "ndjson", "--lateness", "30s"]
    out = folder / "out"
    run = subprocess.Popen(words, stdout=out.open("w"), stderr=subprocess.PIPE)

    def told(count, rule=None):
        for _ in range(200):
            lines = [json.loads(line) for line in out.read_text().split("\n")[:-1]]
            if sum(1 for line in lines if rule in (None, line["rule_id"])) >= count:
                return True
            time.sleep(0.05)
        return False

    checks.check(told(2), "follow: what is there is told at once", out.read_text())
    put("b.json", [event(3, 20, "CreateUser")])
    checks.check(told(3), "follow: what comes is taken up", out.read_text())
    checks.check(THREE not in out.read_text(), "follow: a correlation waits for events that come late")
    put("c.json", [event(4, 80, "ListUsers")])
    checks.check(told(1, THREE), "follow: and is told when they would be too late", out.read_text())
    run.send_signal(signal.SIGINT)
    try:
        error = run.communicate(timeout=20)[1].decode()
        checks.check(run.returncode == 0, "follow: Ctrl-C ends it in good order", f"{run.returncode} {error}")
    except subprocess.TimeoutExpired:
        run.kill()
        checks.check(False, "follow: Ctrl-C ends it in good order", "it went on")
    again = detect(logs, "--state", folder / "state", rules=rules)
    checks.check(again.ids == [], "follow: its state knows what was told", str(again.ids) + again.err)


def own(checks, folder):
    """Without --rules Reeve's own detections judge."""
    root = event(1, 1, "CreateUser", userIdentity={"type": "Root", "arn": "arn:aws:iam::111122223333:root", "accountId": "111122223333", "principalId": "111122223333", "accessKeyId": "AKIAEXAMPLE1"})
    write_files(folder, [root, event(2, 2, "ListUsers")])
    done = detect(folder)
    checks.check(done.status == 0 and any(alert["event_id"] == root["eventID"] for alert in done.alerts), "Reeve's own detections see root at work", done.err + done.out)
    checks.check(not any(alert["level"] in ("high", "critical") and alert["event_id"] != root["eventID"] for alert in done.alerts), "and not a list of users", done.out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "what detection does from outside"):
        return checks.end()
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        rules = folder / "rules.yml"
        rules.write_text(RULES)
        for part in (shapes, no_id, accounts, statuses, text, ocsf, states, suppressions, following):
            (folder / part.__name__).mkdir()
            part(checks, folder / part.__name__, rules)
        (folder / "own").mkdir()
        own(checks, folder / "own")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
