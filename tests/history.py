#!/usr/bin/env python3
"""Sixty simulated days of the example: what `reeve history` says of any period, day or pair of runs, against a table made by hand.

    python3 tests/history.py [--reeve PROGRAM] [--seed 60] [--days 60]

Two accounts of the Northfield Group live through a seeded schedule: facts go bad and are mended, calls are denied, a disk comes and goes,
an exception is made and expires, attestations are given, expire and are given again, one is contradicted by a root user's key. The table
is made from the schedule by the code below and never from what Reeve says of history; that nothing but the schedule happened is checked first.
"""

import argparse
import collections
import datetime
import json
import pathlib
import random
import re
import shutil
import statistics
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_reeve  # noqa: E402
from estate_changes import load, store  # noqa: E402
from lib_reeve import NORTHFIELD, ROOT, Checks, built, reeve  # noqa: E402

PROD, ORGANIZATION = "444455556666", "arn:aws:organizations::111122223333:organization/o-northfield1"
EU = f"cli/{PROD}/eu-west-1"
STACKS = "cli/444455556666/eu-west-1/cloudformation-describe-stacks.json"
BEGIN = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.timezone.utc)
DENIED = {"Error": {"Code": "AccessDenied", "Message": "not authorized"}}
OPEN = ("fail", "unknown", "excepted")
SEVERITIES = ["critical", "high", "medium", "low", "informational"]
INTO_FAIL = {None: "new", "again": "reopened", "unknown": "found", "excepted": "exception_ended"}
OUT_OF_FAIL = {"pass": "mended", "deleted": "gone", "excepted": "excepted", "unknown": "out_of_sight"}

# control, resource, file, path of the fact, its bad value, whether a denied call makes that verdict alone unknown
FACTS = [
    ("ebs-encryption-by-default", f"aws/{PROD}/eu-west-1/Reeve::Region::Settings/settings", f"{EU}/ec2-get-ebs-encryption-by-default.json", ("EbsEncryptionByDefault",), False, True),
    ("bucket-versioned", "arn:aws:s3:::nf-payments-ledger", f"cli/{PROD}/us-east-1/s3-get-bucket-versioning/nf-payments-ledger", ("Status",), "Suspended", True),
    ("kms-key-rotated", f"arn:aws:kms:eu-west-1:{PROD}:key/44440000-0001-4000-8000-000000000001", f"{EU}/kms-get-key-rotation-status/44440000-0001-4000-8000-000000000001",
     ("KeyRotationEnabled",), False, True),
    ("database-not-public", None, f"{EU}/rds-describe-db-instances.json", ("DBInstances", 0, "PubliclyAccessible"), True, False),
    ("database-encrypted", None, f"{EU}/rds-describe-db-instances.json", ("DBInstances", 0, "StorageEncrypted"), False, False),
    ("ecr-tags-immutable", None, f"{EU}/ecr-describe-repositories.json", ("repositories", 0, "imageTagMutability"), "MUTABLE", False),
    ("ecr-scans-on-push", None, f"{EU}/ecr-describe-repositories.json", ("repositories", 0, "imageScanningConfiguration", "scanOnPush"), False, False),
    ("function-runtime-supported", None, f"{EU}/lambda-list-functions.json", ("Functions", 0, "Runtime"), "python3.7", False),
]
ARNS = {"rds-describe-db-instances": ("DBInstances", 0, "DBInstanceArn"), "ecr-describe-repositories": ("repositories", 0, "repositoryArn"), "lambda-list-functions": ("Functions", 0, "FunctionArn")}
MACHINE = ("instance-requires-imdsv2", f"{EU}/ec2-describe-instances.json", ("Reservations", 0, "Instances", 0, "MetadataOptions", "HttpTokens"), "optional")
WATCHERS = {path.parent.name for path in (ROOT / "content" / "controls").glob("*/check.sql") if re.search(r"\bcontrol_(history|results)\b|\bobjective_results\b", path.read_text())}
DISKS, DISK = f"{EU}/ec2-describe-volumes.json", "vol-0444400000000feed"


def at(document, path):
    for key in path:
        document = document[key]
    return document


def day(n):
    return (BEGIN + datetime.timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%SZ")


def date(n):
    return (BEGIN + datetime.timedelta(days=n)).strftime("%Y-%m-%d")


class Schedule:
    """What every pair of control and resource stands at on every day: pass, fail, unknown, excepted or deleted; None before it is born."""

    def __init__(self, seed, days, folder):
        rng = random.Random(seed)
        self.days, self.folder = days, folder
        self.pairs = {}  # (control, uid) → list of statuses
        self.edits = []  # of each day: {file: document}
        self.facts = []
        for control, uid, file, path, bad, deniable in FACTS:
            stem = pathlib.Path(file).stem
            uid = uid or at(load(folder / file), ARNS[stem])
            line = ["pass"] * days
            begin = rng.randint(1, 8)
            while begin < days:
                end = min(days, begin + rng.randint(1, 14))
                kind = "unknown" if deniable and rng.random() < 0.4 else "fail"
                line[begin:end] = [kind] * (end - begin)
                begin = end + (rng.randint(1, 12) if rng.random() < 0.8 else 0)  # now and then one trouble follows the other
            self.pairs[(control, uid)] = line
            self.facts.append((line, file, path, bad))
        # A machine that answers without a token for most of the time, and is excepted for a while of it.
        self.excepted_from, self.excepted_until = 10, 25
        control, file, path, bad = MACHINE
        machine = load(folder / file)["Reservations"][0]["Instances"][0]["InstanceId"]
        line = ["fail" if 4 <= n < 50 else "pass" for n in range(days)]
        self.facts.append((list(line), file, path, bad))
        for n in range(self.excepted_from, min(days, self.excepted_until)):
            line[n] = "excepted"
        self.machine = f"arn:aws:ec2:eu-west-1:{PROD}:instance/{machine}"
        self.pairs[(control, self.machine)] = line
        # A disk that is there for a while, never encrypted.
        self.disk = f"arn:aws:ec2:eu-west-1:{PROD}:volume/{DISK}"
        self.disk_days = range(7, 21)
        self.pairs[("volume-encrypted", self.disk)] = [None if n < 7 else "fail" if n in self.disk_days else "deleted" for n in range(days)]
        # Words: (control, answer, given, expires)
        self.words = [("root-recovery-drilled", "yes", 5, 30), ("root-recovery-drilled", "yes", 40, 300), ("threat-model-exists", "no", 10, 300), ("threat-model-exists", "yes", 20, 300),
                      ("root-use-needs-two-people", "yes", 3, 300)]  # fmt: skip
        self.key_days = range(33, 45)  # in which a root user has a key
        self.pairs[("root-recovery-drilled", ORGANIZATION)] = ["pass" if 5 <= n < 30 or n >= 40 else "unknown" for n in range(days)]
        self.pairs[("threat-model-exists", ORGANIZATION)] = ["unknown" if n < 10 else "fail" if n < 20 else "pass" for n in range(days)]
        self.pairs[("root-use-needs-two-people", ORGANIZATION)] = ["unknown" if n < 3 else "fail" if n in self.key_days else "pass" for n in range(days)]
        root = f"aws/{PROD}/global/Reeve::Account::Root/root"
        self.pairs[("root-access-key-absent", root)] = ["fail" if n in self.key_days else "pass" for n in range(days)]
        # A credential report of the first morning proves no absence of use once it is more than thirty days old.
        # A stack compared with its template on the day before the first says nothing once that is more than thirty days ago.
        network = next(one for one in load(folder / STACKS)["Stacks"] if one["StackName"] == "network")
        compared = datetime.datetime.fromisoformat(network["DriftInformation"]["LastCheckTimestamp"])
        self.pairs[("stack-in-sync", network["StackId"])] = ["pass" if (BEGIN + datetime.timedelta(days=n) - compared).days <= 30 else "unknown" for n in range(days)]
        self.pairs[("root-not-used-lately", "aws/111122223333/global/Reeve::Account::Root/root")] = ["pass" if n <= 30 else "unknown" for n in range(days)]

    def make(self, n, workspace):
        """The export and the workspace as they stand on day n."""
        documents = {}
        for line, file, path, bad in self.facts:
            document = documents.setdefault(file, load(NORTHFIELD / file))
            if line[n] == "unknown":
                documents[file] = DENIED
            elif line[n] == "fail":
                at(document, path[:-1])[path[-1]] = bad
        disks = load(NORTHFIELD / DISKS)
        if n in self.disk_days:
            disks["Volumes"].append(dict(disks["Volumes"][0], VolumeId=DISK, Encrypted=False))
        documents[DISKS] = disks
        summary = f"cli/{PROD}/us-east-1/iam-get-account-summary.json"
        documents[summary] = load(NORTHFIELD / summary)
        if n in self.key_days:
            documents[summary]["SummaryMap"]["AccountAccessKeysPresent"] = 1
        for file, document in documents.items():
            if json.loads((self.folder / file).read_text()) != document:
                store(self.folder / file, document)
        for control, answer, given, expires in self.words:
            path = workspace / "attestations" / f"{control}-{given}.yaml"
            if n == given:
                path.write_text(f"control: {control}\nanswer: {answer}\nowner: j.okafor\napprover: a.rossi\ngiven: {date(given)}\nexpires: {date(expires)}\n")
        if n == self.excepted_from:
            (workspace / "exceptions" / "machine.yaml").write_text(
                f"control: {MACHINE[0]}\nresource: '{self.machine}'\nowner: web-team\napprover: a.rossi\nreason: until the agent is replaced\nexpires: {date(self.excepted_until)}\n")


class Table:
    """The table by hand: steps, episodes and sums of the schedule."""

    def __init__(self, schedule, severity):
        self.days, self.pairs, self.severity = schedule.days, schedule.pairs, severity
        self.moves = []     # (day, move, pair)
        self.episodes = []  # (pair, first day, day of its end or None)
        for pair, line in self.pairs.items():
            before, begun, failed = None, None, False
            for n, status in enumerate(line):
                if status == "fail" and before != "fail":
                    came_from = before if before in ("unknown", "excepted") else "again" if failed else None
                    self.moves.append((n, INTO_FAIL[came_from], pair))
                    begun = n if begun is None else begun
                if before == "fail" and status != "fail":
                    self.moves.append((n, OUT_OF_FAIL[status], pair))
                if begun is not None and status not in OPEN:
                    self.episodes.append((pair, begun, n))
                    begun, failed = None, True
                before = status
            if begun is not None:
                self.episodes.append((pair, begun, None))

    def moves_between(self, first, last):
        return collections.Counter((move, pair) for n, move, pair in self.moves if first < n <= last)

    def standing(self, n, status):
        return {pair for pair, line in self.pairs.items() if line[n] == status}

    def remediation(self, first, last, severity):
        lengths = [end - begun for pair, begun, end in self.episodes if end is not None and first < end <= last and self.severity[pair[0]] == severity]
        return len(lengths), statistics.mean(lengths) if lengths else None, statistics.median(lengths) if lengths else None

    def difference(self, first, last):
        out = set()
        for pair, line in self.pairs.items():
            a, b = line[first], line[last]
            ended = any(p == pair and end is not None and end <= first for p, _, end in self.episodes)
            if b == "fail" and a != "fail":
                out.add((INTO_FAIL[a if a in ("unknown", "excepted") else "again" if ended else None], pair))
            if a == "fail" and b != "fail":
                out.add((OUT_OF_FAIL[b], pair))
        return out


def pair_of(finding):
    return finding["control"], finding["resource"]["uid"]


def same(said, wanted):
    return said is None if wanted is None else said is not None and abs(said - wanted) <= 0.051


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reeve")
    parser.add_argument("--seed", type=int, default=60)
    parser.add_argument("--days", type=int, default=60)
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "whether history is told as it was"):
        return checks.end()
    with tempfile.TemporaryDirectory(prefix="reeve-history-") as folder:
        live(checks, pathlib.Path(folder), options)
        as_they_were(checks, pathlib.Path(folder) / "then")
    return checks.end()


def as_they_were(checks, workspace):
    """A control that is called less severe one day keeps, in what is told of the days before, the severity that it had."""
    control, own = "root-mfa-enabled", workspace / "controls" / "root-mfa-enabled"
    own.parent.mkdir(parents=True)
    (workspace / "reeve.yaml").write_text("organization: Northfield Group\n")

    def told(*arguments):
        return json.loads(reeve("history", *arguments, "--workspace", workspace, "--format", "json", "--all").out)

    def severities(document):
        return {f["severity"] for f in document["findings"] if f["control"] == control}

    for n in range(3):
        if n == 1:
            shutil.copytree(ROOT / "content" / "controls" / control, own)
            text = (own / "control.yaml").read_text()
            (own / "control.yaml").write_text(re.sub(r"(?m)^severity: critical$", "severity: low", text))
            checks.check("severity: low" in (own / "control.yaml").read_text(), "the control is called less severe", text)
        if n == 2:
            shutil.rmtree(own)
        run = reeve("assess", NORTHFIELD, "--workspace", workspace, "--as-of", day(n), "--format", "json", "--fail-on", "never")
        checks.check(run.status == 0, f"day {n} of three is assessed", run.err[:400])
    for n, wanted in enumerate(("critical", "low", "critical")):
        state = told("--at", day(n))
        checks.check(severities(state) == {wanted}, f"on day {n} the control was {wanted}", severities(state))
    whole = told("--since", day(0), "--until", day(1))
    start, end = whole["at_start"]["fail"], whole["at_end"]["fail"]
    failing = sum(f["control"] == control and f["status"] == "fail" for f in told("--at", day(0))["findings"])
    checks.check(failing and start["critical"] - end["critical"] == failing == end["low"] - start["low"], "a period counts its two ends as they were", (start, end, failing))
    checks.check(next(c for c in whole["controls"] if c["id"] == control)["severity"] == "low", "and names the severity at its end")


def live(checks, folder, options):
    export, workspace, days = folder / "export", folder / "work", options.days
    for account in ("111122223333", PROD):
        shutil.copytree(NORTHFIELD / "cli" / account, export / "cli" / account)
    (workspace / "attestations").mkdir(parents=True)
    (workspace / "exceptions").mkdir()
    (workspace / "reeve.yaml").write_text("organization: Northfield Group\n")
    schedule = Schedule(options.seed, days, export)
    seen = []  # of each day: pair → status of what is open
    reports = []
    severity = {}
    for n in range(days):
        schedule.make(n, workspace)
        run = reeve("assess", export, "--workspace", workspace, "--as-of", day(n), "--format", "json", "--fail-on", "never")
        if not checks.check(run.status == 0, f"day {n} is assessed", run.err[:400]):
            return
        reports.append(run.report)
        seen.append({pair_of(f): f["status"] for f in run.report["findings"]})
        severity.update({c["id"]: c["severity"] for p in run.report["practices"] for c in p["controls"]})

    # 0. A day that is past would overwrite what is known since: it is refused, and the record is as it was.
    record = (workspace / ".reeve" / "store.db").read_bytes()
    back = reeve("assess", export, "--workspace", workspace, "--as-of", day(0), "--format", "json", "--fail-on", "never")
    checks.check(back.status == 2 and "the workspace has a run of" in back.err, "an earlier --as-of is refused", (back.status, back.err[:300]))
    checks.check((workspace / ".reeve" / "store.db").read_bytes() == record, "and leaves the record as it was")

    # 1. The schedule is what happened, and nothing else did.
    for pair, line in schedule.pairs.items():
        said = [seen[n].get(pair) for n in range(days)]
        wanted = [status if status in OPEN else None for status in line]
        first = next((n for n in range(days) if said[n] != wanted[n]), None)
        checks.check(first is None, f"{pair[0]} of {pair[1]} stands as scheduled", first is not None and f"day {first}: {said[first]}, scheduled {line[first]}")
    along = {pair for pair in set().union(*seen) if pair[1] == schedule.disk and pair not in schedule.pairs}  # what else the disk fails
    # A control that watches the other controls' results, or their past, moves with them: what it said each day is taken as it was.
    for pair in {pair for one in seen for pair in one if pair[0] in WATCHERS}:
        schedule.pairs[pair] = [one.get(pair, "pass") for one in seen]
    for pair in along:
        schedule.pairs[pair] = [None if n < 7 else seen[7][pair] if n in schedule.disk_days else "deleted" for n in range(days)]
    others = [{pair: status for pair, status in one.items() if pair not in schedule.pairs} for one in seen]
    moved = sorted({pair for one in others for pair in set(one.items()) ^ set(others[0].items())})
    checks.check(not moved, "nothing moved but what was scheduled", moved[:4])
    table = Table(schedule, severity)
    still = collections.Counter((status, severity[pair[0]]) for pair, status in others[0].items())

    def split(pairs, status):
        by = collections.Counter(severity[control] for control, _ in pairs)
        return {s: by[s] + still[(status, s)] for s in SEVERITIES}

    def history(*arguments):
        run = reeve("history", *arguments, "--workspace", workspace, "--format", "json")
        return run.report if checks.check(run.status == 0, f"reeve history {' '.join(map(str, arguments))}", run.err[:300]) else None

    # 2. Periods.
    last = days - 1
    for first, end in ((0, last), (9, 41), (24, last), (12, 13), (30, 30)):
        report = history("--since", day(first), "--until", day(end))
        if not report:
            continue
        name = f"days {first} to {end}"
        said = collections.Counter((f["move"], pair_of(f)) for f in report["findings"])
        wanted = table.moves_between(first, end)
        checks.check(said == wanted, f"{name}: what moved", f"only said {sorted((said - wanted).items())[:3]}, only scheduled {sorted((wanted - said).items())[:3]}")
        for move, by in report["moves"].items():
            checks.check(by == {s: sum(times for (m, pair), times in wanted.items() if m == move and severity[pair[0]] == s) for s in SEVERITIES}, f"{name}: count of {move}", by)
        for edge, n in (("at_start", first), ("at_end", end)):
            for status in OPEN:
                checks.check(report[edge][status] == split(table.standing(n, status), status), f"{name}: {status} {edge}", report[edge][status])
        for row in report["remediation"]:
            ended, mean, median = table.remediation(first, end, row["severity"])
            checks.check(row["ended"] == ended and same(row["mean_days"], mean) and same(row["median_days"], median), f"{name}: time to remediate {row['severity']}", f"{row}, by hand {ended}, {mean}, {median}")
        controls = {c["id"]: c for c in report["controls"]}
        of_content = {c["id"] for p in reports[end]["practices"] for c in p["controls"]}
        checks.check(set(controls) == of_content, f"{name}: every control is told, that had anything to judge or not", sorted(set(controls) ^ of_content)[:5])
        for control, uid in schedule.pairs:
            line = schedule.pairs[(control, uid)]
            # By hand only where the control hangs on this one resource.
            if [c for c, _ in schedule.pairs].count(control) > 1 or any(pair[0] == control for pair in others[0]) or control == "root-access-key-absent" or control in WATCHERS:
                continue
            held = line[first:end]  # each day's answer holds until the next; the last takes no time
            judged = [s for s in held if s in ("pass", "fail", "unknown")]
            share = judged.count("pass") / len(judged) if judged else None
            row = controls[control]
            checks.check(row["share_passing"] is None if share is None else abs((row["share_passing"] or 0) - share) < 0.0002, f"{name}: share of {control}", f"{row}, by hand {share}")
            whole = line[first:end + 1]
            word = "broken" if "fail" in whole else "not_known" if "unknown" in whole else "held" if "pass" in whole else "not_judged"
            checks.check(row["effectiveness"] == word, f"{name}: effectiveness of {control}", f"{row['effectiveness']}, by hand {word}")

    # 3. Days.
    for n in (0, 11, 25, 31, 40, last):
        report = history("--at", day(n))
        if not report:
            continue
        said = {pair_of(f): f["status"] for f in report["findings"]}
        wanted = others[0] | {pair: line[n] for pair, line in schedule.pairs.items() if line[n] in OPEN}
        checks.check(said == wanted, f"day {n}: what stood open", sorted(set(said.items()) ^ set(wanted.items()))[:3])
        for status in OPEN:
            checks.check(report[status] == split(table.standing(n, status), status), f"day {n}: {status} by severity", report[status])
        checks.check(report["run"]["run"] == n + 1 and report["run"]["level"] == reports[n]["level"], f"day {n}: its run", report["run"]["run"])
        begun = {pair_of(f): f["since"] for f in report["findings"]}
        for pair, line in schedule.pairs.items():
            if line[n] in OPEN:
                first = max((m + 1 for m in range(n) if line[m] not in OPEN), default=0)
                checks.check(begun.get(pair) == day(first), f"day {n}: since when {pair[0]} is open", f"{begun.get(pair)}, by hand {day(first)}")

    # 4. Differences, and the same told by each day's own assessment.
    for first, end in ((0, last), (5, 6), (15, 45)):
        report = history(first + 1, end + 1)
        if report:
            checks.check({(f["move"], pair_of(f)) for f in report["findings"]} == table.difference(first, end), f"day {first} against day {end}")
    wrong = []
    for n in range(1, days):
        part = reports[n]["history"]["since_previous"]
        if collections.Counter((f["move"], pair_of(f)) for f in part["findings"]) != table.moves_between(n - 1, n):
            wrong.append(n)
    checks.check(not wrong, "what each assessment says of the run before", f"days {wrong}")
    part = reports[last]["history"]
    checks.check([run["fail_by_severity"] for run in part["runs"]] == [split(table.standing(n, "fail"), "fail") for n in range(days)], "the trend, fails by severity")
    for row in part["remediation"]:
        ended, mean, median = table.remediation(max(0, last - 90), last, row["severity"])
        checks.check(row["ended"] == ended and same(row["mean_days"], mean) and same(row["median_days"], median), f"ninety days of mending {row['severity']}", row)

    # 5. Expiry reopens, and what contradicts is told as that.
    def one(n, control, uid=ORGANIZATION):
        return next((f for f in reports[n]["findings"] if pair_of(f) == (control, uid)), {})

    again = one(31, "root-recovery-drilled")
    checks.check(again.get("openings") == 2 and again.get("reason") == f"the attestation of j.okafor expired on {date(30)}", "an expired attestation opens its finding again", again)
    firsts, moved = {}, []
    for report in reports:
        moved += [f["id"] for f in report["findings"] if firsts.setdefault(f["id"], f["first_seen"]) != f["first_seen"]]
    checks.check(not moved, "a finding is first seen once, however often it is opened", moved[:5])
    checks.check(again.get("opened", "").startswith(date(30)) and again.get("first_seen", "") < again.get("opened", ""), "and a later opening has its own beginning", again)
    told = reeve("explain", again.get("id", "?"), "--workspace", workspace)
    checks.check(re.search(r"pass -> unknown: the attestation of j.okafor expired", told.out), "its history says so", told.out[-400:])
    ended = one(25, MACHINE[0], schedule.machine)
    checks.check(ended.get("status") == "fail" and f"the exception by a.rossi expired on {date(25)}" in ended.get("reason", ""), "an expired exception opens its finding again", ended)
    told = reeve("explain", ended.get("id", "?"), "--workspace", workspace)
    checks.check(re.search(r"excepted -> fail: .*expired", told.out, re.S), "its history says so", told.out[-400:])
    against = one(35, "root-use-needs-two-people")
    checks.check("contradicted: the root user of 444455556666 has an access key" in against.get("reason", "") and f"though j.okafor attested on {date(3)}" in against.get("reason", ""),
                 "a fact against a word is called a contradiction", against)
    state = {a["control"]: a["state"] for a in reports[35]["attestations"]}
    checks.check(state["root-use-needs-two-people"] == "contradicted" and state["root-recovery-drilled"] == "expired" and state["threat-model-exists"] == "valid", "how words stand on a day", state)

    # 6. For people: the same figures.
    text = reeve("history", "--since", day(0), "--until", day(last), "--workspace", workspace)
    total = sum(table.remediation(0, last, s)[0] for s in SEVERITIES)
    checks.check(re.search(rf"mended or gone .* {total}\n", text.out), "the period as text", text.out[:600])
    for arguments in ((), ("--at", day(12)), ("3", "last")):
        run = reeve("history", *arguments, "--workspace", workspace)
        checks.check(run.status == 0 and run.out and max(map(len, run.out.splitlines())) < 200, f"reeve history {' '.join(arguments)} as text", run.err)
    for arguments, said in ((("--at", "2020-01-01"), "no run is as old"), (("--since", day(9), "--until", day(3)), "before it begins"), (("99",), "there is no run 99"),
                            (("--at", day(1), "3"), "three questions"), (("5", "2"), "was not made before")):  # fmt: skip
        run = reeve("history", *arguments, "--workspace", workspace)
        checks.check(run.status == 2 and said in run.err, f"reeve history {' '.join(arguments)} is refused", run.err)


if __name__ == "__main__":
    sys.exit(main())
