#!/usr/bin/env python3
"""`reeve access guardrails`: whom a guardrail really binds, over an organization whose policies stand at several levels.

    python3 tests/access_guardrails.py [--reeve PROGRAM]

The organization: root r-ab12; ou-ab12-prod0001 with the account PROD, and below it ou-ab12-deep0001 with DEEP; SANDBOX right under the root; the
management account MAIN. Each row says what is attached where, which guardrail is asked about, and the truth by AWS's rules for the four accounts.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_reeve import ROOT, Checks, built  # noqa: E402

MAIN, PROD, DEEP, SANDBOX = "111122223333", "222233334444", "333344445555", "444455556666"
TOP, OU, BELOW, ORG = "r-ab12", "ou-ab12-prod0001", "ou-ab12-deep0001", "o-ab12cd34ef"
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
FULL_RCP = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
TYPES = {"scp": "SERVICE_CONTROL_POLICY", "rcp": "RESOURCE_CONTROL_POLICY"}


def deny(action, condition=None, **more):
    one = {"Sid": "S", "Effect": "Deny", "Resource": "*", **({"Action": action} if action else {}), **more}
    return {"Version": "2012-10-17", "Statement": [one | ({"Condition": condition} if condition else {})]}


def both(*policies):
    return {"Version": "2012-10-17", "Statement": [s | {"Sid": f"S{i}"} for i, p in enumerate(policies) for s in p["Statement"]]}


def rcp(action, condition=None):
    return deny(action, condition, Principal="*")


def but(*arns):
    return {"ArnNotLike": {"aws:PrincipalArn": list(arns)}}


BASE = but("arn:aws:iam::*:role/baseline")
TRAIL = deny(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"])
STAYS = deny(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], BASE)
REGIONS = deny(None, {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}, NotAction=["iam:*", "sts:*", "organizations:*"])
OUTSIDERS = rcp(["s3:*"], {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})
B, P, N, U = "bound", "partly", "not_bound", "unknown"

# What it is; kind; guardrail; attached (where → policies); answers for PROD, DEEP, SANDBOX; what the record of PROD must hold: key → text.
ROWS = [
    ("the same, at the root", "scp", TRAIL, {TOP: [TRAIL]}, (B, B, B), {"bound_by": TOP}),
    ("at a unit: what stands below it, too", "scp", TRAIL, {OU: [TRAIL]}, (B, B, N), {"bound_by": OU}),
    ("at a unit below", "scp", TRAIL, {BELOW: [TRAIL]}, (N, B, N), {}),
    ("at the account alone", "scp", TRAIL, {PROD: [TRAIL]}, (B, N, N), {"bound_by": PROD}),
    ("nowhere", "scp", TRAIL, {}, (N, N, N), {"open": "cloudtrail:DeleteTrail", "witness": "cloudtrail:"}),
    ("halves at two levels", "scp", TRAIL, {TOP: [deny("cloudtrail:StopLogging")], OU: [deny("cloudtrail:DeleteTrail")]}, (B, B, P), {}),
    ("an action is missing", "scp", TRAIL, {TOP: [deny("cloudtrail:StopLogging")]}, (P, P, P), {"open": "cloudtrail:DeleteTrail", "bound_by": TOP}),
    ("wider by a pattern", "scp", TRAIL, {TOP: [deny("cloudtrail:*")]}, (B, B, B), {}),
    ("wider by NotAction", "scp", TRAIL, {TOP: [deny(None, NotAction="s3:*")]}, (B, B, B), {}),
    ("nothing is allowed at a level", "scp", TRAIL, {OU: ["only", deny("s3:*")]}, (B, B, N), {}),
    ("an exemption is added", "scp", TRAIL, {TOP: [STAYS]}, (P, P, P), {"excepted": "cloudtrail:StopLogging", "exceptions": "role/baseline", "witness": "role/baseline"}),
    ("its own exemption", "scp", STAYS, {TOP: [STAYS]}, (B, B, B), {}),
    ("its exemption is not made", "scp", STAYS, {TOP: [TRAIL]}, (B, B, B), {}),
    ("its exemption, and another", "scp", STAYS, {TOP: [deny(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], but("arn:aws:iam::*:role/baseline", "arn:aws:iam::*:role/ops"))]}, (P, P, P),
     {"exceptions": "role/ops", "witness": "role/ops"}),
    ("exempted for one account's role", "scp", TRAIL, {TOP: [deny(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], but(f"arn:aws:iam::{PROD}:role/x"))]}, (P, B, B), {"exceptions": f"{PROD}:role/x"}),
    ("exempted by a pattern that takes in every role", "scp", TRAIL, {TOP: [deny(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], but("arn:aws:iam::*:role/*"))]}, (N, N, N), {"open": "cloudtrail:"}),
    ("the root user alone", "scp", TRAIL, {TOP: [deny("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}})]}, (N, N, N), {"open": "cloudtrail:StopLogging"}),
    ("root and all others in two statements", "scp", TRAIL,
     {TOP: [both(deny("cloudtrail:*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}), deny("cloudtrail:*", {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}))]}, (B, B, B), {}),
    ("on one trail alone", "scp", TRAIL, {TOP: [deny(["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], Resource="arn:aws:cloudtrail:*:*:trail/audit")]}, (N, N, N), {"open": "cloudtrail:StopLogging"}),
    ("the same trail", "scp", deny("cloudtrail:StopLogging", Resource="arn:aws:cloudtrail:*:*:trail/audit"), {TOP: [TRAIL]}, (B, B, B), {}),
    ("Regions, the same", "scp", REGIONS, {TOP: [REGIONS]}, (B, B, B), {}),
    ("Regions, a third one allowed", "scp", REGIONS, {TOP: [deny(None, {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1", "us-east-1"]}}, NotAction=["iam:*", "sts:*", "organizations:*"])]},
     (N, N, N), {"witness": "us-east-1"}),
    ("Regions, a service more left out", "scp", REGIONS, {TOP: [deny(None, {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}, NotAction=["iam:*", "sts:*", "organizations:*", "bedrock:*"])]},
     (P, P, P), {"open": "bedrock:"}),
    ("Regions, narrower", "scp", REGIONS, {TOP: [deny(None, {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}, NotAction=["iam:*", "sts:*", "organizations:*"])]}, (B, B, B), {}),
    ("a condition on the request", "scp", deny("ec2:RunInstances", {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}),
     {TOP: [deny("ec2:RunInstances", {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}})]}, (B, B, B), {}),
    ("a condition that an absent key escapes", "scp", deny("ec2:RunInstances", {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}),
     {TOP: [deny("ec2:RunInstances", {"StringEquals": {"ec2:MetadataHttpTokens": "optional"}})]}, (N, N, N), {"witness": "ec2:RunInstances"}),
    ("outsiders, by the organization's id", "rcp", OUTSIDERS,
     {TOP: [rcp("s3:*", {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})]}, (B, B, B), {"bound_by": TOP}),
    ("outsiders, only where the id is there", "rcp", OUTSIDERS,
     {TOP: [rcp("s3:*", {"StringNotEquals": {"aws:PrincipalOrgID": ORG}, "Null": {"aws:PrincipalOrgID": "false"}})]}, (N, N, N), {"witness": "s3:"}),
    ("outsiders, a partner left out", "rcp", OUTSIDERS,
     {TOP: [rcp("s3:*", {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG, "aws:PrincipalAccount": "999988887777"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})]}, (P, P, P),
     {"exceptions": "999988887777", "witness": "999988887777"}),
    ("outsiders, reading alone", "rcp", OUTSIDERS,
     {TOP: [rcp("s3:GetObject", {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})]}, (P, P, P), {"open": "s3:"}),
    ("an SCP is no RCP", "rcp", OUTSIDERS, {"scp": {TOP: [deny("s3:*")]}}, (N, N, N), {}),
    ("a service that RCPs do not reach", "rcp", rcp("iam:*"), {TOP: [rcp("iam:*")]}, (B, B, B), {}),
]


class Organization:
    """Its replies as AWS's CLI prints them, in one folder."""

    def __init__(self, root):
        self.folder = root / MAIN / "us-east-1"
        self.folder.mkdir(parents=True)
        self.policies = {"scp": {}, "rcp": {}}
        arn = f"arn:aws:organizations::{MAIN}"
        self.write("sts-get-caller-identity.json", {"Account": MAIN, "UserId": "AIDA", "Arn": f"arn:aws:iam::{MAIN}:user/x"})
        self.write("organizations-describe-organization.json", {"Organization": {"Id": ORG, "Arn": f"{arn}:organization/{ORG}", "FeatureSet": "ALL", "MasterAccountId": MAIN,
                                                                                  "MasterAccountArn": f"{arn}:account/{ORG}/{MAIN}", "MasterAccountEmail": "a@b.example"}})
        self.write("organizations-list-roots.json", {"Roots": [{"Id": TOP, "Arn": f"{arn}:root/{ORG}/{TOP}", "Name": "Root",
                                                                "PolicyTypes": [{"Type": t, "Status": "ENABLED"} for t in TYPES.values()]}]})
        account = lambda i: {"Id": i, "Arn": f"{arn}:account/{ORG}/{i}", "Email": f"{i}@b.example", "Name": i, "Status": "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": "2026-01-01T00:00:00Z"}  # noqa: E731,E501
        self.write("organizations-list-accounts.json", {"Accounts": [account(i) for i in (MAIN, PROD, DEEP, SANDBOX)]})
        unit = lambda i: {"Id": i, "Arn": f"{arn}:ou/{ORG}/{i}", "Name": i}  # noqa: E731
        for parent, units, members in ((TOP, [OU], [MAIN, SANDBOX]), (OU, [BELOW], [PROD]), (BELOW, [], [DEEP])):
            self.write(f"organizations-list-organizational-units-for-parent/{parent}", {"OrganizationalUnits": [unit(i) for i in units]})
            self.write(f"organizations-list-accounts-for-parent/{parent}", {"Accounts": [account(i) for i in members]})

    def write(self, name, value):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value))

    def attach(self, kind, attached):
        listed, full = {}, {"scp": "p-FullAWSAccess", "rcp": "p-RCPFullAWSAccess"}[kind]
        listed[full] = FULL if kind == "scp" else FULL_RCP
        for where in (TOP, OU, BELOW, MAIN, PROD, DEEP, SANDBOX):
            ids = [full]
            for i, policy in enumerate(attached.get(where, [])):
                if policy == "only":
                    ids = []
                    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
                ids.append(f"p-{kind}{len(listed):04}")
                listed[ids[-1]] = policy
            self.write(f"organizations-list-policies-for-target/{where}/{TYPES[kind]}", {"Policies": [self.summary(kind, i) for i in ids]})
        for policy, text in listed.items():
            self.write(f"organizations-describe-policy/{policy}", {"Policy": {"PolicySummary": self.summary(kind, policy), "Content": json.dumps(text)}})
        self.write(f"organizations-list-policies/{TYPES[kind]}", {"Policies": [self.summary(kind, i) for i in listed]})

    @staticmethod
    def summary(kind, policy):
        return {"Id": policy, "Arn": f"arn:aws:organizations::{MAIN}:policy/{ORG}/{TYPES[kind].lower()}/{policy}", "Name": policy, "Description": "", "Type": TYPES[kind], "AwsManaged": policy.endswith("FullAWSAccess")}


def ask(*words):
    done = subprocess.run([str(lib_reeve.REEVE), "access", "guardrails", *map(str, words)], capture_output=True, text=True, timeout=120)
    return done, [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def made(root, attached, kind="scp"):
    organization = Organization(root)
    for one in TYPES:
        organization.attach(one, attached.get(one, {}) if set(attached) & set(TYPES) else attached if one == kind else {})
    return organization


def table(checks, root):
    for number, (title, kind, guardrail, attached, truth, holds) in enumerate(ROWS):
        export = root / f"row{number}"
        made(export, attached, kind)
        (root / "guardrail.json").write_text(json.dumps(guardrail))
        done, records = ask("-s", export, "--policy", root / "guardrail.json")
        got = {r["account"]: r["answer"] for r in records}
        checks.check(done.returncode == 0 and got == dict(zip((PROD, DEEP, SANDBOX), truth)) | {MAIN: N}, f"{title}: {truth}", f"{got} {done.stderr[:300]}")
        of_prod = next((r for r in records if r["account"] == PROD), {})
        for key, text in holds.items():
            checks.check(text in json.dumps(of_prod.get(key, "")), f"{title}: `{key}` names {text}", json.dumps(of_prod)[:900])
        if of_prod.get("answer") == B:
            checks.check(not of_prod["open"] and not of_prod["excepted"] and "witness" not in of_prod, f"{title}: nothing gets through where it is bound", json.dumps(of_prod)[:500])
            checks.check(of_prod["bound_by"], f"{title}: what binds is named", json.dumps(of_prod)[:500])


def managed(checks, root):
    made(root / "managed", {TOP: [TRAIL]})
    (root / "guardrail.json").write_text(json.dumps(TRAIL))
    _, records = ask("-s", root / "managed", "--policy", root / "guardrail.json", "--account", MAIN)
    checks.check(len(records) == 1 and records[0]["answer"] == N and "manages" in records[0]["why"], "the management account is never bound, and why is said", str(records))


def unread(checks, root):
    """Each fact that is missing makes unknown, and says what; a Deny that was read binds all the same."""
    denied = "An error occurred (AccessDeniedException) when calling the X operation: no\n"
    cases = [
        ("what is attached to the unit", f"organizations-list-policies-for-target/{OU}/{TYPES['scp']}", {}, (U, U, N), OU),
        ("a policy's text", "organizations-describe-policy/p-scp0001", {OU: [deny("s3:*")]}, (U, U, N), "p-scp0001"),
        ("what is attached to the unit, and the root denies", f"organizations-list-policies-for-target/{OU}/{TYPES['scp']}", {TOP: [TRAIL]}, (B, B, B), ""),
        ("a policy's text, and the root denies", "organizations-describe-policy/p-scp0002", {TOP: [TRAIL], OU: [deny("s3:*")]}, (B, B, B), ""),
    ]
    (root / "guardrail.json").write_text(json.dumps(TRAIL))
    for number, (title, file, attached, truth, named) in enumerate(cases):
        export = root / f"unread{number}"
        organization = made(export, attached)
        organization.write(file, denied)
        # The list of policies with their targets would tell as well.
        organization.write(f"organizations-list-policies/{TYPES['scp']}", denied)
        done, records = ask("-s", export, "--policy", root / "guardrail.json")
        got = {r["account"]: r["answer"] for r in records}
        checks.check(got == dict(zip((PROD, DEEP, SANDBOX), truth)) | {MAIN: N}, f"not read: {title}: {truth}", f"{got} {done.stderr[:300]}")
        hangs = json.dumps([r["unknown"] for r in records if r["account"] == PROD])
        checks.check(named in hangs and (named or hangs == "[[]]"), f"not read: {title} is named", hangs)
    organization = made(root / "place", {TOP: [TRAIL]})
    for parent in (TOP, OU, BELOW):
        organization.write(f"organizations-list-accounts-for-parent/{parent}", denied)
    _, records = ask("-s", root / "place", "--policy", root / "guardrail.json")
    got = {r["account"]: r["answer"] for r in records if r["account"] != MAIN}
    # The root binds whoever is under it; that they are is told by the list of accounts.
    checks.check(set(got.values()) <= {B, U} and got, "where the accounts stand was not read: bound by the root or unknown", str(got))
    broken = made(root / "broken", {TOP: [{"Version": "2012-10-17", "Statement": [{"Effect": "Maybe", "Action": "*", "Resource": "*"}]}]})
    done, records = ask("-s", root / "broken", "--policy", root / "guardrail.json")
    got = {r["account"]: r["answer"] for r in records if r["account"] != MAIN}
    checks.check(done.returncode == 3 and set(got.values()) == {U} and "Effect" in done.stderr, "a malformed policy in force is named and unknown", f"{got} {done.stderr[:300]}")
    del broken


def usage(checks, root):
    done, _ = ask("-s", root / "managed", "no-such-control")
    checks.check(done.returncode == 2 and "no-such-control" in done.stderr, "a control that there is not", done.stderr)
    done, _ = ask("-s", root / "managed", "root-mfa-enabled")
    checks.check(done.returncode == 2 and "guardrail" in done.stderr, "a control without a guardrail", done.stderr)
    (root / "bad.json").write_text('{"Statement": [')
    done, _ = ask("-s", root / "managed", "--policy", root / "bad.json")
    checks.check(done.returncode == 3 and "bad.json" in done.stderr, "a guardrail that is no JSON is named", done.stderr)
    done, _ = ask("-s", root / "managed", "--account", "123456789012")
    checks.check(done.returncode == 3 and "123456789012" in done.stderr, "an account that the sources do not have", done.stderr)


def example(checks):
    """Every guardrail of content over the example organization: one record for each account, and those in a suspended unit are bound by its one Deny."""
    done, records = ask("-s", ROOT / "examples/northfield/cli")
    guardrails = [p for p in (ROOT / "content/controls").glob("*/prevent.?cp.json")]
    checks.check(done.returncode == 0 and len(records) == len(guardrails) * 8, "a record for each guardrail and account", f"{len(records)} {done.stderr[:300]}")
    closed = {r["answer"] for r in records if r["account_name"] == "old-website" and r["kind"] == "scp"}
    checks.check(closed == {B}, "an account of which only the organization tells is bound by what its unit denies", str(closed))
    got = {r["account_name"]: r["answer"] for r in records if r["control"] == "leave-organization-denied"}
    checks.check(got.get("prod-payments") == B and got.get("sandbox") == N, "leave-organization-denied binds production and not the sandbox", str(got))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "guardrails in force"):
        return checks.end()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        table(checks, root)
        managed(checks, root)
        unread(checks, root)
        usage(checks, root)
    example(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
