#!/usr/bin/env python3
"""`reeve collect --events`: write events of CloudTrail name what changed, and only that is read again.

The AWS double replays part of examples/northfield; then a changed copy of it stands in AWS's place, and the events of the change are fed.

    collect_events.py [--reeve PROGRAM]
"""

import argparse
import datetime
import gzip
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import lib_reeve
from lib_double import PROGRAM, Double
from lib_reeve import AS_OF, NORTHFIELD, Checks

ACCOUNT = "444455556666"
BUCKET, DELETED, CREATED = "nf-payments-ledger", "nf-payments-exports", "nf-payments-new"
CONTROL = "bucket-not-public"
UNASKED = {"s3-get-bucket-logging": {}, "s3-get-bucket-policy-status": {"PolicyStatus": {"IsPublic": False}}} | {
    f"s3-get-{call}": {"Error": {"Code": code, "Message": "there is none"}} for call, code in (
        ("bucket-lifecycle-configuration", "NoSuchLifecycleConfiguration"), ("bucket-replication", "ReplicationConfigurationNotFoundError"),
        ("bucket-website", "NoSuchWebsiteConfiguration"), ("object-lock-configuration", "ObjectLockConfigurationNotFoundError"))}
WALL_S = 20  # the bar is two seconds, and tests/peers/moto_events.py holds it; here the machine may be busy
SERVICES = ["--services", "s3,iam,ec2", "--regions", "eu-west-1,us-east-1"]
PUBLIC = {"Version": "2012-10-17", "Statement": [{"Sid": "Anyone", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}]}


def event(name, source="s3.amazonaws.com", region="eu-west-1", when=None, **more):
    when = when or datetime.datetime.now(datetime.timezone.utc)
    return dict({"eventVersion": "1.11", "eventTime": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "eventSource": source, "eventName": name, "awsRegion": region,
                 "recipientAccountId": ACCOUNT, "readOnly": False}, **more)


def bucket_event(name, bucket, **more):
    return event(name, requestParameters={"bucketName": bucket, "Host": "s3.eu-west-1.amazonaws.com"}, **more)


def collect(double, out, *more, given=None):
    begun = time.monotonic()
    done = subprocess.run([str(lib_reeve.REEVE), "collect", "--out", str(out), "--endpoint-url", double.endpoint, *SERVICES, *map(str, more)], input=given,
                          env=double.environment(), capture_output=True, text=True, timeout=60)
    done.took = time.monotonic() - begun
    return done


def calls_of(double):
    return {call: one["requests"] for call, one in double.counts()["calls"].items()}


def assess(out, workspace):
    run = lib_reeve.reeve("assess", out, "--workspace", workspace, "--format", "json", "--all", "--as-of", AS_OF, "--fail-on", "never")
    return run, lib_reeve.verdicts_of(run.report)


def world(work):
    """What AWS holds: one account of the example."""
    folder = work / "aws"
    shutil.copytree(NORTHFIELD / "cli" / ACCOUNT, folder / ACCOUNT)
    # Nothing but its policy keeps strangers out of the bucket.
    none = {"Error": {"Code": "NoSuchPublicAccessBlockConfiguration", "Message": "The public access block configuration was not found"}}
    (folder / ACCOUNT / "us-east-1" / "s3-get-public-access-block" / BUCKET).write_text(json.dumps(none))
    # What the example's export did not ask is answered too, so that whatever goes wrong is an error.
    for bucket in (one["Name"] for one in json.loads(buckets_of(folder).read_text())["Buckets"]):
        for call, reply in UNASKED.items():
            file = folder / ACCOUNT / "us-east-1" / call / bucket
            file.parent.mkdir(exist_ok=True)
            if not list(file.parent.glob(bucket + "*")):
                file.write_text(json.dumps(reply))
    return folder


def buckets_of(folder):
    return folder / ACCOUNT / "us-east-1" / "s3-list-buckets.json"


def change_policy(folder):
    (file,) = (folder / ACCOUNT / "us-east-1" / "s3-get-bucket-policy").glob(BUCKET + "*")
    file.write_text(json.dumps({"Policy": json.dumps(PUBLIC)}))


def create_and_delete(folder):
    listed = json.loads(buckets_of(folder).read_text())
    listed["Buckets"] = [one for one in listed["Buckets"] if one["Name"] != DELETED]
    listed["Buckets"].append({"Name": CREATED, "CreationDate": "2026-11-29T11:59:00+00:00", "BucketRegion": "eu-west-1"})
    buckets_of(folder).write_text(json.dumps(listed))
    for call in (folder / ACCOUNT / "us-east-1").glob("s3-get-*"):
        for file in call.glob(DELETED + "*"):
            file.write_text(json.dumps({"Error": {"Code": "NoSuchBucket", "Message": "The specified bucket does not exist"}}))
        for file in call.glob(BUCKET + "*"):
            shutil.copy(file, call / file.name.replace(BUCKET, CREATED))


def uid(bucket):
    return f"arn:aws:s3:::{bucket}"


def a_policy_changes(checks, work, folder, out, workspace):
    """Acceptance 7 of the collector: the finding appears in two seconds."""
    change_policy(folder)
    trail = work / "trail" / "2026"
    trail.mkdir(parents=True)
    (trail / "one.json.gz").write_bytes(gzip.compress(json.dumps({"Records": [bucket_event("PutBucketPolicy", BUCKET)]}).encode()))
    (trail / "README").write_text("nothing to read here")
    with Double("--replay", folder, account=ACCOUNT) as double:
        done = collect(double, out, "--events", work / "trail")
        calls = calls_of(double)
    begun = time.monotonic()
    run, found = assess(out, workspace)
    took = done.took + time.monotonic() - begun
    checks.check(done.returncode in (0, 3) and "1 event, 1 change, 1 resource read again" in done.stdout, "the event is understood", done.stdout[-300:] + done.stderr[-500:])
    checks.check(found.get((CONTROL, uid(BUCKET)), {}).get("status") == "fail", "the finding appears", str(found.get((CONTROL, uid(BUCKET)))))
    checks.check(took <= WALL_S, "within two seconds where nobody else is at work", f"{took:.2f} s")
    others = {call for call in calls if not call.startswith(("s3:", "sts:"))}
    checks.check(not others, "no other service is asked", str(others))
    checks.check(calls.get("s3:GetBucketPolicy") == 1 and calls.get("s3:ListBuckets") == 1 and max(calls.values()) == 1, "of the buckets, only the one that changed", str(calls))
    told = json.loads((out / "changes.json").read_text())
    checks.check(told["changes"] == {"events": 1, "writes": 1, "resources": 1, "older": 0, "unmapped": {}}, "and changes.json says so", str(told.get("changes")))
    whole = json.loads((out / "summary.json").read_text())
    checks.check("changes" not in whole and whole["calls"] > told["calls"], "while summary.json still tells of the collection", str(whole.get("changes")))
    print(f"from the event to the finding: {took:.2f} s, {sum(calls.values())} requests")


def made_and_gone(checks, work, folder, out, workspace):
    create_and_delete(folder)
    lines = "\n".join(json.dumps(one) for one in (bucket_event("CreateBucket", CREATED), bucket_event("DeleteBucket", DELETED)))
    with Double("--replay", folder, account=ACCOUNT) as double:
        done = collect(double, out, "--events", "-", given=lines)
        calls = calls_of(double)
    run, found = assess(out, workspace)
    known = {key[1] for key in found}
    checks.check(uid(CREATED) in known and found.get((CONTROL, uid(CREATED)), {}).get("status") == "pass", "a bucket that was made is found and judged", done.stderr[-300:])
    checks.check(uid(DELETED) not in known, "one that was deleted is known to be gone", str([key for key in found if key[1] == uid(DELETED)][:3]))
    in_the_way = [line for line in (run.err + json.dumps(run.report["coverage"], indent=1)).splitlines() if DELETED in line]
    checks.check(not in_the_way, "and nothing of it is in the way", str(in_the_way[:4]))
    checks.check(calls.get("s3:ListBuckets") == 1, "the list is asked once for both", str(calls))
    checks.check(uid(BUCKET) in known, "what no event named stands as it was")


def as_if_collected_anew(checks, work, folder, out):
    """What was brought up to date is judged as a collection of now would be, and the same twice; the frames only grew."""
    new = work / "anew"
    with Double("--replay", folder, account=ACCOUNT) as double:
        collect(double, new)

    def judged(source):
        return lib_reeve.reeve("assess", source, "--format", "json", "--all", "--as-of", AS_OF, "--fail-on", "never")

    first, second, anew = judged(out), judged(out), judged(new)
    checks.check(first.out == second.out and first.out, "assessed twice, the same bytes")
    changed, whole = (lib_reeve.verdicts_of(run.report) for run in (first, anew))
    other = {key for key in changed.keys() | whole.keys() if (changed.get(key) or {}).get("status") != (whole.get(key) or {}).get("status")}
    checks.check(len(whole) > 100 and not other, "every verdict is that of a collection made anew", f"{len(whole)}; {sorted(other)[:4]}")
    with Double("--replay", out, account=ACCOUNT) as double:
        collect(double, work / "replayed")
    replayed = lib_reeve.verdicts_of(judged(work / "replayed").report)
    other = {key for key in changed.keys() | replayed.keys() if (changed.get(key) or {}).get("status") != (replayed.get(key) or {}).get("status")}
    checks.check(not other, "and the snapshot replayed gives the same verdicts", str(sorted(other)[:4]))


def nothing_changed(checks, work, folder, out):
    """Events that changed nothing, and those that nobody can place."""
    events = [
        bucket_event("GetBucketPolicy", BUCKET, readOnly=True),
        bucket_event("PutBucketPolicy", BUCKET, errorCode="AccessDenied"),
        bucket_event("PutObject", BUCKET, managementEvent=False, eventCategory="Data"),
        event("CreateThing", "things.amazonaws.com"),
    ]
    file = work / "nothing.json"
    file.write_text(json.dumps({"Records": events}))
    before = sorted((path, path.stat().st_size) for path in out.rglob("*.index"))
    with Double("--replay", folder, account=ACCOUNT) as double:
        done = collect(double, out, "--events", file)
        calls = calls_of(double)
    checks.check(set(calls) <= {"sts:GetCallerIdentity"}, "what changed nothing asks nothing", str(calls))
    checks.check("things.amazonaws.com CreateThing" in done.stderr and "4 events, 1 change, 0 resources" in done.stdout, "a change that no type names is said", done.stdout + done.stderr[-300:])
    checks.check(done.returncode == 0 and before == sorted((path, path.stat().st_size) for path in out.rglob("*.index")), "and the snapshot stands", done.stderr[-300:])


def other_services(checks, work, folder, out):
    """An event of a service that is listed and not asked one by one, of a role, and one from EventBridge that names no resource."""
    rows = [
        ("a security group", event("AuthorizeSecurityGroupIngress", "ec2.amazonaws.com", requestParameters={"groupId": "sg-0"}), {"ec2:DescribeSecurityGroups"}),
        ("a role", event("AttachRolePolicy", "iam.amazonaws.com", "us-east-1", requestParameters={"roleName": "CiDeploy", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
         {"iam:GetAccountAuthorizationDetails", "iam:ListRoles"}),
        ("a password policy", {"detail-type": "AWS API Call via CloudTrail", "detail": event("UpdateAccountPasswordPolicy", "iam.amazonaws.com", "us-east-1")}, {"iam:GetAccountPasswordPolicy"}),
    ]
    for what, one, expected in rows:
        with Double("--replay", folder, account=ACCOUNT) as double:
            done = collect(double, out, "--events", "-", given=json.dumps(one))
            calls = set(calls_of(double)) - {"sts:GetCallerIdentity"}
        missing, more = expected - calls, calls - expected - {"iam:ListPolicies"}
        checks.check(not missing and not more, f"{what}: what tells of it is asked, and nothing else", f"{calls} {done.stderr[-300:]}")
    other = dict(bucket_event("PutBucketPolicy", "elsewhere"), recipientAccountId="999988887777")
    with Double("--replay", folder, account=ACCOUNT) as double:
        done = collect(double, out, "--events", "-", given=json.dumps(other))
        checks.check(done.returncode == 3 and "999988887777  the snapshot has nothing of it" in done.stdout, "an account that was never collected is named", done.stdout[-300:] + done.stderr[-300:])
        (out / "999988887777").mkdir()
        (out / "999988887777" / "global.frames").touch()
        (out / "999988887777" / "global.index").touch()
        done = collect(double, out, "--events", "-", given=json.dumps(other))
        checks.check(done.returncode == 3 and "999988887777  no role was named" in done.stdout, "and so is one that nobody lets in", done.stdout[-300:] + done.stderr[-300:])
        shutil.rmtree(out / "999988887777")
        elsewhere = event("CreateVpc", "ec2.amazonaws.com", "ap-south-2", responseElements={"vpc": {"vpcId": "vpc-0"}})
        done = collect(double, out, "--events", "-", "--regions", "ap-south-2", given=json.dumps(elsewhere))
        checks.check(done.returncode == 3 and "RegionNotCollected" in done.stdout, "and a Region", done.stdout[-300:] + done.stderr[-300:])


def bad_events(checks, work, folder, out):
    good = json.dumps(bucket_event("PutBucketPolicy", BUCKET))
    rows = [
        ("no JSON", "{]", "bad.json:1:"),
        ("no event", '{"a": 1}', "has no events of CloudTrail"),
        ("one bad line among good ones", good + '\n{"eventName": \n' + good, "bad.json:2:"),
        ("an element that is no event", '{"Records": [{"eventName": "X"}]}', "this is no event of CloudTrail"),
        ("an event that does not say whose it is", json.dumps({"eventSource": "s3.amazonaws.com", "eventName": "PutBucketPolicy"}), "does not say whose it is"),
    ]
    with Double("--replay", folder, account=ACCOUNT) as double:
        for what, text, said in rows:
            (work / "bad.json").write_text(text)
            done = collect(double, out, "--events", work / "bad.json")
            checks.check(done.returncode == 3 and said in done.stderr, f"{what}: named, status 3", f"{done.returncode} {done.stderr[-300:]}")
        done = collect(double, out, "--events", work / "not-there")
        checks.check(done.returncode == 3 and "there is no" in done.stderr, "a path that is not there", done.stderr[-200:])
        (work / "good.json").write_text(good)
        done = collect(double, work / "never", "--events", work / "good.json")
        checks.check(done.returncode == 2 and "finished" in done.stderr and not (work / "never").exists(), "without a finished snapshot nothing is asked", f"{done.returncode} {done.stderr[-200:]}")
        done = collect(double, out, "--events", work / "good.json", "--organizational-units", "ou-1")
        checks.check(done.returncode == 2, "units do not go with events", str(done.returncode))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve", default=str(lib_reeve.REEVE))
    lib_reeve.REEVE = pathlib.Path(parser.parse_args().reeve).resolve()
    checks = Checks()
    if not (lib_reeve.REEVE.exists() and PROGRAM.exists()):
        checks.skip("everything", "reeve or the double is not built", "that events name what is read again")
        return checks.end()
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        folder, out, workspace = world(work), work / "snap", work / "workspace"
        lib_reeve.reeve("init", workspace)
        with Double("--replay", folder, account=ACCOUNT) as double:
            done = collect(double, out)
        run, found = assess(out, workspace)
        checks.check(found.get((CONTROL, uid(BUCKET)), {}).get("status") == "pass" and uid(DELETED) in {key[1] for key in found}, "before: the bucket is not public", done.stderr[-300:])
        a_policy_changes(checks, work, folder, out, workspace)
        made_and_gone(checks, work, folder, out, workspace)
        as_if_collected_anew(checks, work, folder, out)
        nothing_changed(checks, work, folder, out)
        other_services(checks, work, folder, out)
        bad_events(checks, work, folder, out)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
