#!/usr/bin/env python3
"""Whose the accounts are: two organizations in one input, and lists of accounts that break off.

    python3 tests/organizations.py [--reeve PROGRAM]

One account has two roles: one trusts an account that the organization's list names, the other an account that no list names. What is said of
them, and of the organization, hangs on what is known of the organization; the rows say what was read of it.
"""

import argparse
import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import Checks, assess, built  # noqa: E402

HERE, SISTER, STRANGER, OTHER = "111111111111", "222222222222", "999999999999", "888888888888"
CONTROL, OF_THE_ORGANIZATION = "trust-stays-inside-the-organization", "scp-type-enabled"
DENIED = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}


def organization(name, management):
    return {"Organization": {"Id": name, "Arn": f"arn:aws:organizations::{management}:organization/{name}", "MasterAccountId": management, "FeatureSet": "ALL",
                             "MasterAccountArn": f"arn:aws:organizations::{management}:account/{name}/{management}", "MasterAccountEmail": "aws@example.com"}}


def accounts(name, management, *ids, **more):
    return {"Accounts": [{"Id": i, "Arn": f"arn:aws:organizations::{management}:account/{name}/{i}", "Email": f"{i}@example.com", "Name": i, "Status": "ACTIVE",
                          "JoinedMethod": "CREATED", "JoinedTimestamp": "2026-01-01T00:00:00Z"} for i in ids], **more}


def roots(name, management):
    return {"Roots": [{"Id": "r-" + name[2:6], "Arn": f"arn:aws:organizations::{management}:root/{name}/r-{name[2:6]}", "Name": "Root",
                       "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}


def role(name, trusted):
    return {"RoleName": name, "RoleId": name, "Arn": f"arn:aws:iam::{HERE}:role/{name}", "Path": "/", "CreateDate": "2026-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{trusted}:root"}, "Action": "sts:AssumeRole"}]},
            "InstanceProfileList": [], "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": []}


ONE = {f"{HERE}/us-east-1/organizations-describe-organization.json": organization("o-aaaaaaaaaa", HERE),
       f"{HERE}/us-east-1/organizations-list-roots.json": roots("o-aaaaaaaaaa", HERE)}
LIST = f"{HERE}/us-east-1/organizations-list-accounts.json"
WHOLE = {LIST: accounts("o-aaaaaaaaaa", HERE, HERE, SISTER)}
TWO = {f"{OTHER}/us-east-1/organizations-describe-organization.json": organization("o-bbbbbbbbbb", OTHER),
       f"{OTHER}/us-east-1/organizations-list-roots.json": roots("o-bbbbbbbbbb", OTHER),
       f"{OTHER}/us-east-1/organizations-list-accounts.json": accounts("o-bbbbbbbbbb", OTHER, OTHER, STRANGER)}
BROKEN_OFF = {LIST: accounts("o-aaaaaaaaaa", HERE, HERE, SISTER, NextToken="more")}
SECOND_PAGE = {LIST.replace(".json", "-2.json"): accounts("o-aaaaaaaaaa", HERE, STRANGER)}
THIRD_PAGE = {LIST.replace(".json", "-3.json"): accounts("o-aaaaaaaaaa", HERE, OTHER)}

# What was read of the organization, and what is said of the role that trusts a sister, of that which trusts a stranger, and of the
# organization's policies; in a word that a note must hold.
ROWS = [
    ("one organization, its list whole", {**ONE, **WHOLE}, "pass", "fail", "pass", ""),
    ("a list that breaks off", {**ONE, **BROKEN_OFF}, "pass", "unknown", "pass", "`NextToken` says that there is more"),
    ("a list whose pages are all there", {**ONE, **BROKEN_OFF, **SECOND_PAGE}, "pass", "pass", "pass", ""),
    ("a list of which a page in between is missing", {**ONE, **BROKEN_OFF, **THIRD_PAGE}, "pass", "unknown", "pass", "one before it is not there"),
    ("a list that was denied", {**ONE, LIST: DENIED}, "unknown", "unknown", "pass", ""),
    ("a list that was never asked for", ONE, "unknown", "unknown", "pass", ""),
    ("two organizations", {**ONE, **WHOLE, **TWO}, "unknown", "unknown", "unknown", "replies of several organizations are in one input: o-aaaaaaaaaa, o-bbbbbbbbbb"),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reeve", type=pathlib.Path, default=None)
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = options.reeve.resolve()
    checks = Checks()
    if not built(checks, "whose the accounts are"):
        return checks.end()
    for title, files, sister, stranger, policies, note in ROWS:
        with tempfile.TemporaryDirectory() as place:
            estate = pathlib.Path(place) / "cli"
            files = {f"{HERE}/us-east-1/iam-get-account-authorization-details.json": {
                "UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [role("sister", SISTER), role("stranger", STRANGER)]}, **files}
            for name, reply in files.items():
                (estate / name).parent.mkdir(parents=True, exist_ok=True)
                (estate / name).write_text(json.dumps(reply))
            run = assess(place)
            said = {(f["control"], f["resource"]["uid"]): f["status"] for f in run.report["findings"]}
            got = [said.get((CONTROL, f"arn:aws:iam::{HERE}:role/{name}")) for name in ("sister", "stranger")]
            checks.check(got == [sister, stranger], f"{title}: whom the roles trust", got)
            of_all = {status for (control, _), status in said.items() if control == OF_THE_ORGANIZATION}
            checks.check(of_all == {policies}, f"{title}: the organization's policies", of_all)
            told = json.dumps(run.report["coverage"], ensure_ascii=False)
            checks.check(note in told, f"{title}: it is named", told[-800:])
            named = "several organizations" in told
            checks.check(named == (title == "two organizations"), f"{title}: of one organization nobody says that there are several", told[-800:])
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
