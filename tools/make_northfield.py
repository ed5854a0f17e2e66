#!/usr/bin/env python3
"""Writes examples/northfield from the accounts told in tools/northfield.

    python3 tools/make_northfield.py             write the files
    python3 tools/make_northfield.py --check     exit 1, naming each difference, unless the committed files are current
    python3 tools/make_northfield.py --shapes    hold every reply against botocore's output shapes (needs botocore)

The truth table, README.md and templates/ are written by hand and left alone.
"""

import argparse
import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from northfield import acquired, estate as estates, governance, management, payments, people, posture, recorded, sandbox, shapes  # noqa: E402

TARGET = HERE.parent / "examples" / "northfield"
GENERATED = ("cli", "config")

# What an export of a Region holds even where there is nothing.
NOTHING = [
    ("ec2", "DescribeInstances", {"Reservations": []}),
    ("ec2", "DescribeVolumes", {"Volumes": []}),
    ("ec2", "DescribeVpcs", {"Vpcs": []}),
    ("ec2", "DescribeSubnets", {"Subnets": []}),
    ("ec2", "DescribeSecurityGroups", {"SecurityGroups": []}),
    ("ec2", "DescribeFlowLogs", {"FlowLogs": []}),
    ("rds", "DescribeDBInstances", {"DBInstances": []}),
    ("rds", "DescribeDBClusters", {"DBClusters": []}),
    ("lambda", "ListFunctions", {"Functions": []}),
    ("kms", "ListKeys", {"Keys": []}),
    ("sns", "ListTopics", {"Topics": []}),
    ("sns", "ListSubscriptions", {"Subscriptions": []}),
    ("sqs", "ListQueues", {}),
    ("dynamodb", "ListTables", {"TableNames": []}),
    ("ecr", "DescribeRepositories", {"repositories": []}),
    ("elb", "DescribeLoadBalancers", {"LoadBalancerDescriptions": []}),
    ("logs", "DescribeLogGroups", {"logGroups": []}),
    ("cloudformation", "DescribeStacks", {"Stacks": []}),
]


def tell():
    estate = estates.Estate()
    accounts = [module.describe(estate) for module in (management, payments, sandbox, acquired)]
    for account in accounts:
        for service, operation, reply in NOTHING:
            account.empty(service, operation, reply)
        if not any(told[1:] == ("s3", "ListBuckets") for told in account.told):
            account.reply(people.VIRGINIA, "s3", "ListBuckets", {"Buckets": [], "Owner": {"ID": "1" * 64}})
    recorded.describe(estate)
    governance.describe(estate)
    posture.describe(estate, accounts)
    return {path: c if isinstance(c, bytes) else c.encode() for path, c in estate.files.items()}, estate.replies


def committed():
    return {str(p.relative_to(TARGET)): p for part in GENERATED for p in sorted((TARGET / part).rglob("*")) if p.is_file()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--shapes", action="store_true", help="hold the replies against botocore")
    options = parser.parse_args()
    files, replies = tell()
    if options.shapes:
        problems = shapes.problems(replies)
        print("\n".join(problems) if problems else f"{len(replies)} replies have the shape that AWS gives them")
        return 1 if problems else 0
    there = committed()
    stale = sorted(set(there) - set(files))
    changed = [path for path, content in sorted(files.items()) if path not in there or there[path].read_bytes() != content]
    if options.check:
        for path in changed:
            print(f"{TARGET / path}: not what tools/northfield tells; run tools/make_northfield.py")
        for path in stale:
            print(f"{TARGET / path}: nothing in tools/northfield tells of it")
        return 1 if changed or stale else 0
    for path in stale:
        there[path].unlink()
    for path in changed:
        (TARGET / path).parent.mkdir(parents=True, exist_ok=True)
        (TARGET / path).write_bytes(files[path])
    for folder in sorted((p for part in GENERATED for p in (TARGET / part).rglob("*") if p.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    print(f"{len(files)} files, {sum(map(len, files.values()))} bytes; {len(changed)} written, {len(stale)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
