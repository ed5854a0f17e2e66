#!/usr/bin/env python3
"""How many CloudTrail events a second `reeve access scp-impact` decides with one policy: a table in Markdown on standard output.

    python3 bench/access_events.py [--events N] [--build DIR] [--dir DIR] [--keep]

Writes N invented events (default 1,000,000; the same for the same N), of 60 accounts, 2,400 roles and 40 kinds of calls, as one event a line
and as gzip files of Records like those that CloudTrail delivers, and decides both by a policy with a Region, an address and a principal in
it. The file cache is warm. Events a second are of the whole program, start and output included; CPU seconds beside them say what it costs
where the machine is shared.
"""

import argparse
import gzip
import json
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CALLS = """ec2:DescribeInstances ec2:RunInstances ec2:DescribeVolumes ec2:CreateTags ec2:StopInstances s3:GetObject s3:PutObject s3:ListObjects
s3:ListBuckets s3:GetBucketAcl iam:GetRole iam:ListRoles iam:CreateRole iam:AttachRolePolicy sts:AssumeRole sts:GetCallerIdentity kms:Decrypt
kms:GenerateDataKey logs:CreateLogStream logs:PutLogEvents lambda:Invoke lambda:UpdateFunctionCode20150331v2 cloudtrail:LookupEvents
cloudtrail:StopLogging dynamodb:GetItem dynamodb:DescribeTable sqs:ReceiveMessage sqs:GetQueueAttributes sns:Publish monitoring:PutMetricData
monitoring:DescribeAlarms ssm:GetParameter ssm:UpdateInstanceInformation secretsmanager:GetSecretValue ecr:BatchGetImage ecs:DescribeTasks
autoscaling:DescribeAutoScalingGroups elasticloadbalancing:DescribeTargetHealth config:PutEvaluations cloudformation:DescribeStacks""".split()
REGIONS = ["eu-west-1"] * 6 + ["eu-central-1"] * 2 + ["us-east-1", "ap-southeast-2"]
POLICY = {"Version": "2012-10-17", "Statement": [
    {"Sid": "Regions", "Effect": "Deny", "NotAction": ["iam:*", "sts:*", "organizations:*", "support:*"], "Resource": "*",
     "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/platform/*"}}},
    {"Sid": "Trail", "Effect": "Deny", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], "Resource": "*"},
    {"Sid": "Addresses", "Effect": "Deny", "Action": "secretsmanager:GetSecretValue", "Resource": "*", "Condition": {"NotIpAddressIfExists": {"aws:SourceIp": "198.51.100.0/25"}}}]}


def events(count):
    r = random.Random(11)
    accounts = [f"{100000000000 + i * 7919:012d}" for i in range(60)]
    for i in range(count):
        # A role does a few things, in a Region or two.
        account, number = r.choice(accounts), r.randrange(40)
        source, name = CALLS[(number * 7 + r.randrange(6)) % len(CALLS)].split(":")
        region = REGIONS[(number + int(account[-3:]) + (r.random() < 0.1)) % len(REGIONS)]
        role = f"app-{number}" if number else "platform/deploy"
        short, session = role.rsplit("/", 1)[-1], f"i-{r.getrandbits(34):017x}"
        yield (f'{{"eventVersion":"1.09","userIdentity":{{"type":"AssumedRole","principalId":"AROA{number:016d}:{session}","arn":"arn:aws:sts::{account}:assumed-role/{short}/{session}",'
               f'"accountId":"{account}","accessKeyId":"ASIA{r.getrandbits(60):016X}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROA{number:016d}",'
               f'"arn":"arn:aws:iam::{account}:role/{role}","accountId":"{account}","userName":"{short}"}},"webIdFederationData":{{}},"attributes":{{"creationDate":"2026-11-{i % 28 + 1:02d}T00:10:00Z",'
               f'"mfaAuthenticated":"false"}},"ec2RoleDelivery":"2.0"}}}},"eventTime":"2026-11-{i % 28 + 1:02d}T{i % 24:02d}:{i % 60:02d}:{i % 59:02d}Z","eventSource":"{source}.amazonaws.com","eventName":"{name}",'
               f'"awsRegion":"{region}","sourceIPAddress":"198.51.100.{r.randrange(256)}","userAgent":"aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/{source}#1.0",'
               f'"requestParameters":{{"filterSet":{{"items":[{{"name":"tag:Name","valueSet":{{"items":[{{"value":"app-{i % 200}"}}]}}}}]}},"maxResults":{i % 100}}},"responseElements":null,'
               f'"requestID":"{r.getrandbits(128):032x}","eventID":"{r.getrandbits(128):032x}","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"{account}",'
               f'"eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{source}.{region}.amazonaws.com"}}}}')


def make(folder, count):
    if (folder / "done").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "records").mkdir(parents=True)
    (folder / "policy.json").write_text(json.dumps(POLICY))
    held, files = [], 0
    with open(folder / "events.ndjson", "w") as lines:
        for one in events(count):
            lines.write(one + "\n")
            held.append(one)
            if len(held) == 5000:
                (folder / "records" / f"{files:06}.json.gz").write_bytes(gzip.compress(('{"Records":[' + ",".join(held) + "]}").encode(), 6))
                held, files = [], files + 1
    if held:
        (folder / "records" / f"{files:06}.json.gz").write_bytes(gzip.compress(('{"Records":[' + ",".join(held) + "]}").encode(), 6))
    (folder / "done").write_text("")


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "reeve-bench-events")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    make(given.dir, given.events)
    print("| log | events | threads | wall s | CPU s | events/s | events per CPU s | denied |\n|---|---:|---:|---:|---:|---:|---:|---:|")
    totals = set()
    for name in ("events.ndjson", "records"):
        for threads in (1, 2):
            best = None
            for _ in range(3):
                before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
                done = subprocess.run([str(given.build / "reeve"), "access", "scp-impact", str(given.dir / "policy.json"), "--events", str(given.dir / name), "--format", "ndjson"],
                                      capture_output=True, check=True, env=dict(os.environ, REEVE_THREADS=str(threads)))
                wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
                cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                best = min(best or (wall, cpu), (wall, cpu))
            total = json.loads(done.stdout.splitlines()[-1])
            totals.add((total["events"], total["denied"], total["may_be_denied"]))
            print(f"| {name} | {total['events']:,} | {threads} | {best[0]:.2f} | {best[1]:.2f} | {total['events'] / best[0]:,.0f} | {total['events'] / best[1]:,.0f} | {total['denied']:,} |")
    if not given.keep:
        shutil.rmtree(given.dir)
    return 0 if len(totals) == 1 and next(iter(totals))[0] == given.events else 1


if __name__ == "__main__":
    sys.exit(main())
