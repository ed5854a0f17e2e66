#!/usr/bin/env python3
"""`reeve collect --follow`: what events name is read again and judged as they come, from files, folders, standard input and a queue.

The AWS double replays part of examples/northfield; a changed copy of it takes its place on the same address, as AWS itself changes.

    collect_follow.py [--reeve PROGRAM]
"""

import argparse
import datetime
import json
import os
import pathlib
import selectors
import signal
import subprocess
import sys
import tempfile
import time

import collect_events as kit
import lib_reeve
from lib_double import PROGRAM, Double
from lib_queue import Queue
from lib_reeve import Checks

WALL_S = 30  # until something is given up; the bar of two seconds is held by tests/peers/moto_events.py


class Follower:
    """`reeve collect --follow`, and the records that it prints."""

    def __init__(self, double, out, *words, queue=None, given=False):
        environment = double.environment(**({"AWS_ENDPOINT_URL": double.endpoint, "AWS_ENDPOINT_URL_SQS": queue.endpoint} if queue else {"AWS_ENDPOINT_URL": double.endpoint}))
        self.process = subprocess.Popen([str(lib_reeve.REEVE), "collect", "--out", str(out), *kit.SERVICES, *map(str, words)], env=environment, cwd=lib_reeve.ROOT,
                                        stdin=subprocess.PIPE if given else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.records, self.rest = [], b""
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)

    def until(self, wanted, limit=WALL_S):
        """The first record from now on of which `wanted` holds, or None."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            while b"\n" in self.rest:
                line, self.rest = self.rest.split(b"\n", 1)
                self.records.append(json.loads(line))
                if wanted(self.records[-1]):
                    return self.records[-1]
            if self.selector.select(max(0, end - time.monotonic())):
                piece = os.read(self.process.stdout.fileno(), 65536)
                if not piece:
                    return None
                self.rest += piece
        return None

    def end(self, how=signal.SIGINT):
        if self.process.poll() is None and how:
            self.process.send_signal(how)
        began = time.monotonic()
        try:
            out, err = self.process.communicate(timeout=WALL_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
        self.took, self.err = time.monotonic() - began, err.decode()
        self.records += [json.loads(line) for line in (self.rest + out).decode().splitlines()]
        return self.process.returncode


def is_finding(record):
    return record["kind"] == "finding" and record["control"] == kit.CONTROL and record["resource"] == kit.uid(kit.BUCKET)


def collected(checks, work, folder):
    out, workspace = work / "snap", work / "workspace"
    lib_reeve.reeve("init", workspace)
    with Double("--replay", folder, account=kit.ACCOUNT) as double:
        done = kit.collect(double, out)
    checks.check(done.returncode in (0, 3) and (out / "summary.json").exists(), "a snapshot to begin with", done.stderr[-300:])
    return out, workspace


def bucket_policy(folder, public):
    (file,) = (folder / kit.ACCOUNT / "us-east-1" / "s3-get-bucket-policy").glob(kit.BUCKET + "*")
    if public:
        kit.change_policy(folder)
    else:
        file.write_text(json.dumps({"Policy": json.dumps({"Version": "2012-10-17", "Statement": []})}))


def a_folder(checks, work, folder, out, workspace):
    """Files that come into a folder; the finding opens, and closes again."""
    trail = work / "trail"
    (trail / "2026").mkdir(parents=True)
    bucket_policy(folder, public=True)
    with Double("--replay", folder, account=kit.ACCOUNT) as double:
        one = Follower(double, out, "--follow", "--events", trail, "--workspace", workspace)
        begun = time.monotonic()
        while not (out / "collect.lock").exists() and time.monotonic() < begun + WALL_S:
            time.sleep(0.02)
        event = json.dumps(kit.bucket_event("PutBucketPolicy", kit.BUCKET))
        begun = time.monotonic()
        (trail / "2026" / "a.json").write_text('{"Records": [' + event[:40])  # still being written
        time.sleep(0.3)
        (trail / "2026" / "a.json").write_text('{"Records": [' + event + "]}")
        found = one.until(is_finding)
        print(f"from the file to the finding: {time.monotonic() - begun:.2f} s wall")
        checks.check(found and found["status"] == "fail" and "was" not in found,
                     "a file that comes: the finding is told", str(found) + str(one.records[-2:]))
        run, verdicts = kit.assess(out, work / "other")
        checks.check(verdicts.get((kit.CONTROL, kit.uid(kit.BUCKET)), {}).get("status") == "fail", "and `assess` shows it while it is followed", run.err[-200:])
        status = one.end()
    checks.check(status == 0 and one.took < 5, "Ctrl-C ends it", f"{status} {one.took:.1f} s {one.err[-300:]}")
    read = [record for record in one.records if record["kind"] == "read" and record["events"]]
    checks.check(len(read) == 1 and read[0]["resources"] == 1 and not read[0]["errors"], "one event, one resource, nothing half-read", str(read))

    bucket_policy(folder, public=False)
    with Double("--replay", folder, account=kit.ACCOUNT) as double:
        lines = trail / "more.jsonl"
        lines.write_text("")
        one = Follower(double, out, "--follow", "--events", trail, "--workspace", workspace)
        with lines.open("a") as file:
            file.write(json.dumps(kit.bucket_event("DeleteBucketPolicy", kit.BUCKET))[:60])
            file.flush()
            time.sleep(0.2)
            file.write(json.dumps(kit.bucket_event("DeleteBucketPolicy", kit.BUCKET))[60:] + "\n" + "{no event\n")
        found = one.until(is_finding)
        checks.check(found and found["status"] == "pass" and found["was"] == "fail", "a line that is added: the finding closes", str(found))
        status = one.end(signal.SIGTERM)
    checks.check(status == 3 and "more.jsonl:2:" in one.err and one.err.count("more.jsonl") == 1, "a line that is no event is named, once, and is status 3", f"{status} {one.err[-400:]}")


def what_was_read_since(checks, work, folder, out):
    """Events that are older than what is recorded ask nothing, however often and in whatever order they come."""
    old = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)
    events = [kit.bucket_event(name, kit.BUCKET, when=old + datetime.timedelta(minutes=n)) for n, name in enumerate(("PutBucketPolicy", "PutBucketAcl", "DeleteBucketPolicy"))]
    events += [kit.event("AuthorizeSecurityGroupIngress", "ec2.amazonaws.com", when=old, requestParameters={"groupId": "sg-0"})]
    before = {path: path.stat().st_size for path in out.rglob("*.index")}
    with Double("--replay", folder, account=kit.ACCOUNT) as double:
        one = Follower(double, out, "--follow", "--events", "-", given=True)
        text = "".join(json.dumps(event) + "\n" for event in [*reversed(events), *events])
        one.process.stdin.write(text.encode())
        one.process.stdin.close()
        one.process.stdin = None
        told = one.until(lambda record: record["kind"] == "read")
        status = one.end(None)  # standard input has ended, and so does it
        calls = kit.calls_of(double)
    checks.check(status == 0 and told and told["older"] == 2 and told["events"] == 8, "what was read after its event is left out", f"{status} {told} {one.err[-300:]}")
    checks.check(set(calls) <= {"sts:GetCallerIdentity"} and before == {path: path.stat().st_size for path in out.rglob("*.index")}, "and nothing is asked", str(calls))
    # Of what is newer, that alone.
    mixed = [events[0], kit.bucket_event("PutBucketAcl", kit.DELETED)]
    with Double("--replay", folder, account=kit.ACCOUNT) as double:
        one = Follower(double, out, "--follow", "--events", "-", given=True)
        one.process.stdin.write("".join(json.dumps(event) + "\n" for event in mixed).encode())
        one.process.stdin.flush()
        told = one.until(lambda record: record["kind"] == "read")
        one.process.stdin.close()
        one.process.stdin = None
        one.end()
        calls = kit.calls_of(double)
    checks.check(told and told["older"] == 1 and calls.get("s3:GetBucketAcl") == 1, "what is newer is asked, alone", f"{told} {calls}")


def a_queue(checks, work, folder, out, workspace):
    """EventBridge's messages: deleted when what they lead to is recorded, and else left."""
    bucket_policy(folder, public=True)
    with Double("--replay", folder, account=kit.ACCOUNT) as double, Queue() as queue:
        one = Follower(double, out, "--follow", "--queue", queue.url, "--workspace", workspace, queue=queue)
        good = queue.put({"detail-type": "AWS API Call via CloudTrail", "detail": kit.bucket_event("PutBucketPolicy", kit.BUCKET)})
        twice = queue.put({"detail-type": "AWS API Call via CloudTrail", "detail": kit.bucket_event("PutBucketPolicy", kit.BUCKET)})
        by_sns = queue.put({"Type": "Notification", "Message": json.dumps({"detail": kit.bucket_event("PutBucketTagging", kit.BUCKET)})})
        strange = queue.put({"hello": "world"})
        unplaced = queue.put({"detail": kit.event("CreateThing", "things.amazonaws.com")})
        found = one.until(is_finding)
        checks.check(found and found["status"] == "fail", "a message: the finding is told", f"{found} {one.records}")
        end = time.monotonic() + WALL_S
        while queue.left() & {good, twice, by_sns, unplaced} and time.monotonic() < end:
            time.sleep(0.05)
        checks.check(queue.left() == {strange}, "what is recorded is deleted, and what is no event is left", str(queue.left()))
        status = one.end()
        checks.check(status == 3 and one.err.count("is no event of CloudTrail") == 1 and strange in one.err, "and named, once", one.err[-400:])
        checks.check(any(record.get("unmapped") == {"things.amazonaws.com CreateThing": 1} for record in one.records), "an event that no type names is told", str(one.records)[:300])
        checks.check(one.took < 5, "Ctrl-C ends a long poll", f"{one.took:.1f} s")
        asked = set(queue.asked)
        checks.check(asked == {"ReceiveMessage", "DeleteMessageBatch"}, "nothing else is asked of the queue", str(asked))


def a_queue_in_trouble(checks, work, folder, out):
    with Double("--replay", folder, account=kit.ACCOUNT) as double, Queue() as queue:
        # Killed between the reading and the deleting, or denied the deleting: the message comes again.
        queue.deny = {"DeleteMessageBatch"}
        name = queue.put({"detail": kit.bucket_event("PutBucketPolicy", kit.BUCKET)})
        one = Follower(double, out, "--queue", queue.url, queue=queue)
        status = one.end(None)
        checks.check(status == 3 and queue.left() == {name} and "cannot be deleted" in one.err, "what may not be deleted is left, and named", f"{status} {one.err[-300:]}")
        queue.deny = {"ReceiveMessage"}
        one = Follower(double, out, "--queue", queue.url, queue=queue)
        status = one.end(None)
        checks.check(status in (2, 3) and "AccessDenied" in one.err and "--print-policy --queue" in one.err, "a queue that may not be read ends it", f"{status} {one.err[-300:]}")
        queue.deny = set()
        one = Follower(double, out, "--queue", queue.url.replace("reeve-events", "other"), queue=queue)
        checks.check(one.end(None) == 3 and "QueueDoesNotExist" in one.err, "so does one that is not there", one.err[-300:])
    with Queue() as queue:
        # Something that was asked was not answered: the message stays.
        faults = {"rules": [{"do": "cut_before", "call": "s3:GetBucketPolicy"}]}
        with Double("--replay", folder, account=kit.ACCOUNT, faults=faults) as double:
            name = queue.put({"detail": kit.bucket_event("PutBucketPolicy", kit.BUCKET)})
            one = Follower(double, out, "--queue", queue.url, queue=queue)
            status = one.end(None)
            checks.check(status == 3 and queue.left() == {name}, "what could not be read again keeps its message", f"{status} {queue.left()} {one.err[-300:]} {one.records}")
        queue.messages[name][1] = 0.0
        with Double("--replay", folder, account=kit.ACCOUNT) as double:
            one = Follower(double, out, "--queue", queue.url, queue=queue)
            status = one.end(None)
            checks.check(status == 0 and not queue.left(), "and is deleted when it can", f"{status} {queue.left()} {one.err[-300:]} {one.records}")


def words_and_policy(checks, out, work):
    rows = [
        (["--follow"], "needs to know where events come to"),
        (["--queue", "reeve-events"], "is no address of a queue"),
        (["--queue", "https://sqs.eu-west-1.amazonaws.com/reeve"], "is no address of a queue"),
        (["--queue", Queue.url, "--organizational-units", "ou-ab12-cd34ef56"], "does not go with events"),
        (["--follow", "--events", "x", "--out", str(work / "nowhere")], "no snapshot that is finished"),
    ]
    for words, said in rows:
        done = lib_reeve.reeve("collect", *([] if "--out" in words else ["--out", out]), *words)
        checks.check(done.status == 2 and said in done.err, f"{' '.join(words[:2])}: {said}", f"{done.status} {done.err[-200:]}")
    plain = json.loads(lib_reeve.reeve("collect", "--print-policy").out)["Statement"]
    queued = json.loads(lib_reeve.reeve("collect", "--print-policy", "--queue", Queue.url).out)["Statement"]
    more = [statement for statement in queued if statement not in plain]
    arn = "arn:aws:sqs:eu-west-1:444455556666:reeve-events"
    checks.check(sorted((statement["Action"], statement["Resource"]) for statement in more) == [(["sqs:DeleteMessage"], arn), (["sqs:ReceiveMessage"], arn)],
                 "with --queue the policy has its two actions, on that queue alone", str(more))
    checks.check(not any("sqs:DeleteMessage" in statement["Action"] or "sqs:ReceiveMessage" in statement["Action"] for statement in plain), "without, neither")
    template = lib_reeve.reeve("collect", "--print-role-template", "--queue", Queue.url).out
    checks.check("AssumeRolePolicyDocument" in template and "sqs:DeleteMessage" not in template, "the role in each account never gets them")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", type=pathlib.Path, default=lib_reeve.REEVE)
    lib_reeve.REEVE = parser.parse_args().reeve.resolve()
    checks = Checks()
    if not lib_reeve.REEVE.exists() or not PROGRAM.exists():
        checks.skip("everything", "reeve or the double is not built", "that events are followed")
        return checks.end()
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        folder = kit.world(work)
        out, workspace = collected(checks, work, folder)
        lib_reeve.reeve("init", work / "other")
        words_and_policy(checks, out, work)
        a_folder(checks, work, folder, out, workspace)
        a_queue(checks, work, folder, out, workspace)
        a_queue_in_trouble(checks, work, folder, out)
        what_was_read_since(checks, work, folder, out)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
