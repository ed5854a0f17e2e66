#!/usr/bin/env python3
"""Attack paths: for each kind of escalation an account that has it, and one for each permission of it that lacks exactly that one.

    python3 tests/access_paths.py

tests/access/path_cases.py tells the kinds from the public descriptions. Each variant is a made-up GetAccountAuthorizationDetails reply of its
own. A variant that lacks a permission has a path only if what is left is all that another kind needs; which kinds those are is told by the
cases alone.
"""

import concurrent.futures
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
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("REEVE_JOBS", os.cpu_count() or 1))) as pool:
        found = list(pool.map(lambda one: [path for path in paths([one[2]]) if path["from"] == one[3]], variants))
    ours = {case["id"] for case in CASES}
    for (case, without, _, _, end), got in zip(variants, found):
        expected = left(case, without)
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


# ---- what lies between

def one_account():
    return Account(111122223333)


def ends(found, caller):
    return sorted((path["to"].rsplit("/", 1)[-1], bool(path["unknown"])) for path in found if path["from"] == caller)


def places(checks):
    """(what, what the account is, whom one ends at from `caller` and whether something is unknown). One row a rule."""
    service = {"Service": "lambda.amazonaws.com"}
    make = [allow(["lambda:CreateFunction", "lambda:InvokeFunction"])]

    def passing(statement, trust=None, caller=None, deny=(), boundary=None, tags=()):
        account = one_account()
        account.role("target", account.trust(trust or service), inline=[EVERYTHING], tags=tags)
        limit = account.managed("limit", boundary) if boundary else None
        who = account.user("caller", inline=[policy(statement, *make, *deny)], boundary=limit)
        return account, who

    def to_service(name):
        return {"StringEquals": {"iam:PassedToService": name}}
    target = "arn:aws:iam::111122223333:role/target"
    rows = [
        ("PassRole for the right service", passing(allow("iam:PassRole", target, Condition=to_service("lambda.amazonaws.com"))), [("target", False)]),
        ("PassRole for another service", passing(allow("iam:PassRole", target, Condition=to_service("ec2.amazonaws.com"))), []),
        ("PassRole of another role", passing(allow("iam:PassRole", target + "-2")), []),
        ("PassRole by a pattern", passing(allow("iam:Pass*", "arn:aws:iam::*:role/tar*")), [("target", False)]),
        ("PassRole by NotAction", passing({"Effect": "Allow", "NotAction": "s3:*", "Resource": target}), [("target", False)]),
        ("a trust that does not name the service", passing(allow("iam:PassRole"), trust={"Service": "ec2.amazonaws.com"}), []),
        ("a Deny of creating functions", passing(allow("iam:PassRole"), deny=[{"Effect": "Deny", "Action": "lambda:CreateFunction", "Resource": "*"}]), []),
        ("a Deny of some functions leaves others", passing(allow("iam:PassRole"), deny=[{"Effect": "Deny", "Action": "lambda:*", "Resource": "arn:aws:lambda:*:*:function:prod-*"}]), [("target", False)]),
        ("a Deny of the role by its tag", passing(allow("iam:PassRole"), deny=[{"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:ResourceTag/guarded": "yes"}}}],
                                                  tags=[("guarded", "yes")]), []),
        ("a Deny of roles of another tag", passing(allow("iam:PassRole"), deny=[{"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:ResourceTag/guarded": "yes"}}}],
                                                   tags=[("guarded", "no")]), [("target", False)]),
        ("only with MFA, which is not known", passing(allow("iam:PassRole", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})), [("target", True)]),
        ("only from a Region one can choose", passing(allow("iam:PassRole"), deny=[{"Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}}]),
         [("target", False)]),
        ("a boundary that is silent", passing(allow("iam:PassRole"), boundary=policy(allow("s3:*"))), []),
        ("a boundary that allows it", passing(allow("iam:PassRole"), boundary=policy(allow(["iam:PassRole", "lambda:*"]))), [("target", False)]),
        ("by tag of the caller, which it lacks", passing(allow("iam:PassRole", Condition={"StringEquals": {"aws:PrincipalTag/team": "platform"}})), []),
    ]
    account = one_account()
    account.role("target", account.trust({"Service": "lambda.amazonaws.com"}), inline=[EVERYTHING])
    rows.append(("created and invoked functions are never the same", (account, account.user("caller", inline=[policy(
        allow("iam:PassRole"), allow("lambda:CreateFunction", "arn:aws:lambda:*:*:function:a-*"), allow("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:b-*"))])), []))
    account = one_account()
    account.role("target", account.trust({"Service": "lambda.amazonaws.com"}), inline=[EVERYTHING])
    rows.append(("created and invoked functions may be the same", (account, account.user("caller", inline=[policy(
        allow("iam:PassRole"), allow("lambda:CreateFunction", "arn:aws:lambda:*:*:function:team-*"), allow("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:*-job"))])), [("target", False)]))
    account = one_account()
    account.role("last", account.trust({"AWS": account.arn("role/middle")}), inline=[EVERYTHING])
    account.role("middle", account.trust({"AWS": account.arn("root")}), inline=[policy(allow("sts:AssumeRole"))])
    rows.append(("a role by a role", (account, account.user("caller", inline=[policy(allow("sts:AssumeRole", account.arn("role/middle")))])), [("last", False)]))
    account = one_account()
    account.role("target", account.trust({"AWS": account.arn("user/caller")}), inline=[EVERYTHING])
    rows.append(("a role that names the user needs no policy of the user", (account, account.user("caller")), [("target", False)]))
    account = one_account()
    account.role("target", account.trust({"AWS": account.arn("root")}), inline=[EVERYTHING])
    rows.append(("a role that names the account needs one", (account, account.user("caller", inline=[policy(allow("s3:*"))])), []))
    account = one_account()
    account.role("a", account.trust({"AWS": account.arn("role/b")}), inline=[policy(allow("sts:AssumeRole"))])
    account.role("b", account.trust({"AWS": account.arn("role/a")}), inline=[policy(allow("sts:AssumeRole"))])
    rows.append(("roles that trust one another", (account, account.arn("role/a")), []))
    account = one_account()
    rows.append(("an administrator is no beginning", (account, account.user("caller", inline=[EVERYTHING])), []))
    account = one_account()
    limit = account.managed("limit", policy(allow(["s3:*", "iam:PutUserPolicy"])))
    rows.append(("one's own policy within a boundary makes no administrator", (account, account.user("caller", inline=[policy(allow("iam:PutUserPolicy"))], boundary=limit)), []))
    account = one_account()
    limit = account.managed("limit", policy(allow(["s3:*", "iam:DeleteUserPermissionsBoundary"])))
    rows.append(("a boundary that one may remove", (account, account.user("caller", inline=[EVERYTHING], boundary=limit)), [("caller", False)]))
    account = one_account()
    account.user("other", inline=[EVERYTHING])
    rows.append(("keys for oneself alone", (account, account.user("caller", inline=[policy(allow("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}"))])), []))
    account = one_account()
    account.role("AWSReservedSSO_Admin_0123456789abcdef", account.trust({"Federated": account.arn("saml-provider/x")}, "sts:AssumeRoleWithSAML"), inline=[EVERYTHING], path="/aws-reserved/sso.amazonaws.com/")
    rows.append(("a role that AWS keeps for itself is not rewritten", (account, account.user("caller", inline=[policy(allow("iam:UpdateAssumeRolePolicy"))])), []))
    for what, (account, caller), expected in rows:
        got = ends(paths([account], "--from", caller), caller)
        checks.check(got == expected, what, f"{got}, expected {expected}")


def outside(checks):
    """Whom a role's trust lets in that is not of the estate: (what, trust, from)."""
    provider = "arn:aws:iam::111122223333:oidc-provider/"
    eks, github = provider + "oidc.eks.eu-west-1.amazonaws.com/id/ABC", provider + "token.actions.githubusercontent.com"

    def web(who, conditions):
        return policy({"Effect": "Allow", "Principal": {"Federated": who}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": conditions})
    audience = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
    host = eks.split("oidc-provider/")[1]
    rows = [
        ("anybody", policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}), "internet"),
        ("GitHub without a subject", web(github, {"StringEquals": audience}), "internet"),
        ("GitHub with any subject", web(github, {"StringEquals": audience, "StringLike": {"token.actions.githubusercontent.com:sub": "*"}}), "internet"),
        ("GitHub of one repository", web(github, {"StringEquals": {**audience, "token.actions.githubusercontent.com:sub": "repo:northfield/app:ref:refs/heads/main"}}), None),
        ("Cognito without a pool", web("cognito-identity.amazonaws.com", {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}), "internet"),
        ("a cluster's pods, all of them", web(eks, {"StringEquals": {host + ":aud": "sts.amazonaws.com"}}), eks),
        ("a cluster's pods by a wildcard", web(eks, {"StringLike": {host + ":sub": "system:serviceaccount:*"}}), eks),
        ("one service account of a cluster", web(eks, {"StringEquals": {host + ":sub": "system:serviceaccount:shop:api"}}), None),
        ("another account", policy({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole"}), "arn:aws:iam::999988887777:root"),
        ("another account with an external id", policy({"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "x"}}}),
         "arn:aws:iam::999988887777:root"),
    ]
    for what, trust, begins in rows:
        account = one_account()
        account.role("target", trust, inline=[EVERYTHING])
        got = [path["from"] for path in paths([account])]
        checks.check(got == ([begins] if begins else []), f"a role that lets in {what}", f"{got}, expected {begins}")


def let_in_by_who_they_are(checks):
    """A role that trusts everyone, if they are who its condition names: each caller is looked at, not the class of those with the same policies."""
    account = one_account()
    for name in ("ann", "bob"):
        account.user(name, inline=[policy(allow("sts:AssumeRole"))])
    account.role("target", policy({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:PrincipalArn": account.arn("user/ann")}}}), inline=[EVERYTHING])
    got = [path["from"] for path in paths([account], "--from", account.arn("user/*"))]
    checks.check(got == [account.arn("user/ann")], "a role that trusts everyone who is ann lets in ann, and not bob", got)


def exports(checks):
    account = one_account()
    account.role("admin", account.trust({"Service": "lambda.amazonaws.com"}), inline=[EVERYTHING])
    account.role("hub", account.trust({"AWS": account.arn("root")}), inline=[policy(allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]), )])
    for name in ("ann", "bob", "eve"):
        account.user(name, inline=[policy(allow("sts:AssumeRole", account.arn("role/hub"), Sid=name.title()))])
    found = paths([account])
    checks.check(sorted(path["from"].rsplit("/", 1)[1] for path in found) == ["ann", "bob", "eve", "hub"], "four beginnings", f"{found}")
    checks.check([path["rank"] for path in found] == sorted((path["rank"] for path in found), reverse=True), "the worst comes first")
    checks.check([path["steps"][0]["way"] for path in found] == [path["steps"][0]["way"] for path in paths([account])], "the same estate gives the same lines")
    ann = next(path for path in found if path["from"].endswith("ann"))
    checks.check([step["way"] for step in ann["steps"]] == ["sts-assumed-role", "lambda-new-function-invoked"], "steps in their order", f"{ann['steps']}")
    checks.check("$.Statement[0]" in ann["steps"][0]["explanation"] or "$.Statement" in ann["steps"][0]["explanation"], "an explanation names the statement", ann["steps"][0]["explanation"])
    done = ask([account], "--format", "graphml")
    import xml.etree.ElementTree
    space = "{http://graphml.graphdrawing.org/xmlns}"
    tree = xml.etree.ElementTree.fromstring(done.stdout)
    nodes, edges = list(tree.iter(space + "node")), list(tree.iter(space + "edge"))
    checks.check(len(nodes) == 5 and len(edges) == 4, "GraphML: nodes and edges", f"{len(nodes)}, {len(edges)}")
    checks.check({edge.get("target") for edge in edges} <= {node.get("id") for node in nodes}, "GraphML: edges join nodes that are there")
    dot = ask([account], "--format", "dot").stdout
    checks.check(dot.count(" -> ") == 4 and dot.startswith("digraph") and dot.rstrip().endswith("}"), "DOT: edges", dot)
    graph = json.loads(ask([account], "--format", "opengraph").stdout)
    ids = {node["id"] for node in graph["graph"]["nodes"]}
    checks.check(len(ids) == 5 and all(set(node) == {"id", "kinds", "properties"} and 1 <= len(node["kinds"]) <= 3 for node in graph["graph"]["nodes"]), "OpenGraph: nodes")
    checks.check(all(edge["start"]["value"] in ids and edge["end"]["value"] in ids and edge["kind"].isalnum() for edge in graph["graph"]["edges"]) and len(graph["graph"]["edges"]) == 4, "OpenGraph: edges")
    points = [json.loads(line) for line in ask([account], "--format", "ndjson", command="chokepoints").stdout.splitlines()]
    checks.check(bool(points) and points[0]["ends"] == 4 and points[0]["of"] == 4 and points[0]["principal"].endswith("hub"), "the chokepoint is the hub's statement", f"{points[:2]}")
    checks.check(all(later["ends"] <= first["ends"] for first, later in itertools.pairwise(points)), "chokepoints by how much they end")
    for option in ("--from", "--to"):
        nobody = ask([account], "--format", "ndjson", option, "*nobody*")
        checks.check(nobody.stdout == "" and "`*nobody*`" in nobody.stderr, f"{option}: nobody of that name, and it is said", nobody.stderr)
    checks.check("note" not in ask([account], "--format", "ndjson", "--from", account.arn("role/hub")).stderr, "of a name that is there nothing is noted")
    lateral = paths([account], "--to", account.arn("role/hub"))
    checks.check(sorted(path["from"].rsplit("/", 1)[1] for path in lateral) == ["ann", "bob", "eve"] and {path["gains"] for path in lateral} == {"principal"}, "paths to one that is no administrator", f"{lateral}")
    done = subprocess.run([str(REEVE), "access", "paths"], capture_output=True, text=True, check=False)
    checks.check(done.returncode == 2 and "--authorization-details" in done.stderr, "no estate: usage", done.stderr)


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
        places(checks)
        outside(checks)
        let_in_by_who_they_are(checks)
        exports(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
