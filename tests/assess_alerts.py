#!/usr/bin/env python3
"""Alerts as a source of `reeve assess` (docs/detect.md): from logs to findings, views and evidence, in each format.

    python3 tests/assess_alerts.py [--reeve PROGRAM]
"""

import argparse
import json
import pathlib
import re
import sys
import tempfile

import lib_reeve
from lib_detect import event, write_files
from lib_reeve import AS_OF, ROOT, Checks, built, controls_of, reeve

ESTATE = ROOT / "examples" / "northfield"


def at(record, when):
    record["eventTime"] = when
    return record


def root_of(account):
    return {"type": "Root", "arn": f"arn:aws:iam::{account}:root", "accountId": account, "principalId": account}


def attack(account, day):
    """A root user signs in and an operator stops the trail, twice; by a service on the root user's behalf something is read."""
    return [
        at(event(1, 0, "ConsoleLogin", "signin.amazonaws.com", userIdentity=root_of(account), recipientAccountId=account, responseElements={"ConsoleLogin": "Success"},
                 additionalEventData={"MFAUsed": "Yes"}, sourceIPAddress="198.51.100.7"), f"{day}T04:00:00Z"),
        at(event(2, 0, "StopLogging", "cloudtrail.amazonaws.com", recipientAccountId=account, requestParameters={"name": "t"}), f"{day}T05:00:00Z"),
        at(event(3, 0, "StopLogging", "cloudtrail.amazonaws.com", recipientAccountId=account, requestParameters={"name": "t"}), f"{day}T06:00:00Z"),
        at(event(4, 0, "AssumeRoot", "sts.amazonaws.com", recipientAccountId=account, requestParameters={"targetPrincipal": "210987654321", "taskPolicyArn": {"arn": "x"}}), f"{day}T07:00:00Z"),
    ]


def assessed(*sources, more=()):
    done = reeve("assess", *sources, "--as-of", AS_OF, "--format", "json", *more)
    return done, json.loads(done.out)


def counts(control):
    return control["resources"]


OWN_RULE = """title: Ledger of Zanzibar opened
id: 00000000-0000-4000-8000-0000000000aa
status: stable
description: Somebody stops the trail.
references: [https://example.org/zanzibar]
author: Shop
date: 2026-11-01
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventSource: cloudtrail.amazonaws.com, eventName: StopLogging}, condition: selection}
falsepositives: [The team of Zanzibar]
tags: [attack.defense-evasion, attack.t1562.008, attack.t1zanzibar]
level: high
"""


def own_rules(checks, folder, account):
    """What a workspace's own detection is called and says to do is the workspace's, and --redact tells none of it; Reeve's own stays."""
    shop = folder / "shop" / "detections" / "zanzibar-ledger"
    (shop / "examples").mkdir(parents=True)
    (folder / "shop" / "reeve.yaml").write_text("organization: shop\n")
    (shop / "rule.yml").write_text(OWN_RULE)
    (shop / "detection.yaml").write_text("controls: [trail-is-logging]\ntriage: [Ring Zanzibar]\ngroup: [userIdentity.arn]\nentity: userIdentity.arn\n")
    stop = attack(account, AS_OF[:10])[1]
    (shop / "examples" / "match-stop.json").write_text(json.dumps(stop))
    (shop / "examples" / "none-start.json").write_text(json.dumps({**stop, "eventName": "StartLogging"}))
    told = reeve("detect", folder / "logs", "--workspace", folder / "shop", "--format", "ndjson")
    alerts = folder / "own.ndjson"
    alerts.write_text(told.out)
    _, report = assessed(ESTATE, alerts, more=("--workspace", folder / "shop"))
    own = [one for one in report["alerts"]["findings"] if one.get("detection") == "zanzibar-ledger"]
    checks.check(len(own) == 1 and own[0]["triage"] == ["Ring Zanzibar"] and own[0]["alerts"] == 2, "a detection of the workspace's own", told.err or report["alerts"])
    for form in ("json", "ocsf", "html", "text"):
        redacted = reeve("assess", ESTATE, alerts, "--workspace", folder / "shop", "--as-of", AS_OF, "--format", form, "--redact").out
        checks.check("zanzibar" not in redacted.lower() and "-0000000000aa" not in redacted and redacted.count("Trail stopped") > 0, f"--redact tells nothing of it: {form}")
    _, report = assessed(ESTATE, alerts, more=("--workspace", folder / "shop", "--redact"))
    hidden = [one for one in report["alerts"]["findings"] if one.get("detection", "").startswith("n-")]
    checks.check(len(hidden) == 1 and hidden[0]["techniques"] == ["T1562.008"] and hidden[0]["controls"] == ["trail-is-logging"] and hidden[0]["triage"] == [], "but what it serves", hidden)
    _, report = assessed(ESTATE, alerts, more=("--redact",))
    checks.check(sum(one["rule_id"].startswith("n-") for one in report["alerts"]["findings"]) == 1, "nor does it without the workspace", [one["rule_id"] for one in report["alerts"]["findings"]])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "alerts as evidence"):
        return checks.end()
    _, before = assessed(ESTATE)
    account = next(source["account"] for source in before["sources"] if re.fullmatch(r"\d{12}", source.get("account", "")))
    day = AS_OF[:10]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_files(folder / "logs", attack(account, f"{AS_OF[:7]}-01" if day[8:] > "01" else day))
        alerts = folder / "alerts.ndjson"
        alerts.write_text(reeve("detect", folder / "logs", "--format", "ndjson").out)
        told = [json.loads(line) for line in alerts.read_text().splitlines()]
        checks.check(len(told) >= 4, "detection tells of the attack", told)
        done, report = assessed(ESTATE, alerts)
        controls, plain = controls_of(report), controls_of(before)

        findings = report["alerts"]["findings"]
        by_detection = {one.get("detection"): one for one in findings}
        stopped = by_detection["trail-stopped"]
        checks.check(report["alerts"]["alerts"] == len({one["alert_id"] for one in told}), "every alert is counted", report["alerts"]["alerts"])
        checks.check(stopped["alerts"] == 2 and stopped["resource"] == "arn:aws:iam::111122223333:user/ann" and stopped["account"] == account, "alerts of one rule by one principal are one finding", stopped)
        checks.check(stopped["first_seen"].endswith("05:00:00Z") and stopped["last_seen"].endswith("06:00:00Z") and stopped["triage"], "when, and what to do", stopped)
        checks.check("trail-is-logging" in stopped["controls"], "the controls that it serves", stopped)
        checks.check([one["id"] for one in controls["trail-is-logging"]["alerts"]].count(stopped["id"]) == 1, "it stands with the control", controls["trail-is-logging"].get("alerts"))
        changed = {one for one in controls if controls[one]["status"] != plain[one]["status"] or counts(controls[one]) != counts(plain[one])}
        asking = {"root-acts-only-with-approval", "member-root-never-signs-in", "assume-root-sessions-approved", "alerts-judged-and-mostly-true"}
        checks.check(changed <= asking, "no verdict changes but of controls that ask what was done", changed - asking)
        approval = controls["root-acts-only-with-approval"]
        checks.check(approval["status"] == "fail" and counts(approval)["fail"] == 1 and counts(approval)["pass"] == 0, "a root user's sign-in fails where it was", approval)
        checks.check(counts(approval)["unknown"] == counts(plain["root-acts-only-with-approval"])["unknown"] - 1, "silence elsewhere stays unknown", approval)
        checks.check(any("ConsoleLogin" in str(one.get("value")) for one in approval["evidence"]), "the evidence names the event", approval["evidence"])
        sessions = controls["assume-root-sessions-approved"]
        checks.check(sessions["status"] == "fail" and any("210987654321" in str(one.get("value")) for one in sessions["evidence"]), "a session of a root user", sessions)
        checks.check({source["kind"] for source in report["sources"] if source["path"] == str(alerts)} == {"alerts"}, "the file is a source")
        later = {one["part"]: one["controls"] for one in report["coverage"]["judged_later"]}
        checks.check(later["reeve:rules"] == ["modelled-techniques-have-detections"] and controls["modelled-techniques-have-detections"]["status"] == "unknown",
                     "which rules are loaded no alert tells", later)
        checks.check(not any("detect" in line for line in report["not_computed"]) and any("detect" in line for line in before["not_computed"]), "what is not computed")
        checks.check("alerts" not in before and not any("alerts" in one for one in plain.values()), "nothing without a file of alerts")

        folder_of_both = folder / "sources"
        folder_of_both.mkdir()
        (folder_of_both / "a.ndjson").write_text("".join(sorted(alerts.read_text().splitlines(keepends=True), reverse=True)) + alerts.read_text())
        (folder_of_both / "other.ndjson").write_text(json.dumps(attack(account, day)[0]) + "\n")
        _, again = assessed(ESTATE, folder_of_both)
        same = [{key: value for key, value in one.items() if key not in ("source", "line")} for one in again["alerts"]["findings"]]
        checks.check(same == [{key: value for key, value in one.items() if key not in ("source", "line")} for one in findings], "the same in another order, twice, in a folder", same)
        checks.check(again["alerts"]["repeated"] == len(told), "what stood there twice is counted")

        later = folder / "later.ndjson"
        later.write_text(alerts.read_text().replace(told[0]["event_time"][:10], f"{int(AS_OF[:4]) + 1}-01-01"))
        _, after = assessed(ESTATE, later)
        checks.check(all(one["newer_than_facts"] for one in after["alerts"]["findings"]) and not any(one["newer_than_facts"] for one in findings), "facts that are older say so")
        judged = folder / "judged.ndjson"
        judged.write_text("".join(json.dumps({**one, "outcome": True}) + "\n" for one in told))
        _, outcome = assessed(ESTATE, alerts, judged)
        checks.check(all(one["judged_true"] == one["alerts"] for one in outcome["alerts"]["findings"]), "the line with an outcome counts")

        bad = folder / "bad.ndjson"
        bad.write_text(alerts.read_text() + '{"alert_id":"x"}\n')
        done, report = assessed(ESTATE, bad)
        checks.check(done.status == 3 and f"{bad}:{len(told) + 1}" in done.err and report["alerts"]["alerts"] == len(told), "a line that is no alert is named, the rest is taken", done.err)
        _, other = assessed(ESTATE, alerts, more=("--accounts", next(one for one in {source.get("account") for source in before["sources"]} - {account, None, ""} if re.fullmatch(r"\d{12}", one))))
        checks.check(other["alerts"]["alerts"] == 0 and other["alerts"]["out_of_scope"] == len(told), "accounts out of scope", other["alerts"])

        lines = [json.loads(line) for line in reeve("assess", ESTATE, alerts, "--as-of", AS_OF, "--format", "ocsf").out.splitlines()]
        detections = [line for line in lines if line["class_uid"] == 2004]
        checks.check(len(detections) == len(findings) and {line["finding_info"]["uid"] for line in detections} == {one["id"] for one in findings}, "OCSF has Detection Findings", detections[:1])
        page = reeve("assess", ESTATE, alerts, "--as-of", AS_OF, "--format", "html").out
        checks.check('id="alerts"' in page and "Trail stopped" in page, "the page has a section")
        checks.check('id="alerts"' not in reeve("assess", ESTATE, "--as-of", AS_OF, "--format", "html").out, "and none without alerts")
        text = reeve("assess", ESTATE, alerts, "--as-of", AS_OF).out
        checks.check(f"Alerts: {len(told)} alerts of" in text, "the text tells of them", text[-1500:])
        for form in ("json", "ocsf", "html", "text"):
            redacted = reeve("assess", ESTATE, alerts, "--as-of", AS_OF, "--format", form, "--redact").out
            checks.check("user/ann" not in redacted and account not in redacted and "alerts.ndjson" not in redacted, f"--redact covers them: {form}")
        own_rules(checks, folder, account)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
