#!/usr/bin/env python3
"""A bucket's policy is changed in moto and its CloudTrail event fed, as a file and through moto's SQS: the finding is told within two seconds.

    moto_events.py --reeve PATH
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import collect_events as kit  # noqa: E402
import collect_follow  # noqa: E402
import lib_reeve  # noqa: E402
from lib_reeve import ROOT, Checks  # noqa: E402

try:
    import botocore  # noqa: F401
    import lib_moto
except ImportError:
    lib_moto = None

NUMBER = "123456789012"  # of moto's first account
BAR_S = 2.0
BUCKETS = ("ledger", "exports")


def policy(bucket):
    return lib_moto.statement({"Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"})


def change(account, bucket):
    """Makes the bucket public; the event of it."""
    account("s3").put_bucket_policy(Bucket=bucket, Policy=policy(bucket))
    return dict(kit.bucket_event("PutBucketPolicy", bucket), recipientAccountId=NUMBER)


def finding_of(bucket):
    return lambda record: record["kind"] == "finding" and record["control"] == kit.CONTROL and record["resource"] == kit.uid(bucket) and record["status"] == "fail"


def timed(checks, one, bucket, what, feed):
    time.sleep(1)  # it has begun to look
    begun = time.monotonic()
    feed()
    found = one.until(finding_of(bucket))
    took = time.monotonic() - begun
    status = one.end()
    print(f"{what}: {took:.2f} s from the event to the finding")
    checks.check(found is not None, f"{what}: the finding is told", f"{status} {one.err[-400:]} {one.records[-3:]}")
    checks.check(took <= BAR_S, f"{what}: within two seconds", f"{took:.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", type=pathlib.Path, default=lib_reeve.REEVE)
    lib_reeve.REEVE = parser.parse_args().reeve.resolve()
    checks = Checks()
    shown = "how long a finding takes from its event"
    if lib_moto is None or not lib_reeve.REEVE.exists():
        checks.skip("everything", "botocore or reeve is not there", shown)
        return checks.end()
    venv = lib_moto.venv(ROOT / "build")
    if venv is None:
        checks.skip("everything", "moto could not be installed", shown)
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="moto-events-") as name:
        work = pathlib.Path(name)
        out, workspace, trail = work / "snap", work / "workspace", work / "trail"
        trail.mkdir()
        lib_reeve.reeve("init", workspace)
        with (work / "moto.log").open("w") as log, lib_moto.Moto(venv, log) as moto:
            account = lib_moto.Account(moto)
            for bucket in BUCKETS:
                account("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": lib_moto.REGION})
            url = account("sqs").create_queue(QueueName="reeve-events")["QueueUrl"]
            done = kit.collect(moto, out)
            checks.check((out / "summary.json").exists(), "moto's account is collected", done.stderr[-400:])

            one = collect_follow.Follower(moto, out, "--follow", "--events", trail, "--workspace", workspace)
            timed(checks, one, BUCKETS[0], "by a file", lambda: (trail / "one.json").write_text(json.dumps({"Records": [change(account, BUCKETS[0])]})))

            one = collect_follow.Follower(moto, out, "--follow", "--queue", url, "--workspace", workspace)

            def send():
                account("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"detail-type": "AWS API Call via CloudTrail", "detail": change(account, BUCKETS[1])}))

            timed(checks, one, BUCKETS[1], "by a queue", send)
            left = account("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            checks.check((left["ApproximateNumberOfMessages"], left["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0"), "the message is deleted", str(left))
        run = lib_reeve.reeve("assess", out, "--format", "json", "--all", "--fail-on", "never")
        verdicts = lib_reeve.verdicts_of(run.report)
        for bucket in BUCKETS:
            checks.check(verdicts.get((kit.CONTROL, kit.uid(bucket)), {}).get("status") == "fail", f"assess on the snapshot shows {bucket}", run.err[-200:])
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
