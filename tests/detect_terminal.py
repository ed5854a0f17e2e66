#!/usr/bin/env python3
"""What `reeve detect` shows on a terminal: ids and titles whole, nothing wider than it.

    python3 tests/detect_terminal.py [--reeve PROGRAM]
"""

import argparse
import json
import pathlib
import re
import sys
import tempfile

import lib_reeve
from lib_detect import event, write_files
from lib_reeve import Checks, built, has_terminals, reeve
from terminal import ESCAPE, on_terminal, width

TITLE = "A key of somebody else was made by a role that nobody has seen before in any account, and used at once from elsewhere"
RULES = f"""title: {TITLE}
id: 00000000-0000-4000-8000-000000000001
logsource: {{product: aws, service: cloudtrail}}
detection: {{selection: {{eventName: CreateAccessKey}}, condition: selection}}
tags: [attack.persistence]
level: critical
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "what a terminal shows of alerts"):
        return checks.end()
    if not has_terminals():
        checks.skip("everything", "there are no pseudo-terminals here", "what a terminal shows of alerts")
        return checks.end()
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        rule, logs, alerts = folder / "rule.yml", folder / "logs", folder / "alerts.ndjson"
        rule.write_text(RULES)
        name = "OrganizationAccountAccess" * 4
        write_files(logs, [event(1, 1, "CreateAccessKey"), event(2, 2, "CreateAccessKey", userIdentity={"type": "IAMUser", "arn": f"arn:aws:iam::111122223333:user/{name}"}),
                           event(3, 3, "CreateAccessKey", userIdentity={"type": "AWSService", "invokedBy": "ec2.amazonaws.com"})])
        alerts.write_text(reeve("detect", logs, "--rules", rule, "--format", "ndjson").out)
        ids = [json.loads(line)["alert_id"] for line in alerts.read_text().splitlines()]
        hostile = folder / "hostile.ndjson"
        hostile.write_text(json.dumps({**json.loads(alerts.read_text().splitlines()[0]), "account": "\u001b[31mEVIL", "tags": ["attack.\u001bc"]}) + "\n")
        for columns in (60, 80, 120, 200):
            shown = ESCAPE.sub("", on_terminal(columns, logs, "--rules", rule, command=("detect",)))
            wide = [line for line in shown.splitlines() if width(line) > columns]
            checks.check(not wide, f"nothing is wider than {columns} columns", wide[:3])
            checks.check(len(ids) == 3 and all(one in shown for one in ids), f"ids are whole at {columns}", shown)
            checks.check(" ".join(shown.split()).count(TITLE) == 3, f"titles are whole at {columns}", shown)
            checks.check("user/ann" in shown, f"who is told at {columns}", shown)
            plain = on_terminal(columns, logs, "--rules", rule, command=("detect",), LC_ALL="C", NO_COLOR="1")
            checks.check(plain.isascii() and "\x1b" not in plain, f"without UTF-8 and colour there is neither at {columns}")
            story = ESCAPE.sub("", on_terminal(columns, alerts, "--all", command=("detect", "incidents")))
            wide = [line for line in story.splitlines() if width(line) > columns]
            checks.check(not wide, f"no story is wider than {columns} columns", wide[:3])
            told = on_terminal(columns, hostile, "--all", command=("detect", "incidents"), NO_COLOR="1")
            checks.check("\x1b" not in told and "EVIL" in told and "tactics   ?c" in told, f"an alert's texts cannot act on it at {columns}", repr(told))
            checks.check(re.search(r"in-[a-z2-7]{20}\b", story) and "Persistence" in story, f"incidents at {columns}", story)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
