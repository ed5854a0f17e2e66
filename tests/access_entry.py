#!/usr/bin/env python3
"""From the internet to an administrator: what a packet gets to, the role that stands there, and the ways up from it, in one path
(`reeve access paths SOURCE`). One small account has the whole path; each change takes one link away, and the path with it.

    tests/access_entry.py
"""

import copy
import json
import subprocess
import sys
import tempfile

import access_reach as reach
from lib_reeve import Checks, REEVE

ACCOUNT = reach.ACCOUNT
ROLE = f"arn:aws:iam::{ACCOUNT}:role/web"
PROFILE = f"arn:aws:iam::{ACCOUNT}:instance-profile/web"


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def estate():
    """The open instance of access_reach.py, with a role that may write its own policy."""
    out = reach.base()
    reach.admit(reach.permission("tcp", 22, 22, ["0.0.0.0/0"]))(out)
    out["ec2-describe-instances"]["Reservations"][0]["Instances"][0]["IamInstanceProfile"] = {"Arn": PROFILE, "Id": "AIPAEXAMPLE"}
    out["iam-get-account-authorization-details"] = {
        "UserDetailList": [], "GroupDetailList": [], "Policies": [],
        "RoleDetailList": [{
            "Path": "/", "RoleName": "web", "RoleId": "AROAEXAMPLEWEB", "Arn": ROLE, "CreateDate": "2026-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}),
            "InstanceProfileList": [{"Path": "/", "InstanceProfileName": "web", "InstanceProfileId": "AIPAEXAMPLE", "Arn": PROFILE, "CreateDate": "2026-01-01T00:00:00Z", "Roles": []}],
            "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document({"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": ROLE})}],
            "AttachedManagedPolicies": [], "Tags": []}]}
    return out


def role(made):
    return made["iam-get-account-authorization-details"]["RoleDetailList"][0]


def no_permission(made):
    role(made)["RolePolicyList"] = []


def no_profile(made):
    del made["ec2-describe-instances"]["Reservations"][0]["Instances"][0]["IamInstanceProfile"]


# What is changed, whether there is a path from the internet, and whether it is sure.
TABLE = [
    ("as it stands", lambda e: None, True, True),
    ("no route to the internet", reach.via(NatGatewayId="nat-1"), False, None),
    ("one office alone", reach.admit(reach.permission("tcp", 22, 22, ["198.51.100.7/32"])), False, None),
    ("no public address", reach.no_address, False, None),
    ("the instance has no role", no_profile, False, None),
    ("the role may do nothing", no_permission, False, None),
    ("routes were not read", reach.without("ec2-describe-route-tables"), True, False),
]


def main():
    checks = Checks()
    for what, change, expected, sure in TABLE:
        made = copy.deepcopy(estate())
        change(made)
        with tempfile.TemporaryDirectory(prefix="reeve-entry-") as folder:
            reach.Run().lay_out(made, folder)
            done = subprocess.run([REEVE, "access", "paths", folder, "--format", "ndjson"], capture_output=True, text=True, timeout=60)
        paths = [json.loads(line) for line in done.stdout.splitlines()]
        entered = [path for path in paths if path["from"] == "internet"]
        checks.check(done.returncode == 0, f"{what}: it is answered", done.stderr[-300:])
        checks.check(bool(entered) == expected, f"{what}: {'a path' if expected else 'no path'} from the internet", json.dumps(entered)[:600])
        if not entered or not expected:
            continue
        path = entered[0]
        ways = [step["way"] for step in path["steps"]]
        checks.check(ways[0] == "exposed" and path["gains"] == "administrator", f"{what}: it begins at the open port and ends as an administrator", str(ways))
        checks.check(bool(path["steps"][0]["unknown"]) != sure, f"{what}: the first step is {'sure' if sure else 'not sure'}", str(path["steps"][0]))
        checks.check("22/tcp" in path["steps"][0]["title"], f"{what}: the port is named", path["steps"][0]["title"])
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
