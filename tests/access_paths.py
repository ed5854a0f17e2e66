#!/usr/bin/env python3
"""Attack paths: for each kind of escalation an account that has it, and one for each permission of it that lacks exactly that one.

    python3 tests/access_paths.py

tests/access/path_cases.py tells the kinds from the public descriptions. Each variant is an account of its own in one made-up
GetAccountAuthorizationDetails reply, so that one run of `reeve access paths` answers them all. A variant that lacks a permission has a path
only if what is left is all that another kind needs; which kinds those are is told by the cases alone.
"""

import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from access.path_cases import CASES, POLICY, TARGET  # noqa: E402
from lib_reeve import REEVE, ROOT, Checks, built  # noqa: E402

SHARED = pathlib.Path(os.environ.get("REEVE_SHARED", ROOT.parent / "shared"))
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


class Account:
    """Principals of one account, as GetAccountAuthorizationDetails would list them."""

    def __init__(self, number):
        self.id = f"{number:012d}"
        self.users, self.roles, self.groups, self.policies = [], [], [], []

    def arn(self, rest):
        return f"arn:aws:iam::{self.id}:{rest}"

    def user(self, name, inline=(), attached=(), groups=(), boundary=None, tags=()):
        made = {"UserName": name, "UserId": f"AIDA{self.id}{name.upper()[:4]}", "Arn": self.arn(f"user/{name}"), "Path": "/", "GroupList": list(groups),
                "UserPolicyList": [{"PolicyName": f"p{i}", "PolicyDocument": one} for i, one in enumerate(inline)],
                "AttachedManagedPolicies": [{"PolicyName": arn.split("/")[-1], "PolicyArn": arn} for arn in attached],
                "Tags": [{"Key": key, "Value": value} for key, value in tags]}
        if boundary:
            made["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
        self.users.append(made)
        return made["Arn"]

    def role(self, name, trust, inline=(), attached=(), profile=False, boundary=None, tags=(), path="/"):
        made = {"RoleName": name, "RoleId": f"AROA{self.id}{name.upper()[:4]}", "Arn": self.arn(f"role{path}{name}"), "Path": path, "AssumeRolePolicyDocument": trust,
                "RolePolicyList": [{"PolicyName": f"p{i}", "PolicyDocument": one} for i, one in enumerate(inline)],
                "AttachedManagedPolicies": [{"PolicyName": arn.split("/")[-1], "PolicyArn": arn} for arn in attached],
                "InstanceProfileList": [], "Tags": [{"Key": key, "Value": value} for key, value in tags]}
        if profile:
            made["InstanceProfileList"] = [{"InstanceProfileName": name, "Arn": self.arn(f"instance-profile/{name}"), "Path": "/", "Roles": []}]
        if boundary:
            made["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
        self.roles.append(made)
        return made["Arn"]

    def group(self, name, inline=(), attached=()):
        self.groups.append({"GroupName": name, "GroupId": f"AGPA{self.id}", "Arn": self.arn(f"group/{name}"), "Path": "/",
                            "GroupPolicyList": [{"PolicyName": f"p{i}", "PolicyDocument": one} for i, one in enumerate(inline)],
                            "AttachedManagedPolicies": [{"PolicyName": arn.split("/")[-1], "PolicyArn": arn} for arn in attached]})
        return self.arn(f"group/{name}")

    def managed(self, name, document):
        self.policies.append({"PolicyName": name, "PolicyId": f"ANPA{self.id}", "Arn": self.arn(f"policy/{name}"), "Path": "/", "DefaultVersionId": "v1",
                              "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True, "Document": document}]})
        return self.arn(f"policy/{name}")

    def trust(self, principal, action="sts:AssumeRole", **more):
        return policy({"Effect": "Allow", "Principal": principal, "Action": action, **more})


def details(accounts):
    return {"UserDetailList": [u for a in accounts for u in a.users], "RoleDetailList": [r for a in accounts for r in a.roles],
            "GroupDetailList": [g for a in accounts for g in a.groups], "Policies": [p for a in accounts for p in a.policies]}


def ask(accounts, *more, command="paths", name="details.json"):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / name
        file.write_text(json.dumps(details(accounts)))
        done = subprocess.run([str(REEVE), "access", command, "--authorization-details", str(file), *more], capture_output=True, text=True, check=False)
    return done


def paths(accounts, *more):
    done = ask(accounts, "--format", "ndjson", *more)
    if done.returncode != 0:
        raise ValueError(f"status {done.returncode}: {done.stderr[:2000]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


# ---- the kinds

def variant(number, case, without=None):
    """The account of a case, but for one of its permissions, and who begins in it and where the path would end."""
    account = Account(number)
    target, caller = case["target"], account.arn(f"{case['caller']}/caller")
    power = [EVERYTHING] if len(target) > 1 and target[-1 if target[0] == "group" else 1] is True else []
    shared = account.managed("shared", policy(allow("s3:ListAllMyBuckets")))
    groups, end, named = [], None, None
    if target[0] == "service":
        principal, action = {"Service": target[1]}, "sts:AssumeRole"
        if target[1].startswith("cognito-identity"):
            principal, action = {"Federated": target[1]}, "sts:AssumeRoleWithWebIdentity"
            trust = account.trust(principal, action, Condition={"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:pool"}})
        else:
            trust = account.trust(principal, action)
        end = named = account.role("target", trust, inline=[EVERYTHING], profile=target[2])
    elif target[0] == "user":
        end = named = account.user("target", inline=power)
    elif target[0] == "role":
        trusted = {"account": account.arn("root"), "nobody": "arn:aws:iam::999988887777:role/other"}[target[2]]
        end = named = account.role("target", account.trust({"AWS": trusted}), inline=power, attached=[shared])
    elif target[0] == "group":
        end, named = caller, account.group("target", inline=power)
        groups = ["target"] if target[1] else []
    else:
        end = named = caller
    inline = [policy(allow(action, {TARGET: named, POLICY: shared}.get(resource, resource))) for i, (action, resource) in enumerate(case["allows"]) if i != without]
    attached = [shared] if target[0] == "policy" else []
    if case["caller"] == "user":
        account.user("caller", inline=inline, attached=attached, groups=groups)
    else:
        account.role("caller", account.trust({"Service": "nothing.amazonaws.com"}), inline=inline, attached=attached)
    return account, caller, end


def alike(a, b):
    """May the second case's way be gone in the first case's account?"""
    if a["target"][0] != b["target"][0]:
        return a["target"][0] == "self" and False
    if a["target"][0] == "service":
        return a["target"][1] == b["target"][1] and (a["target"][2] or not b["target"][2])
    if a["target"][0] == "user":
        return a["target"][1] or not b["target"][1]
    if a["target"][0] == "role":
        return (a["target"][1] or not b["target"][1]) and b["target"][2] in (a["target"][2], "nobody")
    return a["target"] == b["target"] and (a["target"][0] != "self" or a["caller"] == b["caller"])


def left(case, without):
    have = {one for i, one in enumerate(case["allows"]) if i != without}
    return {other["id"] for other in CASES if alike(case, other) and set(other["allows"]) <= have}


def kinds(checks):
    numbers, variants = itertools.count(100000000001), []
    for case in CASES:
        for without in (None, *range(len(case["allows"]))):
            variants.append((case, without, *variant(next(numbers), case, without)))
    found = {}
    for path in paths([account for *_, account, _, _ in variants]):
        found.setdefault(path["from"], []).append(path)
    ours = {case["id"] for case in CASES}
    for case, without, _, caller, end in variants:
        got, expected = found.get(caller, []), left(case, without)
        what = f"{case['id']}" + ("" if without is None else f" without {case['allows'][without][0]}")
        if without is None:
            expected.add(case["id"])
        if not expected:
            checks.check(not got, f"{what}: no path", f"{got[:1]}")
            continue
        first = got[0] if got else {}
        ways = set(first["steps"][0]["catalogue"]) if got else set()
        checks.check(len(got) == 1 and first["to"] == end and first["gains"] == "administrator", f"{what}: a path", f"{[(one['to'], one['gains']) for one in got]}, expected one to {end}")
        if got and (ways & ours or not ways):
            checks.check(not ways or bool(ways & expected), f"{what}: by a way that is there", f"{ways}, expected one of {sorted(expected)}")
        if got and without is None and len(expected) == 1:
            checks.check(bool(first["unknown"]) != case["shown"], f"{what}: what is unknown is named", f"{first['unknown']}")
            used = {permission["action"] for permission in first["steps"][0]["permissions"]}
            checks.check(used >= {action for action, _ in case["allows"]}, f"{what}: every permission is explained", f"{sorted(used)}")
            checks.check(all(permission["statements"] or "rewritten" in permission.get("note", "") for permission in first["steps"][0]["permissions"]), f"{what}: by its statements", f"{first['steps']}")


def catalogue(checks):
    """The required permissions of the given catalogue, held against the cases."""
    files = sorted((SHARED / "corpora" / "iam" / "pathfinding").glob("*/*.yaml"))
    if not files:
        checks.skip("the given catalogue", f"{SHARED} has no corpora/iam/pathfinding", "that each case needs what the catalogue says")
        return
    try:
        import yaml
    except ImportError:
        checks.skip("the given catalogue", "PyYAML is not there", "that each case needs what the catalogue says")
        return
    cases = {case["id"]: case for case in CASES}
    for file in files:
        given = yaml.safe_load(file.read_text())
        needed = {one["permission"] for one in given["permissions"]["required"]}
        case = cases.get(given["id"])
        checks.check(case is not None and {action for action, _ in case["allows"]} == needed, f"catalogue: {given['id']} needs the same", f"{case and case['allows']} for {sorted(needed)}")


def main():
    checks = Checks()
    catalogue(checks)
    if built(checks, "that each escalation is found, and not found without one of its permissions"):
        kinds(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
