#!/usr/bin/env python3
"""500 objects in moto's S3, told of by moto's SQS, twice or thrice, mixed and some of them late: `reeve detect --queue` accounts for each exactly once, and its
alerts are those of the files. Once undisturbed and followed, once killed and resumed.

    moto_detect.py --reeve PATH [--objects N] [--kills N]
"""

import argparse
import gzip
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import lib_notices as notices  # noqa: E402
import lib_reeve  # noqa: E402
from detect_queue import RULE, audited  # noqa: E402
from lib_detect import Detected, detect, event  # noqa: E402
from lib_reeve import ROOT, Checks  # noqa: E402

try:
    import botocore  # noqa: F401
    import lib_moto
except ImportError:
    lib_moto = None

BUCKET = "trail"
LATE_S = 8  # at most
WALL_S = 300


class Run:
    def __init__(self, moto, url, rules, state, *words):
        self.files = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([str(lib_reeve.REEVE), "detect", "--queue", url, "--rules", str(rules), "--state", str(state), "--format", "ndjson", "--audit", *words],
                                        env=moto.environment(AWS_ENDPOINT_URL=moto.endpoint), stdout=self.files[0], stderr=self.files[1], stdin=subprocess.DEVNULL)

    def end(self, how=None):
        if how:
            self.process.send_signal(how)
        try:
            self.process.wait(WALL_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        texts = []
        for file in self.files:
            file.seek(0)
            texts.append(file.read())
            file.close()
        if self.process.returncode < 0:  # its last line may be cut
            texts[0] = texts[0][:texts[0].rfind("\n") + 1]
        return Detected(lib_reeve.Run(subprocess.CompletedProcess([], self.process.returncode, *texts)))


def put_objects(account, logs, count, chance):
    """In the bucket and as files; their keys and etags. Every event of a few stands in two objects."""
    events = [event(number, chance.randrange(20 * 86400), chance.choice(["ListUsers"] * 9 + ["CreateAccessKey"])) for number in range(count * 6)]
    out = []
    for number in range(count):
        part = events[number * 6:number * 6 + 6] + chance.sample(events, 1 if number % 10 == 0 else 0)
        data = gzip.compress(json.dumps({"Records": part}).encode(), mtime=0)
        key = f"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/01/a+b c={number:04}.json.gz"
        out.append((key, account("s3").put_object(Bucket=BUCKET, Key=key, Body=data)["ETag"].strip('"')))
        (logs / f"{number:04}.json.gz").write_bytes(data)
    return out


def send(account, url, keys, chance):
    """Each object is told of once to thrice, in a form of notification by chance; every seventh message comes late."""
    messages = []
    for key, tag in keys:
        for _ in range(chance.choice([1, 2, 2, 3])):
            messages.append(chance.choice([lambda: notices.of_s3(BUCKET, (key, tag)), lambda: notices.by_sns(notices.of_s3(BUCKET, (key, tag))),
                                           lambda: notices.of_eventbridge(BUCKET, key, tag), lambda: notices.by_sns(notices.of_trail(BUCKET, key))])())
    messages += [notices.test_event(BUCKET), notices.of_s3(BUCKET, *keys[:5])]
    chance.shuffle(messages)
    for start in range(0, len(messages), 10):
        account("sqs").send_message_batch(QueueUrl=url, Entries=[
            {"Id": str(n), "MessageBody": json.dumps(message), "DelaySeconds": chance.randrange(1, LATE_S) if chance.random() < 1 / 7 else 0}
            for n, message in enumerate(messages[start:start + 10])])
    return len(messages)


def left(account, url):
    found = account("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return sum(int(found[name]) for name in ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"))


def undisturbed(checks, moto, account, folder, rules, keys, files, chance):
    url = account("sqs").create_queue(QueueName="undisturbed")["QueueUrl"]
    sent = send(account, url, keys, chance)
    begun = time.monotonic()
    run = Run(moto, url, rules, folder / "undisturbed.state", "--follow")
    while left(account, url) > 0 and time.monotonic() < begun + WALL_S:
        time.sleep(0.3)
    print(f"{sent} messages of {len(keys)} objects in {time.monotonic() - begun:.1f} s")
    run = run.end(signal.SIGINT)
    checks.check(run.status == 0 and left(account, url) == 0, "followed: every message is deleted", f"{run.status} {left(account, url)} {run.err[-400:]}")
    checks.check(audited(run) == sorted(f"s3://{BUCKET}/{key}" for key, _ in keys), "followed: each object is accounted for, once", f"{len(run.audits)} lines, {len(set(audited(run)))} objects")
    checks.check(sorted(run.ids) == sorted(files.ids), "followed: the alerts are those of the files", f"{len(run.ids)} {len(files.ids)}")
    checks.check(sum(audit["judged"] for audit in run.audits) == sum(audit["judged"] for audit in files.audits), "followed: and so are the events")


def killed(checks, moto, account, folder, rules, keys, files, chance, kills):
    # Hidden for as short as SQS lets a reader say: what the killed run had in hand is made visible by the suite, as time would.
    url = account("sqs").create_queue(QueueName="killed")["QueueUrl"]
    send(account, url, keys, chance)
    time.sleep(LATE_S)
    told, audits = set(), []
    state = folder / "killed.state"
    for _ in range(kills):
        run = Run(moto, url, rules, state)
        time.sleep(chance.uniform(0.3, 3))
        done = run.end(signal.SIGKILL)
        told |= set(done.ids)
        audits += audited(done)
        again = account("sqs").create_queue(QueueName=f"killed{len(audits)}{chance.random()}".replace(".", ""))["QueueUrl"]
        send(account, again, keys, chance)  # all is told of anew, in another order
        url = again
        time.sleep(LATE_S)
    last = Run(moto, url, rules, state).end()
    told |= set(last.ids)
    checks.check(last.status == 0 and left(account, url) == 0, "killed and resumed: every message is deleted at last", f"{last.status} {left(account, url)} {last.err[-400:]}")
    checks.check(told == set(files.ids), "killed and resumed: together they tell every alert and no other", f"{len(told)} {len(set(files.ids))}")
    names = {f"s3://{BUCKET}/{key}" for key, _ in keys}
    checks.check(set(audits) | set(audited(last)) == names and len(set(audited(last))) == len(last.audits), "killed and resumed: each object is accounted for, and by the last run once at most",
                 f"{len(names)} {len(audits)} {len(last.audits)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", type=pathlib.Path, default=lib_reeve.REEVE)
    parser.add_argument("--objects", type=int, default=500)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    lib_reeve.REEVE = options.reeve.resolve()
    checks = Checks()
    shown = "that objects told of by a queue are each accounted for once"
    if lib_moto is None or not lib_reeve.REEVE.exists():
        checks.skip("everything", "botocore or reeve is not there", shown)
        return checks.end()
    venv = lib_moto.venv(ROOT / "build")
    if venv is None:
        checks.skip("everything", "moto could not be installed", shown)
        return checks.end()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="moto-detect-") as name:
        folder = pathlib.Path(name)
        logs, rules = folder / "logs", folder / "rule.yml"
        logs.mkdir()
        rules.write_text(RULE)
        with (folder / "moto.log").open("w") as log, lib_moto.Moto(venv, log) as moto:
            account = lib_moto.Account(moto)
            account("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": lib_moto.REGION})
            keys = put_objects(account, logs, options.objects, chance)
            files = detect(logs, "--audit", rules=rules)
            checks.check(files.status == 0 and len(files.ids) > options.objects / 10, "the files give alerts", f"{files.status} {len(files.ids)}")
            undisturbed(checks, moto, account, folder, rules, keys, files, chance)
            killed(checks, moto, account, folder, rules, keys, files, chance, options.kills)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
