#!/usr/bin/env python3
"""`reeve access unused --events`: CloudTrail as evidence of use beside what IAM tells of last access, and the policy that is proposed from it.

    python3 tests/access_unused_events.py [--reeve PROGRAM]

Each row of the table is one role with its policy, what IAM told of it, the events of it, and the truth: what is found, the actions that the
proposal allows, what is named beside it. A proposal never refuses what an event shows, nor what no event would show.
"""

import argparse
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import Checks, built  # noqa: E402

A = "111122223333"
IAM = f"arn:aws:iam::{A}:"
NOW, LATELY, LONG_AGO = "2026-11-20T00:00:00Z", "2026-11-10T03:04:05Z", "2026-01-02T03:04:05Z"
ANY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


def allow(*actions, **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def event(role, what, when=LATELY, **more):
    source, name = what.split(":")
    return {"eventVersion": "1.09", "eventTime": when, "eventSource": source + ".amazonaws.com", "eventName": name, "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.7",
            "userAgent": "x", "eventType": "AwsApiCall", "recipientAccountId": A, "managementEvent": True, "eventCategory": "Management",
            "userIdentity": {"type": "AssumedRole", "principalId": "AROAX:s", "arn": f"arn:aws:sts::{A}:assumed-role/{role}/s", "accountId": A,
                             "sessionContext": {"sessionIssuer": {"type": "Role", "arn": IAM + "role/" + role, "accountId": A, "userName": role}}}, **more}


DATA = {"managementEvent": False, "eventCategory": "Data"}
# name; statements; last used by IAM (None: not told); events; finding (None: none); allowed actions proposed; leave_no_event; data_not_logged
ROWS = [
    ("exact", [allow("ec2:*")], None, ["ec2:DescribeInstances", "ec2:StopInstances"], "actions_not_seen", {"ec2:DescribeInstances", "ec2:StopInstances", "ec2:CreateTags"}, {"ec2:CreateTags"}, set()),
    ("two-services", [allow("ec2:Describe*", "sqs:*", "cloudtrail:*")], None, ["ec2:DescribeVpcs", "cloudtrail:LookupEvents"], "actions_not_seen",
     {"ec2:DescribeVpcs", "cloudtrail:LookupEvents"}, set(), set()),
    ("all-of-it", [allow("cloudtrail:LookupEvents")], None, ["cloudtrail:LookupEvents"], None, None, None, None),
    ("old-event", [allow("ec2:*")], None, [("ec2:StopInstances", LONG_AGO)], "unknown", None, set(), set()),
    ("no-event", [allow("ec2:*")], None, [], "unknown", None, set(), set()),
    ("iam-says-never", [allow("ec2:*")], "", [], "never_used", None, set(), set()),
    ("iam-says-never-events-say-yes", [allow("ec2:*")], "", ["ec2:StopInstances"], "actions_not_seen", {"ec2:StopInstances", "ec2:CreateTags"}, {"ec2:CreateTags"}, set()),
    ("data-not-logged", [allow("dynamodb:*")], None, ["dynamodb:DescribeTable"], "actions_not_seen", {"dynamodb:*"}, set(), {"dynamodb"}),
    ("data-logged", [allow("kinesis:*")], None, ["kinesis:DescribeStream", ("kinesis:PutRecord", LATELY, DATA)], "actions_not_seen", {"kinesis:DescribeStream", "kinesis:PutRecord"}, set(), set()),
    ("passes-roles", [allow("ec2:*", "iam:*")], None, ["ec2:RunInstances"], "actions_not_seen", {"ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"}, {"ec2:CreateTags", "iam:PassRole"}, set()),
    ("not-action", [{"Effect": "Allow", "NotAction": ["ec2:Stop*", "iam:*"], "Resource": "*"}], None, ["ec2:DescribeVpcs", "ec2:StopInstances"], "actions_not_seen",
     {"ec2:DescribeVpcs", "ec2:CreateTags"}, {"ec2:CreateTags"}, set()),
    ("renamed", [allow("logs:*", "ecr:*")], None, ["ecr:DescribeRepositories"], "actions_not_seen", {"ecr:DescribeRepositories"}, set(), set()),
    ("refused", [allow("cloudtrail:*")], None, [("cloudtrail:StopLogging", LATELY, {"errorCode": "AccessDenied"})], "actions_not_seen", {"cloudtrail:StopLogging"}, set(), set()),
    ("deny-stays", [allow("cloudtrail:*"), {"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*"}], None, ["cloudtrail:LookupEvents"], "actions_not_seen", {"cloudtrail:LookupEvents"}, set(), set()),
]


def dump():
    def role(name, statements, used):
        out = {"Path": "/", "RoleName": name, "RoleId": "AROA" + name.upper().replace("-", "").ljust(17, "X")[:17], "Arn": IAM + "role/" + name, "CreateDate": "2025-01-01T00:00:00Z",
               "AssumeRolePolicyDocument": ANY, "InstanceProfileList": [], "AttachedManagedPolicies": [],
               "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}]}
        if used is not None:
            out["RoleLastUsed"] = {"LastUsedDate": used, "Region": "eu-west-1"} if used else {}
        return out
    return {"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [role(*row[:3]) for row in ROWS]}


def run(*words):
    done = subprocess.run([str(lib_reeve.REEVE), "access", "unused", "--format", "ndjson", *map(str, words)], capture_output=True, text=True, timeout=120)
    return done, {r["principal"].split("/")[-1]: r for r in map(json.loads, done.stdout.splitlines())}


def allowed(record):
    return {a for s in record.get("proposed_policy", {}).get("Statement", []) if s["Effect"] == "Allow" for a in s["Action"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "use that logs tell of"):
        return checks.end()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "details.json").write_text(json.dumps(dump()))
        logs = root / "logs"
        logs.mkdir()
        whole = lambda one: (one, LATELY, {}) if isinstance(one, str) else (*one, {})[:3]  # noqa: E731
        events = [event(row[0], what, when, **more) for row in ROWS for what, when, more in map(whole, row[3])]
        half = len(events) // 2
        (logs / "a.json.gz").write_bytes(gzip.compress(json.dumps({"Records": events[:half]}).encode()))
        (logs / "b.json").write_text("".join(json.dumps(one) + "\n" for one in events[half:]))
        (logs / "README.txt").write_text("these are logs\n")
        words = ["--authorization-details", root / "details.json", "--as-of", NOW]
        done, got = run(*words, "--events", logs)
        checks.check(done.returncode == 0 and not done.stderr, "logs and a file that is none are read without complaint", f"{done.returncode} {done.stderr}")
        for name, _, _, _, finding, proposed, silent, data in ROWS:
            record = got.get(name)
            if finding is None:
                checks.check(record is None, f"{name}: nothing is found", str(record))
                continue
            checks.check(record and record["finding"] == finding, f"{name}: {finding}", str(record))
            if not record:
                continue
            checks.check(("proposed_policy" in record) == (proposed is not None) and allowed(record) == (proposed or set()), f"{name}: proposes {proposed}", json.dumps(record)[:600])
            checks.check(set(record["leave_no_event"]) == silent and set(record["data_not_logged"]) == data, f"{name}: names {silent} and {data}", json.dumps(record)[:600])
        deny = [s for s in got["deny-stays"]["proposed_policy"]["Statement"] if s["Effect"] == "Deny"]
        checks.check(deny and deny[0]["Action"] == ["cloudtrail:StopLogging"], "a Deny stays in the proposal", str(got["deny-stays"]))

        without, plain = run(*words)
        checks.check("actions_seen" not in json.dumps(list(plain.values())) and plain["iam-says-never-events-say-yes"]["finding"] == "never_used", "without logs IAM's word alone counts", without.stderr)
        # The same events in any order and number of files say the same.
        (root / "one.json").write_text(json.dumps({"Records": list(reversed(events)) + events}))
        _, other = run(*words, "--events", root / "one.json")
        checks.check(other == got, "order, files and repeats make no difference", "")

        for title, text, named in (("cut short", '{"Records": [{"eventTime"', "bad.json"), ("no log", '{"a": 1}', "bad.json"), ("empty", "", "bad.json")):
            (root / "bad.json").write_text(text)
            done, got = run(*words, "--events", root / "bad.json")
            checks.check(done.returncode == 3 and named in done.stderr and got["no-event"]["finding"] == "unknown", f"logs that are {title} are named, and nothing is called unused for them", f"{done.returncode} {done.stderr}")
        done, _ = run(*words, "--events", root / "none")
        checks.check(done.returncode == 3 and "none" in done.stderr, "logs that are not there are named", done.stderr)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
