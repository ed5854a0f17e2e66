#!/usr/bin/env python3
"""The table of conditions, tests/access/conditions.json, held against `reeve access simulate` and the naive oracle.

    python3 tests/access_conditions.py

Each row was written from the page that its group names, not from a program. It is asked twice: as the condition of the one Allow (the request
goes through where it holds), and as that of a Deny beside an Allow of everything (it is stopped where it holds). Where AWS's pages leave the
answer open, the result is Unknown and names a point. What must be in the table is counted: every operator, with each way of being asked.
"""

import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from access_oracle import answer  # noqa: E402
from lib_access import has_simulate, simulate, verdict  # noqa: E402
from lib_reeve import ROOT, Checks, built  # noqa: E402

TABLE = ROOT / "tests" / "access" / "conditions.json"
ALLOW = {"yes": "Allowed", "no": "ImplicitlyDenied", "open": "Unknown"}
DENY = {"yes": "ExplicitlyDenied", "no": "Allowed", "open": "Unknown"}
POSITIVE = ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "NumericEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
            "NumericGreaterThanEquals", "DateEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool",
            "BinaryEquals", "IpAddress", "ArnEquals", "ArnLike"]
NEGATED = ["StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals", "DateNotEquals", "NotIpAddress", "ArnNotEquals",
           "ArnNotLike"]
FAMILIES = ["String", "Numeric", "Date", "Bool", "Binary", "Ip", "Arn"]


def document(condition, context, version, effect):
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    judged = {"Effect": effect, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::records/*", "Condition": condition}
    policy = {"Version": version, "Statement": [judged] if effect == "Allow" else [everything, judged]}
    if version is None:
        del policy["Version"]
    return {"request": {"principal": "arn:aws:iam::111122223333:user/alice", "action": "s3:GetObject", "contextVariables": context,
                        "resource": {"resource": "arn:aws:s3:::records/2026", "accountId": "111122223333"}},
            "identityPolicies": [{"name": "p", "policy": policy}], "serviceControlPolicies": [], "resourceControlPolicies": [], "engine": True}


def rows(table):
    """(what, page, condition, context, version, expected) of every case."""
    for group in table["groups"]:
        for wanted, have, expected in group["cases"]:
            context = dict(group.get("context", {}))
            if have is not None:
                context[group["key"]] = have
            what = f"{group['operator']} {group['key']} {json.dumps(wanted)} on {json.dumps(have)}"
            condition = {group["operator"]: {group["key"]: wanted}}
            yield what, group["page"], condition, context, group.get("version", "2012-10-17"), expected
    for block in table["blocks"]:
        for context, expected in block["cases"]:
            yield f"{block['what']}: {json.dumps(context)}", block["page"], block["condition"], context, "2012-10-17", expected


def complete(checks, table):
    """Every operator is asked about a key that is there, one that is absent, and with IfExists; every family with set operators."""
    seen = {}
    for group in table["groups"]:
        for _, have, _ in group["cases"]:
            way = "absent" if have is None else "several" if isinstance(have, list) and len(have) > 1 else "one"
            seen.setdefault(group["operator"], set()).add(way)
    for operator in POSITIVE + NEGATED:
        for name in (operator, operator + "IfExists"):
            checks.check({"one", "absent"} <= seen.get(name, set()), f"{name} is asked about a key that is there and one that is not")
    for family in FAMILIES:
        for which in ("ForAllValues:", "ForAnyValue:"):
            asked = set().union(*(ways for name, ways in seen.items() if name.startswith(which + family)))
            checks.check({"several", "absent"} <= asked, f"{which}{family}… is asked about several values and about none")
    checks.check({"one", "absent"} <= seen["Null"], "Null is asked about a key that is there and one that is not")
    checks.check(len(list(rows(table))) >= 300, "the table has at least 300 cases")
    pages = {page for _, page, *_ in rows(table)}
    checks.check(pages <= set(table["pages"]), "every page has its name", pages - set(table["pages"]))


def main():
    checks = Checks()
    table = json.loads(TABLE.read_text())
    complete(checks, table)
    cases = [(f"{effect}: {what} ({page})", (ALLOW if effect == "Allow" else DENY)[expected], document(condition, context, version, effect))
             for what, page, condition, context, version, expected in rows(table) for effect in ("Allow", "Deny")]
    for what, expected, case in cases:
        got = answer(case)
        checks.check(got.result == expected and (expected == "Unknown") == bool(got.points), f"oracle, {what}", f"{got}, expected {expected}")
    if built(checks, "that Reeve agrees with the table"):
        if has_simulate():
            for (what, expected, _), got in zip(cases, simulate([case for *_, case in cases])):
                agrees = verdict(got) == expected and (expected == "Unknown") == bool(got["unknown"])
                checks.check(agrees, f"reeve, {what}", f"{got}, expected {expected}")
        else:
            checks.skip("reeve", "this build has no `access simulate`", "that Reeve agrees with the table")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
