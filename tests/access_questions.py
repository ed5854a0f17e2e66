#!/usr/bin/env python3
"""`reeve access can`, `who-can`, `cross-account` and `unused` over a small estate, held against a table of what is true of it.

    python3 tests/access_questions.py [--reeve PROGRAM]

The table was written from the policies below by AWS's rules before the program was asked. Two accounts of no organization: 111122223333 has
people, a role, a bucket and a queue; 222233334444 is a stranger that the bucket lets in.
"""

import argparse
import json
import os
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


def document(*statements):
    return {"Version": "2012-10-17", "Statement": [dict(zip(("Effect", "Action", "Resource"), s[:3])) | (s[3] if len(s) > 3 else {}) for s in statements]}


def user(name, inline=(), attached=(), groups=(), boundary=None, tags=()):
    out = {"Path": "/", "UserName": name, "UserId": "AIDA" + name.upper().ljust(17, "X"), "Arn": IAM + "user/" + name, "CreateDate": "2025-01-01T00:00:00Z",
           "UserPolicyList": [{"PolicyName": f"own{i}", "PolicyDocument": d} for i, d in enumerate(inline)], "GroupList": list(groups),
           "AttachedManagedPolicies": [{"PolicyName": a.split("/")[-1], "PolicyArn": a} for a in attached],
           "Tags": [{"Key": k, "Value": v} for k, v in tags]}
    if boundary:
        out["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
    return out


def managed(name, doc, older=None):
    versions = [{"Document": doc, "VersionId": "v2", "IsDefaultVersion": True}] + ([{"Document": older, "VersionId": "v1", "IsDefaultVersion": False}] if older else [])
    return {"PolicyName": name, "PolicyId": "ANPA" + name.upper().ljust(17, "X"), "Arn": IAM + "policy/" + name, "Path": "/", "DefaultVersionId": "v2", "AttachmentCount": 1,
            "PermissionsBoundaryUsageCount": 0, "IsAttachable": True, "CreateDate": "2025-01-01T00:00:00Z", "UpdateDate": "2025-01-01T00:00:00Z", "PolicyVersionList": versions}


READ = document(("Allow", "s3:GetObject", "arn:aws:s3:::payroll/*"))
DUMP = {
    "UserDetailList": [
        user("reader", inline=[READ]),
        user("grouped", groups=["readers"]),
        user("denied", inline=[READ, document(("Deny", "s3:*", "*"))]),
        user("bounded", inline=[READ], boundary=IAM + "policy/queues"),
        user("mfa", inline=[document(("Allow", "s3:GetObject", "*", {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}))]),
        user("older", attached=[IAM + "policy/newer"]),
        user("unread", attached=["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
        user("own-home", inline=[document(("Allow", "s3:GetObject", "arn:aws:s3:::payroll/${aws:username}/*"))]),
        user("web", inline=[document(("Allow", "s3:GetObject", "*", {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "web"}}}))], tags=[("team", "web")]),
        user("ops", inline=[document(("Allow", "s3:GetObject", "*", {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "web"}}}))], tags=[("team", "ops")]),
        user("nobody"),
        user("named"),
    ],
    "GroupDetailList": [{"Path": "/", "GroupName": "readers", "GroupId": "AGPAREADERSREADERSREA", "Arn": IAM + "group/readers", "CreateDate": "2025-01-01T00:00:00Z",
                         "GroupPolicyList": [{"PolicyName": "read", "PolicyDocument": READ}], "AttachedManagedPolicies": []}],
    "RoleDetailList": [{"Path": "/", "RoleName": "deploy", "RoleId": "AROADEPLOYDEPLOYDEPLO", "Arn": IAM + "role/deploy", "CreateDate": "2025-01-01T00:00:00Z",
                        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222233334444:root"}, "Action": "sts:AssumeRole"}]},
                        "InstanceProfileList": [], "RolePolicyList": [{"PolicyName": "all", "PolicyDocument": document(("Allow", "*", "*"))}],
                        "AttachedManagedPolicies": [], "RoleLastUsed": {}}],
    "Policies": [managed("queues", document(("Allow", "sqs:*", "*"))), managed("newer", document(("Allow", "sqs:*", "*")), older=READ)],
}
BUCKET_POLICY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": [IAM + "user/named", "222233334444"]}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::payroll/*"}]}

# Who can s3:GetObject on arn:aws:s3:::payroll/x: with the bucket's policy at hand, an account in no organization.
TRUTH = {
    "user/reader": "yes", "user/grouped": "yes", "user/denied": "no", "user/bounded": "no", "user/mfa": "unknown", "user/older": "no", "user/unread": "unknown",
    "user/own-home": "no", "user/web": "yes", "user/ops": "no", "user/nobody": "no", "user/named": "yes", "role/deploy": "yes",
}
# Another question, what is fixed, the answers that differ.
OTHERS = [
    ("a home of one's own", ["s3:GetObject", "arn:aws:s3:::payroll/own-home/x"], [], {"user/own-home": "yes"}),
    ("any object", ["s3:GetObject", "arn:aws:s3:::payroll/*"], [], {"user/own-home": "yes"}),
    ("without MFA", ["s3:GetObject", "arn:aws:s3:::payroll/x"], ["aws:MultiFactorAuthPresent=false"], {"user/mfa": "no"}),
    ("with MFA", ["s3:GetObject", "arn:aws:s3:::payroll/x"], ["aws:MultiFactorAuthPresent=true"], {"user/mfa": "yes"}),
]
USAGE = [(["s3:GetObjects"], "`s3:GetObject`?"), (["nonsense"], "is no action"), (["s3:GetObject", "payroll"], "is no ARN"), (["s3:ListAllMyBuckets", "arn:aws:s3:::payroll"], "takes none")]
BAD = [("cut short", '{"UserDetailList": ['), ("no dump", '{"Buckets": []}'), ("empty", "")]


def run(*words, threads=None):
    env = dict(os.environ, REEVE_THREADS=str(threads)) if threads else None
    return subprocess.run([str(lib_reeve.REEVE), "access", *words], capture_output=True, text=True, timeout=120, env=env)


def same_on_threads(checks, root):
    """Accounts are read and decisions made on several threads: what is said, and in which order, is the same on one."""
    maker = lib_reeve.ROOT / "bench" / "make_iam.py"
    subprocess.run([sys.executable, str(maker), str(root / "many"), "--accounts", "24", "--principals", "60"], check=True)
    for number in (3, 11):  # two accounts whose files cannot be read, named in the order of the accounts
        (root / "many" / str(100000000000 + number) / "us-east-1" / "iam-get-account-authorization-details.json").write_text('{"UserDetailList": [')
    source = ["--source", str(root / "many")]
    for words in (["who-can", "s3:GetObject", "arn:aws:s3:::payroll/*"], ["who-can", "s3:Get*"], ["who-can", "sqs:SendMessage"], ["cross-account"]):
        done = [run(*words, *source, threads=threads) for threads in (1, 2, 7)]
        checks.check(done[0].stdout and len({(one.returncode, one.stdout, one.stderr) for one in done}) == 1, f"{' '.join(words)}: the same on 1, 2 and 7 threads", done[0].stderr[:300])
        named = [line for line in done[0].stderr.splitlines() if "authorization-details" in line]
        checks.check(len(named) == 2 and "100000000003" in named[0] and "100000000011" in named[1], f"{' '.join(words)}: both unread files are named in order", done[0].stderr[:300])


def records(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def export(root):
    folder = root / A / "us-east-1"
    (folder / "s3api-get-bucket-policy").mkdir(parents=True)
    (folder / "s3api-get-public-access-block").mkdir()
    write = lambda name, value: (folder / name).write_text(json.dumps(value))  # noqa: E731
    write("sts-get-caller-identity.json", {"Account": A, "UserId": "AIDA", "Arn": IAM + "user/reader"})
    write("iam-get-account-authorization-details.json", DUMP)
    write("s3api-list-buckets.json", {"Buckets": [{"Name": "payroll", "CreationDate": "2025-01-01T00:00:00Z"}], "Owner": {"ID": "x"}})
    write("s3api-get-bucket-policy/payroll", {"Policy": json.dumps(BUCKET_POLICY)})
    write("s3api-get-public-access-block/payroll",
          {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}})
    (folder / "organizations-describe-organization.json").write_text("An error occurred (AWSOrganizationsNotInUseException) when calling the DescribeOrganization operation: none\n")


def answers(done):
    return {r["principal"].split(":", 5)[5]: r["answer"] for r in records(done) if r["principal"].startswith(IAM)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "questions over an estate"):
        return checks.end()
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        export(root / "export")
        source = ["--source", str(root / "export")]

        done = run("who-can", "s3:GetObject", "arn:aws:s3:::payroll/x", *source)
        got = answers(done)
        for who, wanted in TRUTH.items():
            checks.check(got.get(who, "no") == wanted, f"who-can: {who} {wanted}", f"{got.get(who, 'no')} {done.stderr}")
        named = {r["principal"]: r for r in records(done)}
        checks.check(named.get("222233334444", {}).get("answer") == "yes" and named["222233334444"]["kind"] == "account", "who-can names the account from outside", str(sorted(named)))
        unknown = named.get(IAM + "user/mfa", {}).get("unknown", [])
        checks.check(any("MultiFactorAuthPresent" in u for u in unknown), "an unknown answer names the key", str(unknown))
        unknown = named.get(IAM + "user/unread", {}).get("unknown", [])
        checks.check(any("ReadOnlyAccess" in u for u in unknown), "an unknown answer names the policy", str(unknown))
        reasons = named.get(IAM + "user/reader", {}).get("reasons", [])
        checks.check(any(r.get("file", "").endswith("iam-get-account-authorization-details.json") for r in reasons), "a reason names its file", str(reasons))

        # One principal at a time says the same as all together.
        for who, wanted in TRUTH.items():
            one = run("can", IAM + who, "s3:GetObject", "arn:aws:s3:::payroll/x", *source)
            checks.check(records(one)[0]["answer"] == wanted, f"can: {who} {wanted}", one.stdout + one.stderr)
        for title, question, fixed, wanted in OTHERS:
            got = answers(run("who-can", *question, *source, *[w for key in fixed for w in ("--context", key)]))
            for who, answer in (TRUTH | wanted).items():
                checks.check(got.get(who, "no") == answer, f"{title}: {who} {answer}", got.get(who, "no"))

        services = {r["service"]: r for r in records(run("can", "user/older", *source))}
        checks.check(list(services) == ["sqs"] and services["sqs"]["yes"] == ["sqs:*"], "can without an action: the default version's service", str(services))

        crossing = records(run("cross-account", *source))
        checks.check({(r["resource"], r["to"]) for r in crossing} == {("arn:aws:s3:::payroll", "222233334444"), (IAM + "role/deploy", "arn:aws:iam::222233334444:root")},
                     "cross-account names both ways in", str(crossing))
        unused = {r["principal"]: r["finding"] for r in records(run("unused", *source))}
        checks.check(unused.get(IAM + "role/deploy") == "never_used" and unused.get(IAM + "user/reader") == "unknown", "unused: a role that nobody used, users of whom nothing was read", str(unused))

        same_on_threads(checks, root)
        for words, wanted in USAGE:
            done = run("who-can", *words, *source)
            checks.check(done.returncode == 2 and wanted in done.stderr and not done.stdout, f"{words[0]} is a matter of usage", done.stderr)
        for title, text in BAD:
            (root / "bad.json").write_text(text)
            done = run("who-can", "s3:GetObject", "--authorization-details", str(root / "bad.json"))
            checks.check(done.returncode == 3 and "bad.json" in done.stderr and '"yes"' not in done.stdout, f"a dump that is {title} is named", done.stderr)
        broken = json.loads(json.dumps(DUMP))
        broken["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] = {"Version": "2012-10-17", "Statement": [{"Effect": "Maybe", "Action": "s3:*", "Resource": "*"}]}
        (root / "broken.json").write_text(json.dumps(broken))
        done = run("can", "reader", "s3:GetObject", "arn:aws:s3:::payroll/x", "--authorization-details", str(root / "broken.json"))
        checks.check(done.returncode == 3 and records(done)[0]["answer"] == "unknown" and "broken.json" in done.stderr, "a malformed policy is named and never allows", done.stdout + done.stderr)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
