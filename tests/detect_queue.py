#!/usr/bin/env python3
"""`reeve detect --queue`: objects of S3 that an SQS queue names. Every form of notification, each object once, what is refused, broken off and resumed.

    python3 tests/detect_queue.py [--reeve PROGRAM]

SQS and S3 are a server of the suite's own (lib_queue.py). tests/peers/moto_detect.py has the same in large against moto.
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
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_notices as notices  # noqa: E402
import lib_reeve  # noqa: E402
from lib_detect import Detected, detect, event  # noqa: E402
from lib_queue import Queue, etag  # noqa: E402
from lib_reeve import Checks, built  # noqa: E402

RULE = """title: A key is made
id: 00000000-0000-4000-8000-000000000001
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: CreateAccessKey}
  condition: selection
level: high
"""
WALL_S = 60


def packed(events):
    return gzip.compress(json.dumps({"Records": events}).encode(), mtime=0)


class Run:
    """`reeve detect --queue` over `queue`."""

    def __init__(self, queue, rules, *words, url=None):
        out, err = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")
        self.files = out, err
        self.process = subprocess.Popen([str(lib_reeve.REEVE), "detect", "--queue", url or queue.url, "--rules", str(rules), "--format", "ndjson", "--audit", *map(str, words)],
                                        env=notices.environment(queue.endpoint), stdout=out, stderr=err, stdin=subprocess.DEVNULL)

    def end(self, how=None):
        if how and self.process.poll() is None:
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
        if self.process.returncode < 0:  # killed: its last line may be cut
            texts[0] = texts[0][:texts[0].rfind("\n") + 1]
        return Detected(lib_reeve.Run(subprocess.CompletedProcess([], self.process.returncode, *texts)))


def until(holds, limit=WALL_S):
    end = time.monotonic() + limit
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def fill(queue, bucket, count, key=lambda n: f"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/01/{n:04}.json.gz"):
    """`count` objects with an event to tell and one not to; their keys and etags."""
    out = []
    for number in range(count):
        data = packed([event(2 * number, number, "CreateAccessKey"), event(2 * number + 1, number, "ListUsers")])
        queue.objects[f"{bucket}/{key(number)}"] = data
        out.append((key(number), etag(data)))
    return out


def audited(run):
    return sorted(audit["object"] for audit in run.audits)


def forms(checks, rules):
    with Queue() as queue:
        keys = fill(queue, "trail", 9, lambda n: f"AWSLogs/a b+c=é%2F/{n}.json.gz")
        s3 = [f"s3://trail/{key}" for key, _ in keys]
        queue.put(notices.test_event("trail"))
        queue.put(notices.by_sns("CloudTrail validation message."))
        queue.put(notices.of_s3("trail", keys[0]))
        queue.put(notices.of_s3("trail", keys[1], keys[2]))
        queue.put(notices.by_sns(notices.of_s3("trail", keys[3])))
        queue.put(notices.of_eventbridge("trail", *keys[4]))
        queue.put(notices.by_sns(notices.of_eventbridge("trail", *keys[5])))
        queue.put(notices.of_trail("trail", keys[6][0]))
        queue.put(notices.by_sns(notices.of_trail("trail", keys[7][0], keys[8][0])))
        queue.put(notices.of_s3("trail", keys[0], name="ObjectRemoved:Delete"))
        queue.put(notices.of_eventbridge("trail", *keys[4], kind="Object Deleted"))
        run = Run(queue, rules).end()
        checks.check(run.status == 0 and audited(run) == sorted(s3) and len(set(run.ids)) == 9, "each form of notification leads to its object", f"{run.status} {audited(run)} {run.err}")
        checks.check(not queue.left(), "and every message is deleted", str(queue.left()))
        checks.check(all(audit["records"] == 2 and audit["judged"] == 2 and audit["format"] == "cloudtrail" for audit in run.audits), "each object's account is whole", str(run.audits[:2]))
        checks.check({alert["read_from"] for alert in run.alerts} == set(s3), "alerts say which object", str(run.alerts[:1]))

        # Logs that stand in the messages themselves.
        record = event(500, 9, "CreateAccessKey")
        queue.put({"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam", "time": record["eventTime"], "region": "eu-west-1", "account": "111122223333", "detail": record})
        run = Run(queue, rules).end()
        checks.check(run.status == 0 and len(run.alerts) == 1 and not queue.left(), "an event that EventBridge hands on is judged as it is", f"{run.status} {run.out} {run.err}")


def once(checks, rules, folder):
    with Queue() as queue:
        keys = fill(queue, "trail", 30)
        logs = folder / "logs"
        for name, data in queue.objects.items():
            (logs / name).parent.mkdir(parents=True, exist_ok=True)
            (logs / name).write_bytes(data)
        files = detect(logs, rules=rules)
        chance = random.Random(1)
        for message in chance.sample(keys * 3, 90):  # thrice, and mixed
            queue.put(chance.choice([notices.of_s3("trail", message), notices.of_eventbridge("trail", *message), notices.by_sns(notices.of_trail("trail", message[0]))]))
        queue.again = 20
        run = Run(queue, rules).end()
        names = sorted(f"s3://trail/{key}" for key, _ in keys)
        checks.check(run.status == 0 and audited(run) == names, "without a state: what is told thrice, in three forms, is read once", f"{run.status} {len(run.audits)} {run.err}")
        checks.check(sorted(run.ids) == sorted(files.ids) and len(files.ids) == 30, "the alerts are those of the files", f"{len(run.ids)} {len(files.ids)}")
        checks.check(sorted(queue.got) == sorted(queue.objects) and not queue.left(), "each object is got once, and no message is left", f"{len(queue.got)} {queue.left()}")

        # A second run with the same state; an object with new content.
        state = folder / "once.state"
        for key in keys[:4]:
            queue.put(notices.of_s3("trail", key))
        Run(queue, rules, "--state", state).end()
        queue.got.clear()
        data = packed([event(900, 5, "CreateAccessKey")])
        queue.objects[f"trail/{keys[0][0]}"] = data
        for message in (notices.of_s3("trail", keys[0]), notices.of_s3("trail", (keys[0][0], etag(data))), notices.of_s3("trail", keys[1]), notices.of_trail("trail", keys[2][0])):
            queue.put(message)
        run = Run(queue, rules, "--state", state).end()
        checks.check(run.status == 0 and queue.got == [f"trail/{keys[0][0]}"] and len(run.alerts) == 1 and not queue.left(),
                     "a state knows what was read, by key and content; new content is read", f"{run.status} {queue.got} {run.out} {run.err}")


def refused(checks, rules, folder):
    with Queue() as queue:
        good, denied, gone, replaced, bucketless = fill(queue, "trail", 5)
        whole = dict(queue.objects)
        queue.objects[f"trail/{denied[0]}"] = (403, "AccessDenied")
        del queue.objects[f"trail/{gone[0]}"]
        queue.objects[f"trail/{replaced[0]}"] = packed([])
        queue.objects[f"trail/{bucketless[0]}"] = (404, "NoSuchBucket")
        state = folder / "refused.state"
        mixed = queue.put(notices.of_s3("trail", good, denied))
        for message in (gone, replaced):
            queue.put(notices.of_s3("trail", message))
        away = queue.put(notices.of_s3("trail", bucketless))
        strange = queue.put({"hello": "world"})
        run = Run(queue, rules, "--state", state).end()
        broken = {audit["object"].rsplit("/", 1)[1]: audit.get("broken", "") for audit in run.audits}
        checks.check(run.status == 3 and len(run.audits) == 6 and "AccessDenied" in broken["0001.json.gz"] and "NoSuchKey" in broken["0002.json.gz"]
                     and "other content" in broken["0003.json.gz"] and "NoSuchBucket" in broken["0004.json.gz"] and not broken["0000.json.gz"], "what cannot be had is named in the audit", f"{run.status} {broken}")
        checks.check("neither a notification" in broken.get(strange, ""), "so is a message that is nothing of the kind", str(broken))
        checks.check(all(word in run.err for word in ("AccessDenied", "NoSuchKey", "NoSuchBucket", strange)), "and on standard error", run.err)
        checks.check(queue.left() == {mixed, away, strange}, "what may be had one day stays in the queue, what is gone does not", str(queue.left()))
        now = time.monotonic()
        checks.check(all(250 < message[1] - now <= 300 for message in queue.messages.values()), "hidden for five minutes", str([message[1] - now for message in queue.messages.values()]))
        checks.check(len(run.alerts) == 1, "and the rest is judged", str(run.alerts))

        for message in queue.messages.values():
            message[1] = 0.0
        Run(queue, rules, "--state", state).end()
        now = time.monotonic()
        checks.check(all(550 < message[1] - now <= 600 for message in queue.messages.values()), "and for longer each time", str([message[1] - now for message in queue.messages.values()]))

        del queue.messages[strange]
        queue.got.clear()
        for message in queue.messages.values():
            message[1] = 0.0
        for key in (denied, bucketless):
            queue.objects[f"trail/{key[0]}"] = whole[f"trail/{key[0]}"]
        run = Run(queue, rules, "--state", state).end()
        checks.check(run.status == 0 and len(run.alerts) == 2 and len(queue.got) == 2 and not queue.left(), "when it can be had it is read, alone", f"{run.status} {queue.got} {run.err}")


def passing(checks, rules, folder):
    with Queue() as queue:
        (key,) = fill(queue, "trail", 1)
        data = queue.objects[f"trail/{key[0]}"]
        queue.objects[f"trail/{key[0]}"] = (503, "ServiceUnavailable")
        name = queue.put(notices.of_s3("trail", key))
        state = folder / "passing.state"
        run = Run(queue, rules, "--state", state)
        until(lambda: len(queue.got) >= 2)
        run = run.end(signal.SIGINT)
        checks.check(queue.left() == {name} and not run.audits, "a service that fails: the object is nowhere on record", f"{run.status} {queue.left()} {run.audits}")
        checks.check(queue.messages[name][1] <= time.monotonic() + 61, "and its message comes again soon", str(queue.messages))
        queue.objects[f"trail/{key[0]}"] = data
        queue.messages[name][1] = 0.0
        run = Run(queue, rules, "--state", state).end()
        checks.check(run.status == 0 and len(run.alerts) == 1 and not queue.left(), "and is read when it does", f"{run.status} {run.err}")


def followed(checks, rules, folder):
    with Queue() as queue:
        keys = fill(queue, "trail", 12)
        state = folder / "followed.state"
        run = Run(queue, rules, "--follow", "--state", state)
        told = lambda: pathlib.Path(f"/proc/{run.process.pid}").exists() and len(queue.got)  # noqa: E731
        queue.put(notices.of_s3("trail", *keys[:5]))
        checks.check(until(lambda: told() == 5 and not queue.left()), "follow: what comes is read and its message deleted", f"{queue.got} {queue.left()}")
        queue.put(notices.of_s3("trail", *keys[5:8]))
        checks.check(until(lambda: told() == 8 and not queue.left()), "follow: and so is what comes later", str(queue.left()))
        begun = time.monotonic()
        done = run.end(signal.SIGINT)
        checks.check(done.status == 0 and time.monotonic() - begun < 15, "follow: Ctrl-C ends a long poll", f"{done.status} {time.monotonic() - begun:.1f} s {done.err}")
        checks.check(len(done.alerts) == 8 and len(done.audits) == 8, "follow: each told once", f"{len(done.alerts)} {len(done.audits)}")
        # Ended with messages in hand: they may be taken at once by the next.
        queue.slow_s = 0.4
        for key in keys[8:]:
            queue.put(notices.of_s3("trail", key))
        run = Run(queue, rules, "--follow", "--state", state)
        until(lambda: len(queue.got) >= 9)
        done = run.end(signal.SIGTERM)
        queue.slow_s = 0
        checks.check(done.status == 0 and all(message[1] <= time.monotonic() for message in queue.messages.values()), "follow: what it had in hand is given back", str(queue.messages))
        rest = Run(queue, rules, "--state", state).end()
        checks.check(len(done.alerts) + len(rest.alerts) == 4 and not queue.left(), "follow: and the next run reads it", f"{len(done.alerts)} {len(rest.alerts)}")


def killed(checks, rules, folder):
    chance = random.Random(4)
    with Queue() as queue:
        keys = fill(queue, "trail", 60)
        for point in range(4):
            state, told = folder / f"killed{point}.state", set()
            queue.messages.clear()
            for message in chance.sample(keys * 2, 120):
                queue.put(notices.of_s3("trail", message))
            queue.slow_s = 0.01
            for _ in range(2):
                run = Run(queue, rules, "--state", state)
                before = len(queue.got)
                until(lambda: len(queue.got) - before > chance.randrange(2, 25), 10)
                told |= set(run.end(signal.SIGKILL).ids)
                for message in queue.messages.values():  # the time that they are hidden for passes
                    message[1] = 0.0
            queue.slow_s = 0
            last = Run(queue, rules, "--state", state).end()
            told |= set(last.ids)
            checks.check(last.status == 0 and len(told) == 60 and not queue.left(), f"killed twice at point {point}: every alert, and no message left", f"{last.status} {len(told)} {len(queue.left())} {last.err}")


def words(checks, rules, folder):
    rows = [
        (["detect", "--rules", rules], 2, "a PATH or `--queue URL`"),
        (["detect", folder, "--queue", Queue.url, "--rules", rules], 2, "no PATH beside it"),
        (["detect", "--queue", "trail", "--rules", rules], 2, "is no address of a queue"),
    ]
    for arguments, status, said in rows:
        run = lib_reeve.reeve(*arguments)
        checks.check(run.status == status and said in run.err, f"{said}", f"{run.status} {run.err}")
    with Queue() as queue:
        for how in ((), ("--follow",)):
            run = Run(queue, rules, *how, url=Queue.url + "x").end()
            checks.check(run.status == 3 and "QueueDoesNotExist" in run.err, "a queue that is not there ends it", f"{run.status} {run.err}")
        queue.deny = {"ReceiveMessage"}
        run = Run(queue, rules).end()
        checks.check(run.status == 3 and "AccessDenied" in run.err and "docs/detect.md" in run.err and "secret-of-the-test" not in run.err, "so does one that may not be read", f"{run.status} {run.err}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "that logs are read from S3 through SQS"):
        return checks.end()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rules = folder / "rule.yml"
        rules.write_text(RULE)
        words(checks, rules, folder)
        forms(checks, rules)
        for part in (once, refused, passing, followed, killed):
            part(checks, rules, folder)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
