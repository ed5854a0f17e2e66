#!/usr/bin/env python3
"""Writes the IAM of an organization as the AWS CLI would have told it: one GetAccountAuthorizationDetails reply an account.

   bench/make_iam.py OUT [--accounts N] [--principals M] [--seed S]

OUT/ACCOUNT/us-east-1/iam-get-account-authorization-details.json   M users and roles, their groups, managed policies and boundaries
OUT/FIRST/us-east-1/s3api-*                                        the bucket `payroll`, whose policy lets 500 accounts and one role in

Policies are of 200 kinds, of which an account has a share; half of them name things of the account itself, so that their texts differ from
account to account. A twentieth of the roles may read `arn:aws:s3:::payroll/*`, some of them only under a condition or within a boundary.
"""
import argparse
import json
import pathlib
import random

KINDS = 200
ACCOUNT = "000000000000"  # where an account's id goes
FIRST = 100000000000
LET_IN = 500              # accounts that the bucket lets in, besides one role by its name
SHAPES = 10               # accounts of one shape differ by their id alone
SERVICES = [("dynamodb", ["GetItem", "PutItem", "Query"], "arn:aws:dynamodb:eu-west-1:{a}:table/{n}"), ("sqs", ["SendMessage", "ReceiveMessage"], "arn:aws:sqs:eu-west-1:{a}:{n}"),
            ("s3", ["GetObject", "PutObject"], "arn:aws:s3:::{n}-{a}/*"), ("kms", ["Decrypt"], "arn:aws:kms:eu-west-1:{a}:key/*"),
            ("logs", ["PutLogEvents", "CreateLogStream"], "arn:aws:logs:*:{a}:log-group:/{n}:*"), ("lambda", ["InvokeFunction"], "arn:aws:lambda:eu-west-1:{a}:function:{n}"),
            ("ssm", ["GetParameter*"], "arn:aws:ssm:*:{a}:parameter/{n}/*"), ("secretsmanager", ["GetSecretValue"], "arn:aws:secretsmanager:*:{a}:secret:{n}-*")]


def document(statements):
    return {"Version": "2012-10-17", "Statement": statements}


def policy(kind):
    """The text of a kind: the same for whoever draws it."""
    dice = random.Random(kind)
    account = ACCOUNT if kind % 2 else "*"
    statements = []
    for number in range(dice.randint(1, 4)):
        service, actions, arn = dice.choice(SERVICES)
        one = {"Sid": f"S{number}", "Effect": "Allow", "Action": [f"{service}:{name}" for name in dice.sample(actions, dice.randint(1, len(actions)))],
               "Resource": arn.format(a=account, n=f"app{kind}")}
        if dice.random() < 0.2:
            one["Condition"] = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}}
        statements.append(one)
    if kind % 20 == 7:
        statements.append({"Sid": "Payroll", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::payroll/*"})
    if kind % 100 == 27:
        statements[-1]["Condition"] = {"StringEquals": {"aws:PrincipalTag/team": "team-3"}}
    if kind % 50 == 49:
        statements.append({"Effect": "Deny", "NotAction": ["s3:*", "sts:*"], "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}})
    return document(statements)


def trust(kind):
    service = ["lambda.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com"][kind % 3]
    principal = {"Service": service} if kind % 4 else {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    return document([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}])


def account(dice, principals):
    iam = f"arn:aws:iam::{ACCOUNT}:"
    kinds = dice.sample(range(KINDS), KINDS // 2)
    managed = {kind: f"{iam}policy/app/Access{kind:03}" for kind in kinds[:30]}
    groups = [f"team-{number}" for number in range(10)]
    users, roles = [], []

    def attached(wanted):
        return [{"PolicyName": managed[kind].rsplit("/", 1)[1], "PolicyArn": managed[kind]} for kind in dice.sample(sorted(managed), wanted)]

    def inline(wanted):
        return [{"PolicyName": f"own{kind:03}", "PolicyDocument": policy(kind)} for kind in dice.sample(kinds[30:], wanted)]

    for number in range(principals):
        tags = [{"Key": "team", "Value": f"team-{number % 10}"}] if number % 3 == 0 else []
        common = {"Path": "/", "CreateDate": "2025-03-01T10:00:00+00:00", "Tags": tags}
        if number % 17 == 0:
            common["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": f"{iam}policy/Boundary"}
        if number % 10 == 0:
            name = f"user{number:04}"
            users.append({"UserName": name, "UserId": f"AIDA{ACCOUNT}{number:05}", "Arn": f"{iam}user/{name}", "GroupList": dice.sample(groups, 1 + number % 2),
                          "AttachedManagedPolicies": [], **common})
        else:
            name = f"service-role-{number:04}"
            roles.append({"RoleName": name, "RoleId": f"AROA{ACCOUNT}{number:05}", "Arn": f"{iam}role/{name}", "AssumeRolePolicyDocument": trust(number),
                          "InstanceProfileList": [], "RolePolicyList": inline(1 if number % 2 else 0), "AttachedManagedPolicies": attached(1 + number % 2),
                          "RoleLastUsed": {"LastUsedDate": "2026-02-01T10:00:00+00:00", "Region": "eu-west-1"}, **common})
    return {"UserDetailList": users,
            "GroupDetailList": [{"Path": "/", "GroupName": name, "GroupId": f"AGPA{ACCOUNT}{name}", "Arn": f"{iam}group/{name}", "GroupPolicyList": inline(1),
                                 "AttachedManagedPolicies": attached(2), "CreateDate": "2025-03-01T10:00:00+00:00"} for name in groups],
            "RoleDetailList": roles,
            "Policies": [managed_policy(arn, policy(kind)) for kind, arn in managed.items()] +
                        [managed_policy(f"{iam}policy/Boundary", document([{"Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"}]))]}


def managed_policy(arn, text):
    name = arn.rsplit("/", 1)[1]
    return {"PolicyName": name, "PolicyId": f"ANPA{ACCOUNT}{name}", "Arn": arn, "Path": "/", "DefaultVersionId": "v1", "AttachmentCount": 1, "IsAttachable": True,
            "PolicyVersionList": [{"Document": text, "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": "2025-03-01T10:00:00+00:00"}]}


def bucket(folder, own, accounts):
    for call in ("policy", "public-access-block"):
        (folder / f"s3api-get-{'bucket-' if call == 'policy' else ''}{call}").mkdir(exist_ok=True)
    text = document([{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::payroll/*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
                     {"Effect": "Allow", "Principal": {"AWS": [f"arn:aws:iam::{own}:role/service-role-0001"] + accounts}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::payroll/*"}])
    (folder / "s3api-list-buckets.json").write_text(json.dumps({"Buckets": [{"Name": "payroll", "CreationDate": "2025-01-01T00:00:00Z"}], "Owner": {"ID": "x"}}))
    (folder / "s3api-get-bucket-policy" / "payroll").write_text(json.dumps({"Policy": json.dumps(text)}))
    (folder / "s3api-get-public-access-block" / "payroll").write_text(json.dumps(
        {"PublicAccessBlockConfiguration": dict.fromkeys(["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"], True)}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--accounts", type=int, default=1000)
    parser.add_argument("--principals", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    shapes = [json.dumps(account(random.Random(options.seed * SHAPES + shape), options.principals)) for shape in range(min(SHAPES, options.accounts))]
    for number in range(options.accounts):
        own = str(FIRST + number)
        folder = options.out / own / "us-east-1"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "iam-get-account-authorization-details.json").write_text(shapes[number % len(shapes)].replace(ACCOUNT, own))
        (folder / "organizations-describe-organization.json").write_text(
            "An error occurred (AWSOrganizationsNotInUseException) when calling the DescribeOrganization operation: none\n")
        if number == 0:
            bucket(folder, own, [str(FIRST + more) for more in range(1, min(LET_IN, options.accounts))])


if __name__ == "__main__":
    main()
