#!/usr/bin/env python3
"""`reeve detect --verify-digests` from outside: chains made here with keys of their own, whole and spoilt in one way each, in a folder and in a bucket of S3
at a loopback address; what cannot be proven is said and never passed.

    python3 tests/detect_digests.py [--reeve PROGRAM]
"""

import argparse
import collections
import datetime
import gzip
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_double  # noqa: E402
import lib_reeve  # noqa: E402
from lib_digests import Signer, Trail, TrailDouble, key_list  # noqa: E402
from lib_reeve import Checks, built, has_terminals, reeve  # noqa: E402

SIGNER, OTHER = Signer(1), Signer(2)
NOBODY = {name: "" for name in os.environ if name.startswith("AWS_")} | {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
                                                                        "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def short(key):
    return key.rsplit("/", 1)[-1]


class Verified:
    def __init__(self, run):
        self.status, self.err, self.out = run.status, run.err, run.out
        lines = [json.loads(line) for line in run.out.splitlines()]
        self.findings = [line for line in lines if "fault" in line]
        self.chains = [line for line in lines if "chain" in line]
        self.whole = lines[-1] if lines and "verdict" in lines[-1] else {}

    @property
    def faults(self):
        return sorted((one["fault"], short(one["object"])) for one in self.findings)


def verify(path, *more, env=None):
    return Verified(reeve("detect", path, "--verify-digests", "--format", "ndjson", *more, env=env or NOBODY))


def verify_text(path, *more, env=None):
    return reeve("detect", path, "--verify-digests", "--format", "text", *more, env=env or NOBODY)


class Copy:
    """A folder that is a copy of the trail's bucket, with the files that stand in for AWS: keys and signatures."""

    def __init__(self, trail, signatures="all", signers=None):
        self.room = tempfile.TemporaryDirectory(prefix="digests-")
        base = pathlib.Path(self.room.name)
        self.folder = base / "copy"
        trail.write(self.folder)
        (base / "keys.json").write_text(key_list(*(signers or [trail.signer])))
        given = {"all": trail.signatures, "newest": {key: trail.signatures[key] for key in trail.digests[-1:] if key in trail.signatures}}[signatures]
        # Both forms: the signature itself, and what `aws s3api head-object` prints.
        (base / "signatures.json").write_text(json.dumps({key: value if n % 2 else {"ETag": "x", "Metadata": {"signature": value}} for n, (key, value) in enumerate(given.items())}))
        self.keys, self.signatures = ("--digest-keys", base / "keys.json"), ("--digest-signatures", base / "signatures.json")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.room.cleanup()


def tamper_log(trail):
    trail.objects[trail.logs[3]] = gzip.compress(gzip.decompress(trail.objects[trail.logs[3]]).replace(b"192.0.2", b"192.0.3"))


def tamper_digest(trail):
    """Somebody changed a log file and, to hide it, its hash in the digest."""
    key, log = trail.digests[2], trail.logs[5]
    trail.objects[log] = gzip.compress(b'{"Records": []}')
    said = json.loads(json.dumps(trail.described[key]))
    said["logFiles"][1]["hashValue"] = hashlib.sha256(b'{"Records": []}').hexdigest()
    trail.put_digest(key, said, signed=False)


def unsign_digest(trail):
    trail.objects[trail.digests[1]] = b"no gzip at all"


def lose(place, kind):
    def do(trail):
        del trail.objects[getattr(trail, kind)[place]]
    return do


def slip_in(trail):
    key = trail.logs[3].rsplit("_", 1)[0] + "_ffffffffffffffffffff.json.gz"
    trail.objects[key] = gzip.compress(b'{"Records": []}')
    trail.logs.append(key)


def move_digest(trail):
    key = trail.digests[3]
    to = key.replace("/us-east-1/", "/eu-west-1/")
    trail.move(key, to)


def move_log(trail):
    trail.move(trail.logs[2], "other/" + trail.logs[2])


def plant(time, day="2026/01/01", name="forged"):
    """A log file that nobody signed, with a time of its own choice."""
    def do(trail):
        key = f"{trail.prefix}AWSLogs/{trail.account}/CloudTrail/{trail.region}/{day}/{trail.account}_CloudTrail_{trail.region}_{time}_{name}.json.gz"
        trail.objects[key] = gzip.compress(b'{"Records": []}')
        trail.logs.append(key)
    return do


def lose_newest(trail):
    """Somebody rewrote the newest log files and took away the digests that would show it."""
    for key in trail.digests[3:]:
        del trail.objects[key]
    for key in trail.logs[6:]:
        trail.objects[key] = gzip.compress(b'{"Records": []}')


def data_behind(trail):
    trail.objects[trail.logs[2]] += gzip.compress(b'{"Records": []}')


# What was done; how the trail is made; what is named of it: (fault, object); exit status. Objects by (kind, place).
CASES = {
    "valid": ({}, lambda trail: None, [], 0),
    "tampered log": ({}, tamper_log, [("log_tampered", "logs", 3)], 1),
    "tampered digest": ({}, tamper_digest, [("digest_tampered", "digests", 2)], 1),
    "digest that is none": ({}, unsign_digest, [("digest_tampered", "digests", 1), ("log_unreferenced", "logs", 2), ("log_unreferenced", "logs", 3)], 1),
    "missing log": ({}, lose(4, "logs"), [("log_missing", "logs", 4)], 1),
    "missing digest": ({}, lose(2, "digests"), [("digest_missing", "digests", 2), ("log_unreferenced", "logs", 4), ("log_unreferenced", "logs", 5)], 1),
    "gap": ({"hours": 5, "off": 2}, lambda trail: None, [("gap", "digests", 2)], 1),
    "unreferenced log": ({}, slip_in, [("log_unreferenced", "logs", 8)], 1),
    "moved digest": ({}, move_digest, [("moved", "digests", 3)], 1),
    "log below another prefix": ({}, move_log, [("moved", "logs", 2)], 1),
    "log out of its prefix": ({"prefix": "some/prefix/"}, lambda trail: trail.move(trail.logs[2], trail.logs[2][12:]), [("moved", "logs", 2)], 1),
    "data behind a log": ({}, data_behind, [("log_tampered", "logs", 2)], 1),
    "below a prefix": ({"prefix": "some/prefix/"}, tamper_log, [("log_tampered", "logs", 3)], 1),
}

# Log files that no digest names; others that validate look only at those that one does.
PLANTED = {
    "a far day in a name": ({}, plant("20270101T0030Z"), [("moved", "logs", 8)], 1),
    "a long past day in a name": ({}, plant("20250101T0030Z"), [("moved", "logs", 8)], 1),
    "a far day in name and folder": ({}, plant("20270101T0030Z", "2027/01/01"), [("log_undigested", "logs", 8)], 3),
    "a folder that is no day": ({}, plant("20260101T0430Z", "2026/01"), [("moved", "logs", 8)], 1),
    "two hours behind": ({}, plant("20260101T0600Z"), [], 0),
    "more than two hours behind": ({}, plant("20260101T0601Z"), [("log_undigested", "logs", 8)], 3),
    "newest digests taken away": ({"hours": 6}, lose_newest, [("log_undigested", "logs", 10), ("log_undigested", "logs", 11)], 3),
    "below a prefix, a far day": ({"prefix": "some/prefix/"}, plant("20270101T0030Z", "2027/01/01"), [("log_undigested", "logs", 8)], 3),
}
VERDICTS = {0: "valid", 1: "invalid", 3: "unproven"}


def wanted_of(trail, found):
    return sorted((fault, short(getattr(trail, kind)[place])) for fault, kind, place in found)


def held(checks, what, got, text, wanted, status, verdict):
    checks.check(got.faults == wanted, f"{what}: each is named and nothing else", f"{got.faults} instead of {wanted}; {got.err[:300]}")
    checks.check(got.status == status and text.status == status, f"{what}: exit status {status}", f"{got.status}, {text.status}: {got.err[:300]}")
    checks.check(got.whole.get("verdict") == verdict and got.whole.get("faults", -1) + got.whole.get("doubts", -1) == len(wanted), f"{what}: the verdict is {verdict}", got.whole)
    for fault, name in wanted:
        checks.check(any(line.startswith(fault + " ") and line.endswith(name) for line in text.out.splitlines()), f"{what}: text names {fault} {name}", text.out)
    checks.check(any(line.split(",")[0] == verdict for line in text.out.splitlines()), f"{what}: text says {verdict}", text.out)


def spoilt(checks):
    for what, (made, spoil, found, status) in (CASES | PLANTED).items():
        trail = Trail(SIGNER, **made)
        spoil(trail)
        wanted, verdict = wanted_of(trail, found), VERDICTS[status]
        with Copy(trail) as copy:
            held(checks, f"{what}, folder", verify(copy.folder, *copy.keys, *copy.signatures), verify_text(copy.folder, *copy.keys, *copy.signatures), wanted, status, verdict)
        with TrailDouble(trail) as double:
            path, env = f"s3://{trail.bucket}", double.environment()
            got = verify(path, env=env)
            held(checks, f"{what}, bucket", got, verify_text(path, env=env), wanted, status, verdict)
            checks.check(got.out == verify(path, env=env).out, f"{what}: twice the same")


def counted(checks):
    trail = Trail(SIGNER)
    tamper_digest(trail)
    with Copy(trail) as copy:
        got = verify(copy.folder, *copy.keys, *copy.signatures)
        checks.check((got.whole["digests"], got.whole["digests_valid"], got.whole["logs"], got.whole["logs_valid"]) == (4, 3, 8, 6), "a digest that is not proven proves no log", got.whole)
        chain = got.chains[0]
        checks.check((chain["account"], chain["region"], chain["trail"], chain["from"], chain["to"]) ==
                     ("111122223333", "us-east-1", "audit_trail", "2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z"), "a chain says whose it is and what it covers", chain)
        checks.check(verify(copy.folder, *copy.keys, *copy.signatures, "--fail-on", "never").status == 0, "--fail-on never")
    for kind, gone in (("copied in part", trail.logs[:2]), ("its beginning deleted", [])):
        trail = Trail(SIGNER)
        for key in [trail.digests[0], *gone]:
            del trail.objects[key]
        with Copy(trail) as copy:
            got = verify(copy.folder, *copy.keys, *copy.signatures)
            wanted = [] if gone else sorted(("log_unreferenced", short(key)) for key in trail.logs[:2])
            checks.check(got.faults == wanted and got.chains[0].get("before") == trail.digests[0], f"a chain {kind} says what was before it", got.out)
    late = Trail(SIGNER)
    late.objects[late.place("CloudTrail", late.end) + "111122223333_CloudTrail_us-east-1_20260101T0405Z_AAAA.json.gz"] = gzip.compress(b"{}")
    late.objects[late.place("CloudTrail", late.start - datetime.timedelta(minutes=5)) + "111122223333_CloudTrail_us-east-1_20251231T2355Z_AAAA.json.gz"] = gzip.compress(b"{}")
    with Copy(late) as copy:
        got = verify(copy.folder, *copy.keys, *copy.signatures)
        checks.check((got.status, got.whole["logs_later"], got.whole["logs_earlier"]) == (0, 1, 1), "what is not digested yet, and what is older than validation, is counted", got.out)
        checks.check("1 log file newer than the newest digest" in verify_text(copy.folder, *copy.keys, *copy.signatures).out, "and said")


def other_prefix(checks):
    """A copy of part of a bucket lies elsewhere than its digests say; in the bucket itself that is a fault."""
    made = Trail(SIGNER, prefix="some/prefix/")
    wanted = sorted([("moved", short(key)) for key in made.digests + made.logs])
    for key in list(made.objects):
        made.move(key, key.removeprefix("some/prefix/"))
    with Copy(made, signatures="all") as copy:
        got = verify(copy.folder, *copy.keys, *copy.signatures)
        checks.check(got.status == 0 and not got.findings and got.whole["logs_valid"] == 8, "a folder that is a copy below a prefix", got.out + got.err)
        move_log_to = copy.folder / "other" / made.logs[1].removeprefix("some/prefix/")
        move_log_to.parent.mkdir(parents=True)
        (copy.folder / made.logs[1].removeprefix("some/prefix/")).rename(move_log_to)
        got = verify(copy.folder, *copy.keys, *copy.signatures)
        checks.check(got.status == 1 and got.faults == [("moved", short(made.logs[1]))], "and a log file in it that lies below another", got.out + got.err)
    with TrailDouble(made) as double:
        env = double.environment()
        held(checks, "a prefix left out in the bucket", verify("s3://trail-logs", env=env), verify_text("s3://trail-logs", env=env), wanted, 1, "invalid")
    trail = Trail(SIGNER)
    for prefix, key in (("A/", trail.logs[1]), ("z/", trail.logs[2])):
        trail.objects[prefix + key] = gzip.compress(b'{"Records": []}')
    wanted = sorted(("log_unreferenced", short(key)) for key in trail.logs[1:3])
    with TrailDouble(trail) as double:
        env = double.environment()
        got = verify("s3://trail-logs", env=env)
        held(checks, "log files of the same name below other prefixes", got, verify_text("s3://trail-logs", env=env), wanted, 1, "invalid")
        checks.check(got.whole.get("logs_valid") == 8, "the true ones are proven", got.whole)


def moved_bucket(checks):
    trail = Trail(SIGNER)
    wanted = sorted([("moved", short(key)) for key in trail.digests + trail.logs])
    with TrailDouble(trail, bucket="another-bucket") as double:
        env = double.environment()
        held(checks, "moved bucket", verify("s3://another-bucket", env=env), verify_text("s3://another-bucket", env=env), wanted, 1, "invalid")
        with Copy(trail) as copy:
            got = verify(copy.folder, *copy.keys, "--bucket", "another-bucket", env=env)
            checks.check(got.faults == wanted and got.status == 1, "moved bucket, a folder", got.faults)
        got = verify("s3://trail-logs", env=env)
        checks.check(got.status == 3 and not got.out and "NoSuchBucket" in got.err, "no such bucket", got.err)


def doubts(checks):
    trail = Trail(SIGNER)
    newest = [("digest_unproven", short(trail.digests[-1]))]
    with Copy(trail) as copy:
        held(checks, "newest signature not given", verify(copy.folder, *copy.keys), verify_text(copy.folder, *copy.keys), newest, 3, "unproven")
        checks.check("--bucket NAME" in verify(copy.folder, *copy.keys).err, "what to do about it is said")
        with TrailDouble(trail) as double:
            got = verify(copy.folder, *copy.keys, "--bucket", trail.bucket, env=double.environment())
            checks.check(got.status == 0 and not got.findings, "its object is asked for it", got.out + got.err)
            checks.check(double.asked == [("s3:HeadObject", "us-east-1", trail.digests[-1])], "and nothing else is asked", double.asked)
        with TrailDouble(trail, refused=["s3:HeadObject"]) as double:
            got = verify(copy.folder, *copy.keys, "--bucket", trail.bucket, env=double.environment())
            checks.check(got.status == 3 and got.faults == newest and "s3:HeadObject" in got.err, "a signature that may not be read", got.err)
    broken = Trail(SIGNER)
    lose(2, "digests")(broken)
    with Copy(broken, signatures="newest") as copy:
        got = verify(copy.folder, *copy.keys, *copy.signatures)
        checks.check(("digest_unproven", short(broken.digests[1])) in got.faults and got.status == 3 and got.whole["verdict"] == "invalid",
                     "a digest whose keeper is missing is unproven in a folder", got.out)
        with TrailDouble(broken) as double:
            got = verify(copy.folder, *copy.keys, *copy.signatures, "--bucket", broken.bucket, env=double.environment())
            checks.check(got.faults == wanted_of(broken, CASES["missing digest"][2]) and got.status == 1, "and proven by its object's metadata", got.out + got.err)
    with TrailDouble(trail, refused=[trail.logs[1]]) as double:
        got = verify("s3://trail-logs", env=double.environment())
        checks.check(got.faults == [("unread", short(trail.logs[1]))] and got.status == 3 and got.whole["verdict"] == "unproven", "a log file that may not be read", got.out + got.err)
    with TrailDouble(trail, refused=[trail.digests[1]]) as double:
        got = verify("s3://trail-logs", env=double.environment())
        checks.check(("unread", short(trail.digests[1])) in got.faults and not any(fault == "digest_tampered" for fault, _ in got.faults) and got.status == 3,
                     "a digest that may not be read is not called tampered with", got.out)
    with TrailDouble(trail, refused=["s3:ListObjectsV2"]) as double:
        got = verify("s3://trail-logs", env=double.environment())
        checks.check(got.status == 3 and "s3:ListObjectsV2 AccessDenied" in got.err and not got.out, "a bucket that may not be listed", got.err)


def keys(checks):
    trail = Trail(SIGNER)
    every = [("key_unknown", short(key)) for key in trail.digests]
    for what, made, said in (("no permission for the keys", {"refused": ["cloudtrail:ListPublicKeys"]}, "cloudtrail:ListPublicKeys AccessDeniedException"),
                             ("a key that CloudTrail does not know", {"keys": {"us-east-1": [OTHER]}}, ""),
                             ("a key of another Region", {"keys": {"eu-west-1": [SIGNER]}}, "")):
        with TrailDouble(trail, **made) as double:
            env = double.environment()
            got = verify("s3://trail-logs", env=env)
            held(checks, what, got, verify_text("s3://trail-logs", env=env), every, 3, "unproven")
            checks.check(said in got.err and (not said or all(said in one["detail"] for one in got.findings)), f"{what}: named", got.err)
    with TrailDouble(trail, keys={"us-east-1": [OTHER, Signer(3), SIGNER]}, keys_a_page=1, objects_a_page=5) as double:
        got = verify("s3://trail-logs", env=double.environment())
        asked = double.calls("cloudtrail:ListPublicKeys")
        checks.check(got.status == 0 and len(asked) == 3 and max(collections.Counter(prefix for _, _, prefix in double.calls("s3:ListObjectsV2")).values()) == 2,
                     "pages of keys and of objects are followed", double.asked)
        checks.check(all(one[2]["StartTime"] <= 1767225600 and one[2]["EndTime"] >= 1767225600 + 4 * 3600 for one in asked), "keys are asked for the digests' hours", asked)
        read = [key for _, _, key in double.calls("s3:GetObject")]
        checks.check(sorted(read) == sorted(trail.digests + trail.logs), "each object is read once")
    with Copy(trail, signers=[OTHER]) as copy:
        got = verify(copy.folder, *copy.keys, *copy.signatures)
        checks.check(got.faults == every and got.status == 3, "a key that the file has not", got.out)
        got = verify(copy.folder, *copy.signatures)
        checks.check(got.faults == every and got.status == 3 and "the public keys of us-east-1 cannot be read" in got.err, "no credentials to ask for keys with", got.err)
        with TrailDouble(trail) as double:
            got = verify(copy.folder, *copy.signatures, env=double.environment())
            checks.check(got.status == 0 and [one[0] for one in double.asked] == ["cloudtrail:ListPublicKeys"], "of a folder CloudTrail alone is asked, for its keys", got.err)
    # Each Region signs with keys of its own.
    frankfurt = Trail(OTHER, region="eu-central-1", seed=1)
    with TrailDouble(trail, frankfurt) as double:
        got = verify("s3://trail-logs", env=double.environment())
        checks.check(got.status == 0 and len(got.chains) == 2 and sorted(one[1] for one in double.calls("cloudtrail:ListPublicKeys")) == ["eu-central-1", "us-east-1"],
                     "two Regions, each asked for its keys", got.out + got.err)
        double.keys["eu-central-1"] = {}
        got = verify("s3://trail-logs", env=double.environment())
        checks.check(got.faults == sorted(("key_unknown", short(key)) for key in frankfurt.digests) and got.whole["digests_valid"] == 4, "one Region without keys costs the other nothing", got.out)


def recorded(checks):
    """The double of the project verifies signatures and speaks CloudTrail's own protocol."""
    if not lib_double.PROGRAM.exists():
        checks.skip("keys from the AWS double", f"{lib_double.PROGRAM} is not built", "that ListPublicKeys is signed and paged as AWS wants it")
        return
    trail = Trail(SIGNER)
    with tempfile.TemporaryDirectory() as room, Copy(trail) as copy:
        calls = pathlib.Path(room) / "111122223333" / "us-east-1"
        calls.mkdir(parents=True)
        (calls / "cloudtrail-list-public-keys.json").write_text(key_list(OTHER, SIGNER))
        with lib_double.Double("--replay", room, account="111122223333", faults={"paging": [{"call": "cloudtrail:ListPublicKeys", "items": 1}]}) as double:
            got = verify(copy.folder, *copy.signatures, env=double.environment(AWS_ENDPOINT_URL=double.endpoint))
            counts = double.counts()["calls"].get("cloudtrail:ListPublicKeys", {})
            checks.check(got.status == 0 and got.whole["digests_valid"] == 4, "keys from the AWS double", got.err)
            checks.check(counts.get("requests") == 2, "in two pages", counts)


def beside(checks):
    """A bucket that has other things in it, and a trail of an organization below a prefix."""
    trail, organization = Trail(SIGNER), Trail(SIGNER, account="444455556666", prefix="security/", seed=1, organization="o-ab12cd34ef")
    for place in ("AWSLogs/111122223333/Config/us-east-1/2026/1/1/ConfigSnapshot/", "AWSLogs/111122223333/elasticloadbalancing/us-east-1/2026/01/01/", "data/CloudTrail-like/"):
        trail.objects[place + "x.json.gz"] = b"x"
    with TrailDouble(trail, organization) as double:
        got = verify("s3://trail-logs", env=double.environment())
        listed = [prefix for _, _, prefix in double.calls("s3:ListObjectsV2")]
        checks.check(got.status == 0 and [chain["account"] for chain in got.chains] == ["111122223333", "444455556666"], "two trails among other things", got.out + got.err)
        checks.check(not any("Config" in prefix or "elastic" in prefix for prefix in listed), "folders of other services are not listed", listed)
        checks.check(sum(prefix.endswith("/2026/01/01/") for prefix in listed) == 4 == sum(prefix.count("/") > 8 or prefix.endswith("/01/01/") for prefix in listed), "each day at once", listed)
        got = verify("s3://trail-logs/security", env=double.environment())
        checks.check(got.status == 0 and [chain["account"] for chain in got.chains] == ["444455556666"], "below a prefix", got.out + got.err)


def on_a_terminal(checks):
    if not has_terminals():
        checks.skip("a terminal's width", "this system gives no pseudo-terminals", "that no line is wider than it")
        return
    trail = Trail(SIGNER)
    tamper_log(trail), lose(2, "digests")(trail), lose(0, "digests")(trail)
    with Copy(trail) as copy:
        for width in (80, 120):
            ours, theirs = os.openpty()
            environment = dict(os.environ, COLUMNS=str(width), TERM="xterm", LC_ALL="C.UTF-8", **NOBODY)
            run = subprocess.Popen([lib_reeve.REEVE, "detect", copy.folder, "--verify-digests", *copy.keys], stdout=theirs, stderr=subprocess.DEVNULL, env=environment)
            os.close(theirs)
            shown = b""
            while True:
                try:
                    piece = os.read(ours, 65536)
                except OSError:  # its end
                    break
                if not piece:
                    break
                shown += piece
            os.close(ours)
            run.wait(60)
            lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).split("\r\n")
            checks.check(max(map(len, lines)) <= width and "" not in lines[:-1], f"{width} columns are kept", shown.decode())
            checks.check(any(line.startswith("log_tampered ") for line in lines) and lines[-2].startswith("invalid"), f"{width} columns say what it is", shown.decode())


def usage(checks):
    trail = Trail(SIGNER, hours=1)
    with Copy(trail) as copy, tempfile.TemporaryDirectory() as room:
        room = pathlib.Path(room)
        for more, said in ((["--rules", copy.folder], "--rules"), (["--follow"], "--follow"), (["--queue", "https://sqs.us-east-1.amazonaws.com/111122223333/q"], "--queue"), (["--format", "ocsf"], "ocsf"), (["--audit"], "--audit")):
            run = reeve("detect", copy.folder, "--verify-digests", *more, env=NOBODY)
            checks.check(run.status == 2 and said in run.err and not run.out, f"{said} does not go with it", run.err)
        run = reeve("detect", "--verify-digests", env=NOBODY)
        checks.check(run.status == 2 and "a PATH" in run.err, "nothing to look at is no proof", run.err)
        run = reeve("detect", copy.keys[1], "--verify-digests", env=NOBODY)
        checks.check(run.status == 2 and "no folder and no bucket" in run.err, "a file is no bucket", run.err)
        run = reeve("detect", copy.folder, *copy.keys, env=NOBODY)
        checks.check(run.status == 2 and "--verify-digests" in run.err, "keys without it", run.err)
        run = reeve("detect", "s3://b", "--verify-digests", "--bucket", "b", env=NOBODY)
        checks.check(run.status == 2, "--bucket is for folders", run.err)
        for name, text, said in (("no.json", "{", ""), ("list.json", "[]", "PublicKeyList"), ("value.json", '{"PublicKeyList": [{"Fingerprint": "f",\n "Value": "AAAA"}]}', "no public key of RSA")):
            (room / name).write_text(text)
            run = reeve("detect", copy.folder, "--verify-digests", "--digest-keys", room / name, env=NOBODY)
            checks.check(run.status == 3 and f"{name}:" in run.err and said in run.err and not run.out, f"keys that are none: {text[:20]}", run.err)
        (room / "signatures.json").write_text('{"a": "xyz"}')
        run = reeve("detect", copy.folder, "--verify-digests", *copy.keys, "--digest-signatures", room / "signatures.json", env=NOBODY)
        checks.check(run.status == 3 and "signatures.json:1:" in run.err, "signatures that are none", run.err)
        (room / "empty").mkdir()
        run = reeve("detect", room / "empty", "--verify-digests", *copy.keys, env=NOBODY)
        checks.check(run.status == 3 and "no digest files" in run.err, "a folder without digests proves nothing", run.err)
        got = verify(copy.folder, copy.folder, *copy.keys, *copy.signatures)
        checks.check(got.status == 0 and len(got.chains) == 2, "two folders, each by itself", got.out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve", type=pathlib.Path)
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = options.reeve.resolve()
        lib_double.PROGRAM = pathlib.Path(os.environ.get("AWS_DOUBLE", lib_reeve.REEVE.parent / "aws_double"))
    checks = Checks()
    if built(checks, "anything about digest chains"):
        spoilt(checks)
        counted(checks)
        other_prefix(checks)
        moved_bucket(checks)
        doubts(checks)
        keys(checks)
        recorded(checks)
        beside(checks)
        on_a_terminal(checks)
        usage(checks)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
