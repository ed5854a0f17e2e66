#!/usr/bin/env python3
"""Alerts told as stories (docs/incidents.md), from logs to text and NDJSON.

    python3 tests/detect_incidents.py [--reeve PROGRAM]
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile

import lib_reeve
from lib_detect import event, write_files
from lib_reeve import Checks, built, reeve

RULE = """title: {title}
id: 00000000-0000-4000-8000-00000000000{number}
logsource: {{product: aws, service: cloudtrail}}
detection: {{selection: {{eventName: {name}}}, condition: selection}}
tags: [attack.{tactic}]
level: {level}
"""
RULES = [("Role taken", 1, "AssumeRole", "lateral-movement", "medium"), ("Key made", 2, "CreateAccessKey", "persistence", "high"),
         ("Trail stopped", 3, "StopLogging", "defense-evasion", "high"), ("Buckets listed", 4, "ListBuckets", "discovery", "low")]
ROLE = "arn:aws:iam::444455556666:role/Deploy"


def lines(text, member):
    return [one for one in map(json.loads, text.splitlines()) if member in one]


def attack():
    """Ann makes a key, takes a role of another account and stops a trail there; Bob lists buckets from his own desk."""
    session = {"type": "AssumedRole", "arn": "arn:aws:sts::444455556666:assumed-role/Deploy/x", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE}}}
    bob = {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/bob", "userName": "bob"}
    return [event(1, 0, "CreateAccessKey"), event(2, 600, "AssumeRole", "sts.amazonaws.com", resources=[{"ARN": ROLE, "type": "AWS::IAM::Role"}]),
            event(3, 1200, "StopLogging", "cloudtrail.amazonaws.com", userIdentity=session, recipientAccountId="444455556666", sourceIPAddress="203.0.113.5"),
            event(4, 1300, "ListBuckets", "s3.amazonaws.com", userIdentity=bob, sourceIPAddress="198.51.100.9")]


def story(checks, alerts):
    done = reeve("detect", "incidents", alerts)
    incidents, entities = lines(done.out, "incident_id"), lines(done.out, "entity")
    checks.check(done.status == 0 and len(incidents) == 1, "one incident is raised", done.out + done.err)
    one = incidents[0]
    checks.check([step["rule_title"] for step in one["timeline"]] == ["Key made", "Role taken", "Trail stopped"], "its story is in the order of time", one["timeline"])
    checks.check(one["accounts"] == ["111122223333", "444455556666"], "it goes over two accounts", one["accounts"])
    checks.check([step["tactic"] for step in one["tactics"]] == ["Persistence", "Lateral Movement", "Defense Evasion"], "it went on by tactics", one["tactics"])
    checks.check(one["risk"] > 100 and "threshold" in one["why"] and one["level"] == "high", "why it is raised", one)
    checks.check(entities[0]["risk"] >= entities[-1]["risk"] and {one["kind"] for one in entities} == {"principal", "account", "resource", "source_ip"}, "entities by risk", entities)
    everything = lines(reeve("detect", "incidents", alerts, "--all").out, "incident_id")
    checks.check([one["raised"] for one in everything] == [True, False], "the rest with --all", everything)
    apart = lines(reeve("detect", "incidents", alerts, "--all", "--shared", "arn:aws:iam::444455556666:*").out, "incident_id")
    checks.check(len(apart) == 3, "what is shared joins nothing", apart)
    checks.check(len(lines(reeve("detect", "incidents", alerts, "--window", "5m", "--all").out, "incident_id")) == 4, "a smaller window")
    checks.check(not lines(reeve("detect", "incidents", alerts, "--threshold", "200").out, "incident_id"), "a higher threshold")
    checks.check(reeve("detect", "incidents", alerts, "--fail-on", "high").status == 1 and reeve("detect", "incidents", alerts, "--fail-on", "critical").status == 0, "--fail-on")
    for wrong in (["--window", "soon"], ["--half-life", "0h"], ["--threshold", "0"], ["--threshold", "x"]):
        done = reeve("detect", "incidents", alerts, *wrong)
        checks.check(done.status == 2 and done.err, "a wrong value is a usage error: " + " ".join(wrong), done.err)


def order_and_repeats(checks, folder, alerts):
    want = reeve("detect", "incidents", alerts).out
    text = alerts.read_text().splitlines()
    shuffled = folder / "shuffled.ndjson"
    for seed in range(5):
        more = text + random.Random(seed).choices(text, k=3)
        random.Random(seed).shuffle(more)
        shuffled.write_text("\n".join(more) + "\n")
        checks.check(reeve("detect", "incidents", shuffled).out == want, f"the same in another order and with repeats, {seed}")
    checks.check(reeve("detect", "incidents", alerts, shuffled, alerts).out == want, "several files")
    half = folder / "half.ndjson"
    half.write_text("\n".join(text[:2]) + "\n")
    early = lines(reeve("detect", "incidents", half, "--all").out, "incident_id")
    checks.check(early[0]["incident_id"] == lines(want, "incident_id")[0]["incident_id"], "the id stays when more joins")


def hard_input(checks, folder, alerts):
    bad = folder / "bad.ndjson"
    bad.write_text(alerts.read_text() + "{\n" + '{"alert_id":"al-x"}\n' + '{"object":"x","refusals":[]}\n' + "no json" + "\n")
    done = reeve("detect", "incidents", bad)
    checks.check(done.status == 3 and done.err.count(str(bad)) == 3, "lines that are no alerts are named", done.err)
    checks.check(done.out == reeve("detect", "incidents", alerts).out, "the rest is told")
    done = reeve("detect", "incidents", folder / "not there")
    checks.check(done.status == 3 and "not there" in done.err, "a file that is not there", done.err)
    hostile = json.loads(alerts.read_text().splitlines()[0])
    hostile.update(principal="a\u001b[31m\u202eb", rule_title="x\u001b[2Jy", level="critical")
    (folder / "hostile.ndjson").write_text(json.dumps(hostile) + "\n")
    text = reeve("detect", "incidents", folder / "hostile.ndjson", "--format", "text").out
    checks.check("\x1b" not in text and "\u202e" not in text and "critical" in text, "a name cannot act on the terminal", repr(text))
    hostile.update(account="\u001b[31mEVIL", region="\u001b[1m", source_ip="\u001b[2m", resources=["\u001b[3m"], entity={"x\u001b[4m": "y\u001b[5m"}, tags=["attack.\u001bc", "attack.t1\u001b[6m0"],
                   rule_id="\u001b[7m", alert_id="\u001b[8m", event_name="\u001b[9m")
    (folder / "hostile.ndjson").write_text(json.dumps(hostile) + "\n")
    text = reeve("detect", "incidents", folder / "hostile.ndjson", "--all", "--format", "text").out
    checks.check("\x1b" not in text and text.count("EVIL") >= 3 and "tactics   ?c" in text, "nor can any other text of an alert", repr(text))
    empty = folder / "empty.ndjson"
    empty.write_text("")
    done = reeve("detect", "incidents", empty, "--format", "text")
    checks.check(done.status == 0 and "0 alerts, 0 incidents" in done.out, "no alerts", done.out + done.err)


def far_future(checks, folder, alerts):
    """An alert of 9999, from a clock that is wrong, does not halve the risk of all others to nothing."""
    told = [json.loads(line) for line in alerts.read_text().splitlines()]
    want = {(one["kind"], one["entity"]): one["risk"] for one in lines(reeve("detect", "incidents", alerts).out, "entity")}
    ahead = folder / "ahead.ndjson"
    # Of the first one's principal, and of one that no other alert names.
    other = {**told[0], "alert_id": "al-later", "event_time": "9999-12-31T23:59:59Z", "principal": "arn:aws:iam::999999999999:user/eve", "account": "999999999999", "source_ip": "", "resources": [], "entity": {}}
    ahead.write_text(alerts.read_text() + json.dumps(other) + "\n" + json.dumps({**other, "alert_id": "al-latest", "principal": told[0]["principal"]}) + "\n")
    got = {(one["kind"], one["entity"]): one for one in lines(reeve("detect", "incidents", ahead).out, "entity")}
    ann, eve = ("principal", told[0]["principal"]), ("principal", other["principal"])
    checks.check(want and all(got[key]["risk"] == risk for key, risk in want.items() if key != ann), "the risk of the others stays", got)
    checks.check(got[ann]["risk"] > want[ann] and got[eve]["risk"] == 60 and got[eve]["last_time"].startswith("9999"), "it counts as of now", got)


def patience():
    """Seconds: what is quadratic takes longer, and so does anything at all under a thread sanitizer."""
    return 600 if lib_reeve.REEVE.parent.name == "build-tsan" else 60


def many_values(checks, folder):
    """20,000 alerts of one principal, each on ten resources of its own: a list that is searched from its beginning each time takes minutes."""
    one = {"rule_id": "r", "rule_title": "Read", "level": "low", "account": "111122223333", "principal": "arn:aws:iam::111122223333:user/ann"}
    many = folder / "many.ndjson"
    with many.open("w") as file:
        for i in range(20_000):
            when = f"2026-01-01T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z"
            file.write(json.dumps({**one, "alert_id": f"al-{i}", "event_time": when, "resources": [f"arn:aws:s3:::b{i}-{j}" for j in range(10)]}) + "\n")
    done = reeve("detect", "incidents", many, "--all", timeout=patience())
    incidents = lines(done.out, "incident_id")
    checks.check(done.status == 0 and len(incidents) == 1 and len(incidents[0]["resources"]) == 200_000 and incidents[0]["resources"][11] == "arn:aws:s3:::b1-1", "an incident of 200,000 resources", done.err)

    # Late bridges: each alert of the second half joins one more incident of the first, the youngest first.
    chain = folder / "chain.ndjson"
    half = 10_000
    with chain.open("w") as file:
        for i in range(2 * half):
            when = f"2026-01-01T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z"
            near = i if i < half else 2 * half - 1 - i
            resources = [f"arn:aws:s3:::b{near}"] + ([f"arn:aws:s3:::b{near - 1}"] if i >= half and near > 0 else [])
            file.write(json.dumps({**one, "principal": "", "alert_id": f"al-{i:05}", "event_time": when, "resources": resources}) + "\n")
    done = reeve("detect", "incidents", chain, "--all", timeout=patience())
    incidents = lines(done.out, "incident_id")
    checks.check(done.status == 0 and len(incidents) == 1 and len(incidents[0]["was"]) == half - 1 and len(set(incidents[0]["was"])) == half - 1, "one that took up 9,999 others", done.err)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "alerts as stories"):
        return checks.end()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_files(folder / "logs", attack(), size=2)
        (folder / "rules").mkdir()
        for title, number, call, tactic, level in RULES:
            (folder / "rules" / f"{number}.yml").write_text(RULE.format(title=title, number=number, name=call, tactic=tactic, level=level))
        made = reeve("detect", folder / "logs", "--rules", folder / "rules", "--format", "ndjson")
        alerts = folder / "alerts.ndjson"
        alerts.write_text(made.out)
        checks.check(len(made.out.splitlines()) == 4, "the alerts that the story is of", made.out + made.err)
        story(checks, alerts)
        order_and_repeats(checks, folder, alerts)
        hard_input(checks, folder, alerts)
        far_future(checks, folder, alerts)
        many_values(checks, folder)
        text = reeve("detect", "incidents", alerts, "--format", "text").out
        checks.check("3 alerts in 2 accounts" in text and "Persistence > Lateral Movement > Defense Evasion" in text and text.endswith("1 below the threshold (--all)\n"), "the story as text", text)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
