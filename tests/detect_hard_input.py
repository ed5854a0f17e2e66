#!/usr/bin/env python3
"""Hard input of `reeve detect`: a table, a line for each object, of what is judged, refused and why, what is told, and the exit status.

    python3 tests/detect_hard_input.py [--reeve PROGRAM]

Each object is judged named, and again lying in a folder beside a sound one. For large objects the memory is held to a bound.
"""

import argparse
import gzip
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from lib_detect import Detected, detect, detect_input, event  # noqa: E402
from lib_reeve import Checks, built  # noqa: E402

MEMORY_MIB = 100  # of a run over an object of any size; a single record of 50 MB is held whole, and may take RECORD_MIB
RECORD_MIB = 400
LARGE = 50_000_000

# A rule for each way in which a value can be hard.
RULES = "".join(f"""---
title: {title}
id: 00000000-0000-4000-8000-{number:012}
logsource: {{product: aws, service: cloudtrail}}
detection:
  selection: {{{selection}}}
  condition: selection
level: low
""" for number, (title, selection) in enumerate([
    ("key", "eventName: CreateAccessKey"),
    ("no error", "eventName: DeleteBucket, errorCode: null"),
    ("last", "requestParameters.k: last"),
    ("first", "requestParameters.k: first"),
    ("true", "requestParameters.flag: 'true'"),
    ("five", "requestParameters.count: '5'"),
    ("account", "recipientAccountId: '012345678901'"),
    ("item", "requestParameters.ipPermissions.items.ipRanges.items.cidrIp: 0.0.0.0/0"),
    ("text", "requestParameters|contains: Suspended"),
    ("dotted", "requestParameters.a.b: c"),
    ("not named", "requestParameters.none: null, eventName: GetObject"),
]))


def records(*events):
    return json.dumps({"Records": list(events)}).encode()


def lines(*events):
    return b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in events)


def key(number, **more):
    return event(number, number, "CreateAccessKey", **more)


def raw(number, members, name="CreateAccessKey"):
    """A record with `members`, text of JSON, behind its own."""
    return json.dumps(event(number, number, name)).encode()[:-1] + b"," + members.encode() + b"}"


def packed(*parts):
    return b"".join(map(gzip.compress, parts))


def wrapped(body):
    return json.dumps({"Messages": [{"MessageId": "m", "Body": json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:111122223333:t", "Message": body})}]}).encode()


def archive(kind):
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w") as file:
            file.writestr("a.json", records(key(1)))
        return out.getvalue()
    with tarfile.open(fileobj=out, mode="w") as file:
        info = tarfile.TarInfo("a.json")
        info.size = len(records(key(1)))
        file.addfile(info, io.BytesIO(records(key(1))))
    return out.getvalue()


MANY = [key(n) for n in range(1, 201)]
FLAT = lines(*MANY)
ONE = records(key(1), key(2))
DIGEST = {"awsAccountId": "111122223333", "digestS3Object": "k", "digestPublicKeyFingerprint": "f", "logFiles": []}
INSIGHT = {"eventVersion": "1.07", "eventTime": "2026-01-01T00:00:01Z", "eventID": "i", "eventType": "AwsCloudTrailInsight", "eventCategory": "Insight",
           "insightDetails": {"state": "Start", "eventSource": "s", "eventName": "n"}}
OMITTED = {"reason": "requestParameters too large", "omitted": True, "originalSize": 205567}

# (what, bytes, {judged, refused by reason, told: titles by count, broken, status, …}); `status` is 0 and nothing is refused or broken unless said.
# `folder`: the status of a folder that has it, where that is another; `ignored`: passed over there.
NO_LOG = dict(judged=0, status=3, folder=0, ignored=True)
TABLE = [
    # Packing
    ("several gzip members", packed(lines(key(1)), lines(key(2)), b"", lines(key(3))), dict(judged=3, told={"key": 3})),
    ("a record over two gzip members", gzip.compress(ONE[:300]) + gzip.compress(ONE[300:]), dict(judged=2, told={"key": 2})),
    ("gzip cut in its middle", gzip.compress(FLAT)[:-2000], dict(some=200, broken=True, status=3)),
    ("gzip cut in its last bytes", gzip.compress(FLAT)[:-4], dict(judged=200, told={"key": 200}, broken=True, status=3)),
    ("gzip cut in its header", gzip.compress(FLAT)[:6], dict(judged=0, broken=True, status=3)),
    ("a second gzip member cut", gzip.compress(lines(key(1))) + gzip.compress(FLAT)[:-2000], dict(some=200, least=1, broken=True, status=3)),
    ("gzip with a wrong checksum", gzip.compress(ONE)[:-8] + b"\0\0\0\0" + gzip.compress(ONE)[-4:], dict(some=2, broken=True, status=3)),
    ("gzip with rubbish behind it", gzip.compress(ONE) + b"rubbish behind it", dict(judged=2, told={"key": 2}, broken=True, status=3)),
    ("gzip with zeros behind it", gzip.compress(ONE) + bytes(512), dict(judged=2, told={"key": 2})),
    ("gzip in gzip", gzip.compress(gzip.compress(ONE)), dict(NO_LOG)),
    ("zlib without gzip's header", zlib.compress(ONE), dict(NO_LOG)),
    ("a zip archive", archive("zip"), dict(judged=0, broken=True, status=3)),
    ("a tar archive", archive("tar"), dict(judged=0, broken=True, status=3)),
    # Shapes
    ("Records: null", b'{"Records":null}', dict(judged=0)),
    ("Records: null among others", b'{"nextToken":"x","Records":null}', dict(judged=0)),
    ("no Records", b'{"Records":[]}', dict(judged=0)),
    ("Records that are a map", b'{"Records":{}}', dict(judged=0, refused={"no list": 1}, status=3)),
    ("Records with items that are none", b'{"Records":[null,5,"x",[],' + json.dumps(key(1)).encode() + b"]}", dict(judged=1, refused={"no map": 4}, told={"key": 1}, status=3)),
    ("Records twice", b'{"Records":[' + json.dumps(key(1)).encode() + b'],"Records":[' + json.dumps(key(2)).encode() + b"]}", dict(judged=2, told={"key": 2})),
    ("Records cut", ONE[:-30], dict(judged=1, refused={"cut off": 1}, told={"key": 1}, broken=True, status=3)),
    ("Records cut behind an item", ONE[:-2], dict(judged=2, told={"key": 2}, broken=True, status=3)),
    ("two documents without a line between", records(key(1)) + records(key(2)), dict(judged=2, told={"key": 2})),
    ("indented", json.dumps({"Records": [key(1)]}, indent=4).encode(), dict(judged=1, told={"key": 1})),
    ("a byte-order mark and CRLF", b"\xef\xbb\xbf" + lines(key(1), key(2)).replace(b"\n", b"\r\n"), dict(judged=2, told={"key": 2})),
    ("empty lines", b"\n\n" + lines(key(1)) + b"\n \n" + lines(key(2)), dict(judged=2, told={"key": 2})),
    ("no line end", lines(key(1), key(2))[:-1], dict(judged=2, told={"key": 2})),
    ("UTF-16", ONE.decode().encode("utf-16"), dict(NO_LOG)),
    ("digest", json.dumps(DIGEST).encode(), dict(judged=0)),
    ("Insight", records(INSIGHT), dict(judged=1)),
    ("SNS in SQS", wrapped(records(key(1)).decode()), dict(judged=1, told={"key": 1})),
    ("words in SNS in SQS", wrapped("hello"), dict(judged=0, refused={"payload is no log record": 1}, status=3)),
    # What is no log
    ("an empty file", b"", dict(NO_LOG)),
    ("white space", b" \n\n", dict(NO_LOG)),
    ("a packed empty file", gzip.compress(b""), dict(NO_LOG)),
    ("words", b"# Read me\n\nwords\n", dict(NO_LOG)),
    ("JSON that is no log", b'{"version": 3}', dict(NO_LOG)),
    ("a list that is no log", b'[{"name":"a"},{"name":"b"}]', dict(NO_LOG)),
    ("JSON with a name like a time", b'{"runtime":"nodejs20.x","timeout":30,"updated":true}', dict(NO_LOG)),
    ("JSON that is no log, packed", gzip.compress(b'{"version": 3}'), dict(NO_LOG)),
    ("bytes", bytes(range(256)) * 8, dict(NO_LOG)),
    ("a line that is no log among records", lines(key(1), {"version": 3}, key(2)), dict(judged=2, refused={"no log record": 1}, told={"key": 2}, status=3)),
    # Strings
    ("half a surrogate pair", lines(raw(1, r'"userAgent":"a\ud800b"'), raw(2, r'"userAgent":"\udc00\ud800"')), dict(judged=2, told={"key": 2})),
    ("half a surrogate pair in an id", lines(raw(1, r'"eventID":"a\ud800b"')), dict(judged=1, told={"key": 1}, duplicates=1)),
    ("bytes that are no UTF-8", lines(key(1), raw(2, '"userAgent":"x"').replace(b'"x"', b'"\xff\xfe"'), key(3)), dict(judged=2, refused={"no UTF-8": 1}, told={"key": 2}, status=3)),
    ("a NUL in a string", lines(key(1), raw(2, '"userAgent":"x"').replace(b'"x"', b'"\0"'), key(3)), dict(judged=2, refused={"control character in a string": 1}, told={"key": 2}, status=3)),
    ("an escaped NUL", lines(raw(1, r'"userAgent":"a\u0000b"')), dict(judged=1, told={"key": 1})),
    ("a name with escapes", lines(json.dumps(key(1)).replace("eventName", "event\\u004eame").encode()), dict(judged=1, told={"key": 1})),
    # Members
    ("a member twice", lines(raw(1, '"eventName":"CreateAccessKey"', "ListUsers"), raw(2, '"eventName":"ListUsers"')), dict(judged=2, told={"key": 1}, duplicates=2)),
    ("a member twice below", lines(raw(1, '"requestParameters":{"k":"first","k":"last"}', "X"), raw(2, '"requestParameters":{"k":"last","k":"first"}', "X")),
     dict(judged=2, told={"last": 1, "first": 1}, duplicates=2)),
    ("a member twice in a list", lines(raw(1, '"requestParameters":[{"k":"first","\\u006b":"last","k":"last"}]', "X")), dict(judged=1, told={"last": 1}, duplicates=2)),
    ("a map twice", lines(raw(1, '"requestParameters":{"k":"first"},"requestParameters":{"k":"last"}', "X")), dict(judged=1, told={"last": 1}, duplicates=1)),
    ("an error of three kinds", lines(event(1, 1, "DeleteBucket"), event(2, 2, "DeleteBucket", errorCode=None), event(3, 3, "DeleteBucket", errorCode=""), event(4, 4, "DeleteBucket", errorCode="AccessDenied")),
     dict(judged=4, told={"no error": 2})),
    ("booleans and numbers", lines(*[event(n, n, "X", requestParameters=p) for n, p in enumerate([{"flag": True}, {"flag": "true"}, {"flag": 1}, {"count": 5}, {"count": "5"}, {"count": 50}])]),
     dict(judged=6, told={"true": 2, "five": 2})),
    ("a zero before an account's number", lines(key(1), raw(2, '"recipientAccountId":012345678901'), key(3, recipientAccountId="012345678901")),
     dict(judged=2, refused={"no JSON": 1}, told={"key": 2, "account": 1}, status=3)),
    ("maps in lists in lists", lines(event(1, 1, "X", requestParameters={"ipPermissions": {"items": [{"ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}, {"cidrIp": "0.0.0.0/0"}]}}]}})), dict(judged=1, told={"item": 1})),
    ("an object as text", lines(event(1, 1, "X", requestParameters={"VersioningConfiguration": {"Status": "Suspended"}})), dict(judged=1, told={"text": 1})),
    ("names with dots", lines(event(1, 1, "X", requestParameters={"a.b": "c"}), event(2, 2, "X", requestParameters={"a": {"b": "c"}})), dict(judged=2, told={"dotted": 2})),
    ("omitted parameters", lines(event(1, 1, "GetObject", requestParameters=OMITTED), event(2, 2, "GetObject", requestParameters={"omitted": False})), dict(judged=2, told={"not named": 2}, omitted=1)),
    ("an id that is none", lines(key(1, eventID=None), key(2, eventID=""), key(3, eventID=7)), dict(judged=3, told={"key": 3})),
    ("a time that is none", lines(key(1, eventTime="soon"), key(2, eventTime=None), key(3, eventTime=5)), dict(judged=3, told={"key": 3})),
    # Numbers and nesting
    ("numbers beyond any type", lines(raw(1, '"x":1e999999,"y":-0.0,"z":123456789012345678901234567890')), dict(judged=1, told={"key": 1})),
    ("no numbers", lines(key(1), raw(2, '"x":1.'), raw(3, '"x":+1'), raw(4, '"x":NaN'), key(5)), dict(judged=2, refused={"no JSON": 3}, told={"key": 2}, status=3)),
    ("commas too many", lines(key(1), json.dumps(key(2)).encode()[:-1] + b",}", key(3)), dict(judged=2, refused={"no JSON": 1}, told={"key": 2}, status=3)),
    ("500 brackets", lines(raw(1, '"x":' + "[" * 500 + "]" * 500)), dict(judged=1, told={"key": 1})),
    ("100,000 brackets", lines(key(1), raw(2, '"x":' + "[" * 100_000 + "]" * 100_000), key(3)), dict(judged=2, refused={"nested too deep": 1}, told={"key": 2}, status=3)),
    ("100,000 brackets that stay open", b"[" * 100_000, dict(judged=0, status=3)),
]


def held(checks, what, done, audit, row, status):
    """One object's account and alerts against its row."""
    told = {}
    for alert in done.alerts:
        told[alert["rule_title"]] = told.get(alert["rule_title"], 0) + 1
    refused = {one["why"]: one["count"] for one in audit["refusals"]}
    if "some" in row:
        checks.check(row.get("least", 0) <= audit["judged"] <= row["some"], f"{what}: what stood before the break is judged", str(audit))
    elif not (row.get("ignored") and audit["judged"] == 0):
        checks.check(audit["judged"] == row["judged"], f"{what}: {row['judged']} judged", str(audit))
    checks.check(audit["records"] == audit["judged"] + audit["refused"], f"{what}: records are judged or refused", str(audit))
    if "some" not in row and not row.get("ignored") and not (row["judged"] == 0 and status == 3):
        checks.check(refused == row.get("refused", {}), f"{what}: what is refused, and why", f"{refused} {audit}")
        checks.check(told == row.get("told", {}), f"{what}: what is told", f"{told}")
    checks.check(bool(audit.get("broken")) == row.get("broken", False) or (row["judged"] == 0 and status == 3 and not row.get("ignored")), f"{what}: whether it could be read to its end", str(audit))
    checks.check(audit["duplicate_members"] == row.get("duplicates", 0), f"{what}: members given again", str(audit))
    checks.check(audit["parameters_omitted"] == row.get("omitted", 0), f"{what}: parameters left out", str(audit))


def table(checks, folder, rules):
    for number, (what, data, row) in enumerate(TABLE):
        place = folder / str(number)
        place.mkdir()
        file = place / "hard"
        file.write_bytes(data)
        status = row.get("status", 0)
        done = detect(file, "--audit", rules=rules)
        checks.check(done.status == status and (status == 0) == (done.err == ""), f"{what}: exit status {status}, and named if that is 3", f"{done.status} {done.err[:300]}")
        checks.check(len(done.audits) == 1 and not done.audits[0].get("ignored"), f"{what}: one account", str(done.audits))
        held(checks, what, done, done.audits[0], row, status)
        if status:
            checks.check(str(file) in done.err, f"{what}: it is named", done.err[:300])
        piped = detect_input(data, "--rules", rules, "--audit")
        # An archive on standard input is not read to its end.
        same = [name for name in done.audits[0] if name != "object" and not (name == "bytes" and row.get("broken"))]
        checks.check(piped.ids == done.ids and [piped.audits[0][name] for name in same] == [done.audits[0][name] for name in same], f"{what}: the same from standard input",
                     f"{len(piped.ids)} of {len(done.ids)} {piped.audits[0]} {done.audits[0]} {piped.err[:200]}")

        (place / "sound.json").write_bytes(records(key(90001)))
        wanted = row.get("folder", status)
        both = detect(place, "--audit", rules=rules)
        checks.check(both.status == wanted, f"{what}, in a folder: exit status {wanted}", f"{both.status} {both.err[:300]}")
        audits = {pathlib.Path(audit["object"]).name: audit for audit in both.audits}
        checks.check(set(audits) == {"hard", "sound.json"} and audits["sound.json"]["judged"] == 1, f"{what}, in a folder: the file beside it is judged", str(sorted(audits)))
        checks.check(bool(audits["hard"].get("ignored")) == row.get("ignored", False), f"{what}, in a folder: " + ("passed over and counted" if row.get("ignored") else "not passed over"), str(audits["hard"]))
        checks.check(set(done.ids) < set(both.ids), f"{what}, in a folder: the same alerts", f"{len(both.ids)}")


def peak(words, folder, data=None):
    """The run, and its peak in MiB. A process's peak begins with that of the one that started it: so a small one starts it."""
    starts = ("import json, os, resource, subprocess, sys\n"
              "done = subprocess.run(sys.argv[2:])\n"
              "json.dump([done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024], open(sys.argv[1], 'w'))\n")
    figure = folder / "figure.json"
    run = subprocess.run([sys.executable, "-S", "-E", "-c", starts, str(figure), *map(str, words)], capture_output=True, timeout=600, input=data,
                         env=dict(os.environ, REEVE_THREADS="1"))
    run.returncode, mebibytes = json.loads(figure.read_text())
    run.stdout, run.stderr = run.stdout.decode(), run.stderr.decode()
    return Detected(lib_reeve.Run(run)), mebibytes


def large(checks, folder, rules):
    """Single objects of 50 MB."""
    one = json.dumps(event(0, 0, "ListUsers", userAgent="x" * 400)).encode()
    count = LARGE // len(one)
    many = [one] * count + [json.dumps(key(1)).encode()]
    listed, lined = b'{"Records":[' + b",".join(many) + b"]}", b"\n".join(many)
    cases = [("one line of Records", listed, count + 1, MEMORY_MIB), ("lines", lined, count + 1, MEMORY_MIB), ("packed Records", gzip.compress(listed, 1), count + 1, MEMORY_MIB),
             ("packed lines in two members", gzip.compress(lined[:LARGE // 2], 1) + gzip.compress(lined[LARGE // 2:], 1), count + 1, MEMORY_MIB),
             ("one record", b'{"Records":[' + raw(1, '"requestParameters":{"x":"' + "y" * LARGE + '"}') + b"]}", 1, RECORD_MIB),
             ("a record with ten million values", b'{"Records":[' + raw(1, '"x":[' + "1,2,3,4," * (LARGE // 20) + "5]") + b"]}", 1, RECORD_MIB),
             ("packed white space", gzip.compress(b" " * LARGE + lines(key(1)), 1), 1, MEMORY_MIB),
             ("words", b"words of no log\n" * (LARGE // 16), 0, MEMORY_MIB),
             ("words without an end", b"w" * LARGE, 0, MEMORY_MIB)]
    for what, data, judged, bound in cases:
        file = folder / "large"
        file.write_bytes(data)
        done, mebibytes = peak([lib_reeve.REEVE, "detect", file, "--rules", rules, "--format", "ndjson", "--audit"], folder)
        named = f"50 MB: {what}"
        checks.check(done.status == (0 if judged else 3), f"{named}: exit status", f"{done.status} {done.err[:300]}")
        checks.check(done.audits[0]["judged"] == judged and len(done.ids) == (judged > 0), f"{named}: judged whole", str(done.audits)[:300])
        checks.check(sanitized() or mebibytes <= bound, f"{named}: within {bound} MiB", f"{mebibytes:.0f} MiB")
    text = (b'{"Records":[' + b",".join(many))[:-100]
    done, mebibytes = peak([lib_reeve.REEVE, "detect", "-", "--rules", rules, "--format", "ndjson", "--audit"], folder, gzip.compress(text, 1))
    checks.check(done.status == 3 and done.audits[0]["judged"] == count and done.audits[0]["broken"], "50 MB: packed, cut, through a pipe: judged up to the cut", str(done.audits)[:300])
    checks.check(sanitized() or mebibytes <= MEMORY_MIB, f"50 MB: packed, cut, through a pipe: within {MEMORY_MIB} MiB", f"{mebibytes:.0f} MiB")


def sanitized():
    """Built with a sanitizer a program's memory is no measure."""
    return lib_reeve.REEVE.parent.name != "build"


def names(checks, folder, rules):
    """Files are named in messages and accounts as they can be shown."""
    place = folder / "names"
    place.mkdir()
    for name in (b"a\nb.json", b"\xff\xfe.json", b"\x1b[31m.json", "\u202e.json".encode()):
        with open(os.path.join(os.fsencode(place), name), "wb") as file:
            file.write(ONE + b"no json")
    (place / "loop").symlink_to(place)
    (place / "nowhere").symlink_to(place / "gone")
    done = detect(place, "--audit", rules=rules)
    checks.check(done.status == 3 and len([audit for audit in done.audits if audit["judged"] == 2]) == 4, "files of any name are judged, each once", f"{done.status} {done.audits} {done.err[:500]}")
    checks.check("\x1b" not in done.err and "\u202e" not in done.err, "a file's name cannot act on the terminal", repr(done.err[:500]))


def delivered(checks, folder, rules):
    """In a folder other things are passed over; what is named as AWS names its logs is not."""
    place = folder / "AWSLogs" / "111122223333" / "CloudTrail" / "eu-west-1"
    place.mkdir(parents=True)
    for name, data in (("a", b""), ("b", b'{"a":1}'), ("c", os.urandom(500))):
        (place / f"111122223333_CloudTrail_eu-west-1_20260101T0000Z_{name}.json.gz").write_bytes(data)
    (place / "notes").write_bytes(b"")
    done = detect(folder, "--audit", rules=rules)
    checks.check(done.status == 3 and all(f"_{name}.json.gz" in done.err for name in "abc"), "delivered logs that hold none are named", f"{done.status} {done.err}")
    checks.check(sorted(audit.get("ignored", False) for audit in done.audits) == [False, False, False, True], "and another empty file is passed over", str(done.audits))


def unheard(checks, folder, rules):
    """Alerts that could not be written are not on record as told."""
    for what, words in (("standard input", ["-"]), ("a file", [folder / "log.json"])):
        (folder / "log.json").write_bytes(ONE)
        state = folder / (words[0] if words[0] == "-" else "file")
        command = [lib_reeve.REEVE, "detect", *words, "--rules", rules, "--state", state, "--format", "ndjson"]
        with open("/dev/full", "w") as full:
            done = subprocess.run(command, input=ONE, stdout=full, stderr=subprocess.PIPE, timeout=600, check=False)
        checks.check(done.returncode == 3 and b"could not be written" in done.stderr, f"{what}: a disk that is full is told", f"{done.returncode} {done.stderr[:300]}")
        again = subprocess.run(command, input=ONE, capture_output=True, timeout=600, check=False)
        told = detect(folder / "log.json", rules=rules).ids
        checks.check(again.returncode == 0 and told and [json.loads(line)["alert_id"] for line in again.stdout.splitlines()] == told, f"{what}: the next run tells the alerts", f"{again.returncode} {again.stdout[:300]}")


def bounds(checks, folder, rules):
    """One record cannot make the whole slow, nor an alert without end."""
    file = folder / "members.json"
    file.write_text(json.dumps({**{f"a{n:06}": 1 for n in range(300_000)}, **event(1, 1, "CreateAccessKey")}))
    done = detect(file, rules=rules, timeout=60)
    checks.check(done.status == 0 and len(done.ids) == 1, "300,000 members in one record", f"{done.status} {done.err[:300]}")
    long = "x" * 3_000_000
    file.write_text(json.dumps({"Records": [event(1, 1, "CreateAccessKey", awsRegion=long, resources=[{"ARN": "arn:aws:s3:::" + long}]), event(2, 1, "CreateAccessKey", awsRegion=long + "y", eventID=long)]}))
    done = detect(file, rules=rules)
    checks.check(len(done.ids) == 2 and len(done.out) < 40_000, "a text of megabytes is cut in alerts", f"{len(done.out)} bytes")
    checks.check(len({alert["region"] for alert in done.alerts}) == 2, "and two of them stay two", str([alert["region"][-90:] for alert in done.alerts]))
    secret = "wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY"  # no slash: a session's name may have none
    identity = {"type": "AssumedRole", "principalId": "AROAEXAMPLE:" + secret, "arn": "arn:aws:sts::111122223333:assumed-role/x/" + secret, "accountId": "111122223333"}
    file.write_text(json.dumps({"Records": [event(3, 1, "CreateAccessKey", userIdentity=identity)]}))
    (folder / "who.yml").write_text("""title: who
id: 00000000-0000-4000-8000-000000000099
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {userIdentity.principalId|contains: AROA, userIdentity.arn|contains: assumed-role}
  condition: selection
level: low
""")
    done = detect(file, rules=folder / "who.yml")
    checks.check(len(done.ids) == 1 and secret not in done.out, "a secret as the name of a session is no evidence", done.out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve")
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "what detection makes of hard input"):
        return checks.end()
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        rules = folder / "rules.yml"
        rules.write_text(RULES)
        for part in (table, large, names, delivered, unheard, bounds):
            (folder / part.__name__ / "x").mkdir(parents=True)
            part(checks, folder / part.__name__ / "x", rules)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
