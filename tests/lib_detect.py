"""What the suites of `reeve detect` share: events, files of them in every shape, running the program."""

import gzip
import json
import pathlib
import random
import subprocess

import lib_reeve

EPOCH_S = 1767225600  # 2026-01-01T00:00:00Z


def stamp(second):
    minutes, seconds = divmod(second, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    assert days < 31
    return f"2026-01-{days + 1:02}T{hours:02}:{minutes:02}:{seconds:02}Z"


def event(number, second, name, source="iam.amazonaws.com", **more):
    """A CloudTrail record, `second` seconds after the new year of 2026; `more` over what every record has."""
    record = {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann", "accountId": "111122223333", "accessKeyId": "AKIAEXAMPLE1", "userName": "ann"},
        "eventTime": stamp(second), "eventSource": source, "eventName": name, "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.1",
        "eventID": f"{number:08x}-0000-4000-8000-{random.Random(number).getrandbits(48):012x}", "eventType": "AwsApiCall", "recipientAccountId": "111122223333",
    }
    record.update(more)
    return record


def milliseconds(record):
    day, clock = record["eventTime"].rstrip("Z").split("T")
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return (EPOCH_S + (int(day[-2:]) - 1) * 86400 + hours * 3600 + minutes * 60 + seconds) * 1000


def write_files(folder, events, shape="records", size=40):
    """`size` events a file, in the order given. Shapes: records, gz, ndjson, array."""
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(events), size):
        part = events[start:start + size]
        name = folder / f"{start:06}"
        if shape == "records":
            name.with_suffix(".json").write_text(json.dumps({"Records": part}))
        elif shape == "gz":
            name.with_suffix(".json.gz").write_bytes(gzip.compress(json.dumps({"Records": part}).encode()))
        elif shape == "ndjson":
            name.with_suffix(".ndjson").write_text("".join(json.dumps(one) + "\n" for one in part))
        else:
            name.with_suffix(".json").write_text(json.dumps(part))


class Detected:
    def __init__(self, run):
        self.status, self.err, self.out = run.status, run.err, run.out
        lines = [json.loads(line) for line in run.out.splitlines() if line.startswith("{")]
        self.alerts = [line for line in lines if "alert_id" in line]
        self.audits = [line for line in lines if "alert_id" not in line]

    @property
    def ids(self):
        return [alert["alert_id"] for alert in self.alerts]


def detect(*arguments, threads=None, rules=None, **keywords):
    env = dict(keywords.pop("env", None) or {})
    if threads:
        env["REEVE_THREADS"] = str(threads)
    more = [word for path in ([rules] if isinstance(rules, (str, pathlib.Path)) else rules or []) for word in ("--rules", path)]
    return Detected(lib_reeve.reeve("detect", *arguments, *more, "--format", "ndjson", env=env, **keywords))


def detect_input(data, *arguments, **keywords):
    """With `data` (bytes) on standard input."""
    done = subprocess.run([str(lib_reeve.REEVE), "detect", "-", *map(str, arguments), "--format", "ndjson"], input=data, capture_output=True, timeout=600, **keywords)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    return Detected(lib_reeve.Run(done))


# The given rules and events, and what the matcher says of them: for suites that hold it against other judges.
CLOUDTRAIL, SIGMA = lib_reeve.SHARED / "corpora" / "cloudtrail", lib_reeve.SHARED / "corpora" / "sigma"
PLACEHOLDERS = {"Legitimate_Countries": ["CH", "D?"], "Legitimate_IP_Ranges": ["10.*"], "names": ["alice", "b*"]}


def given_events():
    """The text of each, in one line; the same event may come more than once."""
    events = []
    for file in sorted((CLOUDTRAIL / "stratus").glob("*.json")):
        events += json.loads(file.read_text(encoding="utf-8"))
    events += [json.loads(line)["event"] for line in (CLOUDTRAIL / "panther" / "panther-events.ndjson").open(encoding="utf-8")]
    for file in sorted((CLOUDTRAIL / "otrf").glob("*.json")):
        events += [json.loads(line) for line in file.open(encoding="utf-8")]
    return [json.dumps(event, separators=(",", ":")) for event in events]


def given_rules():
    return sorted((SIGMA / "sigmahq").rglob("*.yml"))


def verdicts(paths, events, *flags):
    """(what build/detect_verdicts says of rules, the ids that match by event)"""
    more = [word for name, values in PLACEHOLDERS.items() for value in values for word in ("--placeholder", f"{name}={value}")]
    done = subprocess.run([str(verdicts_tool()), *flags, *more, *map(str, paths)], input="".join(e + "\n" for e in events), capture_output=True,
        text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in lines if isinstance(line, dict)], [set(line) for line in lines if isinstance(line, list)]


def verdicts_tool():
    return lib_reeve.REEVE.parent / "detect_verdicts"
