#!/usr/bin/env python3
"""`reeve detect --backtest`: a rule tried on logs of the past (docs/detect.md).

    python3 tests/detect_backtest.py [--reeve PROGRAM]
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

DAY = 86400
RULES = """title: Key made
id: 00000000-0000-4000-8000-000000000001
logsource: {product: aws, service: cloudtrail}
detection: {selection: {eventName: CreateAccessKey}, condition: selection}
level: high
"""
BURST = RULES.replace("title", "name: key\ntitle", 1) + """---
title: Keys made
id: 00000000-0000-4000-8000-000000000002
correlation: {type: event_count, rules: [key], group-by: [userIdentity.arn], timespan: 1h, condition: {gte: 3}}
level: high
"""


def user(name):
    return {"type": "IAMUser", "arn": f"arn:aws:iam::111122223333:user/{name}", "userName": name}


def past():
    """Ten days: three keys by Ann on the second, one by Bob on the sixth and one on the ninth, and a call of no interest each day."""
    keys = [event(1, DAY, "CreateAccessKey"), event(2, DAY + 60, "CreateAccessKey"), event(3, DAY + 120, "CreateAccessKey"),
            event(4, 5 * DAY, "CreateAccessKey", userIdentity=user("bob")), event(5, 8 * DAY, "CreateAccessKey", userIdentity=user("bob"))]
    return keys + [event(100 + day, day * DAY, "ListUsers") for day in range(11)]


def backtest(folder, rule, *more):
    done = reeve("detect", folder, "--backtest", rule, "--format", "ndjson", *more)
    return done, [json.loads(line) for line in done.out.splitlines()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "rules over the past"):
        return checks.end()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rule, burst, logs = folder / "rule.yml", folder / "burst.yml", folder / "logs"
        rule.write_text(RULES), burst.write_text(BURST)
        write_files(logs, past(), size=3)
        before = sorted(folder.rglob("*"))
        done, reports = backtest(logs, rule)
        one = reports[0]
        checks.check(done.status == 0 and len(reports) == 1 and one["rule_title"] == "Key made", "one object a rule", done.out + done.err)
        checks.check(one["alerts"] == 5 and one["events_judged"] == 16, "alerts and events", one)
        checks.check(one["by_day"] == {"2026-01-02": 3, "2026-01-06": 1, "2026-01-09": 1}, "by day", one["by_day"])
        checks.check(one["days_covered"] == 10 and one["alerts_a_day"] == 0.5, "ten days, half an alert each", one)
        checks.check(one["principals"] == 2 and [(who["principal"].split("/")[1], who["alerts"]) for who in one["top_principals"]] == [("ann", 3), ("bob", 2)], "who", one["top_principals"])
        checks.check([example["event_time"] for example in one["examples"]][:2] == ["2026-01-09T00:00:00Z", "2026-01-06T00:00:00Z"] and one["examples"][0]["read_from"].startswith(str(logs)), "the newest are examples", one["examples"])
        checks.check(isinstance(one["elapsed_ms"], int) and one["since"] == "2026-01-01T00:00:00Z" and one["until"] == "2026-01-11T00:00:00Z", "the period and how long it took", one)
        for since, alerts, days in (("5d", 2, 5), ("90d", 5, 10), ("2026-01-08", 1, 3), ("2026-01-06T00:00:00Z", 2, 5), ("0d", 0, 1), ("2027-01-01", 0, 0)):
            _, [part] = backtest(logs, rule, "--since", since)
            checks.check((part["alerts"], part["days_covered"]) == (alerts, days) and all(example["event_time"] >= part.get("since", "") for example in part["examples"]), f"--since {since}", part)
        _, [both] = backtest(logs, burst)
        checks.check(both["rule_title"] == "Keys made" and both["alerts"] == 1 and both["events"] == 3 and both["principals"] == 1, "a correlation and not its base", both)
        checks.check(sorted(folder.rglob("*")) == before, "nothing is written")

        other = folder / "other"
        events = past()
        random.Random(1).shuffle(events)
        write_files(other, events, shape="gz", size=5)
        _, [again] = backtest(other, rule)
        differing = {key for key in one if one[key] != again[key]} - {"elapsed_ms", "examples"}
        checks.check(not differing and [example["alert_id"] for example in one["examples"]] == [example["alert_id"] for example in again["examples"]], "the same in another order and packed", differing)

        ahead = folder / "ahead"
        write_files(ahead, [*past(), event(999, 0, "CreateAccessKey", eventTime="9999-12-31T23:59:59Z")], size=3)
        _, [far] = backtest(ahead, rule, "--since", "5d")
        checks.check((far["alerts"], far["days_covered"], far["until"]) == (3, 5, "2026-01-11T00:00:00Z") and far["by_day"]["9999-12-31"] == 1, "an event of the far future does not move --since", far)
        _, [far] = backtest(ahead, rule, "--since", "9000-01-01")
        checks.check(far["alerts"] == 1 and far["until"] == "9999-12-31T23:59:59Z", "unless a time is asked for that only such have", far)

        text = reeve("detect", logs, "--backtest", rule, "--format", "text").out
        checks.check("5 alerts in 10.0 days, 0.5 a day, by 2 principals" in text and "2026-01-02" in text and "16 events judged" in text, "as text", text)
        for wrong in (["--since", "soon"], ["--rules", rule], ["--state", folder / "s"], ["--follow"], ["--fail-on", "high"]):
            done = reeve("detect", logs, "--backtest", rule, *wrong)
            checks.check(done.status == 2 and done.err, f"usage: {wrong[0]}", done.err)
        checks.check(reeve("detect", logs, "--since", "90d").status == 2, "--since alone")
        bad = folder / "bad.yml"
        bad.write_text(RULES.replace("eventName:", "eventName|nothing:"))
        done = reeve("detect", logs, "--backtest", bad)
        checks.check(done.status == 3 and f"{bad}:" in done.err, "a rule that does not hold is named", done.err)
        done, [empty] = backtest(folder / "logs" / "000000.json", rule, "--since", "1d")
        checks.check(empty["days_covered"] == 1 and empty["alerts"] == 3, "two minutes count as a day", empty)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
