#!/usr/bin/env python3
"""The rows of bench/access_paths.sh, and the accounts: GetAccountAuthorizationDetails replies of any size with policies of several kinds."""

import argparse
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("REEVE_PEER_CACHE", pathlib.Path.home() / ".cache" / "reeve-peers"))
PACKAGE, VERSION = "principalmapper", "1.1.5"

ACCOUNT = "111122223333"
COMMON = {"Path": "/", "CreateDate": "2026-01-01T00:00:00Z"}
SERVICES = ["lambda", "ec2", "ecs-tasks", "codebuild", "cloudformation", "glue", "sagemaker", "states"]
READS = ["s3:Get*", "s3:List*", "ec2:Describe*", "logs:*", "cloudwatch:*", "dynamodb:GetItem",
         "sqs:*", "sns:Publish", "kms:Decrypt", "ssm:GetParameter*"]
MAKES = {"lambda": ["lambda:CreateFunction", "lambda:InvokeFunction"], "ec2": ["ec2:RunInstances"],
         "codebuild": ["codebuild:CreateProject", "codebuild:StartBuild"],
         "cloudformation": ["cloudformation:CreateStack"], "glue": ["glue:CreateJob", "glue:StartJobRun"]}


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def policies(random_, count):
    """Documents: most only read, some pass roles, some write IAM, some are bounded by a Deny or a condition."""
    out = []
    for i in range(count):
        statements = [allow(random_.sample(READS, random_.randint(2, 6)), random_.choice(["*", f"arn:aws:s3:::bucket-{i}/*"]))]
        kind = i % 20
        if kind == 0:
            service = random_.choice(list(MAKES))
            statements.append(allow(MAKES[service]))
            statements.append(allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{service}-{random_.randint(0, 9)}*"))
        elif kind == 1:
            statements.append(allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/app-{random_.randint(0, 9)}*"))
        elif kind == 2:
            statements.append(allow(["iam:CreateAccessKey", "iam:UpdateLoginProfile"], f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))
        elif kind == 3:
            statements.append(allow("lambda:*", f"arn:aws:lambda:*:*:function:team-{i}-*"))
        elif kind == 4:
            statements.append(allow("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/app-{random_.randint(0, 99)}"))
        elif kind == 5:
            writes = [f"iam:{verb}*" for verb in ("Put", "Attach", "Create", "Update", "Set", "Add", "Delete")]
            statements += [allow("iam:*"), {"Effect": "Deny", "Action": [*writes, "iam:PassRole"], "Resource": "*"}]
        elif kind == 6:
            statements.append(allow("ssm:StartSession", "*", Condition={"StringEquals": {"aws:ResourceTag/team": f"t{i}"}}))
        out.append(document(*statements))
    return out


def make(principals, seed=7):
    random_ = random.Random(seed)
    managed = policies(random_, max(20, principals // 10))
    arns = [f"arn:aws:iam::{ACCOUNT}:policy/p{i}" for i in range(len(managed))]
    users, roles = [], []
    for i in range(principals):
        attached = [{"PolicyName": arn.rsplit("/", 1)[1], "PolicyArn": arn} for arn in random_.sample(arns, random_.randint(1, 3))]
        if i % 50 == 0:
            attached.append({"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
        if i % 2:
            users.append({"UserName": f"user-{i}", "UserId": f"AIDA{i:012d}", "Arn": f"arn:aws:iam::{ACCOUNT}:user/user-{i}", "GroupList": [],
                          "UserPolicyList": [], "AttachedManagedPolicies": attached, **COMMON, "Tags": []})
            continue
        service = SERVICES[i // 2 % len(SERVICES)]
        if i % 4 == 0:
            name, principal = f"{service}-{i}", {"Service": f"{service}.amazonaws.com"}
        else:
            name, principal = f"app-{i % 100}-{i}", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        profile = {"InstanceProfileName": name, "InstanceProfileId": f"AIPA{i:012d}", "Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/{name}",
                   "Roles": [], **COMMON}
        trust = document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
        roles.append({"RoleName": name, "RoleId": f"AROA{i:012d}", "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "RolePolicyList": [],
                      "AttachedManagedPolicies": attached, "InstanceProfileList": [profile] if service == "ec2" and i % 4 == 0 else [],
                      "AssumeRolePolicyDocument": trust, **COMMON, "Tags": []})
    given = [("AdministratorAccess", "arn:aws:iam::aws:policy/AdministratorAccess", document(allow("*")))]
    given += [(arn.rsplit("/", 1)[1], arn, one) for arn, one in zip(arns, managed)]
    return {"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": roles, "Policies": [managed_policy(*one) for one in given]}


def managed_policy(name, arn, text):
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": text, "CreateDate": COMMON["CreateDate"]}
    return {"PolicyName": name, "PolicyId": f"ANPA{name}", "Arn": arn, "DefaultVersionId": "v1", "AttachmentCount": 1, "IsAttachable": True,
            "PolicyVersionList": [version], **COMMON}


def peer():
    """The Python that has the package."""
    home = CACHE / f"{PACKAGE}-{VERSION}"
    python = home / "bin" / "python"
    if not list(home.glob(f"lib/python*/site-packages/{PACKAGE}")):
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", f"{PACKAGE}=={VERSION}"], check=True, stdout=sys.stderr)
    return python


def reeve(build, file, *more):
    """Processor seconds of a whole run, its seconds by the clock, and how many paths it printed."""
    with tempfile.TemporaryFile() as out:
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        command = [str(build / "reeve"), "access", "paths", "--authorization-details", str(file), "--format", "ndjson", *more]
        subprocess.run(command, stdout=out, check=True)
        wall = time.monotonic() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        out.seek(0)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall, sum(1 for _ in out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--principals", type=int, default=1000)
    parser.add_argument("--many", type=int, default=10000)
    parser.add_argument("--no-peer", dest="peer", action="store_false")
    options = parser.parse_args()
    missed = False
    print("| what | figure | bar | |\n|---|---:|---:|---|")

    def row(what, figure, bar="", held=True):
        nonlocal missed
        missed = missed or not held
        print(f"| {what} | {figure} | {bar} | {'' if not bar else 'held' if held else 'MISSED'} |", flush=True)

    nobody = ("--from", "nobody")  # the graph is made, and no path is looked for
    with tempfile.TemporaryDirectory() as folder:
        few, many = pathlib.Path(folder, "few.json"), pathlib.Path(folder, "many.json")
        few.write_text(json.dumps(make(options.principals)))
        many.write_text(json.dumps(make(options.many)))
        graph = min(reeve(options.build, few, *nobody)[0] for _ in range(5))
        printed, _, paths = reeve(options.build, few)
        row(f"{options.principals:,} principals, graph", f"{graph:.3f} s")
        row(f"{options.principals:,} principals, graph and {paths:,} paths to administrators printed", f"{printed:.3f} s")
        seconds = reeve(options.build, many, *nobody)[0]
        row(f"{options.many:,} principals, graph", f"{seconds:.2f} s", "10 s", seconds <= 10)
        seconds, wall, paths = reeve(options.build, many)
        row(f"{options.many:,} principals, graph and {paths:,} paths to administrators printed, by the clock", f"{wall:.2f} s", "10 s", wall <= 10)
        row("the same, processor time", f"{seconds:.2f} s")
        if options.peer:
            done = subprocess.run([str(peer()), str(ROOT / "bench" / "access_paths_peer.py"), str(few)], capture_output=True, text=True, check=True)
            theirs = json.loads(done.stdout)
            row(f"PMapper {VERSION}, {options.principals:,} principals, graph of {theirs['edges']:,} edges", f"{theirs['seconds']:.1f} s")
            row("times PMapper, graph", f"{theirs['seconds'] / graph:,.0f}", "50", theirs["seconds"] / graph >= 50)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
