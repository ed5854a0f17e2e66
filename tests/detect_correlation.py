#!/usr/bin/env python3
"""Correlations: each type by hand, the five given rules, and random ones held against a slow oracle, in any order of events and files.

    python3 tests/detect_correlation.py [--reeve PROGRAM] [--seeds N]

The rules of Suzaku are looked for in ../shared; without them that part is skipped aloud.
"""

import argparse
import itertools
import pathlib
import random
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_detect  # noqa: E402
import lib_reeve  # noqa: E402
from lib_detect import detect, event, milliseconds, write_files  # noqa: E402
from lib_reeve import SHARED, Checks, built  # noqa: E402

SUZAKU = SHARED / "corpora" / "sigma" / "suzaku-correlations"
NAMES = ["CreateUser", "CreateAccessKey", "ListUsers", "PutUserPolicy"]
BASES = "".join(f"""---
title: {name}
name: {name.lower()}
id: 00000000-0000-4000-8000-0000000000{number:02}
logsource: {{product: aws, service: cloudtrail}}
detection:
  selection:
    eventName: {name}
  condition: selection
level: low
""" for number, name in enumerate(NAMES))
ANY = """---
title: any call
name: any
id: 00000000-0000-4000-8000-000000000050
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventSource: iam.amazonaws.com
  condition: selection
level: low
"""


def correlation(number, kind, rules, span="5m", group=("sourceIPAddress",), condition=None, more=""):
    words = "" if condition is None else f"  condition: {{{', '.join(f'{key}: {value}' for key, value in condition.items())}}}\n"
    return (f"---\ntitle: correlation {number}\nname: c{number}\nid: 10000000-0000-4000-8000-{number:012}\ncorrelation:\n  type: {kind}\n  rules: [{', '.join(rules)}]\n"
            f"  group-by: [{', '.join(group)}]\n  timespan: {span}\n{words}{more}level: high\n")


A, B, C = "CreateUser", "CreateAccessKey", "ListUsers"
ab = ["createuser", "createaccesskey"]
# what, correlation, events as (second, name, more), alerts as (first second of the window, events in it)
BY_HAND = [
    ("three in five minutes", ("event_count", ["any"], {"condition": {"gte": 3}}), [(0, A), (100, A), (300, A)], [(0, 3)]),
    ("the span's end belongs to it", ("event_count", ["any"], {"condition": {"gte": 2}}), [(0, A), (300, A)], [(0, 2)]),
    ("a second later does not", ("event_count", ["any"], {"condition": {"gte": 2}}), [(0, A), (301, A)], []),
    ("a window is not cut where the clock is", ("event_count", ["any"], {"span": "1h", "condition": {"gte": 3}}), [(3500, A), (3590, A), (3610, A)], [(3500, 3)]),
    ("the window slides", ("event_count", ["any"], {"condition": {"gte": 3}}), [(0, A), (200, A), (350, A), (480, A)], [(200, 3)]),
    ("an alert uses its events up", ("event_count", ["any"], {"condition": {"gte": 2}}), [(0, A), (10, A), (20, A), (30, A), (40, A)], [(0, 2), (20, 2)]),
    ("events of one second count together", ("event_count", ["any"], {"condition": {"gte": 2}}), [(7, A), (7, A), (7, A)], [(7, 3)]),
    ("groups are apart", ("event_count", ["any"], {"condition": {"gte": 2}}), [(0, A), (1, A, {"sourceIPAddress": "192.0.2.2"})], []),
    ("without group-by all are one", ("event_count", ["any"], {"group": (), "condition": {"gte": 2}}), [(0, A), (1, A, {"sourceIPAddress": "192.0.2.2"})], [(0, 2)]),
    ("an event without the field has no group", ("event_count", ["any"], {"group": ("vpcEndpointId",), "condition": {"gte": 1}}), [(0, A), (1, A, {"vpcEndpointId": None})], []),
    ("a range from above: more undo it", ("event_count", ["any"], {"condition": {"gte": 2, "lte": 3}}), [(0, A), (1, A), (2, A), (3, A)], []),
    ("a range from above: it holds", ("event_count", ["any"], {"condition": {"gte": 2, "lte": 3}}), [(0, A), (1, A), (2, A), (900, A)], [(0, 3)]),
    ("exactly two", ("event_count", ["any"], {"condition": {"eq": 2}}), [(0, A), (1, A), (1000, A)], [(0, 2)]),
    ("fewer than two", ("event_count", ["any"], {"condition": {"lt": 2}}), [(0, A), (1, A), (1000, A)], [(1000, 1)]),
    ("other than two", ("event_count", ["any"], {"condition": {"neq": 2}}), [(0, A), (1, A), (1000, A)], [(1000, 1)]),
    ("different values", ("value_count", ["any"], {"condition": {"field": "eventName", "gte": 2}}), [(0, A), (1, A), (2, B)], [(0, 3)]),
    ("the same value is one", ("value_count", ["any"], {"condition": {"field": "eventName", "gte": 2}}), [(0, A), (1, A), (2, A)], []),
    ("a sum", ("value_sum", ["any"], {"condition": {"field": "n", "gte": 10}}), [(0, A, {"n": 4}), (1, A, {"n": "5.5"}), (2, A, {"n": "no figure"}), (3, A, {"n": 0.5})], [(0, 3)]),
    ("an average, when the window is over", ("value_avg", ["any"], {"condition": {"field": "n", "gt": 5}}), [(0, A, {"n": 9}), (1, A, {"n": 1})], []),
    ("an average that holds", ("value_avg", ["any"], {"condition": {"field": "n", "gt": 4}}), [(0, A, {"n": 9}), (1, A, {"n": 1})], [(0, 2)]),
    ("a percentile between two ranks", ("value_percentile", ["any"], {"condition": {"field": "n", "percentile": 75, "gte": 7}}), [(0, A, {"n": 1}), (1, A, {"n": 9})], [(0, 2)]),
    ("a percentile below", ("value_percentile", ["any"], {"condition": {"field": "n", "percentile": 75, "gt": 7}}), [(0, A, {"n": 1}), (1, A, {"n": 9})], []),
    ("both, in any order", ("temporal", ab, {}), [(0, B), (10, A)], [(0, 2)]),
    ("both, too far apart", ("temporal", ab, {}), [(0, B), (301, A)], []),
    ("one alone", ("temporal", ab, {}), [(0, B), (10, B)], []),
    ("in order", ("temporal_ordered", ab, {}), [(0, A), (10, B)], [(0, 2)]),
    ("in the wrong order", ("temporal_ordered", ab, {}), [(0, B), (10, A)], []),
    ("in one second: nothing says which was first", ("temporal_ordered", ab, {}), [(5, B), (5, A)], [(5, 2)]),
    ("the last beginning counts", ("temporal_ordered", ab, {}), [(0, A), (200, A), (400, B)], [(200, 2)]),
    ("one event is no two steps", ("temporal_ordered", ["createuser", "any"], {}), [(5, A)], []),
    ("but two of one second are", ("temporal_ordered", ["createuser", "any"], {}), [(5, A), (5, B)], [(5, 2)]),
    ("each pair is told", ("temporal_ordered", ab, {}), [(0, A), (10, B), (20, A), (30, B)], [(0, 2), (20, 2)]),
    ("an event that comes twice counts once", ("event_count", ["any"], {"condition": {"gte": 2}}), [(0, A), (0, A, {"eventID": None})], []),
]


def alerts_of(detected):
    return sorted((alert["rule_id"], alert["alert_id"], alert["count"]) for alert in detected.alerts if "count" in alert)


def by_hand(checks, oracle, folder):
    for number, (what, (kind, rules, options), happened, expected) in enumerate(BY_HAND):
        here = folder / f"hand{number}"
        here.mkdir()
        text = correlation(1, kind, rules, **options) + BASES + ANY
        (here / "rules.yml").write_text(text)
        events = []
        for position, (second, name, *more) in enumerate(happened):
            record = event(position, second, name, **(more[0] if more else {}))
            if record["eventID"] is None:
                record["eventID"] = events[-1]["eventID"]
            events.append(record)
        write_files(here / "logs", events, size=1)
        detected = detect(here / "logs", rules=here / "rules.yml")
        group = [(name, ", ".join(oracle.values_of(events[0], name))) for name in options.get("group", ("sourceIPAddress",))]
        wanted = sorted(("10000000-0000-4000-8000-000000000001", oracle.alert_id({"id": "10000000-0000-4000-8000-000000000001"}, group, milliseconds(event(0, second, A))), count) for second, count in expected)
        checks.check(detected.status == 0 and alerts_of(detected) == wanted, f"by hand: {what}", f"{detected.err}{alerts_of(detected)}, expected {wanted}")
        rules_read = oracle.read_rules([text])
        checks.check(oracle.correlate(rules_read, [(milliseconds(one), one) for one in events]) == wanted, f"by hand, the oracle itself: {what}")


CHAIN = [
    correlation(1, "event_count", ["createuser"], condition={"gte": 3}, group=("recipientAccountId",)),
    correlation(2, "temporal_ordered", ["c1", "createaccesskey"], group=("userIdentity.userName",)),
    correlation(3, "temporal", ["ip_of_user", "ip_of_key"], group=("ip",), more="  aliases:\n    ip:\n      ip_of_user: sourceIPAddress\n      ip_of_key: requestParameters.from\n"),
]
ALIASED = """---
title: a user is made
name: ip_of_user
id: 00000000-0000-4000-8000-000000000060
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: CreateUser
  condition: selection
---
title: a key is made
name: ip_of_key
id: 00000000-0000-4000-8000-000000000061
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: CreateAccessKey
  condition: selection
"""


def chains_and_aliases(checks, folder):
    """An alert of a correlation stands, for what is built on it, in the group of each of its events."""
    def of(user):
        return {"userIdentity": {"type": "IAMUser", "userName": user, "arn": f"arn:aws:iam::111122223333:user/{user}"}}

    (folder / "rules.yml").write_text("".join(CHAIN) + BASES + ALIASED)
    cases = [
        ("a chain by the first of its events' users", [event(0, 0, A, **of("ann")), event(1, 1, A, **of("bob")), event(2, 2, A, **of("eve")), event(3, 9, B, **of("ann"))], ["correlation 2"]),
        ("a chain by none of its events' users", [event(0, 0, A, **of("ann")), event(1, 1, A, **of("bob")), event(2, 2, A, **of("eve")), event(3, 9, B, **of("zoe"))], []),
        ("a chain whose first part came too late", [event(0, 0, A, **of("ann")), event(1, 1, A, **of("ann")), event(2, 12, A, **of("ann")), event(3, 9, B, **of("ann"))], []),
        ("an alias", [event(0, 0, A, sourceIPAddress="198.51.100.7"), event(1, 9, B, requestParameters={"from": "198.51.100.7"})], ["correlation 3"]),
        ("an alias of another address", [event(0, 0, A, sourceIPAddress="198.51.100.7"), event(1, 9, B, sourceIPAddress="198.51.100.7", requestParameters={"from": "198.51.100.8"})], []),
    ]
    for number, (what, events, expected) in enumerate(cases):
        write_files(folder / str(number), events)
        detected = detect(folder / str(number), rules=folder / "rules.yml")
        checks.check([alert["rule_title"] for alert in detected.alerts] == expected, what, f"{detected.err}{detected.alerts}")
        if number == 0:
            checks.check(detected.alerts and detected.alerts[0]["events"] == [one["eventID"] for one in events], "a chain's alert names the events behind it", str(detected.alerts))


def suzaku(checks, oracle, folder):
    if not SUZAKU.is_dir():
        checks.skip("the five given rules", f"{SUZAKU} is not there", "that they fire, in any order of events")
        return
    files = sorted(SUZAKU.glob("*.yml"))
    rules = oracle.read_rules([file.read_text() for file in files])
    chance = random.Random(5)
    makers = [lambda second, **more: event(next(number), second, "CreateUser", **more), lambda second, **more: event(next(number), second, "CreateAccessKey", **more),
              lambda second, **more: event(next(number), second, chance.choice(["ListUsers", "ListRoles", "GetUser", "ListAccessKeys"]), **more),
              lambda second, **more: event(next(number), second, "ListBuckets", "s3.amazonaws.com", **more),
              lambda second, **more: event(next(number), second, "GetCallerIdentity", "sts.amazonaws.com", **more),
              lambda second, **more: event(next(number), second, "ConsoleLogin", "signin.amazonaws.com", responseElements={"ConsoleLogin": chance.choice(["Failure", "Success"])}, **more),
              lambda second, **more: event(next(number), second, "DescribeInstances", "ec2.amazonaws.com", errorCode="Client.UnauthorizedOperation", **more)]
    number = itertools.count()
    events = []
    for _ in range(600):
        where = chance.randrange(4)
        identity = {"type": "IAMUser", "arn": f"arn:aws:iam::111122223333:user/u{where}", "userName": f"u{where}"}
        if chance.random() < 0.9:
            identity["accessKeyId"] = f"AKIAEXAMPLE{where}"
        events.append(chance.choice(makers)(chance.randrange(7200), userIdentity=identity, sourceIPAddress=f"192.0.2.{where}"))
    events += [makers[-1](3000 + 40 * n, userIdentity={"type": "IAMUser", "accessKeyId": "AKIAEXAMPLE9"}, sourceIPAddress="192.0.2.9") for n in range(25)]
    wanted = oracle.correlate(rules, [(milliseconds(one), one) for one in events])
    fired = {rule for rule, _, _ in wanted}
    checks.check(len(fired) == 5, "each of the five given rules fires in the scene", str(fired))
    for shape, order, threads in [("records", "sorted", 1), ("gz", "shuffled", 2), ("ndjson", "backwards", 1), ("array", "doubled", 2)]:
        mixed = sorted(events, key=milliseconds)
        if order == "shuffled":
            chance.shuffle(mixed)
        elif order == "backwards":
            mixed.reverse()
        elif order == "doubled":
            mixed = mixed + mixed
            chance.shuffle(mixed)
        write_files(folder / shape, mixed, shape)
        detected = detect(folder / shape, rules=files, threads=threads)
        found = alerts_of(detected)
        checks.check(detected.status == 0 and found == wanted, f"the five given rules over {shape} files, {order}", f"{detected.err[-400:]} {len(found)} alerts, expected {len(wanted)}")


def random_rule(chance, number):
    kind = chance.choice(["event_count", "event_count", "value_count", "value_sum", "value_avg", "value_percentile", "temporal", "temporal", "temporal_ordered", "temporal_ordered"])
    low = chance.choice([2, 2, 3, 4])
    bounds = chance.choice([{"gte": low}, {"gte": low}, {"gt": low - 1}, {"gte": low, "lte": low + chance.randrange(3)}, {"lt": low}, {"lte": low}, {"eq": low}, {"neq": low}])
    group = chance.choice([("sourceIPAddress",), ("sourceIPAddress", "userIdentity.userName"), ("userIdentity.userName",), ()])
    span = f"{chance.choice([20, 60, 200])}s"
    names = chance.sample([name.lower() for name in NAMES], chance.choice([2, 2, 3]))
    if kind.startswith("temporal"):
        return correlation(number, kind, names, span, group, None if chance.random() < 0.6 else bounds)
    if kind == "event_count":
        return correlation(number, kind, names, span, group, bounds)
    if kind == "value_count":
        return correlation(number, kind, names, span, group, {"field": chance.choice(["eventName", "requestParameters.items.n"]), **bounds})
    scaled = {key: value * (8 if kind == "value_sum" else 2) for key, value in bounds.items()}
    return correlation(number, kind, names, span, group, {"field": "n", **({"percentile": chance.choice([0, 10, 50, 90, 100])} if kind == "value_percentile" else {}), **scaled})


def random_rules(checks, oracle, folder, seed):
    chance = random.Random(seed)
    texts = [random_rule(chance, number) for number in range(30)]
    # What is built on others.
    for number in range(30, 36):
        below = [f"c{chance.randrange(30)}", chance.choice(["createuser", f"c{chance.randrange(number)}"])]
        if len(set(below)) < 2:
            below[1] = "listusers"
        texts.append(correlation(number, chance.choice(["temporal", "temporal_ordered", "event_count"]), below, "200s", chance.choice([("sourceIPAddress",), ("userIdentity.userName",), ()]), {"gte": 2}))
    texts += [BASES, ANY]
    events = []
    for number in range(220):
        user = chance.randrange(3)
        more = {"userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::111122223333:user/u{user}", "userName": f"u{user}"}, "sourceIPAddress": f"192.0.2.{chance.randrange(3)}",
                "n": chance.choice([chance.randrange(10), chance.randrange(10), str(chance.randrange(10)), -chance.randrange(4), None]),
                "requestParameters": {"items": [{"n": chance.randrange(4)} for _ in range(chance.randrange(3))]}}
        if user == 2:
            del more["userIdentity"]["userName"]
        events.append(event(number, chance.randrange(900), chance.choice(NAMES), **more))
    rules = oracle.read_rules(texts)
    wanted = oracle.correlate(rules, [(milliseconds(one), one) for one in events])
    folder.mkdir()
    (folder / "rules.yml").write_text("".join(texts))
    first = None
    for shape, threads in [("records", 1), ("ndjson", 2)]:
        mixed = events + chance.sample(events, 40)
        chance.shuffle(mixed)
        write_files(folder / shape, mixed, shape, size=chance.choice([9, 50]))
        detected = detect(folder / shape, rules=folder / "rules.yml", threads=threads)
        found = alerts_of(detected)
        missing, wrong = [one for one in wanted if one not in found], [one for one in found if one not in wanted]
        checks.check(detected.status == 0 and not missing and not wrong, f"seed {seed} over {shape}: {len(wanted)} alerts", f"{detected.err[-300:]} missing {missing[:3]} wrong {wrong[:3]}")
        plain = [alert for alert in detected.alerts]
        for alert in plain:
            alert.pop("read_from", None)
        texts_of = sorted(map(str, plain))
        checks.check(first is None or texts_of == first, f"seed {seed}: the alerts are the same in every word")
        first = texts_of


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reeve")
    parser.add_argument("--seeds", type=int, default=6)
    options = parser.parse_args()
    if options.reeve:
        lib_reeve.REEVE = pathlib.Path(options.reeve).resolve()
    checks = Checks()
    if not built(checks, "how correlations are judged"):
        return checks.end()
    try:
        import yaml  # noqa: F401
        from detect import correlation_oracle as oracle
    except ImportError as error:
        checks.skip("everything", str(error), "how correlations are judged")
        return checks.end()
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        by_hand(checks, oracle, folder)
        (folder / "chains").mkdir()
        chains_and_aliases(checks, folder / "chains")
        (folder / "suzaku").mkdir()
        suzaku(checks, oracle, folder / "suzaku")
        for seed in range(options.seeds):
            random_rules(checks, oracle, folder / f"seed{seed}", seed)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
