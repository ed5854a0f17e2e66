#!/usr/bin/env python3
"""What a person is told: of replies that say nothing, of times, of names with a slip, and why a control fails.

    python3 tests/told.py
"""

import json
import os
import pathlib
import re
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lib_reeve import CLOUDMAPPER, NORTHFIELD, Checks, assess, built, controls_of, reeve, verdicts_of  # noqa: E402

ACCOUNT = "111122223333"
WHEN = "2026-11-22T00:00:00Z"
# Reply file, what it holds → control, what may not be believed of it, exit status.
SAYING_NOTHING = [
    ("cloudtrail-describe-trails.json", "{}", "account-covered-by-a-trail", ("pass", "fail"), 3),
    ("cloudtrail-describe-trails.json", '{"ResponseMetadata": {"HTTPStatusCode": 200}}', "account-covered-by-a-trail", ("pass", "fail"), 3),
    ("cloudtrail-describe-trails.json", '{"trailList": null}', "account-covered-by-a-trail", ("pass", "fail"), 3),
    ("elb-describe-load-balancers.json", "{}", "no-classic-load-balancer", ("pass",), 3),
    ("elb-describe-load-balancers.json", '{"LoadBalancerDescriptions": []}', "no-classic-load-balancer", ("fail", "unknown"), 0),
    ("iam-get-account-summary.json", "{}", "root-mfa-not-virtual", ("pass", "fail"), 3),
    ("sqs-list-queues.json", "{}", "queue-not-public", ("fail", "unknown"), 0),  # AWS's own answer where there is no queue
]
# What is not for people: places in a file, a rule's signs, codes.
NOT_WORDS = [r"^\$\.", r"; expected (==|!=|>|<|in \[|not in|not exists|not empty|exists\b)", r"`Code` is", r"as in the evidence", r"read as"]
BUCKET = {
    "resourceType": "AWS::S3::Bucket", "resourceId": "told", "resourceName": "told", "ARN": "arn:aws:s3:::told", "awsAccountId": ACCOUNT, "awsRegion": "us-east-1",
    "configurationItemCaptureTime": "2026-11-20T00:00:00Z", "configurationItemStatus": "OK", "tags": {"workload": "ledger", "data-class": "internal"},
    "configuration": {"name": "told", "creationDate": "2024-01-01T00:00:00Z", "owner": {"id": "x"}},
    "supplementaryConfiguration": {"ObjectLockConfiguration": json.dumps({"objectLockEnabled": "Enabled", "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 30, "years": None}}})},
}  # fmt: skip
LIST_BUCKETS = {"Buckets": [{"Name": "told", "CreationDate": "2024-01-01T00:00:00Z"}]}


class Export:
    """A folder with files of one account: path below it → content, all of one file time."""

    def __init__(self, files, when=WHEN):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name) / "export"
        self.path.mkdir()
        moment = time.mktime(time.strptime(when, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
        for name, content in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content if isinstance(content, str) else json.dumps(content))
            os.utime(file, (moment, moment))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def run(self, *more, as_of=WHEN):
        return assess(self.path, as_of=as_of, more=("--fail-on", "never", *more))

    def text(self, *more):
        return reeve("assess", self.path, "--as-of", WHEN, "--fail-on", "never", *more)


def replies(checks):
    for file, content, control, wrong, status in SAYING_NOTHING:
        with Export({f"{ACCOUNT}/us-east-1/{file}": content}) as export:
            run = export.run()
            got = {f["status"] for f in run.report["findings"] if f["control"] == control} or {controls_of(run.report)[control]["status"]}
            checks.check(not got & set(wrong), f"{file} with {content}: {control} is not {wrong}", str(got))
            checks.check(run.status == status, f"{file} with {content}: exit status {status}", f"{run.status} {run.err[-300:]}")
            checks.check(status == 0 or (file in run.err and "says nothing" in run.err), f"{file} with {content} is named", run.err[-300:])


def times(checks):
    file = f"{ACCOUNT}/us-east-1/ec2-describe-volumes.json"
    volumes = {"Volumes": []}
    for when, as_of, words in (
        ("2026-11-20T00:00:00Z", WHEN, None),
        ("2026-11-25T00:00:00Z", WHEN, "the only input does not say when it was read, and its file is newer than the moment judged, 2026-11-22T00:00:00Z: of 2026-11-25T00:00:00Z"),
        ("2026-11-25T00:00:00Z", "2001-01-01T00:00:00Z", "the only input does not say when it was read, and its file is newer than the moment judged, 2001-01-01T00:00:00Z"),
    ):
        with Export({file: volumes}, when=when) as export:
            run = export.run(as_of=as_of)
            said = [n for n in run.report["coverage"]["notes"] if "newer than" in n]
            checks.check((len(said) == 1 and words in said[0]) if words else not said, f"files of {when} judged as of {as_of}", str(said))
            checks.check(run.err.count("newer than the moment judged") == (1 if words else 0), f"files of {when} judged as of {as_of}: said once", run.err)
            page = reeve("assess", export.path, "--as-of", as_of, "--format", "html", "--fail-on", "never")
            checks.check(("newer than the moment judged" in page.out) == bool(words), f"files of {when} judged as of {as_of}: in the page")
    # A verdict that rests on a call that failed tells how its time is known, as any other does.
    for estate in (NORTHFIELD, *([CLOUDMAPPER] if CLOUDMAPPER.is_dir() else [])):
        report = assess(estate).report
        basis = {s["path"]: s.get("time_basis") for s in report["sources"] if s["status"] == "read"}
        evidence = [e for f in report["findings"] for e in f.get("evidence", [])] + [e for c in controls_of(report).values() for e in c["evidence"]]
        wrong = [e for e in evidence if "time" not in e and not e.get("time_basis")]
        lost = [e for e in evidence if "time" in e and not e.get("time_basis") and basis.get(e["source"]) in ("file", "stated", "unknown")]
        checks.check(len(evidence) > 100 and not wrong and not lost, f"{estate.name}: each piece of evidence says what its time is worth", str((wrong + lost)[:2]))


def names(checks):
    base = f"{ACCOUNT}/us-east-1"
    slips = {f"{base}/iam-get-acount-summary.json": {}, f"{base}/ec2-describe-vloumes.json": {}, f"{base}/s3-get-bucket-polcy/b": {}, f"{ACCOUNT}/iam-get-credential-reprot.json": {},
             f"{base}/s3api-list-bukets.json": {}, f"{base}/foo-list-bars.json": {}, f"{base}/ec2-describe-volumes.json": {"Volumes": []}}  # fmt: skip
    with Export(slips) as export:
        run = export.run()
        for typed, meant in (("iam-get-acount-summary", "iam-get-account-summary"), ("ec2-describe-vloumes", "ec2-describe-volumes"), ("s3-get-bucket-polcy", "s3-get-bucket-policy"), ("s3api-list-bukets", "s3api-list-buckets"),
                             ("iam-get-credential-reprot", "iam-get-credential-report")):  # fmt: skip
            checks.check(f"`{typed}` (`{meant}`?)" in run.err, f"{typed} is named with the nearest", run.err)
            checks.check(any(f"did you mean `{meant}`?" in s.get("why", "") for s in run.report["sources"]), f"{typed}: in sources", "")
        checks.check("foo-list-bars" not in run.err, "a call that is like no other is not guessed at", run.err)
        everything = export.text("--all")
        checks.check(all(name in everything.out for name in ("foo-list-bars", "iam-get-acount-summary")), "--all names each file that is not read", everything.out[-600:])
    many = {f"{base}/{call}.json": {} for call in ("ec2-describe-volumess", "ec2-describe-vpcss", "ec2-describe-subnetss", "iam-list-userss", "iam-list-roless", "kms-list-keyss", "sns-list-topicss")}
    with Export({**many, f"{base}/ec2-describe-volumes.json": {"Volumes": []}}) as export:
        run = export.run()
        line = next((one for one in run.err.splitlines() if "no call is named like" in one), "")
        checks.check(line.count("?)") == 5 and "2 more" in line, "of many slips five are named", line)
        run = export.text("--regions", "us-est-1")
        checks.check(run.status == 2 and "did you mean `us-east-1`?" in run.err and not run.out.strip(), "a Region with a slip is an error, not a report", f"{run.status} {run.err} {run.out[:100]}")
    run = reeve("assess", "/nowhere/to/be/found")
    checks.check(run.status == 3 and len(run.err.strip().splitlines()) == 1 and "does not exist" in run.err, "a path that is not there is said once", run.err)


def reasons(checks):
    for estate in (NORTHFIELD, *([CLOUDMAPPER] if CLOUDMAPPER.is_dir() else [])):
        report = assess(estate).report
        told = {(f["control"], f["reason"]) for f in report["findings"] if f.get("reason")}
        checks.check(len(told) > 80, f"{estate.name}: there are reasons to read", str(len(told)))
        for control, reason in sorted(told):
            checks.check(not any(re.search(sign, reason) for sign in NOT_WORDS), f"{estate.name}: {control} says why in words", reason)
    if not CLOUDMAPPER.is_dir():
        checks.skip("the reasons of a second estate", f"{CLOUDMAPPER} is not there", "that other data gives words too")


def twice_told(checks):
    """A bucket that a list and AWS Config tell of has the tags and the lock that Config knows."""
    config = {"fileVersion": "1.0", "configSnapshotId": "s", "configurationItems": [BUCKET]}
    trail = {"trailList": [{"Name": "t", "TrailARN": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/t", "S3BucketName": "told", "HomeRegion": "us-east-1"}]}
    alone = {"config.json": config, f"{ACCOUNT}/us-east-1/cloudtrail-describe-trails.json": trail}
    both = {**alone, f"{ACCOUNT}/us-east-1/s3-list-buckets.json": LIST_BUCKETS}
    seen = []
    for files in (alone, both):
        with Export(files) as export:
            report = export.run().report
            of = {control: f["status"] for (control, uid), f in verdicts_of(report).items() if uid == "arn:aws:s3:::told" or control == "trail-bucket-locked" or (control == "one-workload-per-account" and f["resource"]["account"] == ACCOUNT)}
            seen.append(of)
            for control, status in (("trail-bucket-locked", "pass"), ("one-workload-per-account", "pass"), ("data-store-classified", "pass")):
                checks.check(of.get(control) == status, f"{'both' if files is both else 'Config alone'}: {control} {status}", f"{of.get(control)}")
    checks.check(seen[0] == seen[1], "a list beside it takes nothing away", str(set(seen[0].items()) ^ set(seen[1].items())))


def named_under(checks):
    """Two APIs may each have a stage `prod` that shows the same deployment number: they are two resources, by their ARNs."""
    stage = {"deploymentId": "d1", "stageName": "prod", "methodSettings": {}, "tracingEnabled": False}
    apis = {f"{ACCOUNT}/us-east-1/apigateway-get-rest-apis.json": {"items": [{"id": "one", "name": "one"}, {"id": "two", "name": "two"}]}}
    stages = {f"{ACCOUNT}/us-east-1/apigateway-get-stages/one.json": {"item": [stage, {**stage, "stageName": "beta"}]},
              f"{ACCOUNT}/us-east-1/apigateway-get-stages/two.json": {"item": [{**stage, "tracingEnabled": True}]}}
    counts = []
    for files in (apis, {**apis, **stages}):
        with Export(files) as export:
            counts.append(export.run().report["estate"]["resources"])
    checks.check(counts[1] - counts[0] == 3, "each stage of each API is a resource of its own", str(counts))


def main():
    checks = Checks()
    if not built(checks, "what people are told"):
        return checks.end()
    replies(checks)
    times(checks)
    names(checks)
    reasons(checks)
    twice_told(checks)
    named_under(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
