#!/usr/bin/env python3
"""`reeve access public -s EXPORT`: every resource with a policy, buckets' access control lists and blocks, roles by their trust, RCPs.

    python3 tests/access_public_estate.py [--reeve PROGRAM]

The truth stands in the table, by AWS's rules: what strangers can do by the bucket's policy and by its list, with the blocks of the bucket and of
its account. What was refused is unknown and names the call.
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
from access_guardrails import MAIN, ORG, PROD, TOP, Organization, rcp  # noqa: E402
from lib_reeve import Checks, built  # noqa: E402

EVERYBODY, SIGNED_IN = "http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
REFUSED = "An error occurred (AccessDenied) when calling the X operation: no\n"
OPEN = {"IgnorePublicAcls": False, "BlockPublicAcls": False, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
SHUT = {key: True for key in OPEN}
OWNER = {"Grantee": {"Type": "CanonicalUser", "ID": "x"}, "Permission": "FULL_CONTROL"}


def policy(bucket, principal="*", **more):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*", **more}]}


def grant(to, what="READ"):
    return {"Grantee": {"Type": "Group", "URI": to}, "Permission": what}


# bucket: policy (None: it has none; REFUSED), grants, block of the bucket (None: it has none), ownership; public, by_policy, by_access_list
BUCKETS = [
    ("plain", None, [OWNER], OPEN, "BucketOwnerEnforced", "no", "no", "no"),
    ("by-policy", "*", [OWNER], OPEN, "BucketOwnerEnforced", "yes", "yes", "no"),
    ("by-policy-no-block", "*", [OWNER], None, "BucketOwnerEnforced", "yes", "yes", "no"),
    ("policy-blocked", "*", [OWNER], SHUT, "BucketOwnerEnforced", "no", "no", "no"),
    ("by-list", None, [OWNER, grant(EVERYBODY)], OPEN, "ObjectWriter", "yes", "no", "yes"),
    ("by-list-signed-in", None, [grant(SIGNED_IN, "WRITE")], OPEN, "BucketOwnerPreferred", "yes", "no", "yes"),
    ("by-list-no-ownership", None, [grant(EVERYBODY)], OPEN, None, "yes", "no", "yes"),
    ("list-ignored", None, [grant(EVERYBODY)], SHUT, "ObjectWriter", "no", "no", "no"),
    ("list-off", None, [grant(EVERYBODY)], OPEN, "BucketOwnerEnforced", "no", "no", "no"),
    ("policy-refused", REFUSED, [OWNER], OPEN, "BucketOwnerEnforced", "unknown", "unknown", "no"),
    ("list-refused", None, REFUSED, OPEN, "ObjectWriter", "unknown", "no", "unknown"),
    ("list-refused-and-off", None, REFUSED, OPEN, "BucketOwnerEnforced", "no", "no", "no"),
    ("ownership-refused", None, [grant(EVERYBODY)], OPEN, REFUSED, "unknown", "no", "unknown"),
    ("block-refused", "*", [grant(EVERYBODY)], REFUSED, "ObjectWriter", "unknown", "unknown", "unknown"),
    ("one-account", {"AWS": "arn:aws:iam::999900001111:root"}, [OWNER], OPEN, "BucketOwnerEnforced", "no", "no", "no"),
]
NO_BLOCK = "An error occurred (NoSuchPublicAccessBlockConfiguration) when calling the GetPublicAccessBlock operation: none\n"
NO_OWNERSHIP = "An error occurred (OwnershipControlsNotFoundError) when calling the GetBucketOwnershipControls operation: none\n"
NO_POLICY = "An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: none\n"


def role(name, trust):
    return {"Path": "/", "RoleName": name, "RoleId": "AROA" + name.upper().replace("-", "").ljust(17, "X"), "Arn": f"arn:aws:iam::{PROD}:role/{name}", "CreateDate": "2025-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}]}, "InstanceProfileList": [], "AttachedManagedPolicies": [],
            "RolePolicyList": [], "RoleLastUsed": {}}


def export(root, account_block):
    folder = root / PROD / "us-east-1"

    def write(name, value):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value))

    write("sts-get-caller-identity.json", {"Account": PROD, "UserId": "AIDA", "Arn": f"arn:aws:iam::{PROD}:user/x"})
    write("s3api-list-buckets.json", {"Buckets": [{"Name": row[0], "CreationDate": "2025-01-01T00:00:00Z"} for row in BUCKETS], "Owner": {"ID": "x"}})
    write("s3control-get-public-access-block.json", account_block if isinstance(account_block, str) else {"PublicAccessBlockConfiguration": account_block})
    for name, who, grants, block, ownership, *_ in BUCKETS:
        write(f"s3api-get-bucket-policy/{name}", who if who == REFUSED else NO_POLICY if who is None else {"Policy": json.dumps(policy(name, who))})
        write(f"s3api-get-bucket-acl/{name}", grants if grants == REFUSED else {"Owner": {"ID": "x"}, "Grants": grants})
        write(f"s3api-get-public-access-block/{name}", block if block == REFUSED else NO_BLOCK if block is None else {"PublicAccessBlockConfiguration": block})
        write(f"s3api-get-bucket-ownership-controls/{name}",
              ownership if ownership == REFUSED else NO_OWNERSHIP if ownership is None else {"OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]}})
    write("iam-get-account-authorization-details.json",
          {"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [role("anybody", "*"), role("machine", {"Service": "ec2.amazonaws.com"}), role("sister", {"AWS": MAIN})]})
    write("organizations-describe-organization.json", "An error occurred (AWSOrganizationsNotInUseException) when calling the DescribeOrganization operation: none\n")
    return folder


def ask(*words):
    done = subprocess.run([str(lib_reeve.REEVE), "access", "public", "--format", "ndjson", *map(str, words)], capture_output=True, text=True, timeout=120)
    return done, {r["resource"].split(":")[-1]: r for r in map(json.loads, done.stdout.splitlines())}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not built(checks, "what strangers can use"):
        return checks.end()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        export(root / "open", OPEN)
        done, got = ask("-s", root / "open")
        checks.check(done.returncode == 0, "what was refused is no fault of the input", done.stderr)
        for name, *_, public, by_policy, by_list in BUCKETS:
            row = got.get(name, {})
            checks.check((row.get("public"), row.get("by_policy"), row.get("by_access_list")) == (public, by_policy, by_list), f"{name}: {public}, policy {by_policy}, list {by_list}", json.dumps(row)[:600])
            if by_policy == "yes":
                checks.check(row["witness"]["resource"].startswith(f"arn:aws:s3:::{name}"), f"{name}: a request shows it", str(row))
            if by_policy == "unknown":
                checks.check(row["unknown"], f"{name}: what would decide is named", str(row))
        checks.check("READ to AllUsers" in got["by-list"].get("access_list", ""), "what the list grants is named", str(got["by-list"]))
        roles = {name: got.get("role/" + name, {}).get("public") for name in ("anybody", "machine", "sister")}
        checks.check(roles == {"anybody": "yes", "machine": "no", "sister": "no"}, "roles by their trust", str(roles))

        export(root / "shut", SHUT)
        _, got = ask("-s", root / "shut")
        buckets = {r["public"] for name, r in got.items() if not name.startswith("role/") and name != "policy-refused"}
        checks.check(buckets == {"no"}, "the account's block holds for every bucket", str({n: r["public"] for n, r in got.items()}))
        checks.check(got["policy-refused"]["public"] == "unknown", "a policy that was refused stays unknown behind it", str(got["policy-refused"]))

        export(root / "refused", REFUSED)
        _, got = ask("-s", root / "refused")
        checks.check(got["by-policy"]["public"] == "unknown" and got["by-list"]["public"] == "unknown" and got["policy-blocked"]["public"] == "no" and got["plain"]["public"] == "no",
                     "the account's block was refused: what it could stop is unknown, the rest is told", str({n: r["public"] for n, r in got.items()}))

        # A resource control policy on the way to the account, and one that was not read.
        both = root / "organization"
        organization = Organization(both)
        organization.attach("scp", {})
        organization.attach("rcp", {TOP: [rcp("s3:*", {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})]})
        (export(both, OPEN) / "organizations-describe-organization.json").unlink()
        _, got = ask("-s", both)
        checks.check(got["by-policy"]["public"] == "unknown" and "services" in got["by-policy"].get("why", ""),
                     "an RCP keeps people out and leaves services: AWS's pages do not say whether an Allow to `*` covers those", str(got["by-policy"]))
        everybody = root / "everybody"
        shut = Organization(everybody)
        shut.attach("scp", {})
        shut.attach("rcp", {TOP: [rcp("s3:*", {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}})]})
        (export(everybody, OPEN) / "organizations-describe-organization.json").unlink()
        _, got = ask("-s", everybody)
        checks.check(got["by-policy"]["public"] == "no" and "resource control policy" in got["by-policy"].get("stopped_by", ""), "an RCP without exemption keeps strangers out", str(got["by-policy"]))
        _, got = ask("-s", both)
        checks.check(got["role/anybody"]["public"] == "yes", "an RCP on S3 says nothing of a role", str(got["role/anybody"]))
        organization.write("organizations-describe-policy/p-rcp0001", REFUSED)
        _, got = ask("-s", both)
        checks.check(got["by-policy"]["public"] == "unknown", "an RCP that was not read leaves it unknown", str(got["by-policy"]))

        done, _ = ask(root / "x.json")
        checks.check(done.returncode == 2, "a policy needs its resource", done.stderr)
        done, _ = ask(root / "x.json", "--resource", "arn:aws:s3:::x", "-s", root / "open")
        checks.check(done.returncode == 2, "a policy of a file is no part of an estate", done.stderr)
        (root / "empty").mkdir()
        done, _ = ask("-s", root / "empty")
        checks.check(done.returncode == 3 and done.stderr, "an estate without anything is no answer", done.stderr)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
